"""The page of all contracts: every state in words, nothing left out, and for everyone to read."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date
from typing import get_args

import pypdf
import pytest

from maalbar.documents.formats import plain
from maalbar.documents.portfolio.document import STATES, portfolio_document
from maalbar.documents.portfolio.facts import ContractFact, PeriodFact, PortfolioFacts, State
from maalbar.documents.portfolio.layout import portfolio_html, portfolio_pdf
from tests.documents.test_accessible import Page
from tests.documents.test_language import danish_in, words_of

ALL: tuple[State, ...] = get_args(State)
RUNNING = ContractFact(
    id="plads_til_forskel", name="Plads til Forskel", is_illustrative=True, rehearsal_years=None, currency="DKK",
    periods=tuple(PeriodFact(str(n), date(2021 + n, 7, 1), date(2022 + n, 7, 1), state) for n, state in enumerate(ALL)),
    settled_minor=1_500_000_00, paid_minor=500_000_00, cap_minor=6_000_000_00, next=("data_due", date(2028, 10, 31)),
)  # fmt: skip
NEW = ContractFact(
    id="viborg", name="Viborg", is_illustrative=False, rehearsal_years=-5, currency="DKK",
    periods=(PeriodFact("1", date(2030, 1, 1), date(2031, 1, 1), "to_come"),),
    settled_minor=0, paid_minor=0, cap_minor=None, next=("starts", date(2030, 1, 1)),
)  # fmt: skip
FACTS = PortfolioFacts(date(2028, 8, 1), (RUNNING, NEW))
both = pytest.mark.parametrize("facts", [FACTS, replace(FACTS, language="en")], ids=["da", "en"])


def test_every_state_has_its_words():
    assert set(STATES) == set(ALL) and len(set(STATES.values())) == len(ALL)


def test_a_new_contract_stands_beside_a_running_one():
    running, new = portfolio_document(FACTS).rows
    assert (plain(running.settled), plain(running.paid), running.share) == (
        "Afregnet 1.500.000 af højst 6.000.000 kr.", "Betalt 500.000 kr.", 25,
    )  # fmt: skip
    assert plain(running.next) == "data senest 31. oktober 2028"
    assert running.marks == ("Vilkår er illustrative, ikke aftalt.",)
    assert (plain(new.settled), new.share, new.marks) == ("Afregnet 0 kr.; intet loft", None, ("ØVELSE",))
    assert plain(new.next) == "begynder 1. januar 2030"


@both
def test_the_page_and_the_pdf_tell_of_every_contract_and_period(facts):
    document = portfolio_document(facts)
    html, pdf = portfolio_html(facts).decode(), portfolio_pdf(facts)
    text = "".join("".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)
    for row in document.rows:
        assert row.name in html and row.name.replace(" ", "") in text
        for step in row.steps:
            assert f"<strong>{step.told}</strong>" in html and "".join(plain(step.told).split()) in text
    assert len(pypdf.PdfReader(io.BytesIO(pdf)).pages) == 1


@both
def test_the_page_is_for_everyone(facts):
    html = portfolio_html(facts).decode()
    page = Page(html)
    assert page.elements[0] == ("html", {"lang": facts.language}, ())
    levels = [int(tag[1]) for tag, _, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels == [1, 2, 3, 3]
    ids = [str(attrs["id"]) for _, attrs, _ in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {str(a["aria-labelledby"]) for _, a, _ in page.elements if "aria-labelledby" in a} <= set(ids)
    assert all(a.get("aria-hidden") == "true" for tag, a, _ in page.elements if tag == "svg"), (
        "its numbers stand below it"
    )
    assert "<script" not in html and not re.search(r'(?:src|href)="(?!#)', html)


def test_no_danish_is_left_in_english():
    said = words_of(portfolio_document(replace(FACTS, language="en")), ("Plads til Forskel", "plads_til_forskel"))
    assert danish_in(said) == []


@pytest.mark.fault("F70")
def test_texts_of_a_contract_are_no_markup_and_the_same_facts_the_same_bytes():
    name = '=cmd|A1 @x <script>alert(1)</script> {{ 7*7 }} #import "x"'
    hostile = replace(FACTS, contracts=(replace(NEW, name=name, id=name),))
    page = portfolio_html(hostile).decode()
    assert {tag for tag, _, _ in Page(page).elements} <= {
        tag for tag, _, _ in Page(portfolio_html(FACTS).decode()).elements
    }
    assert page.count("=cmd|A1 @x &lt;script&gt;alert(1)&lt;/script&gt; {{ 7*7 }}") == 2
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(portfolio_pdf(hostile))).pages)
    assert '#import"x"' in "".join(text.split())
    assert portfolio_pdf(hostile) == portfolio_pdf(hostile)


def test_no_contract_at_all_is_a_page_too():
    assert "0 kontrakter" in portfolio_document(PortfolioFacts(date(2028, 8, 1), ())).counted
