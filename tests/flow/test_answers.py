"""Answers: each party once, by a person it names, with a time that means something, and what was said stays said."""

from __future__ import annotations

import pytest

from maalbar import proposals
from maalbar.database import transaction
from maalbar.errors import ApprovalRefused, StoreDamaged
from maalbar.flow import settle
from maalbar.flow.verify import verify
from tests.flow.measured import answers, measured, settled
from tests.owner import tamper

pytestmark = pytest.mark.usefixtures("results_database")


@pytest.fixture
def proposed(tiny_contract):
    """A contract whose first period is proposed."""
    contract = tiny_contract()
    measured(contract, "1", "0.05")
    settle.propose(contract.id, "1")
    return contract


def _kept(contract) -> tuple[str, dict[str, str]]:
    """The state of the first proposal, and what each party is on record with."""
    with transaction() as connection:
        said = proposals.answers(connection, contract.id, 1)
        return proposals.get(connection, contract.id, 1)["state"], {row["party"]: row["answer"] for row in said}


def test_a_yes_is_not_taken_back_by_a_later_no(proposed):
    settle.record_answers(proposed.id, 1, answers())
    with pytest.raises(ApprovalRefused, match="town has already answered"):
        settle.record_answers(proposed.id, 1, answers(town={"answer": "reject", "comment": "changed our mind"}))
    state, said = _kept(proposed)
    assert state == "open"
    assert set(said.values()) == {"approve"}


def test_a_party_that_is_told_to_answer_as_before_and_does_is_posted(proposed):
    settle.record_answers(proposed.id, 1, answers())
    with pytest.raises(ApprovalRefused, match="clear its question and let it answer as before"):
        settle.record_answers(proposed.id, 1, answers(town={"answer": "reject"}))
    settle.record_answers(proposed.id, 1, answers(town={"answered_at": "2026-02-01T12:00:00+01:00"}))
    settle.post(proposed.id, 1)
    assert _kept(proposed)[0] == "posted"


def test_a_party_that_answers_twice_at_once_is_on_record_with_neither(proposed):
    twice = [*answers(), answers(region={"user": "rene", "answer": "reject"})[0]]
    with pytest.raises(ApprovalRefused, match="region answers twice"):
        settle.record_answers(proposed.id, 1, twice)
    assert _kept(proposed) == ("open", {})


@pytest.mark.parametrize("time", ["yesterday", "2026-01-01T12:00:00", ""])
def test_an_answer_without_a_time_and_its_offset_is_refused(proposed, time):
    with pytest.raises(ApprovalRefused, match="not said with its offset"):
        settle.record_answers(proposed.id, 1, answers(town={"answered_at": time}))
    assert _kept(proposed) == ("open", {})


def test_a_receipt_stays_that_of_its_own_settlement(tiny_contract):
    contract = tiny_contract()
    measured(contract, "1", "0.05")
    first = settled(contract, "1")
    measured(contract, "2", "0.05")
    settled(contract, "2")
    assert settle.post(contract.id, 1) == first


def test_entries_taken_off_the_end_of_the_ledger_are_missed(tiny_contract):
    contract = tiny_contract()
    measured(contract, "1", "0.05")
    settled(contract, "1")
    before = verify(contract.id).entries
    tamper(f"delete from ledger_entry where entry = {before}", f"delete from ledger_leg where entry = {before}")
    with pytest.raises(StoreDamaged, match=f"entry {before}: is missing"):
        verify(contract.id)
