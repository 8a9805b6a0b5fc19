"""What a contract or a file of results says is text in a workbook, whatever it looks like, and no person is named."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token

from maalbar.contract import Agreement, load_agreement
from maalbar.flow.calculate import computed
from maalbar.flow.workbook import of_calculation
from maalbar.settings import PROJECT
from tests.contract_features.row import changed
from tests.documents.workbook.made_up_results import made_up

EVIL = '=HYPERLINK("http://x")'
BREAKOUT = 'x")+WEBSERVICE("http://x'
FEATURES = PROJECT / "docs" / "examples" / "features"


def _workbook(agreement: Agreement) -> bytes:
    run = [period.id for period in agreement.calendar.followed]
    results = made_up(agreement, "x")
    return of_calculation(computed(agreement, results, run), results, {"contract": EVIL}, EVIL)


def _cells(raw: bytes) -> Iterator[Any]:
    return (cell for sheet in load_workbook(io.BytesIO(raw)) for row in sheet.iter_rows() for cell in row)


def _functions(raw: bytes) -> set[str]:
    """Every function that a formula of the workbook calls."""
    parts = (part for cell in _cells(raw) if cell.data_type == "f" for part in Tokenizer(cell.value).items)
    return {part.value for part in parts if (part.type, part.subtype) == (Token.FUNC, Token.OPEN)}


@pytest.mark.parametrize("name", ["01-rate-card", "10-milestones", "19-waterfall"])
def test_no_text_of_a_contract_or_of_its_results_becomes_a_formula(name):
    agreement = load_agreement(FEATURES / f"{name}.yaml")
    outcome = next(iter(agreement.outcomes))
    texts = {"name": EVIL, f"outcomes.{outcome}.title": {"da": EVIL, "en": EVIL}}
    texts |= {f"parties.{party}.name": EVIL for party in agreement.parties}
    states = {f"outcomes.{outcome}.price.pays_states": ["verified", BREAKOUT]}
    raw = _workbook(changed(agreement, texts | states))
    assert _functions(raw) == _functions(_workbook(agreement))
    said = [cell for cell in _cells(raw) if EVIL in str(cell.value)]
    assert len(said) > 10
    assert all(cell.data_type == "s" and (cell.quotePrefix or not str(cell.value).startswith("=")) for cell in said)


def test_no_person_is_named():
    raw = _workbook(load_agreement(FEATURES / "10-milestones.yaml"))
    assert not {"ann", "bo", "cat"} & {str(cell.value) for cell in _cells(raw)}
