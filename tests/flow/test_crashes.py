"""Killed at any moment, started again, and raced: nothing is half written, and nothing is written twice.

5 % in the first period are 25,000 kr.: two payers, principal and premium each, so four entries of two legs.
"""

from __future__ import annotations

import itertools
from datetime import date

import pytest
from sqlalchemy import insert, text

from maalbar import ledger, proposals, results
from maalbar.contract import Contract
from maalbar.database import transaction
from maalbar.errors import ProposalSuperseded
from maalbar.flow import settle
from maalbar.flow.verify import verify
from maalbar.schema import delivery
from tests.flow.measured import answers, measured, paid
from tests.processes import at_once, is_killed_after, is_killed_at

pytestmark = pytest.mark.usefixtures("results_database")
_NOTHING = (0, 0, 0)


def _proposed(contract: Contract) -> int:
    measured(contract, "1", "0.05")
    return settle.propose(contract.id, "1")["number"]


def _approved(contract: Contract) -> int:
    number = _proposed(contract)
    settle.record_answers(contract.id, number, answers())
    return number


def _written(contract: Contract) -> tuple[int, int, int]:
    """How many entries, legs and posted proposals there are."""
    with transaction() as connection:
        entries, legs = ledger.entries(connection, contract.id), ledger.legs(connection, contract.id)
        states = _states(contract)
        return len(entries), sum(map(len, legs.values())), states.count(proposals.POSTED)


def _states(contract: Contract) -> list[str]:
    with transaction() as connection:
        return [row["state"] for row in proposals.all_of(connection, contract.id)]


def _booked_once(contract: Contract) -> None:
    assert _written(contract) == (4, 8, 1)
    assert paid(contract) == {(1, "1", "region"): 18_750, (1, "1", "town"): 6_250}
    assert verify(contract.id).settlements == 1


def test_a_posting_killed_at_any_statement_has_booked_nothing_and_the_retry_books_once(tiny_contract):
    for statement in itertools.count(1):
        contract = tiny_contract(id=f"tiny_{statement}")
        number = _approved(contract)
        if not is_killed_at(statement, settle.post, contract.id, number):
            break
        assert _written(contract) == _NOTHING
        assert _states(contract) == ["open"]
        receipt = settle.post(contract.id, number)
        assert settle.post(contract.id, number) == receipt
        _booked_once(contract)
    _booked_once(contract)
    # Lock, proposal, lines, answers, results and ledger are read; entries, legs and state are written; it is committed.
    assert statement > 10


def test_a_proposing_killed_at_any_statement_leaves_the_older_proposal_open_and_the_retry_takes_its_place(
    tiny_contract,
):
    for statement in itertools.count(1):
        contract = tiny_contract(id=f"tiny_{statement}")
        _proposed(contract)
        measured(contract, "1", "0.06")
        if not is_killed_at(statement, settle.propose, contract.id, "1"):
            break
        assert _states(contract) == ["open"]
        proposal = settle.propose(contract.id, "1")
        assert proposal["number"] == 2
        assert settle.propose(contract.id, "1") == proposal
        assert _states(contract) == ["superseded", "open"]
    assert _states(contract) == ["superseded", "open"]
    assert statement > 10


def test_the_keeping_of_answers_killed_at_any_statement_has_kept_none_and_the_retry_keeps_all(tiny_contract):
    for statement in itertools.count(1):
        contract = tiny_contract(id=f"tiny_{statement}")
        number = _proposed(contract)
        killed = is_killed_at(statement, settle.record_answers, contract.id, number, answers())
        with transaction() as connection:
            kept = proposals.answers(connection, contract.id, number)
        assert {row["party"] for row in kept} == (set() if killed else {"region", "town", "fund"})
        settle.record_answers(contract.id, number, answers())
        settle.post(contract.id, number)
        _booked_once(contract)
        if not killed:
            break


@pytest.mark.fault("F59")
def test_killed_between_the_commit_and_the_receipt_the_retry_books_nothing_and_gives_the_same_receipt(tiny_contract):
    contract = tiny_contract()
    number = _approved(contract)
    is_killed_after(settle.post, contract.id, number)
    _booked_once(contract)
    with transaction() as connection:
        before, (_, head) = ledger.entries(connection, contract.id), ledger.head(connection, contract.id)
    assert settle.post(contract.id, number) == {"settlement": number, "entries": 4, "head": head}
    with transaction() as connection:
        assert ledger.entries(connection, contract.id) == before


@pytest.mark.fault("F60")
def test_killed_between_the_approval_and_the_booking_it_resumes_and_books_once(tiny_contract):
    contract = tiny_contract()
    number = _proposed(contract)
    is_killed_after(settle.record_answers, contract.id, number, answers())
    assert _written(contract) == _NOTHING
    # The run starts over: it keeps the same answers again before it posts.
    settle.record_answers(contract.id, number, answers())
    settle.post(contract.id, number)
    _booked_once(contract)


def test_killed_between_the_proposal_and_the_news_of_it_the_retry_tells_of_the_same_one(tiny_contract):
    contract = tiny_contract()
    measured(contract, "1", "0.05")
    is_killed_after(settle.propose, contract.id, "1")
    assert settle.propose(contract.id, "1")["number"] == 1
    assert _states(contract) == ["open"]


def test_processes_that_propose_at_once_make_one_proposal(tiny_contract):
    contract = tiny_contract()
    measured(contract, "1", "0.05")
    made = at_once(4, settle.propose, contract.id, "1")
    assert made == [made[0]] * 4
    assert _states(contract) == ["open"]


@pytest.mark.fault("F61")
def test_processes_that_post_at_once_book_once_and_hold_the_same_receipt(tiny_contract):
    contract = tiny_contract()
    receipts = at_once(4, settle.post, contract.id, _approved(contract))
    assert receipts == [receipts[0]] * 4
    _booked_once(contract)


def _whole_run(contract_id: str) -> str:
    """What a backfill's run does, from proposal to receipt."""
    proposal = settle.propose(contract_id, "1")
    if proposal is None:
        return "nothing is due"
    try:
        settle.record_answers(contract_id, proposal["number"], answers())
        return str(settle.post(contract_id, proposal["number"])["head"])
    except ProposalSuperseded:
        return "superseded"


@pytest.mark.fault("F62")
def test_whole_runs_that_race_each_other_end_in_one_settlement_with_each_line_once(tiny_contract):
    contract = tiny_contract()
    measured(contract, "1", "0.05")
    ends = at_once(5, _whole_run, contract.id)
    _booked_once(contract)
    with transaction() as connection:
        head = ledger.head(connection, contract.id)[1]
    assert head in ends
    assert set(ends) <= {head, "nothing is due"}, "one is enough, and no run fails"


@pytest.mark.fault("F66")
def test_the_order_of_settlements_is_their_number_whatever_the_clocks_say(tiny_contract):
    contract = tiny_contract()
    measured(contract, "1", "0.05")
    settled_at(contract, "1", "2022-12-01T10:00:00+01:00")
    measured(contract, "2", "0.08")
    # The clock of the machine that took the answers has jumped back by a year.
    settled_at(contract, "2", "2021-12-01T10:00:00+01:00")
    with transaction() as connection:
        assert [e["settlement"] for e in ledger.entries(connection, contract.id)] == [1] * 4 + [2] * 4
        timed = text(
            "select count(*) from information_schema.columns where table_name in "
            "('ledger_entry', 'ledger_leg', 'payment_line', 'proposal') and data_type like 'time%'"
        )
        assert connection.scalar(timed) == 0, "nothing in the books could be ordered by a clock"
    assert verify(contract.id).settlements == 2


def test_the_newest_delivery_is_the_one_taken_in_last_whatever_the_clocks_say(tiny_contract):
    contract = tiny_contract()
    for taken_in, received_at in enumerate(("2022-10-20T12:00:00Z", "2022-10-20T11:00:00Z")):
        row = dict.fromkeys(("sha256", "canonical_sha256"), str(taken_in)) | {
            "delivery_id": f"d{taken_in}", "contract": contract.id, "source": "contacts", "as_of": date(2022, 10, 15),
            "rows_in": 0, "rows_accepted": 0, "rows_quarantined": 0, "rows_collapsed": 0, "received_at": received_at,
        }  # fmt: skip
        with transaction() as connection:
            connection.execute(insert(delivery), row)
    with transaction() as connection:
        assert results.delivered(connection, contract, "1")["contacts"]["delivery_id"] == "d1"


def settled_at(contract: Contract, period: str, answered_at: str) -> None:
    number = settle.propose(contract.id, period)["number"]
    given = [answer | {"answered_at": answered_at} for answer in answers()]
    settle.record_answers(contract.id, number, given)
    settle.post(contract.id, number)
