"""Periods whose payment date comes and that nobody is asked about, whatever stopped them and however quietly.

A settling run is reminded of by its own deadlines. What has none stands in no list: a measuring DAG that was paused over a
period, a backfill that was forgotten, a proposal that was told of in vain, a period behind one that was rejected. Looked at are
contracts in force: signed by every party, and nobody's rehearsal; and of one that was stopped, the periods that began before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from maalbar import asked, proposals, results, terms
from maalbar.contract import Contract
from maalbar.contract.measuring import Period
from maalbar.contract.versions import unsigned
from maalbar.database import transaction
from maalbar.flow.rejected import rejected_of
from maalbar.proposals import OPEN, POSTED

Asks = Callable[[list[str]], bool]
OVERDUE = (7, 14, 21, 28)
"""So many days after a payment date it is told of still."""
NOT_MEASURED = "is not measured"
NOT_PROPOSED = "is measured and not proposed"
NOT_ASKED = "is proposed, and nobody is asked"
REJECTED = "is rejected, and no way on is taken"
MEND = {
    NOT_MEASURED: "see that {0}__measure is unpaused and what its run waits for; a period it has passed over needs a backfill",
    NOT_PROPOSED: "clear `propose` of the period's run of {0}__measure, whose line says what it waits for",
    NOT_ASKED: "see that {0}__settle is unpaused, then clear `propose` of the run of {0}__measure that proposed it; "
    "where a settling run has failed, clear in that run",
    REJECTED: "`maalbar rejected {0}` says who said no, and which ways on there are",
}
"""What is missing → what to do, in a contract of that id."""


@dataclass(frozen=True)
class Unasked:
    """A period that is to be paid by a day, and that nobody is asked about: what is missing, and how to mend it."""

    period: str
    pay_by: date
    missing: str
    mend: str


def unasked(contract: Contract, day: date, days_before: Sequence[int], asks: Asks) -> list[Unasked]:
    """The periods that are told of on a local day, in order.

    `days_before`: how many days before a payment date people are reminded, the smallest last; from that on it is every day.
    `asks`: whether any of those runs of the settling DAG, by id, still asks people.
    """
    with transaction() as connection:
        if not _is_in_force(connection, contract, day):
            return []
        due = [period for period in _running(contract) if period.run_after < day and _is_told(period, day, days_before)]
        return [one for period in due if (one := _unasked(connection, contract, period, asks))]


def _is_told(period: Period, day: date, days_before: Sequence[int]) -> bool:
    """On each of those days, every day from the last of them to the payment date, and weekly for four weeks after."""
    left = (period.pay_by - day).days
    return left in days_before or 0 <= left <= days_before[-1] or -left in OVERDUE


def _is_in_force(connection: Connection, contract: Contract, day: date) -> bool:
    """Whether every party has signed the terms, or an amendment of them, by then. An amendment that awaits them undoes none."""
    return contract.rehearsal is None and not unsigned(contract, 0, terms.signatures_of(connection, contract), day)


def _running(contract: Contract) -> list[Period]:
    stopped_on = contract.terms.termination.stopped_on if contract.terms.termination else None
    return [period for period in contract.calendar.followed if stopped_on is None or period.start < stopped_on]


def _unasked(connection: Connection, contract: Contract, period: Period, asks: Asks) -> Unasked | None:
    mine = [row for row in proposals.all_of(connection, contract.id) if period.id in row["measurements"]]
    if any(row["state"] == POSTED for row in mine):
        return None
    waiting = next((one for one in rejected_of(connection, contract.id) if one.is_waiting), None)
    is_open = [row for row in mine if row["state"] == OPEN]
    if waiting is not None and period.id in waiting.periods:
        missing = REJECTED
    elif is_open:
        if any(_is_asked(connection, row, asks) for row in is_open):
            return None
        missing = NOT_ASKED
    else:
        missing = NOT_PROPOSED if period.id in results.latest(connection, contract.id) else NOT_MEASURED
    return Unasked(period.id, period.pay_by, missing, MEND[missing].format(contract.id))


def _is_asked(connection: Connection, row: dict[str, Any], asks: Asks) -> bool:
    """Whether a question about a proposal was put, and its run still waits for the answer."""
    runs = asked.runs_that_put(connection, row["contract"], f"{row['contract']}__settle", row["digest"])
    return bool(runs) and asks(runs)
