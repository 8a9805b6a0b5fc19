"""The workbook of a settlement: from what is stored, with what was posted before it, and it says whether it still holds."""

from __future__ import annotations

import io
from collections import defaultdict
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from maalbar.errors import SettlementRefused
from maalbar.flow import settle
from maalbar.flow.workbook import stands_of, write_workbooks
from tests.flow.measured import booked, measured, settled
from tests.spreadsheet import Key, payments_of, transfers_of, values_of

pytestmark = pytest.mark.usefixtures("results_database")


def _rows(raw: bytes, sheet: str) -> list[tuple[object, ...]]:
    rows = load_workbook(io.BytesIO(raw))[sheet].iter_rows(min_row=5, values_only=True)
    return [row for row in rows if row[1]]


def _workbook(contract, number: int, folder, language="da") -> bytes:
    _, (written,) = write_workbooks(contract.id, number, (language,), folder)
    return written.path.read_bytes()


def _sums(amounts: dict[Key, Decimal], place: int) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for key, amount in amounts.items():
        sums[key[place]] += amount
    return dict(sums)


@pytest.fixture
def contract(tiny_contract):
    """Half of what is aimed at in period 1, and all that follows from it posted; then a fifth of it, and so a correction."""
    contract = tiny_contract({})
    measured(contract, "1", "0.05")
    settled(contract, "1")
    return contract


def test_a_settlement_and_its_correction_come_to_what_the_ledger_has_to_every_krone(contract, tmp_path):
    measured(contract, "1", "0.02", 3)
    settled(contract, "1")
    first, second = (_workbook(contract, number, tmp_path) for number in (1, 2))
    # 5 % of the 10 % aimed at, of half of 100,000 in the first of two periods; then 2 %, and three plans of 1,000.
    assert sum(payments_of(first).values()) == 25_000
    assert sum(payments_of(second).values()) == 10_000 + 3_000
    for raw, until in ((first, 1), (second, 2)):
        ledger: dict[str, Decimal] = defaultdict(Decimal)
        for settlement, _, _, payer, _, amount in booked(contract):
            ledger[contract.parties[payer].label] += Decimal(amount if settlement <= until else 0) / 100
        assert _sums(payments_of(raw), 2) == dict(ledger)
        assert values_of(raw)["Kontrol", "H2"] == 0
    assert sum(float(row[6]) for row in _rows(second, "Betalinger")) == 25_000
    region, town, fund = (contract.parties[party].label for party in ("region", "town", "fund"))
    assert transfers_of(second) == [
        ("1", region, fund, 18_750), ("1", town, fund, 6_250),
        ("2", fund, region, 11_250), ("2", fund, town, 750),
    ]  # fmt: skip


def test_a_superseded_workbook_says_so_on_every_sheet_and_by_what(contract, tmp_path):
    assert stands_of(contract.id, 1).is_current
    before = load_workbook(io.BytesIO(_workbook(contract, 1, tmp_path)))
    assert "Gælder: afregning 1 er bogført." in before["Læs_mig"]["B2"].value
    assert "post 4" in before["Læs_mig"]["B2"].value
    assert not any(before[name]["A2"].value for name in before.sheetnames[1:])
    measured(contract, "1", "0.02")
    settled(contract, "1")
    assert (stands_of(contract.id, 1).otherwise, stands_of(contract.id, 2).is_current) == ({"1": 2}, True)
    for language, said in (("da", "GÆLDER IKKE MERE"), ("en", "HOLDS NO LONGER")):
        after = load_workbook(io.BytesIO(_workbook(contract, 1, tmp_path, language)))
        assert all(said in after[name]["A2"].value for name in after.sheetnames[1:])
        assert said in after.worksheets[0]["B2"].value


def test_a_later_period_leaves_an_earlier_workbook_in_force(contract):
    measured(contract, "2", "0.05")
    settled(contract, "2")
    assert stands_of(contract.id, 1).is_current and stands_of(contract.id, 2).is_current


def test_a_draft_says_that_nothing_of_it_is_owed(tiny_contract, tmp_path):
    contract = tiny_contract({})
    measured(contract, "1", "0.05")
    settle.propose(contract.id, "1")
    stands, (written,) = write_workbooks(contract.id, 1, ("da",), tmp_path)
    assert not stands.is_current
    book = load_workbook(written.path)
    assert all("UDKAST: forslag 1 er ikke bogført" in book[name]["A2"].value for name in book.sheetnames[1:])


def test_a_rehearsal_and_terms_not_agreed_are_marked_on_every_sheet(tiny_contract, tmp_path):
    contract = tiny_contract({"status.terms": "illustrative"})
    measured(contract, "1", "0.05")
    settle.propose(contract.id, "1")
    book = load_workbook(io.BytesIO(_workbook(contract, 1, tmp_path)))
    assert all("Vilkårene er ikke aftalt" in book[name]["A2"].value for name in book.sheetnames[1:])


def test_a_number_of_few_persons_is_not_shown(tiny_contract, tmp_path):
    price = {"counts": "persons", "min_units": 5}
    contract = tiny_contract({f"outcomes.action_plans.price.{name}": value for name, value in price.items()})
    measured(contract, "1", "0.05", 4)
    settle.propose(contract.id, "1")
    with pytest.raises(SettlementRefused, match="action_plans counts fewer than 5 persons"):
        write_workbooks(contract.id, 1, ("da",), tmp_path)
    assert list(tmp_path.glob("*.xlsx")) == []
    measured(contract, "1", "0.05", 5)
    settle.propose(contract.id, "1")
    assert sum(payments_of(_workbook(contract, 2, tmp_path)).values()) == 25_000 + 5_000


def test_a_settlement_that_is_not_there_is_refused(tiny_contract, tmp_path):
    with pytest.raises(SettlementRefused, match="there is no proposal 1"):
        write_workbooks(tiny_contract({}).id, 1, ("da",), tmp_path)
