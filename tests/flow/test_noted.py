"""What the note of a run says: the domain's words, and nothing small enough to point at anybody."""

from __future__ import annotations

import pytest

from maalbar.flow import datasets, noted
from maalbar.flow.intake import take_in
from tests.flow.landing import PEOPLE, deliver, known
from tests.flow.measured import measured, settled
from tests.owner import tamper

pytestmark = pytest.mark.usefixtures("results_database")


@pytest.mark.parametrize(("small_cell", "said"), [("1", "3 rows in quarantine"), ("5", "a few rows in quarantine")])
def test_a_few_rows_in_quarantine_are_not_counted(tiny_contract, small_cell, said):
    contract = tiny_contract({"quality.small_cell": small_cell})
    deliver(contract, text=PEOPLE)
    (taken,) = take_in(contract.id, "1")
    tamper("update delivery set rows_quarantined = 3, rows_accepted = rows_accepted - 3")
    told = noted.taken_in(contract.id, "1", [taken])
    assert told.startswith(f"1: 1 delivery taken in; {said}, see the tab Deliveries; contacts, ")
    assert known(contract)[0]["rows_quarantined"] == 3


def test_nothing_taken_in_is_said_too(tiny_contract):
    assert noted.taken_in(tiny_contract().id, "1", []).startswith("1: 0 deliveries taken in; population, contacts, ")


def test_an_outcome_that_is_not_measurable_is_named_and_no_figure_is(tiny_contract):
    contract = tiny_contract()
    told = noted.measured(contract.id, "1", measured(contract, "1", None))
    assert told == "1: 2 outcomes measured; Hospital contacts is not measurable"


def test_a_proposal_names_whom_it_awaits_and_its_datasets_where_it_comes_from(tiny_contract):
    contract = tiny_contract()
    measured(contract, "1", "0.05")
    settled(contract, "1")
    assert noted.proposed(contract.id, 1, "1") == "1: proposal no. 1 awaits The Region, The Town, The Fund"
    assert datasets.of_proposal(contract.id, 1) == (["tiny/results/1"], ["tiny/proposal/1"])
    assert datasets.of_settlement(contract.id, 1) == (["tiny/proposal/1"], ["tiny/ledger/1", "tiny/statement/1"])
