"""A small rehearsal of Plads til Forskel, run once: period 1 is settled alone, periods 2 and 3 together."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from maalbar.contract import Contract, load_contract, write_rehearsal
from maalbar.documents.facts import StatementFacts
from maalbar.flow import intake, measure, settle, statement
from maalbar.settings import PROJECT
from maalbar.simulate import simulate

ANSWERED_AT = "2025-12-01T10:00:00+01:00"
EFFECT = {"acute_contacts": 0.3, "life_satisfaction": 0.4, "health_literacy": 3.0}
Issued = dict[str, bytes]
"""The paths that an issue returned, in order, with the bytes of each file then."""


@dataclass
class Course:
    """What was issued, as a draft, after posting, once more, and for the two periods; the last facts of each statement."""

    contract: Contract
    draft: Issued = field(default_factory=dict)
    first: Issued = field(default_factory=dict)
    again: Issued = field(default_factory=dict)
    second: Issued = field(default_factory=dict)
    facts: dict[str, StatementFacts] = field(default_factory=dict)
    english: dict[str, StatementFacts] = field(default_factory=dict)


def run_course(home: Path, patch: pytest.MonkeyPatch) -> Course:
    """Simulate, measure, propose, draft, post and issue. Facts are noted on their way to the renderer."""
    original = PROJECT / "investments" / "plads_til_forskel.yaml"
    contract = load_contract(write_rehearsal(original, -6, home / "investments"))
    course, lay_out = Course(contract), statement.laid_out

    def noting(facts: StatementFacts) -> dict[str, bytes]:
        told = course.facts if facts.language == "da" else course.english
        told[facts.period] = facts
        return lay_out(facts)

    patch.setattr(statement, "laid_out", noting)
    landing = home / "landing" / contract.id
    simulate(contract, landing, people=150, effect=EFFECT, seed=4, periods=["1", "2", "3"])
    _measure(contract, "1")
    number = settle.propose(contract.id, "1")["number"]
    course.draft = _issue(contract, number)
    _post(contract, number)
    course.first, course.again = _issue(contract, number), _issue(contract, number)
    _measure(contract, "2")
    _measure(contract, "3")
    number = settle.propose(contract.id, "3")["number"]
    _post(contract, number)
    course.second = _issue(contract, number)
    return course


def run_settled(home: Path) -> Contract:
    """A smaller one without statements: periods 1 and 2, each settled before the next is measured."""
    original = PROJECT / "investments" / "plads_til_forskel.yaml"
    contract = load_contract(write_rehearsal(original, -6, home / "investments"))
    simulate(contract, home / "landing" / contract.id, people=70, effect=EFFECT, seed=6, periods=["1", "2"])
    for period in ("1", "2"):
        _measure(contract, period)
        _post(contract, settle.propose(contract.id, period)["number"])
    return contract


def _measure(contract: Contract, period: str) -> None:
    intake.take_in(contract.id, period)
    measure.measure(contract.id, period)


def _issue(contract: Contract, number: int) -> Issued:
    return {path: Path(path).read_bytes() for path in statement.issue(contract.id, number)}


def _post(contract: Contract, number: int) -> None:
    settle.record_answers(
        contract.id,
        number,
        [
            {
                "party": party,
                "user": told.approvers[0].user,
                "answer": "approve",
                "answered_at": ANSWERED_AT,
                "comment": "",
            }
            for party, told in contract.answering.items()
        ],
    )
    settle.post(contract.id, number)
