"""Corrections of settled periods: signed differences only, in a proposal of their own, and the old entries stay."""

from __future__ import annotations

import pytest

from maalbar import ledger, results
from maalbar.database import transaction
from maalbar.errors import ProposalSuperseded
from maalbar.flow import settle
from maalbar.flow.verify import verify
from tests.flow.measured import answers, booked, measured, paid, settled

pytestmark = pytest.mark.usefixtures("results_database")


@pytest.fixture
def contract(tiny_contract):
    return tiny_contract()


@pytest.mark.fault("F63")
def test_a_corrected_period_gives_its_signed_difference(contract):
    measured(contract, "1", "0.05")
    settled(contract, "1")
    before = booked(contract)
    measured(contract, "1", "0.04")
    settled(contract, "1")
    # 25,000 becomes 20,000: 5,000 go back, three quarters to the region.
    assert booked(contract)[: len(before)] == before
    assert {key: amount for key, amount in paid(contract).items() if key[0] == 2} == {
        (2, "1", "region"): -3_750,
        (2, "1", "town"): -1_250,
    }


def test_nobody_is_asked_any_more_for_a_correction_that_was_taken_back(contract):
    measured(contract, "1", "0.05")
    settled(contract, "1")
    measured(contract, "1", "0.04")
    number = settle.propose(contract.id, "1")["number"]
    measured(contract, "1", "0.05")
    assert settle.propose(contract.id, "1") is None
    with pytest.raises(ProposalSuperseded):
        settle.present(contract.id, number)
    with pytest.raises(ProposalSuperseded):
        settle.record_answers(contract.id, number, answers())


def test_a_correction_of_the_first_period_moves_the_second_by_what_the_sum_demands(contract):
    for period, contacts in (("1", "0.05"), ("2", "0.08")):
        measured(contract, period, contacts)
        settled(contract, period)
    measured(contract, "1", "0.06")
    settled(contract, "1")
    # 80,000 over both periods stays 80,000: 5,000 more for the first are 5,000 less for the second.
    assert {key: amount for key, amount in paid(contract).items() if key[0] == 3} == {
        (3, "1", "region"): 3_750, (3, "1", "town"): 1_250, (3, "2", "region"): -3_750, (3, "2", "town"): -1_250,
    }  # fmt: skip


@pytest.mark.fault("F57")
def test_where_a_cap_binds_a_correction_of_an_early_period_moves_a_later_one(tiny_contract):
    # The region may pay 20 kr. in all, and pays all of 8 plans at 1 kr. and then of 15.
    contract = tiny_contract(
        {
            "outcomes.action_plans.price.amount": "1 DKK",
            "outcomes.action_plans.payments": [{"payer": "region", "recipient": "fund", "share": "100 %"}],
            "terms.caps": [{"payer": "region", "maximum": "20 DKK", "source": "minutes"}],
            "terms.premium.rate": "0 %",
        }
    )
    for period, plans in (("1", 8), ("2", 15)):
        measured(contract, period, None, plans)
        settled(contract, period)
    assert paid(contract) == {(1, "1", "region"): 8, (2, "2", "region"): 12}
    measured(contract, "1", None, 10)
    settled(contract, "1")
    assert paid(contract) == {
        (1, "1", "region"): 8,
        (2, "2", "region"): 12,
        (3, "1", "region"): 2,
        (3, "2", "region"): -2,
    }


@pytest.mark.fault("F57")
def test_a_second_year_corrected_under_a_cap_moves_the_fourth_without_opening_it(tiny_contract):
    # Cap 3,600; raw 900, 800, 900, 1,200: the fourth year gets the 1,000 that are left. The second is corrected to 1,000.
    years = range(2020, 2025)
    contract = tiny_contract(
        {
            "calendar.periods": [_year(number, year) for number, year in enumerate(years)],
            "outcomes.action_plans.price.amount": "1 DKK",
            "outcomes.action_plans.payments": [{"payer": "region", "recipient": "fund", "share": "100 %"}],
            "terms.caps": [{"payer": "region", "maximum": "3_600 DKK", "source": "minutes"}],
            "terms.premium.rate": "0 %",
        }
    )
    for period, plans in (("1", 900), ("2", 800), ("3", 900), ("4", 1_200)):
        measured(contract, period, None, plans)
        settled(contract, period)
    assert list(paid(contract).values()) == [900, 800, 900, 1_000]
    measured(contract, "2", None, 1_000)
    settled(contract, "4")
    assert {key: amount for key, amount in paid(contract).items() if key[0] == 5} == {
        (5, "2", "region"): 200, (5, "4", "region"): -200,
    }  # fmt: skip
    with transaction() as connection:
        assert results.latest(connection, contract.id)["4"]["revision"] == 1, "the fourth year was not measured again"


def _year(number: int, year: int) -> dict[str, str]:
    days = {"run_after": "10-15", "data_due": "10-31", "pay_by": "12-15"}
    return {"id": str(number), "from": f"{year}-07-01", "to": f"{year + 1}-07-01"} | {
        name: f"{year + 1}-{day}" for name, day in days.items()
    }


def test_a_revision_that_changes_no_amount_proposes_nothing(contract):
    measured(contract, "1", "0.05")
    settled(contract, "1")
    measured(contract, "1", "0.05")
    assert settle.propose(contract.id, "1") is None


@pytest.mark.fault("F64")
def test_a_correction_taken_back_nets_to_nothing_and_keeps_its_history(contract):
    for contacts in ("0.05", "0.07", "0.05"):
        measured(contract, "1", contacts)
        settled(contract, "1")
    assert paid(contract) == {
        (1, "1", "region"): 18_750, (1, "1", "town"): 6_250,
        (2, "1", "region"): 7_500, (2, "1", "town"): 2_500,
        (3, "1", "region"): -7_500, (3, "1", "town"): -2_500,
    }  # fmt: skip


def test_a_result_withdrawn_is_paid_back(contract):
    measured(contract, "1", "0.05")
    settled(contract, "1")
    measured(contract, "1", None)
    settled(contract, "1")
    assert sum(paid(contract).values()) == 0


def test_corrections_of_corrections_end_where_booking_the_last_values_at_once_would_have(tiny_contract):
    winding, direct = tiny_contract(id="winding"), tiny_contract(id="direct")
    course = [("1", "0.05", 2), ("1", "0.07", 0), ("2", "0.04", 5), ("1", None, 3), ("2", "0.08", 1), ("1", "0.06", 4)]
    for settlement, (period, contacts, plans) in enumerate(course, start=1):
        before = booked(winding)
        measured(winding, period, contacts, plans)
        assert settled(winding, period)["settlement"] == settlement
        assert booked(winding)[: len(before)] == before, "history keeps all"
    for period, contacts, plans in (("1", "0.06", 4), ("2", "0.08", 1)):
        measured(direct, period, contacts, plans)
    settled(direct, "2")

    def in_all(contract) -> dict:
        with transaction() as connection:
            return {key: amount for key, amount in ledger.posted(connection, contract.id).items() if amount}

    assert in_all(winding) == in_all(direct)
    assert verify(winding.id).accounts == verify(direct.id).accounts
    assert verify(winding.id).settlements == len(course)


def test_a_correction_goes_back_by_the_way_it_came_on_both_accounts(contract):
    for contacts in ("0.05", "0.04"):
        measured(contract, "1", contacts)
        settled(contract, "1")
    with transaction() as connection:
        legs = ledger.legs(connection, contract.id)
    # 5,000 go back: 3,750 to the region and 1,250 to the town, from what the fund got as principal and as premium.
    back = [leg for entry in range(5, 9) for leg in legs[entry]]
    assert sum(amount for account, amount in back if account == "payer/region") == 3_750_00
    assert sum(amount for account, amount in back if account == "payer/town") == 1_250_00
    assert sum(amount for account, amount in back if account.startswith("recipient/fund/")) == -5_000_00
