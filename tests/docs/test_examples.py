"""The documents of the rehearsal under docs/examples are what the code makes of their facts today."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from maalbar.contract import load_contract
from maalbar.documents import statement
from maalbar.documents.facts import StatementFacts
from maalbar.documents.kept_facts import as_json, from_json
from maalbar.documents.portfolio.facts import PortfolioFacts
from maalbar.documents.portfolio.layout import portfolio_html, portfolio_pdf
from maalbar.documents.yearly import layout as yearly
from maalbar.documents.yearly.facts import YearlyFacts
from maalbar.settings import PROJECT

EXAMPLES = PROJECT / "docs" / "examples"
FACTS = sorted((EXAMPLES / "facts").glob("*.json"))
LAID_OUT: dict[type, tuple[str, Callable[[Any, str], dict[str, bytes]]]] = {
    StatementFacts: ("statements", lambda facts, _: statement.laid_out(facts)),
    YearlyFacts: (".", lambda facts, _: yearly.laid_out(facts)),
    PortfolioFacts: (
        ".",
        lambda facts, name: {f"{name}.html": portfolio_html(facts), f"{name}.pdf": portfolio_pdf(facts)},
    ),
}
"""Facts → the folder of their documents, and how these are laid out."""


def test_there_are_facts_of_every_kind_of_document_in_both_languages():
    kinds = [type(from_json(path.read_bytes())) for path in FACTS]
    assert {kind: kinds.count(kind) for kind in kinds} == dict.fromkeys(LAID_OUT, 2)


@pytest.mark.parametrize("path", FACTS, ids=lambda path: path.stem)
def test_an_example_is_what_the_code_makes_of_its_facts(path):
    facts = from_json(path.read_bytes())
    folder, lay_out = LAID_OUT[type(facts)]
    for name, data in lay_out(facts, path.stem).items():
        assert (EXAMPLES / folder / name).read_bytes() == data, "run `make examples`"


@pytest.mark.parametrize("path", FACTS, ids=lambda path: path.stem)
def test_facts_are_kept_to_the_last_digit(path):
    facts = from_json(path.read_bytes())
    assert from_json(as_json(facts)) == facts
    assert json.loads(path.read_bytes()).items() <= json.loads(as_json(facts)).items()


def test_every_period_has_its_statement_in_both_languages_and_the_page_names_each_file():
    contract = load_contract(PROJECT / "investments" / "plads_til_forskel.yaml")
    expected = {
        f"{contract.id}_demo__{name.format(period.id)}.{kind}"
        for period in contract.calendar.followed for name in statement.NAMES.values() for kind in ("pdf", "html")
    }  # fmt: skip
    folder = EXAMPLES / "statements"
    told = re.findall(r"\]\(([^)/]+\.(?:pdf|html))\)", (folder / "README.md").read_text(encoding="utf-8"))
    assert {path.name for path in folder.iterdir()} - {"README.md"} == expected == set(told)


def test_the_statements_stay_small():
    assert sum(path.stat().st_size for path in (EXAMPLES / "statements").iterdir()) < 6_000_000


def test_every_statement_of_the_examples_says_that_nobody_in_it_is_real():
    for path in (EXAMPLES / "statements").glob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert "ØVELSE" in text or "REHEARSAL" in text
