"""The questions by which the parties of a contract approve a proposal, and their answers as the flow takes them. No DAG."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from airflow.sdk import chain
from in_airflow import ASKS, SECOND
from proposing import ends_as_skipped
from questions import Question, answers_by_run, answers_here, said

from maalbar.contract import Contract
from maalbar.errors import ProposalDecided, ProposalSuperseded

if TYPE_CHECKING:
    from maalbar.asked import Given

ANSWERS = {"Godkend": "approve", "Afvis": "reject"}
"""What approvers read → what it counts as; the first of them is the yes."""


def approvals(contract: Contract) -> dict[str, Question]:
    """The question to each party, by party; where it has four eyes also one to somebody else of it, by party and SECOND.

    Only the people whom the contract names may answer; no worker waits meanwhile.
    """
    asked = {}
    for party_id, party in contract.answering.items():
        first = f"{ASKS}{party_id}"
        for place, before in (("", []), (SECOND, [first])) if party.four_eyes else (("", []),):
            asked[party_id + place] = Question(
                contract_id=contract.id,
                about="present",
                shows=partial(_shown, party_id=party_id),
                people=contract.people_of(party_id),
                before=before,
                party_id=party_id,
                task_id=first + place,
                task_display_name=f"{'second ' if place else ''}approval by {party.name}",
                options=list(ANSWERS),
            )
        if party.four_eyes:
            chain(asked[party_id], asked[party_id + SECOND])
    return asked


def _shown(contract_id: str, number: int, *, party_id: str) -> dict[str, Any]:
    """A proposal as the approvers of a party read it, from the books; skipped where nobody is asked about it any more."""
    from maalbar.flow import settle

    with ends_as_skipped(ProposalSuperseded, ProposalDecided):
        return settle.present(contract_id, number, party_id=party_id)


def given(contract: Contract) -> list[dict[str, Any]]:
    """The answers of this run as `maalbar.flow.settle` keeps them, a party's in order; none of a party not asked."""
    return _as_kept(contract, answers_here(contract.id))


def given_in_any_run(contract: Contract) -> list[dict[str, Any]]:
    """The answers of every settling run, to whatever was asked there, each as `given` has it."""
    return [answer for answers in answers_by_run(contract.id).values() for answer in _as_kept(contract, answers)]


def _as_kept(contract: Contract, answers: Mapping[str, Given]) -> list[dict[str, Any]]:
    return [
        said(answers[task_id], ANSWERS) | {"party": party_id}
        for party_id, task_id in _tasks(contract)
        if task_id in answers
    ]


def _tasks(contract: Contract) -> Iterator[tuple[str, str]]:
    """(party, task) of every question."""
    for party_id, party in contract.answering.items():
        yield party_id, f"{ASKS}{party_id}"
        if party.four_eyes:
            yield party_id, f"{ASKS}{party_id}{SECOND}"
