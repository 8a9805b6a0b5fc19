"""Answers: each party once, by a person it names, with a time that means something, and what was said stays said."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest

from maalbar import proposals
from maalbar.database import transaction
from maalbar.errors import ApprovalRefused, ProposalDecided, ProposalRejected, StoreDamaged
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


def no_elsewhere(contract, **changed: Any) -> list[dict[str, Any]]:
    """The no of Rita of the region to the first proposal, in another run than the one whose answers are kept."""
    with transaction() as connection:
        digest = proposals.get(connection, contract.id, 1)["digest"]
    (no,) = proposals.of_party(answers(region={"answer": "reject", "comment": "too dear", "digest": digest}), "region")
    return [no | changed]


def test_a_no_to_the_same_in_another_run_rejects_it_though_somebody_else_of_the_party_said_yes_here(proposed):
    here, there = answers(region={"user": "rene"}), no_elsewhere(proposed)
    for _ in range(2):  # told again it comes to the same
        with pytest.raises(ProposalRejected, match="refused by The Region"):
            settle.record_answers(proposed.id, 1, here, there)
    assert _kept(proposed) == ("rejected", {"town": "approve", "fund": "approve", "region": "reject"})
    with transaction() as connection:
        (said,) = proposals.of_party(proposals.answers(connection, proposed.id, 1), "region")
    assert (said["name"], said["comment"]) == ("Rita Region", "too dear")
    with pytest.raises(ProposalDecided):
        settle.record_answers(proposed.id, 1, there)


BEFORE, AFTER = "2022-11-30T12:00:00+00:00", "2022-12-02T12:00:00+00:00"
"""Before and after the answers here were given."""


@pytest.mark.parametrize(
    ("here", "there", "counts"),
    [
        ({"user": "rita"}, {"answered_at": BEFORE}, False),
        ({"user": "rita"}, {"answered_at": AFTER}, True),
        ({"user": "rene"}, {"answered_at": BEFORE}, True),
        ({"user": "rene"}, {"digest": "of another proposal"}, False),
        ({"user": "rene"}, {"user": "somebody who was replaced"}, False),
        ({"user": "rene"}, {"answer": "approve"}, False),
    ],
    ids=["taken back", "said last", "of another person", "to something else", "of nobody named", "a yes"],
)
def test_a_no_of_another_run_counts_where_it_is_to_the_same_of_one_who_is_named_and_has_not_said_yes_since(
    proposed, here, there, counts
):
    with pytest.raises(ProposalRejected) if counts else nullcontext():
        settle.record_answers(proposed.id, 1, answers(region=here), no_elsewhere(proposed, **there))
    assert _kept(proposed)[0] == ("rejected" if counts else "open")


def test_what_is_posted_stays_posted_whatever_is_said_in_another_run_after_it(proposed):
    settle.record_answers(proposed.id, 1, answers())
    receipt = settle.post(proposed.id, 1)
    settle.record_answers(proposed.id, 1, answers(), no_elsewhere(proposed, answered_at=AFTER))
    assert settle.post(proposed.id, 1) == receipt


def test_a_no_that_comes_between_the_keeping_of_a_yes_and_the_posting_keeps_it_from_being_posted(proposed):
    """The task was killed between the two. What is kept is not taken back, and not posted over a no either."""
    settle.record_answers(proposed.id, 1, answers())
    with pytest.raises(ApprovalRefused, match="region has already answered otherwise"):
        settle.record_answers(proposed.id, 1, answers(), no_elsewhere(proposed, answered_at=AFTER))


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
