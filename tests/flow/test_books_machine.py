"""Any course of measuring, proposing, answering, posting, correcting and crashing, held against an oracle of fifty lines.

The contract pays 100,000 kr. for 10 % fewer contacts over two periods, three quarters by the region, and 1,000 kr. a plan by
the town. Improvements are whole percent, so that every share is whole kroner; its caps do not bind.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from maalbar.errors import ApprovalRefused, EarlierPeriodMissing, ProposalStale
from maalbar.flow import settle
from maalbar.flow.verify import verify
from tests.flow.measured import answers, booked, measured
from tests.processes import is_killed_at

pytestmark = pytest.mark.usefixtures("results_database")


@dataclass
class Open:
    """A proposal that awaits answers or posting."""

    number: int
    revisions: tuple[int, ...]
    lines: dict[tuple[str, str], int]
    approved: bool = False


@dataclass
class Oracle:
    """What the books must hold, in a few lists: results by period and revision, the open proposal, posted kroner."""

    results: dict[str, list[tuple[int | None, int]]] = field(default_factory=lambda: {"1": [], "2": []})
    open: Open | None = None
    proposals: int = 0
    settlements: list[Counter] = field(default_factory=list)
    periods_settled: int = 0

    def run(self, length: int = 2) -> tuple[int, ...]:
        """The newest revision of each period of the unbroken run from the first."""
        found = [len(self.results[p]) for p in ("1", "2")][:length]
        return tuple(itertools.takewhile(bool, found))

    @property
    def posted(self) -> Counter:
        return sum_of(self.settlements)

    def lines(self, length: int) -> dict[tuple[str, str], int]:
        """What is due for a run of so many periods: entitled less posted."""
        due, contacts = Counter(), 0
        for number, period in enumerate(("1", "2")[:length], start=1):
            percent, plans = self.results[period][-1]
            now = contacts if percent is None else 50_000 * number * min(max(percent, 0), 10) // 10
            due[period, "region"] += (now - contacts) * 3 // 4
            due[period, "town"] += (now - contacts) // 4 + 1_000 * plans
            contacts = now
        due.subtract(self.posted)
        return {cell: amount for cell, amount in due.items() if amount}


def sum_of(counters: list[Counter]) -> Counter:
    total: Counter = Counter()
    for counter in counters:
        total.update(counter)
    return total


class Books(RuleBasedStateMachine):
    """The product beside the oracle. Each course has a contract of its own."""

    contract_of: Callable
    numbers = itertools.count(1)

    def __init__(self) -> None:
        super().__init__()
        self.contract = type(self).contract_of(id=f"tiny_{next(self.numbers)}")
        self.oracle = Oracle()

    @rule(period=st.sampled_from(["1", "1", "2"]), percent=st.none() | st.integers(-2, 12), plans=st.integers(0, 9))
    def measure(self, period: str, percent: int | None, plans: int) -> None:
        measured(self.contract, period, None if percent is None else str(percent / 100), plans)
        self.oracle.results[period].append((percent, plans))

    @rule(killed_at=st.none() | st.integers(1, 25), is_answered=st.booleans())
    def propose(self, killed_at: int | None, is_answered: bool) -> None:
        oracle, run = self.oracle, self.oracle.run()
        period = str(len(run) or 1)
        if not run:
            with pytest.raises(EarlierPeriodMissing):
                settle.propose(self.contract.id, period)
            return
        if killed_at:
            is_killed_at(killed_at, settle.propose, self.contract.id, period)
        found, lines = settle.propose(self.contract.id, period), oracle.lines(len(run))
        is_same = oracle.open is not None and oracle.open.revisions == run
        if not is_same and not lines and len(run) <= oracle.periods_settled:
            assert found is None
            oracle.open = None  # what it would have moved has been taken back, and nobody is asked for it any more
            return
        if not is_same:
            oracle.proposals += 1
            oracle.open = Open(oracle.proposals, run, lines)
        assert (found["number"], found["through"]) == (oracle.open.number, str(len(run)))
        if is_answered:
            self.answer(is_yes=True, killed_at=killed_at)

    @precondition(lambda self: self.oracle.open)
    @rule(is_yes=st.integers(0, 5).map(bool), killed_at=st.none() | st.integers(1, 15))
    def answer(self, is_yes: bool, killed_at: int | None) -> None:
        proposal = self.oracle.open
        if is_yes:
            if killed_at:
                is_killed_at(killed_at, settle.record_answers, self.contract.id, proposal.number, answers())
            settle.record_answers(self.contract.id, proposal.number, answers())
            proposal.approved = True
            return
        with pytest.raises(ApprovalRefused):
            settle.record_answers(self.contract.id, proposal.number, answers(town={"answer": "reject"}))
        if not proposal.approved:
            self.oracle.open = None

    @precondition(lambda self: self.oracle.open)
    @rule(killed_at=st.none() | st.integers(1, 25))
    def post(self, killed_at: int | None) -> None:
        oracle, proposal = self.oracle, self.oracle.open
        refusal = self._refusal()
        if refusal:
            with pytest.raises(refusal):
                settle.post(self.contract.id, proposal.number)
            return
        if killed_at:
            is_killed_at(killed_at, settle.post, self.contract.id, proposal.number)
        receipt = settle.post(self.contract.id, proposal.number)
        assert settle.post(self.contract.id, proposal.number) == receipt
        oracle.settlements.append(Counter(proposal.lines))
        oracle.periods_settled = max(oracle.periods_settled, len(proposal.revisions))
        oracle.open = None
        assert verify(self.contract.id).settlements == len(oracle.settlements)

    def _refusal(self) -> type[Exception] | None:
        proposal = self.oracle.open
        if not proposal.approved:
            return ApprovalRefused
        return None if self.oracle.run(len(proposal.revisions)) == proposal.revisions else ProposalStale

    @invariant()
    def the_ledger_is_the_oracle_s(self) -> None:
        found: dict[int, Counter] = {}
        for settlement, period, _, payer, _, minor in booked(self.contract):
            found.setdefault(settlement, Counter())[period, payer] += minor
        whole = [{cell: minor // 100 for cell, minor in cells.items() if minor} for _, cells in sorted(found.items())]
        expected = [dict(cells) for cells in self.oracle.settlements]
        assert whole == [cells for cells in expected if cells]


@pytest.mark.slow
def test_the_books_agree_with_the_oracle_whatever_happens_in_whatever_order(tiny_contract):
    machine = type("TinyBooks", (Books,), {"contract_of": staticmethod(tiny_contract)})
    rules = settings(max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(machine, settings=rules)
