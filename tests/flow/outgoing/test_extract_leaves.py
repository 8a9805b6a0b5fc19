"""A research extract of settled books: what its files say, what they withhold, and what each is held against."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from decimal import Decimal

import pyarrow.parquet as pq
import pytest

from maalbar import definitions, releases, store
from maalbar.database import transaction
from maalbar.errors import ReleaseStale
from maalbar.flow.outgoing.kinds import GATHER
from maalbar.flow.outgoing.listed import listed
from maalbar.flow.outgoing.material import Asked
from maalbar.flow.outgoing.prepare import earlier_for, prepare, profile_of
from maalbar.flow.outgoing.publish import publish
from maalbar.suppressed import SUPPRESSED
from tests.flow.handed_out import rows_of
from transforms.disclosure import key, protect_apart

from .settled import PREPARER, all_say_yes, change_file

SIGN = SUPPRESSED.sign("da")


def _publish(contract, number: int) -> None:
    all_say_yes(contract, number)
    publish(contract.id, number, PREPARER)


def test_the_files_say_what_the_parties_have_approved_and_withhold_what_the_profile_does(extracted):
    files = extracted.files
    names = {"followed", "attrition", "windows", "rates", "surveys", "effects"}
    assert set(files) == {f"{name}.{kind}" for name in names for kind in ("csv", "parquet")} | {
        "codebook.md",
        "kodebog.md",
    }
    effects, values = extracted.effects, extracted.values
    for row in rows_of(files["effects.csv"]):
        assert Decimal(row["change"].replace(",", ".")) == effects[row["outcome"], row["basis"]]["change"]
    told, withheld = 0, 0
    for row in rows_of(files["rates.csv"]):
        if (row["age"], row["sex"], row["benefit"]) != ("all", "all", "all"):
            continue
        withheld += row["quantity"] == SIGN
        if row["quantity"] != SIGN:
            told += 1
            assert Decimal(row["quantity"]) == values[row["outcome"], row["window"], row["arm"]]["quantity"]
            assert int(row["person_years"]) % 5 == 0
    assert told > 10
    assert SIGN in files["attrition.csv"].decode("utf-8-sig")
    small = [row for name in ("followed", "windows", "attrition") for row in rows_of(files[f"{name}.csv"])]
    counts = [cell for row in small for cell in (row.get(n) for n in ("followed", "persons", "deaths", "attrition"))]
    assert not [c for c in counts if c and c != SIGN and 0 < int(c) < 5]


def test_what_is_suppressed_is_a_marker_in_every_format_and_never_0_nor_blank(extracted):
    files = extracted.files
    for name in ("attrition", "windows", "surveys"):
        csv = rows_of(files[f"{name}.csv"])
        table = pq.read_table(io.BytesIO(files[f"{name}.parquet"])).to_pylist()
        assert len(csv) == len(table)
        for row, stored in zip(csv, table, strict=True):
            for column in row.keys() & {c.removesuffix("_is") for c in stored if c.endswith("_is")}:
                state = stored[f"{column}_is"]
                assert state == {SIGN: "withheld", "": "not measured"}.get(row[column], "shown")
                assert (stored[column] is None) == (state != "shown")


def test_the_same_is_prepared_to_the_byte(extracted):
    assert extracted.again == extracted.number


def test_the_question_tells_no_count(extracted):
    hidden = sum(cell == SIGN for name, raw in extracted.files.items() if name.endswith(".csv")
                 for row in rows_of(raw) for cell in row.values())  # fmt: skip
    asked = extracted.asked
    without_hashes = re.sub(r"`[^`]*`", "", asked["body"])
    told = {int(number) for number in re.findall(r"\d+", without_hashes)}
    # The periods, its own number, and how many figures are hidden, of which person-years are none: no other number.
    assert told - {1, 2} and max(told) <= hidden and len(told) == 3
    assert asked["digest"][:16] in asked["body"] and "rates.csv" in asked["body"]


def test_the_codebook_names_definitions_rules_and_passport_in_both_languages(extracted):
    files = extracted.files
    danish, english = (files[name].decode() for name in ("kodebog.md", "codebook.md"))
    for text, language in ((danish, "da"), (english, "en")):
        assert "dst_research@1" in text and SUPPRESSED.legend(language) in text
        assert definitions.indicator(extracted.contract.outcomes["acute_contacts"].indicator).ref in text
        for shown in ("code_version", "terms", "deliveries: population", "settlement"):
            assert f"| {shown}" in text
    assert "## Windows" in english and "## Vinduer" in danish


def test_a_release_is_held_against_every_earlier_one_that_its_readers_know(contract):
    public = {"name": "Another", "profile": "public@1", "kinds": ["indigo"]}
    research = {"name": "Evaluator", "profile": "dst_research@1", "kinds": ["indigo"], "publishes": "false"}
    change_file(contract, release__recipients__evaluator=research, release__recipients__another=public)
    first, waiting = (prepare(contract.id, "indigo", to, None, PREPARER) for to in ("another", "offentligheden"))
    all_say_yes(contract, waiting)
    _publish(contract, first)
    with pytest.raises(ReleaseStale, match="another release has left since"):
        publish(contract.id, waiting, PREPARER)
    again = prepare(contract.id, "indigo", "offentligheden", None, PREPARER)
    assert listed(contract, again)[0]["earlier"] == [first]
    _publish(contract, again)
    # Evaluators may have read both; what only evaluators have, the public has not seen.
    third = prepare(contract.id, "indigo", "evaluator", None, PREPARER)
    assert listed(contract, third)[0]["earlier"] == [first, again]
    _publish(contract, third)
    with transaction() as connection:
        profile = profile_of(contract, contract.release.recipients["offentligheden"])
        assert [int(one.id) for one in earlier_for(connection, contract, profile)] == [first, again]


@pytest.mark.fault("F68")
def test_those_who_entered_between_two_extracts_are_not_told_where_they_are_few(contract):
    """The second wave of a group is what the second extract has more than the first."""
    _publish(contract, prepare(contract.id, "extract", "evaluator", "1", PREPARER))
    number = prepare(contract.id, "extract", "evaluator", "2", PREPARER)
    _require_hidden_where_few_entered_between(contract)
    sha256 = listed(contract, number)[0]["files"]["followed.csv"]
    rows = rows_of(store.get(contract.id, "release", sha256))
    assert SIGN in {row["followed"] for row in rows}


@pytest.mark.fault("F68")
def test_the_public_is_not_told_what_few_an_evaluator_could_subtract_from_an_extract(contract):
    """The public has not seen the evaluator's extract; but the evaluator reads what the public is told."""
    _publish(contract, prepare(contract.id, "extract", "evaluator", "1", PREPARER))
    number = prepare(contract.id, "extract", "offentligheden", "2", PREPARER)
    _require_hidden_where_few_entered_between(contract)
    assert listed(contract, number)[0]["earlier"] == [1]


def _require_hidden_where_few_entered_between(contract) -> None:
    """Of two releases: where few entered between them, there are some, one of the two hides how many were followed."""
    with transaction() as connection:
        first, second = (found.row["cells"] for found in releases.all_of(connection, contract.id))
    few = list(_few_more(first, second))
    assert few
    hidden = {(measure, tuple(sorted(at.items()))) for measure, at in [*first["hidden"], *second["hidden"]]}
    for at in few:
        keys = {("followed", tuple(sorted((at | {"until": period}).items()))) for period in ("1", "2")}
        assert keys & hidden, at


def _few_more(first, second) -> Iterator[dict[str, str]]:
    def counts(cells) -> dict[tuple, int]:
        quantities = [piece for name, piece in cells["pieces"] if name == "Quantity" and piece["key"][0] == "followed"]
        return {tuple(sorted((n, c) for n, c in q["key"][1].items() if n != "until")): q["value"] for q in quantities}

    before, after = counts(first), counts(second)
    for at in before.keys() & after.keys():
        if 0 < abs(after[at] - before[at]) < 5:
            yield dict(at)


def test_where_a_total_is_withheld_all_totals_are_since_the_change_would_give_it(contract):
    recipient = contract.release.recipients["evaluator"]
    profile = profile_of(contract, recipient)
    material = GATHER["extract"](Asked(contract, recipient, profile, None))
    found = protect_apart(material.draft, profile)
    at = {"outcome": "acute_contacts", "arm": "treated", "window": "1"}
    assert key("events", at) not in found.hidden, "as it is, all are told"
    one_less = found.__class__(**vars(found) | {"reasons": dict(found.reasons) | {key("events", at): "few"}})
    hidden = material.hides(one_less)
    totals = {key(measure, at | {"arm": arm, "window": w}) for measure in ("events", "rate") for arm in ("treated", "comparison")
              for w in ("b1", "b2", "1", "2")}  # fmt: skip
    assert totals <= hidden
    assert not {
        k for k in hidden if dict(k.at).get("outcome") == "hospital_contacts" and k.measure in ("events", "rate")
    }
