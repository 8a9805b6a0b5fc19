"""The questions by which the parties of a contract approve a proposal, and their answers as the flow takes them. No DAG."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow.sdk import chain
from in_airflow import ASKS, SECOND
from questions import Question, said

from maalbar.contract import Contract

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
                about="present",
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


def given(answers: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The answers as `maalbar.flow.settle` keeps them, those of a party in order. `answers`: key of `approvals` → answer."""
    return [
        said(answer, ANSWERS) | {"party": key.removesuffix(SECOND)}
        for key, answer in answers.items()
        if answer is not None  # a party that has left, or has not come yet, was not asked
    ]
