"""A payment date comes and nobody is asked: of which contracts and periods it is told, on which days, and what is missing.

Of the tiny contract, period 1 may run from 2022-10-15 and is to be paid by 2022-12-15, period 2 a year later.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from maalbar import asked
from maalbar.asked import Place
from maalbar.database import transaction
from maalbar.errors import ApprovalRefused
from maalbar.flow import settle
from maalbar.flow.rejected import settle_dispute
from maalbar.flow.unasked import NOT_ASKED, NOT_MEASURED, NOT_PROPOSED, REJECTED, unasked
from tests.flow.measured import answers, measured, settled

pytestmark = pytest.mark.usefixtures("results_database")
REMINDED, PAY_BY = (14, 3), date(2022, 12, 15)
IN_DECEMBER, A_YEAR_LATER = date(2022, 12, 12), date(2023, 12, 12)


def _told(contract, day=IN_DECEMBER, at_work=()) -> list[tuple[str, str]]:
    found = unasked(contract, day, REMINDED, lambda runs: not set(runs).isdisjoint(at_work))
    return [(one.period, one.missing) for one in found]


def _put(proposal, run: str) -> None:
    with transaction() as connection:
        asked.put(connection, Place("tiny", "tiny__settle", run, "approve_town"), proposal["digest"])


def test_it_is_told_of_what_is_missing_until_people_are_asked_and_again_when_that_run_is_gone(tiny_contract):
    contract = tiny_contract()
    assert _told(contract) == [("1", NOT_MEASURED)]
    measured(contract, "1", "0.05")
    assert _told(contract) == [("1", NOT_PROPOSED)]
    proposal = settle.propose("tiny", "1")
    assert _told(contract, at_work=("r1",)) == [("1", NOT_ASKED)]
    _put(proposal, "r1")
    assert _told(contract, at_work=("r1",)) == []
    assert _told(contract) == [("1", NOT_ASKED)]
    settled(contract, "1")
    assert _told(contract) == []


def test_a_question_about_a_superseded_proposal_asks_nobody_about_the_newer_one(tiny_contract):
    contract = tiny_contract()
    measured(contract, "1", "0.05")
    _put(settle.propose("tiny", "1"), "r1")
    measured(contract, "1", "0.06")
    settle.propose("tiny", "1")
    assert _told(contract, at_work=("r1",)) == [("1", NOT_ASKED)]


def test_a_rejected_period_is_told_of_until_a_way_on_is_taken_and_so_is_one_behind_it(tiny_contract):
    contract = tiny_contract()
    measured(contract, "1", "0.05")
    number = settle.propose("tiny", "1")["number"]
    with pytest.raises(ApprovalRefused):
        settle.record_answers("tiny", number, answers(town={"answer": "reject", "comment": "too dear"}))
    assert _told(contract) == [("1", REJECTED)]
    measured(contract, "2", "0.05")
    assert _told(contract, A_YEAR_LATER) == [("2", NOT_PROPOSED)]
    settle_dispute("tiny", number, "town", "tom", "it was looked into")
    assert _told(contract) == [("1", NOT_PROPOSED)]


def test_it_is_told_as_reminders_are_then_daily_until_the_payment_date_and_weekly_for_four_weeks(tiny_contract):
    contract = tiny_contract()
    days = [PAY_BY + timedelta(days=number) for number in range(-60, 61)]
    assert [(day - PAY_BY).days for day in days if _told(contract, day)] == [-14, -3, -2, -1, 0, 7, 14, 21, 28]


def test_nothing_is_missing_before_a_period_may_run(tiny_contract):
    late = tiny_contract({f"calendar.periods.1.{name}": "2022-12-12" for name in ("run_after", "data_due")})
    assert _told(late, date(2022, 12, 12)) == []
    assert _told(late, date(2022, 12, 13)) == [("1", NOT_MEASURED)]


def test_only_contracts_that_every_party_has_signed_by_then_and_no_rehearsals_are_looked_at(tiny_contract):
    assert _told(tiny_contract(is_signed=False)) == []
    assert _told(tiny_contract({"rehearsal": {"of": "tiny", "shifted_years": "-1"}}, id="tiny_demo")) == []
    late = tiny_contract({"status.dated": "2022-12-13"})
    assert _told(late, date(2022, 12, 12)) == []
    assert _told(late, date(2022, 12, 13)) == [("1", NOT_MEASURED)]


def test_an_amendment_that_awaits_signatures_leaves_the_contract_in_force(tiny_contract):
    measured(tiny_contract(), "1", "0.05")
    settled(tiny_contract(), "1")
    amendment = {
        "id": "more", "from_period": "2", "dated": "2022-01-01", "body": "The council", "source": "minutes",
        "changes": {"outcomes.contacts.price.maximum": "120_000 DKK"},
    }  # fmt: skip
    amended = tiny_contract({"amendments": [amendment]}, is_signed=False)
    assert _told(amended, A_YEAR_LATER) == [("2", NOT_MEASURED)]


def test_of_a_contract_that_was_stopped_the_periods_that_began_after_are_not_missed(tiny_contract):
    for stopped_on, missed in (("2022-07-02", [("2", NOT_MEASURED)]), ("2022-07-01", [])):
        ending = {"stopped_on": stopped_on, "redemption": [{"share": "50 %"}], "source": "minutes",
            "payments": [{"payer": "region", "recipient": "fund", "share": "100 %"}]}  # fmt: skip
        assert _told(tiny_contract({"terms.termination": ending}), A_YEAR_LATER) == missed
