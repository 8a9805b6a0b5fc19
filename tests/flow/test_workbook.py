"""The workbook of a settlement: from what is stored, with what was posted before it, and as its approvers saw it."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook

from maalbar.errors import SettlementRefused
from maalbar.flow.workbook import of_settlement
from tests.flow.measured import measured, settled

pytestmark = pytest.mark.usefixtures("results_database")


def _rows(raw: bytes, sheet: str) -> list[tuple[object, ...]]:
    rows = load_workbook(io.BytesIO(raw))[sheet].iter_rows(min_row=5, values_only=True)
    return [row for row in rows if row[1]]


def test_a_settlement_is_computed_from_its_measurements_beside_what_maalbar_came_to(tiny_contract):
    contract = tiny_contract({})
    measurement = measured(contract, "1", "0.05")
    settled(contract, "1")
    number, raw = of_settlement(contract.id, "1")
    assert number == 1
    # All lines are of this settlement, so nothing was posted before it: 25,000 kr. of which 10 % is premium on the principal.
    assert sum(float(row[5]) for row in _rows(raw, "Kontrol")) == 25_000
    assert {row[6] for row in _rows(raw, "Betalinger")} == {0}
    assert {row[5] for row in _rows(raw, "Resultater")} == {f"måling {measurement}"}


def test_a_correction_stands_beside_what_was_posted_before_it(tiny_contract):
    contract = tiny_contract({})
    measured(contract, "1", "0.05")
    settled(contract, "1")
    measured(contract, "1", "0.02")
    settled(contract, "1")
    _, raw = of_settlement(contract.id, "1")
    assert sum(float(row[6]) for row in _rows(raw, "Betalinger")) == 25_000
    assert sum(float(row[5]) for row in _rows(raw, "Kontrol")) == 10_000
    _, first = of_settlement(contract.id, "1", 1)
    assert sum(float(row[5]) for row in _rows(first, "Kontrol")) == 25_000
    assert {row[6] for row in _rows(first, "Betalinger")} == {0}


def test_a_settlement_that_is_not_there_is_refused(tiny_contract):
    contract = tiny_contract({})
    with pytest.raises(SettlementRefused, match="nothing is proposed"):
        of_settlement(contract.id, "1")
