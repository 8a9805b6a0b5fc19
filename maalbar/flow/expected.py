"""What is expected of every source for every period, and whether it has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

from maalbar import results
from maalbar.contract import Contract
from maalbar.contract.measuring import Period
from maalbar.database import transaction
from maalbar.flow.landed import look, not_in_force
from maalbar.landing import Landed
from maalbar.landing.arrivals import today

State = Literal["taken in", "has come", "being written", "not yet", "awaited", "overdue"]


@dataclass(frozen=True)
class Expected:
    """One source for one period: which days a file may describe, and until when it counts."""

    period: str
    source: str
    first: date
    last: date
    """Both the last day that a file may describe and the day by which it must have come."""
    state: State | None = None
    delivery_id: str | None = None


def expected(contract: Contract) -> list[Expected]:
    """Every source of every period, in order. Nothing but the contract is asked."""
    return [
        Expected(period.id, source, period.end, period.data_due)
        for period in contract.calendar.periods
        for source in contract.deliveries
    ]


def status(contract: Contract, now: datetime | None = None) -> tuple[list[Expected], list[str]]:
    """The same with what has come of it; and one line for everything in the landing folder that is held or refused."""
    now = now or datetime.now(UTC)
    rows, refused = [], []
    for period in contract.calendar.periods:
        found = look(contract, period.id, now)
        refused += [*(error.line for error in found.refused), *not_in_force(contract, found)]
        with transaction() as connection:
            taken = results.delivered(connection, contract, period.id)
        for source, row in taken.items():
            delivery_id = row["delivery_id"] if row else None
            state = _state(period, source, found, delivery_id is not None, today(contract, now))
            rows.append(Expected(period.id, source, period.end, period.data_due, state, delivery_id))
    return rows, list(dict.fromkeys(refused))


def _state(period: Period, source: str, found: Landed, is_taken: bool, day: date) -> State:
    if is_taken:
        return "taken in"
    if any(one.manifest.source == source for one in found.arrivals):
        return "has come"
    if source in found.underway:
        return "being written"
    if day < period.end:
        return "not yet"
    return "awaited" if day <= period.data_due else "overdue"
