"""Five years in a minute: files, corrections, withdrawals, refusals, disputes and crashes by a seed, held against the oracle.

Every step may be killed just before one of its statements to the database, and is then begun anew, as a scheduler would.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from maalbar import results
from maalbar.contract import Contract
from maalbar.database import contract_lock, transaction
from maalbar.errors import ApprovalRefused, DeliveryRefused, ProposalStale, SettlementRefused
from maalbar.flow import intake, invoices, settle
from maalbar.flow.correct import correct, substitutions_for
from maalbar.flow.erase import erase
from maalbar.flow.measure import measure
from maalbar.flow.reproduce import reproduce
from maalbar.flow.verify import verify
from maalbar.settings import settings
from tests.faults.running import ways_on
from tests.faults.running.oracle import Measured, Oracle
from tests.faults.running.sent import PERIODS, PERSONS, SOURCES, Cells, counted, land
from tests.flow.measured import booked
from tests.processes import is_killed_at

LAST_DAY = date(2025, 12, 31)
PEOPLE = {"region": ("rita", "rene"), "town": ("tom",), "fund": ("fie",)}
FOUR_EYES = ("fie", "finn")
"""Of the fund, where its contract has them."""
CRASHES, STATEMENTS = 0.3, 30
"""How often a step is killed; no step that is killed has more statements than that and something left to do."""


@dataclass
class Open:
    """A proposal that awaits answers or posting."""

    number: int
    run: dict[str, int]
    lines: Counter
    is_approved: bool = False


@dataclass
class Course:
    """One contract, its senders and its people, driven by a seed. `told`: what has happened, for whoever reads a failure."""

    contract: Contract
    rng: random.Random
    oracle: Oracle = field(default_factory=Oracle)
    sent: dict[tuple[str, str], tuple[str, Cells]] = field(default_factory=dict)
    """(source, period) → the hash and the cells of the file that stands."""
    open: Open | None = None
    rejected: Open | None = None
    """The newest proposal, where it was refused and nobody has taken a way on."""
    refuser: str = "town"
    ways: Counter = field(default_factory=Counter)
    """How often each way on was taken. Until each was, and it is not the end, every answer is a no."""
    order_of_ways: tuple[str, ...] = ()
    proposals: int = 0
    paid: Counter = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Play all periods; in the end everything is measured, settled and found whole."""
        order = list(PERIODS)
        self.order_of_ways = tuple(self.rng.sample(ways_on.WAYS, len(ways_on.WAYS)))
        late = self.rng.choice(PERIODS[1:-1])
        if self.rng.random() < 0.4:  # one period's files are late, and the next is measured before it
            order[int(late)], order[int(late) + 1] = order[int(late) + 1], order[int(late)]
        for period in order:
            self.deliver(period)
            self.measure(period)
            for event in self.rng.sample((self.correct, self.withdraw, self.settle, self.settle, self.pay), 2):
                event()
        for _ in range(6 * len(ways_on.WAYS)):  # the ways on that chance has left out
            if self.lacks_a_way():
                if self.rejected is None:
                    self.correct()
                self.settle()
        self.settle(is_answered=True)
        self.is_as_it_should_be()

    def lacks_a_way(self) -> bool:
        return any(not self.ways[way] for way in ways_on.WAYS)

    @property
    def people(self) -> dict[str, tuple[str, ...]]:
        """Who answers for each party."""
        return PEOPLE | ({"fund": FOUR_EYES} if self.contract.parties["fund"].four_eyes else {})

    def deliver(self, period: str) -> None:
        for source in self.rng.sample(SOURCES, 2):
            if period != "0" and source == "hospitals" and self.rng.random() < 0.2:
                self.told.append(f"{period}: no file of {source}")
                continue
            cells = counted(self.rng, period)
            if self.rng.random() < 0.2:
                self.told.append(f"{period}: half a file of {source}")
                land(settings().landing, self.contract, source, period, cells, is_whole=False)
                with pytest.raises(DeliveryRefused):
                    intake.take_in(self.contract.id, period)
            self._file(source, period, cells)
        self.crashing(intake.take_in, self.contract.id, period)

    def measure(self, period: str) -> None:
        self.crashing(measure, self.contract.id, period)
        self._measured(period)

    def correct(self) -> None:
        """A better file takes the place of the one that a measured period was made from."""
        known = [place for place in self.sent if self.oracle.measured[place[1]]]
        if not known:
            return
        source, period = self.rng.choice(known)
        before, cells = self.sent[source, period]
        better = cells | {key: self.rng.randint(0, 9) for key in self.rng.sample(sorted(cells), 10)}
        self._file(source, period, better, supersedes=before)
        taken = self.crashing(intake.take_in, self.contract.id, period)
        (new,) = (one for one in taken if one.endswith(self.sent[source, period][0][:12]))
        wanted = substitutions_for(self.contract.id, new)
        done = self.crashing(correct, self.contract.id, wanted, "Dorte Data", "a better count")
        assert list(done.revisions) == [period]
        self._measured(period)

    def withdraw(self) -> None:
        left = sorted(set(PERSONS) - self.oracle.erased)
        person = self.rng.choice(left)
        self.crashing(erase, self.contract.id, [person], "objection", "Hanne Hansen")
        self.oracle.erased |= {person}

    def settle(self, *, is_answered: bool | None = None) -> None:
        """Propose what is due; it may stay unanswered, be refused and wait for a way on, and go stale before it is posted."""
        oracle, run = self.oracle, self.oracle.run()
        if not run:
            return
        if self.rejected is not None:
            ways_on.take(self, until_free=bool(is_answered))
            run = oracle.run()
            if self.rejected is not None:
                return
        found = self.crashing(settle.propose, self.contract.id, max(run))
        lines = oracle.lines(run)
        is_same = self.open is not None and self.open.run == run
        if not is_same and not lines and oracle.posted and len(run) <= max(map(len, oracle.posted)):
            assert found is None
            return
        if not is_same:
            self.proposals += 1
            self.open = Open(self.proposals, run, lines)
        assert (found["number"], found["through"]) == (self.open.number, max(run))
        if is_answered or self.rng.random() < 0.8:
            self._answer(
                is_yes=bool(is_answered) or (not self.lacks_a_way() and self.rng.random() < 0.8),
                is_last=bool(is_answered),
            )

    def _answer(self, *, is_yes: bool, is_last: bool) -> None:
        number = self.open.number
        if not is_yes:
            self.refuser = self.rng.choice(sorted(PEOPLE))
            self.told.append(f"{self.refuser} refused proposal {number}")
            with pytest.raises(ApprovalRefused):
                settle.record_answers(self.contract.id, number, self._answers(**{self.refuser: "reject"}))
            if not self.open.is_approved:
                self.rejected, self.open = self.open, None
                with pytest.raises(SettlementRefused, match="it was refused"):
                    settle.post(self.contract.id, number)
            return
        if not self.open.is_approved:
            self.crashing(settle.record_answers, self.contract.id, number, self._answers())
            self.open.is_approved = True
        if not is_last and self.rng.random() < 0.2:
            self.correct()
        if self.oracle.run() | self.open.run != self.oracle.run():
            with pytest.raises(ProposalStale):
                settle.post(self.contract.id, number)
            return
        receipt = self.crashing(settle.post, self.contract.id, number)
        assert settle.post(self.contract.id, number) == receipt
        self.oracle.posted.append(self.open.run)
        self.oracle.settlements[number] = self.open.lines
        self.open = None
        self.the_ledger_is_the_oracle_s()

    def pay(self) -> None:
        """A debt is sent, disputed, the dispute settled, and paid in parts or whole."""
        debts = {debt for debt, amount in self._debts().items() if amount and not self.paid[debt]}
        if not debts:
            return
        settlement, payer = self.rng.choice(sorted(debts))
        amount = abs(self._debts()[settlement, payer])
        part = self.rng.choice([amount, max(amount // 3, 1)])
        course = ["sent", "disputed", "settled_dispute"] if self.rng.random() < 0.5 else ["sent"]
        told = [invoices.Told(state, LAST_DAY, "Ida") for state in course]
        for one in [*told, invoices.Told("paid", LAST_DAY, "Ida", part)]:
            with contract_lock(self.contract.id) as connection:
                invoices.record(connection, self.contract, settlement, payer, "fund", one)
        self.paid[settlement, payer] += part
        self.told.append(f"{payer} pays {part} of {amount} of settlement {settlement}")

    def the_ledger_is_the_oracle_s(self) -> None:
        found: dict[int, Counter] = {number: Counter() for number in self.oracle.settlements}
        for number, *key, minor in booked(self.contract):
            found[number][tuple(key)] += minor
        assert found == self.oracle.settlements, f"{found}, and not {self.oracle.settlements}"
        with transaction() as connection:
            rows = invoices.standings(connection, self.contract, LAST_DAY)
        debts = {(row.debt.settlement, row.debt.payer): (row.debt.amount, row.paid) for row in rows if row.debt.amount}
        wanted = {debt: (amount, self.paid[debt]) for debt, amount in self._debts().items()}
        assert debts == wanted, f"{debts}, and not {wanted}"

    def is_as_it_should_be(self) -> None:
        self.the_ledger_is_the_oracle_s()
        assert verify(self.contract.id).settlements == len(self.oracle.settlements)
        period = self.rng.choice(PERIODS)
        assert reproduce(self.contract.id, period).answer in ("identical", "identical but for listed erasures")

    def _debts(self) -> dict[tuple[int, str], int]:
        found: Counter = Counter()
        for number, lines in self.oracle.settlements.items():
            for (_, _, payer, _), amount in lines.items():
                found[number, payer] += amount
        return {debt: amount for debt, amount in found.items() if amount}

    def _file(self, source: str, period: str, cells: Cells, supersedes: str | None = None) -> None:
        sha256 = land(settings().landing, self.contract, source, period, cells, supersedes=supersedes)
        self.sent[source, period] = sha256, cells

    def _measured(self, period: str) -> None:
        """The newest measurement of a period has the figures of the oracle."""
        cells = {source: self.sent[source, period][1] if (source, period) in self.sent else None for source in SOURCES}
        mine = self.oracle.measured[period]
        mine.append(Measured(period, cells, self.oracle.erased))
        if period == "0":
            return
        with transaction() as connection:
            rows = results.effects_of(connection, f"{self.contract.id}|{period}|r{len(mine)}")
        found = {row["outcome"]: row["improvement"] for row in rows if row["basis"] == "period"}
        told = {outcome: None if figure is None else Fraction(figure) for outcome, figure in found.items()}
        assert told == mine[-1].figures(), f"period {period}: {told}, and not {mine[-1].figures()}"

    def _answers(self, **changed: str) -> list[dict[str, Any]]:
        row = {"answered_at": "2025-06-01T10:00:00+02:00", "comment": ""}
        people = {party: (self.rng.choice(users),) for party, users in PEOPLE.items()}
        if self.contract.parties["fund"].four_eyes:
            people["fund"] = self.people["fund"]
        return [
            row | {"party": party, "user": user, "answer": changed.get(party, "approve")}
            for party, users in people.items()
            for user in users
        ]

    def crashing(self, step: Callable[..., Any], *args: Any) -> Any:
        """A step that may be killed on its way, and is then begun anew; what it returns."""
        name = f"{step.__name__} {args[1:2]}"
        while self.rng.random() < CRASHES:
            statement = self.rng.randint(1, STATEMENTS)
            is_killed = is_killed_at(statement, step, *args)
            self.told.append(
                f"{name} killed before statement {statement}" if is_killed else f"{name} done before it died"
            )
        self.told.append(name)
        return step(*args)
