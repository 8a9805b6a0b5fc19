"""Postings for a finance system balance voucher by voucher, and all that is handed out sums to the ledger to the øre."""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maalbar import ledger
from maalbar.database import transaction
from maalbar.errors import SettlementRefused, StoreDamaged
from maalbar.flow import settle
from maalbar.flow.invoices import standings
from maalbar.flow.posting_file import COLUMNS, posting_file
from tests.flow.handed_out import basis_of, ore, rows_of
from tests.flow.measured import answers, measured, settled

pytestmark = pytest.mark.usefixtures("results_database")
SET_OFF = {"terms.negative_difference": "set_off", "terms.left_at_end": "claw_back"}
NET = {
    "terms.netting": "net",
    "parties.fund.roles": ["payer", "investor"],
    "parties.town.roles": ["payer", "investor"],
    "outcomes.action_plans.payments.0": {"payer": "fund", "recipient": "town", "share": "100 %"},
}
"""The fund pays the town for plans, and the town the fund for contacts: one transfer."""
_numbers = itertools.count(1)


def test_a_posting_has_two_legs_dated_by_the_last_approval_with_the_sides_of_a_claim_and_a_debt(
    tiny_contract, tmp_path
):
    contract = tiny_contract()
    measured(contract, "1", "0.05")
    settled(contract, "1")
    found = posting_file(contract.id, tmp_path / "postings.csv")
    claim, debt = rows_of((tmp_path / "postings.csv").read_bytes())[2:4]
    assert list(claim) == list(COLUMNS)
    assert (claim["bilag"], claim["bogføringsdato"], claim["forfaldsdato"]) == ("tiny-1-2", "2022-12-01", "2022-12-15")
    assert (claim["konto"], claim["debet"], claim["kredit"], claim["beløb"]) == (
        "payer/region",
        "16741,07",
        "",
        "16741,07",
    )
    assert (debt["konto"], debt["debet"], debt["kredit"]) == ("recipient/fund/principal", "", "16741,07")
    assert (debt["bilag"], debt["beløb"], debt["vilkår"]) == ("tiny-1-2", "-16741,07", "aftalte")
    assert (found.vouchers, found.debited) == (4, 25_000_00)


def test_a_correction_that_goes_back_exchanges_the_sides(tiny_contract, tmp_path):
    contract = tiny_contract()
    for improvement in ("0.05", "0.04"):
        measured(contract, "1", improvement)
        settled(contract, "1")
    posting_file(contract.id, tmp_path / "postings.csv", 2)
    rows = rows_of((tmp_path / "postings.csv").read_bytes())
    assert {row["afregning"] for row in rows} == {"2"}
    assert all(ore(row["kredit"]) > 0 and not row["debet"] for row in rows if row["konto"].startswith("payer/"))
    assert all(ore(row["debet"]) > 0 and not row["kredit"] for row in rows if row["konto"].startswith("recipient/"))


def test_a_draft_is_refused_and_a_ledger_that_someone_changed_is_handed_out_to_nobody(
    tiny_contract, tmp_path, monkeypatch
):
    contract = tiny_contract()
    measured(contract, "1", "0.05")
    settle.propose(contract.id, "1")
    with pytest.raises(SettlementRefused, match="tiny settlement 1: it is open and not posted"):
        posting_file(contract.id, tmp_path / "postings.csv", 1)
    settle.record_answers(contract.id, 1, answers())
    settle.post(contract.id, 1)
    monkeypatch.setattr(ledger, "HASHED", ledger.HASHED[:-1])
    with pytest.raises(StoreDamaged, match="the hash chain is broken"):
        posting_file(contract.id, tmp_path / "postings.csv")
    assert not (tmp_path / "postings.csv").exists()


_COURSE = st.lists(
    st.tuples(st.sampled_from("12"), st.integers(-20, 120), st.integers(0, 9)), min_size=1, max_size=5
).map(lambda steps: [("1", 50, 2), *steps])


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(course=_COURSE, terms=st.sampled_from([{}, SET_OFF, NET, SET_OFF | NET]))
def test_all_that_is_handed_out_sums_to_the_ledger_and_to_what_is_owed_to_the_ore(
    tiny_contract, tmp_path, course, terms
):
    changes = {"terms.caps": [], "mandates": [], "outcomes.contacts.price.maximum": "99_999.97 DKK", **terms}
    contract = tiny_contract(changes, id=f"tiny_{next(_numbers)}")
    for period, permille, plans in course:
        measured(contract, period, str(permille / 1000), plans)
        proposal = settle.propose(contract.id, period)
        if proposal:
            settle.record_answers(contract.id, proposal["number"], answers())
            settle.post(contract.id, proposal["number"])
    with transaction() as connection:
        entries, balances = ledger.entries(connection, contract.id), ledger.balances(connection, contract.id)
        debts = {
            (s.debt.settlement, s.debt.payer, s.debt.recipient): s.debt
            for s in standings(connection, contract, date.max)
        }
    found = basis_of(contract)
    by_entry = {}
    for key, basis in found.items():
        rows = rows_of(basis.content)
        assert sum(ore(row["beløb"]) for row in rows) == basis.amount == (debts[key].amount if key in debts else 0)
        by_entry |= {int(row["postering"]): ore(row["beløb"]) for row in rows if row["postering"]}
    assert set(debts) <= set(found)
    assert by_entry == {entry["entry"]: entry["amount_minor"] for entry in entries}
    path = tmp_path / f"{contract.id}.csv"
    posting_file(contract.id, path)
    vouchers, accounts = Counter(), Counter()
    for row in rows_of(path.read_bytes()):
        assert ore(row["beløb"]) == ore(row["debet"]) - ore(row["kredit"])
        vouchers[row["bilag"]] += ore(row["beløb"])
        accounts[row["konto"]] -= ore(row["beløb"])
    assert set(vouchers.values()) <= {0} and len(vouchers) == len(entries)
    assert {account: amount for account, amount in accounts.items() if amount} == {
        account: amount for account, amount in balances.items() if amount
    }
