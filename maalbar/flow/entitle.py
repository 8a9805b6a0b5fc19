"""What is owed now: the settlement of a contract from the newest results in the database, less what is posted."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from maalbar import disagreements, erasures, ledger, proposals, results
from maalbar.contract import Contract, digest_of
from maalbar.contract.versions import in_force
from maalbar.erasures import Figures
from maalbar.errors import EarlierPeriodMissing
from maalbar.flow.closed import closed
from maalbar.flow.savings import saved_by_task
from transforms.settlement import Cell, Interval, Line, Result, Settlement, difference, settle

Row = dict[str, Any]


@dataclass(frozen=True)
class Due:
    """Everything entitled, and neither posted nor given up yet. `measurements`: period → (its id, digest of its results)."""

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
    lines = difference(settlement.lines, closed(connection, contract, settlement.lines))
    measurements = {p: (measured[p]["measurement_id"], measured[p]["result_digest"]) for p in run}
    head, steps = ledger.head(connection, contract.id)[1], disagreements.digest_of_steps(connection, contract.id)
    digest = digest_of_proposal(contract.digest, contract.id, measurements, lines, head, steps)
    return Due(run[-1], settlement, tuple(lines), measurements, head, digest)


def digest_of_proposal(
    terms_digest: str,
    contract_id: str,
    measurements: dict[str, tuple[str, str]],
    lines: Sequence[Line],
    ledger_head: str,
    steps: str = "",
) -> str:
    """What people approve: these lines under these terms, from these results, after this entry of the ledger.

    `measurements`: period → (measurement id, digest of its results). `steps`: digest of what was said since proposals before it
    were rejected, who gave up what among it; empty where nothing was.
    """
    said = [[*line.key, line.amount] for line in lines]
    return digest_of([contract_id, terms_digest, measurements, said, ledger_head, *([steps] if steps else [])])


def settlement_of(
    connection: Connection, contract: Contract, measurements: dict[str, str], before: int | None = None
) -> Settlement:
    """The settlement that given measurements entitle to: period → measurement id, an unbroken run in any order.

    `before`: the number of the proposal it is for, whose earlier settlements count for what stands (None: all that are posted).
    """
    found = rests_on(connection, contract, measurements, before)
    return settle(contract, found.results, found.periods, stands=found.stands)


@dataclass(frozen=True)
class RestsOn:
    """What a settlement is made from: `stands` is (period, cell) → what stays paid since persons were erased, before caps."""

    results: dict[tuple[str, str], Result]
    periods: list[str]
    stands: dict[tuple[str, Cell], int]


def rests_on(
    connection: Connection, contract: Contract, measurements: dict[str, str], before: int | None = None
) -> RestsOn:
    """The results that measurements are stored with, as settlement takes them. Arguments as in `settlement_of`."""
    stands = _stands(connection, contract, measurements, before)
    return RestsOn(_found(connection, contract, measurements), _run(contract, measurements), stands)


def _run(contract: Contract, measurements: Mapping[str, str]) -> list[str]:
    return [period.id for period in contract.calendar.followed if period.id in measurements]


def _found(
    connection: Connection,
    contract: Contract,
    measurements: Mapping[str, str],
    without: Mapping[str, Figures] | None = None,
) -> dict[tuple[str, str], Result]:
    """(period, outcome) → result. `without`: period → figures in the place of those its measurement is stored with."""
    found: dict[tuple[str, str], Result] = {}
    for period_id in _run(contract, measurements):
        instead, measurement_id = (without or {}).get(period_id), measurements[period_id]
        rows = instead.effects if instead else results.effects_of(connection, measurement_id)
        others = estimators(instead.diagnostics if instead else results.diagnostics_of(connection, measurement_id))
        saved = {}
        if contract.terms.responsibilities:
            values = instead.values if instead else results.values_of(connection, measurement_id)
            cohort = instead.cohort if instead else results.cohort_of(connection, measurement_id)
            saved = saved_by_task(contract, rows, values, [period_id], "period", cohort.get("seen"))
        held = in_force(contract, period_id)
        found |= {(period_id, outcome): result for outcome, result in _results(held, rows, others, saved).items()}
    return found


def _stands(
    connection: Connection, contract: Contract, measurements: Mapping[str, str], before: int | None
) -> dict[tuple[str, Cell], int]:
    """(period, cell) → what stays paid, before caps, since persons were erased between a payment and its correction.

    A measurement that takes the place of a paid one lacks whoever was erased since. What it moves is the difference from what
    the paid one comes to without them; so of every step from one settlement to the next, that with them less that without
    them stands. A period that a settlement did not have yet is settled in both as it is measured now.
    """
    posted = [row for row in proposals.all_of(connection, contract.id) if row["state"] == proposals.POSTED]
    steps = [row["measurements"] for row in posted if before is None or row["number"] < before]
    stands: dict[tuple[str, Cell], int] = defaultdict(int)
    for was, now in itertools.pairwise([*steps, measurements]):
        without: dict[str, Figures] = {}
        for period_id, paid in was.items():
            if now.get(period_id, paid) != paid:
                until, after = (erasures.measured_after(connection, one) for one in (now[period_id], paid))
                since = erasures.figures_of(connection, paid, until=until, after=after)
                without |= {period_id: since[1]} if since else {}
        if without:
            whole = {**measurements, **was}
            run = _run(contract, whole)
            with_them = settle(contract, _found(connection, contract, whole), run).owed
            without_them = settle(contract, _found(connection, contract, whole, without), run).owed
            for place in with_them.keys() | without_them.keys():
                stands[place] += with_them.get(place, 0) - without_them.get(place, 0)
    return {place: amount for place, amount in sorted(stands.items()) if amount}


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


def estimators(diagnostics: list[Row]) -> dict[str, list[Row]]:
    """Estimator → rows like those of effects, one per outcome and basis: what the fallbacks of a contract may use."""
    found: dict[str, list[Row]] = {}
    for row in diagnostics:
        kind, _, name = row["name"].partition(".")
        if kind == "estimator":
            figures = {key: row["figures"].get(key) for key in ("change", "standard_error", "low", "high")}
            numbers = {key: None if text is None else Decimal(str(text)) for key, text in figures.items()}
            told = {"outcome": row["outcome"], "basis": row["basis"], "units": None}
            told["is_significant"] = row["figures"].get("is_significant")
            refused = row["figures"].get("not_measurable")
            found.setdefault(name, []).append(told | numbers | {"not_measurable": refused})
    return found


def _results(
    contract: Contract, rows: list[Row], others: dict[str, list[Row]], saved: dict[str, Decimal]
) -> dict[str, Result]:
    """The results the terms look at, from effect rows of both bases. `saved`: task → money saved in the period."""
    found = {}
    for outcome_id, outcome in contract.outcomes.items():
        result = _result(contract, outcome_id, rows, saved)
        # An agreed reserve that was not measured fails for the reason that the first estimate failed for.
        missing = Result(not_measurable=result.not_measurable or "no_result")
        used = [name for name in (outcome.fallback.use if outcome.fallback else ()) if name != outcome.estimator]
        beside: dict[str, Result] = {
            name: _result(contract, outcome_id, others[name], saved) if name in others else missing for name in used
        }
        found[outcome_id] = replace(result, others=beside)
    return found


def _result(contract: Contract, outcome_id: str, rows: list[Row], saved: dict[str, Decimal]) -> Result:
    """One outcome by one estimator."""
    by_basis = {row["basis"]: row for row in rows if row["outcome"] == outcome_id}
    alone, so_far = by_basis.get("period"), by_basis.get("cumulative")
    if alone is None or so_far is None:
        return Result(not_measurable="no_result")
    paid_on = so_far if contract.terms.basis == "cumulative" and so_far["units"] is None else alone
    return Result(
        _improvement(contract, outcome_id, alone),
        _improvement(contract, outcome_id, so_far),
        alone["units"],
        paid_on["not_measurable"],
        _interval(contract, outcome_id, alone),
        _interval(contract, outcome_id, so_far),
        savings=saved,
    )


def _improvement(contract: Contract, outcome_id: str, row: Row) -> Decimal | None:
    """As it is stored; of a fallback estimator, which is stored as measured, turned round where lower is better."""
    if "improvement" in row or row["change"] is None:
        return row.get("improvement")
    change: Decimal = row["change"]
    return -change if _is_turned(contract, outcome_id) else change


def _interval(contract: Contract, outcome_id: str, row: Row) -> Interval | None:
    """The interval of the improvement: turned round where lower is better."""
    if row["low"] is None or row["high"] is None:
        return None
    error, shown = row["standard_error"], row["is_significant"]
    if _is_turned(contract, outcome_id):
        return Interval(-row["high"], -row["low"], error, shown)
    return Interval(row["low"], row["high"], error, shown)


def _is_turned(contract: Contract, outcome_id: str) -> bool:
    outcome = contract.outcomes[outcome_id]
    return outcome.better == "lower" and outcome.contrast != "level"
