"""What a sender is told to send is what the contract says, and nothing of it is left out."""

from __future__ import annotations

import json
import re

import pytest

from maalbar.contract import load_contract
from maalbar.documents.specification import example_manifest, specification
from maalbar.documents.specification_words import COLUMNS
from maalbar.errors import SetupError
from maalbar.manifest import Manifest, is_allowed
from maalbar.settings import PROJECT
from maalbar.tables import TABLES

EVERY_KEY = PROJECT / "docs" / "examples" / "every_key.yaml"


def _rows(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"]


def test_the_example_in_the_docs_is_the_one_that_is_made(pilot):
    kept = (PROJECT / "docs" / "examples" / "leverancespecifikation.md").read_text(encoding="utf-8")
    assert specification(pilot) == kept, "run `make reference`"


def test_every_column_that_a_file_must_have_is_told_with_its_meaning(pilot):
    for source, delivery in pilot.deliveries.items():
        text = specification(pilot, [source])
        told = {row[0].strip("`"): row for row in _rows(text)}
        for name, column in delivery.columns.items():
            assert told[column][1] == COLUMNS[name]
        for items in delivery.items.values():
            assert set(items.values()) <= set(told)
        assert set(delivery.ignored) <= set(told)
        for codes in delivery.codes.values():
            assert all(f"`{code}` = " in text for code in codes)


def test_the_areas_stand_in_one_order_and_tell_nothing_of_the_arms(pilot):
    (line,) = [
        line for line in specification(pilot, ["population"]).splitlines() if line.startswith("Koder i `OMRAADE`")
    ]
    told = re.findall("`([^`]*)`", line)[1:]
    arms = pilot.cohort.arms
    assert told == sorted([*arms.treated.areas, *arms.comparison.areas])
    assert "Koder i" not in specification(pilot, ["benefits"])


def test_the_outcomes_that_claims_may_be_of_are_told(tiny):
    assert f"aftalens resultater): `{'`, `'.join(sorted(tiny.outcomes))}`." in specification(tiny, ["claims"])


def test_the_answers_that_an_item_may_have_are_told_and_what_is_none(tiny_contract):
    contract = tiny_contract({"deliveries.surveys.missing_answers": ["99"]})
    told = {row[0]: row[4] for row in _rows(specification(contract, ["surveys"])) if len(row) == 5}
    assert (told["`satisfaction`"], told["`hl1`"]) == ("0 til 10; `99`: ikke besvaret", "1 til 4; `99`: ikke besvaret")


def test_every_column_of_every_table_has_a_danish_meaning():
    assert {name for table in TABLES.values() for name in table.columns} - set(COLUMNS) == set()


def test_the_deadlines_of_every_period_are_told(pilot):
    rows = _rows(specification(pilot, ["benefits"]))
    for period in pilot.calendar.periods:
        assert [
            str(v) for v in (period.id, period.start, period.end, period.end, period.data_due, period.run_after)
        ] in rows


def test_right_controller_and_permission_are_told(pilot):
    rows = _rows(specification(pilot, ["benefits"]))
    assert ["Dataansvarlig", "Herning Kommune"] in rows
    assert ["Hjemmel", "Databeskyttelsesforordningen artikel 6, stk. 1, litra e (illustrativ)"] in rows
    assert ["Tilladelse", "illustrativ-2026-02, gælder til og med 2033-12-31"] in rows


def test_the_manifest_that_is_shown_is_one_that_would_be_read(pilot):
    for source, delivery in pilot.deliveries.items():
        (shown,) = re.findall(r"```json\n(.*?)\n```", specification(pilot, [source]), re.DOTALL)
        manifest = Manifest.model_validate(json.loads(shown))
        assert manifest == example_manifest(pilot, source)
        period = pilot.calendar.periods[1]
        assert period.end <= manifest.as_of <= period.data_due and is_allowed(manifest.file, delivery)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"encoding": "windows-1252"}, "| Tegnsæt | Windows-1252 |"),
        ({"delimiter": "tab"}, "| Skilletegn | tabulator |"),
        ({"decimal": "."}, "| Decimaltegn | punktum `.` |"),
        ({"date_format": "%d-%m-%Y"}, "dato, DD-MM-ÅÅÅÅ"),
        ({"format": "excel", "sheet": "Udtræk"}, "| Ark | `Udtræk` |"),
        ({"packed": "gzip", "max_unpacked_mb": "70"}, "| Pakning | gzip; højst 70 MB udpakket |"),
        ({"complete_when": "done_file", "file_name": "dream_{as_of}.csv"}, "| Filnavn | `dream_{as_of}.csv`, som"),
        ({"complete_when": "stable", "file_name": "d_{as_of}.csv", "stable_minutes": "30"}, "ændret sig i 30 minutter"),
        ({"empty_allowed": "true"}, "En fil uden rækker er også en leverance."),
        ({"id_length": "32"}, "| Personnøgle | altid 32 tegn |"),
        ({"keep_until": "2034-01-01"}, "| Opbevares | til og med 2034-01-01 |"),
        ({"only": {"SYSTEM": ["LPR3"]}}, "- Kun rækker med `LPR3` i `SYSTEM` tages med"),
        ({"retracted": {"AFKR": ["Ja"]}}, "- `Ja` i `AFKR` trækker rækken tilbage"),
        ({"corrections": "ANTAL"}, "- Et negativt tal i `ANTAL` trækker"),
    ],
)
def test_whatever_the_contract_says_of_a_file_is_told(tiny_contract, changes, says):
    contract = tiny_contract({f"deliveries.services.{key}": value for key, value in changes.items()})
    assert says in specification(contract, ["services"])
    assert says not in specification(tiny_contract(), ["services"])


def test_a_contract_with_every_key_can_be_told():
    assert specification(load_contract(EVERY_KEY)).count("### Kolonner") == len(load_contract(EVERY_KEY).deliveries)


def test_an_unknown_source_is_one_line(pilot):
    with pytest.raises(SetupError, match=r"plads_til_forskel has no source dreams — its sources are population, "):
        specification(pilot, ["dreams"])
