"""What is owed now: the settlement of a contract from the newest results in the database, less what is posted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from maalbar import ledger, results
from maalbar.contract import Contract, digest_of
from maalbar.contract.versions import in_force
from maalbar.errors import EarlierPeriodMissing
from maalbar.flow.savings import saved_by_task
from transforms.settlement import Interval, Line, Result, Settlement, difference, settle


@dataclass(frozen=True)
class Due:
    """Everything entitled and not yet posted. `measurements`: period → (measurement id, digest of its results)."""

    through: str
    settlement: Settlement
    lines: tuple[Line, ...]
    measurements: dict[str, tuple[str, str]]
    ledger_head: str
    digest: str


def due(connection: Connection, contract: Contract, through: str | None = None) -> Due | None:
    """Settle the unbroken run of measured periods from the first (up to `through`); None when the first is not measured.

    A period measured after a proposal was made does not change what the periods of the proposal entitle to, so a proposal
    is held against the run it covers.
    """
    measured = results.latest(connection, contract.id)
    run: list[str] = []
    for period in contract.calendar.followed:
        if period.id not in measured:
            break
        run.append(period.id)
        if period.id == through:
            break
    if not run:
        return None
    settlement = settlement_of(connection, contract, {period: measured[period]["measurement_id"] for period in run})
    lines = difference(settlement.lines, ledger.posted(connection, contract.id))
    measurements = {p: (measured[p]["measurement_id"], measured[p]["result_digest"]) for p in run}
    head = ledger.head(connection, contract.id)[1]
    digest = digest_of_proposal(contract.digest, contract.id, measurements, lines, head)
    return Due(run[-1], settlement, tuple(lines), measurements, head, digest)


def digest_of_proposal(
    terms_digest: str,
    contract_id: str,
    measurements: dict[str, tuple[str, str]],
    lines: Sequence[Line],
    ledger_head: str,
) -> str:
    """What people approve: these lines under these terms, from these results, after this entry of the ledger.

    `measurements`: period → (measurement id, digest of its results).
    """
    said = [[*line.key, line.amount] for line in lines]
    return digest_of([contract_id, terms_digest, measurements, said, ledger_head])


def settlement_of(connection: Connection, contract: Contract, measurements: dict[str, str]) -> Settlement:
    """The settlement that given measurements entitle to: period → measurement id, an unbroken run in any order."""
    run = [period.id for period in contract.calendar.followed if period.id in measurements]
    found: dict[tuple[str, str], Result] = {}
    for period_id in run:
        rows = results.effects_of(connection, measurements[period_id])
        saved = {}
        if contract.terms.responsibilities:
            values = results.values_of(connection, measurements[period_id])
            saved = saved_by_task(contract, rows, values, [period_id], "period")
        held = in_force(contract, period_id)
        found |= {(period_id, outcome): result for outcome, result in _results(held, rows, saved).items()}
    return settle(contract, found, run)


def require_unbroken(connection: Connection, contract: Contract, period_id: str) -> None:
    """Raise EarlierPeriodMissing when a followed period before this one, or this one, is not measured."""
    measured = results.latest(connection, contract.id)
    for period in contract.calendar.until(period_id):
        if period.id not in measured:
            raise EarlierPeriodMissing(
                f"period {period.id} is not measured"
                + ("" if period.id == period_id else f", so period {period_id} waits; nothing is posted"),
                where=contract.id,
                mend=f"measure period {period.id}"
                + ("" if period.id == period_id else "; its proposal will hold both"),
            )


def _results(contract: Contract, rows: list[dict[str, Any]], saved: dict[str, Decimal]) -> dict[str, Result]:
    """The results the terms look at, from effect rows of both bases. `saved`: task → money saved in the period."""
    by_basis = {(row["outcome"], row["basis"]): row for row in rows}
    found = {}
    for outcome in contract.outcomes:
        alone, so_far = by_basis.get((outcome, "period")), by_basis.get((outcome, "cumulative"))
        if alone is None or so_far is None:
            found[outcome] = Result(not_measurable="no_result")
            continue
        paid_on = so_far if contract.terms.basis == "cumulative" and so_far["units"] is None else alone
        found[outcome] = Result(
            alone["improvement"],
            so_far["improvement"],
            alone["units"],
            paid_on["not_measurable"],
            _interval(contract, outcome, alone),
            _interval(contract, outcome, so_far),
            savings=saved,
        )
    return found


def _interval(contract: Contract, outcome: str, row: dict[str, Any]) -> Interval | None:
    """The interval of the improvement: turned round where lower is better."""
    if row["low"] is None or row["high"] is None:
        return None
    if contract.outcomes[outcome].better == "lower":
        return Interval(-row["high"], -row["low"], row["standard_error"])
    return Interval(row["low"], row["high"], row["standard_error"])
