"""The files of an extract from made-up facts: cells that are text, numbers that are numbers, names that are nobody's code."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from maalbar.definitions import disclosure_profile
from maalbar.documents.extract import ExtractFacts, OutcomeFact, WindowFact, extract_files
from maalbar.documents.extract.facts import Figure
from maalbar.documents.releasing import ReleaseAsked, release_text
from maalbar.suppressed import SUPPRESSED
from tests.flow.handed_out import rows_of

EVIL = '=HYPERLINK("http://x","y")|<script>alert(1)</script>[a](b)`'
WORDS = {"da": "Kontakter", "en": "Contacts"}
OUTCOME = OutcomeFact(
    "contacts", WORDS, "hospital_contacts@1", "a" * 64, WORDS, WORDS, "difference_in_differences", "ratio"
)


WINDOWS = (
    WindowFact("b1", date(2020, 1, 1), date(2021, 1, 1), True),
    WindowFact("1", date(2021, 1, 1), date(2022, 1, 1), False),
)
ASKED = ReleaseAsked(
    contract="C", contract_id="c", number=3, kind="extract", recipient="E", profile="Rules", profile_ref="public@1",
    publishes=True, periods=("1", "2"), files={"a.csv": "0" * 64}, hidden=2, earlier=(1, 2), prepared_by="dora",
    digest="f" * 64, is_rehearsal=True,
)  # fmt: skip


def _at(**codes: str):
    return tuple(sorted(codes.items()))


FACTS = ExtractFacts(
    contract="c", name="Contract", recipient="Evaluators", profile=disclosure_profile("dst_research@1"), through="1",
    dimensions=("sex",), is_crossed=False, outcomes=(OUTCOME,),
    windows=WINDOWS,
    figures={
        Figure("quantity", _at(outcome="contacts", arm="treated", window="1")): 40,
        Figure("rate", _at(outcome="contacts", arm="treated", window="1")): Decimal("0.41"),
        Figure("person_years", _at(outcome="contacts", arm="treated", window="1")): 100,
        Figure("quantity", _at(outcome="contacts", arm="treated", window="b1")): 0,
        Figure("quantity", _at(outcome="contacts", arm="treated", window="1", sex="F")): SUPPRESSED,
        Figure("quantity", _at(outcome="contacts", arm="comparison", window="1")): 70,
    },
    effects=({"outcome": "contacts", "basis": "period", "change": Decimal("-0.050000"), "units": SUPPRESSED,
              "not_measurable": None},),
    passport=(("terms", "b" * 64),),
)  # fmt: skip


def test_rows_stand_in_the_order_of_the_contract_a_total_before_its_parts():
    rows = rows_of(extract_files(FACTS)["rates.csv"])
    assert [(row["arm"], row["window"], row["sex"], row["quantity"]) for row in rows] == [
        ("treated", "b1", "all", "0"),
        ("treated", "1", "all", "40"),
        ("treated", "1", "F", "fortroligt"),
        ("comparison", "1", "all", "70"),
    ]
    assert (rows[0]["rate"], rows[1]["rate"]) == ("", "0,41"), "nothing was measured, and nothing is written"


def test_a_negative_number_is_a_number_and_not_a_text_that_looks_like_a_formula():
    (row,) = rows_of(extract_files(FACTS)["effects.csv"])
    assert (row["change"], row["units"]) == ("-0,050000", "fortroligt")


def test_a_table_without_rows_is_no_file():
    assert set(extract_files(FACTS)) == {
        "rates.csv", "rates.parquet", "effects.csv", "effects.parquet", "kodebog.md", "codebook.md",
    }  # fmt: skip


@pytest.mark.fault("F70")
def test_names_from_others_are_text_in_every_file():
    codes = _at(outcome="contacts", arm="treated", window="1", sex=EVIL)
    evil = replace(
        FACTS, name=EVIL, recipient=EVIL, figures=dict(FACTS.figures) | {Figure("quantity", codes): 9},
        outcomes=(replace(OUTCOME, title={"da": EVIL, "en": EVIL}),), passport=((EVIL, EVIL),),
    )  # fmt: skip
    files = extract_files(evil)
    assert ";'=HYPERLINK" in files["rates.csv"].decode("utf-8-sig").replace('"', "")
    for name in ("kodebog.md", "codebook.md"):
        text = files[name].decode()
        assert "<script>" not in text and "[a](b)" not in text and '"y")|' not in text
        assert "&lt;script&gt;" in text


@pytest.mark.fault("F70")
def test_names_from_others_are_text_in_the_question_too():
    _, body = release_text(replace(ASKED, recipient=EVIL, prepared_by=EVIL))
    assert "<script>" not in body and "[a](b)" not in body


def test_the_question_says_whether_it_is_published_and_what_it_was_held_against():
    subject, body = release_text(ASKED)
    assert subject == "C: forskningsudtræk til E, udgivelse 3"
    for said in ("ØVELSE", "alle parter skal sige ja", "1, 2", "`ffffffffffffffff`", "| a.csv | `0000000000000000` |"):
        assert said in body
    _, kept = release_text(replace(ASKED, publishes=False, earlier=(), is_rehearsal=False))
    assert "Det bliver ikke offentligt" in kept and "ØVELSE" not in kept and "ingen; der er ikke udgivet noget" in kept
