"""One look into the books of a contract: what is posted, proposed, measured and delivered, and how each period stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, select

from maalbar import ledger, proposals, results
from maalbar.contract import Contract, measuring
from maalbar.documents.outcomes.facts import Arrival, Awaited, Head, Payment, Period, PeriodState
from maalbar.flow.rejected import Rejected, rejected_of
from maalbar.landing.arrivals import today
from maalbar.proposals import OPEN, POSTED
from maalbar.schema import delivery

Row = dict[str, Any]
Key = tuple[str, str, str]
"""(period, payer, recipient)"""


def head_of(contract: Contract) -> Head:
    """The top of every page of a contract."""
    marks = []
    if contract.rehearsal:
        years = contract.rehearsal.shifted_years
        marks.append(f"REHEARSAL of {contract.rehearsal.of}: dates moved by {years} years, simulated data.")
    if contract.status.terms == "illustrative":
        marks.append("Illustrative terms: nobody has agreed to them.")
    mark = " ".join(marks) or None
    return Head(contract.id, contract.name, contract.summary, mark, contract.terms.currency)


@dataclass(frozen=True)
class Books:
    """What stands in the books now. `day`: the one it is for the contract. `came`: (source, day described) of every delivery."""

    contract: Contract
    is_full: bool
    day: date
    proposals: list[Row]
    rejected: list[Rejected]
    measured: frozenset[str]
    posted: dict[Key, int]
    proposed: dict[Key, int]
    came: frozenset[tuple[str, date]]

    def newest(self, period_id: str | None = None) -> Row | None:
        """The newest proposal that the reader may see, of those that rest on a measurement of the period."""
        states = (OPEN, POSTED) if self.is_full else (POSTED,)
        found = [row for row in self.proposals if row["state"] in states and _rests_on(row, period_id)]
        return found[-1] if found else None

    @property
    def settled(self) -> frozenset[str]:
        """The periods that a posted settlement covers."""
        return frozenset(p for row in self.proposals if row["state"] == POSTED for p in row["measurements"])

    def period(self, period_id: str) -> Period:
        """A period with its state and what is posted for it. Raises KeyError."""
        one = self.contract.period(period_id)
        amount = sum(amount for (period, *_), amount in self.posted.items() if period == period_id)
        is_settled = period_id in self.settled
        return Period(
            one.id, one.start, one.end, one.data_due, one.run_after, one.pay_by, self._state(one),
            amount if is_settled else None,
        )  # fmt: skip

    def _state(self, one: measuring.Period) -> PeriodState:
        if one.id == self.contract.calendar.periods[0].id:
            return "baseline"
        if one.id in self.settled:
            return "settled"
        if self.day < one.end:
            return "under way" if self.day >= one.start else "to come"
        if not self.is_full:
            return "not settled"
        waiting = next((no for no in self.rejected if no.is_waiting and one.id in no.periods), None)
        if waiting is not None:
            return "in dispute" if waiting.is_disputed else "rejected"
        if any(row["state"] == OPEN and _rests_on(row, one.id) for row in self.proposals):
            return "awaits approval"
        return "measured" if one.id in self.measured else "data awaited"

    def payments(self, period_ids: Iterable[str]) -> tuple[Payment, ...]:
        """Who owes whom for the periods, in the contract's order; with what is proposed, where the reader may see it."""
        parties, wanted = self.contract.parties, list(period_ids)
        pairs = {key[1:] for key in (*self.posted, *self.proposed)}
        pairs |= {(share.payer, share.recipient) for o in self.contract.outcomes.values() for share in o.payments}
        order = list(parties)
        is_open = self.is_full and any(row["state"] == OPEN for row in self.proposals)
        return tuple(
            Payment(
                period, parties[payer].name, parties[recipient].name, self.posted.get((period, payer, recipient), 0),
                self.proposed.get((period, payer, recipient), 0) if is_open else None,
            )
            for period in wanted
            for payer, recipient in sorted(pairs, key=lambda pair: [order.index(one) for one in pair])
        )  # fmt: skip

    def awaited(self) -> tuple[Awaited, ...]:
        """Every source of every period, with whether it has been taken in."""
        parties = self.contract.parties
        return tuple(
            Awaited(p.id, source, told.register_name, parties[told.sender].name, p.data_due, self._arrival(p, source))
            for p in self.contract.calendar.periods
            for source, told in self.contract.deliveries.items()
        )

    def _arrival(self, period: measuring.Period, source: str) -> Arrival:
        if any(name == source and period.end <= as_of <= period.data_due for name, as_of in self.came):
            return "taken in"
        if period.id in self.measured:
            return "not come"  # what was measured without it waits for it no longer
        if self.day < period.end:
            return "not yet"
        return "awaited" if self.day <= period.data_due else "overdue"


def books_of(connection: Connection, contract: Contract, is_full: bool) -> Books:
    """Read the books of a contract."""
    rows = proposals.all_of(connection, contract.id)
    newest_open = next((row for row in reversed(rows) if row["state"] == OPEN), None)
    lines = proposals.lines(connection, contract.id, newest_open["number"]) if is_full and newest_open else []
    came = select(delivery.c.source, delivery.c.as_of).where(delivery.c.contract == contract.id)
    return Books(
        contract=contract,
        is_full=is_full,
        day=today(contract, datetime.now(UTC)),
        proposals=rows,
        rejected=rejected_of(connection, contract.id) if is_full else [],
        measured=frozenset(results.latest(connection, contract.id)),
        posted=_summed(ledger.entries(connection, contract.id)),
        proposed=_summed(lines),
        came=frozenset((row.source, row.as_of) for row in connection.execute(came)),
    )


def _summed(rows: Iterable[Row]) -> dict[Key, int]:
    sums: dict[Key, int] = defaultdict(int)
    for row in rows:
        sums[row["period"], row["payer"], row["recipient"]] += row["amount_minor"]
    return dict(sums)


def _rests_on(row: Row, period_id: str | None) -> bool:
    return period_id is None or period_id in row["measurements"]
