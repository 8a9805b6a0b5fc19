"""Forecast: what a contract will come to, from what is measured so far and what may still be.

Three courses of the remaining periods: at the worst the terms know, drawn around the newest estimates, and at results better
than any target. The total of the middle one lies between the others'; in a single budget year it need not, since what is
earned early fills a cap that others fill late. Savings task by task are not foreseen: there payers share by their fixed shares.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from maalbar.contract.model import Agreement
from maalbar.contract.outcomes import Outcome
from maalbar.contract.prices import SavingsShare
from maalbar.contract.terms import Cap
from maalbar.contract.versions import versions
from transforms.draws import REACH, SEED, Around, Course, courses, drawn_under, most_units
from transforms.planned import (
    FAR,
    at,
    full_effect,
    in_units,
    looked_at_by_terms,
    missing,
    no_effect,
    planned_of,
    units_when_all_works,
)
from transforms.settlement import Line, Result, Results, settle
from transforms.settlement.caps import within
from transforms.stress import Cell, Told, by_cell, means

DRAWS = 1_000
PLAN = "planning"
HALF = Decimal("0.5")


@dataclass(frozen=True)
class Forecast:
    """Payments by payer, recipient and budget year over the whole contract, in minor units, on three courses.

    `based_on`: outcome → the period of the estimate that is drawn around, or `planning`, of which half is reckoned to work.
    """

    lowest: dict[Cell, int]
    expected: dict[Cell, int]
    highest: dict[Cell, int]
    based_on: dict[str, str]
    draws: int


@dataclass(frozen=True)
class Room:
    """A cap, the budget year it is looked at in, and what is used and left of it, in minor units."""

    cap: Cap
    year: str | None
    used: int
    left: int


def forecast(
    agreement: Agreement,
    measured: Results,
    run: Sequence[str],
    draws: int = DRAWS,
    *,
    seed: int = SEED,
    tell: Told | None = None,
) -> Forecast:
    """Settle what is measured (the periods of `run`) with three courses of the rest. Outcomes without results have plans."""
    known, periods = drawn_under(agreement), [period.id for period in agreement.calendar.followed]
    newest, rest = known[-1], periods[len(run) :]
    around, based_on = {}, {}
    for outcome_id in looked_at_by_terms(newest):
        around[outcome_id], based_on[outcome_id] = _around(newest, outcome_id, measured, run)

    def payments(course: Course) -> dict[Cell, int]:
        return by_cell(agreement, settle(agreement, {**measured, **course}, periods, known))

    lowest, highest = (
        payments({(p, o): _bound(newest, o, mean, p, best) for o, mean in around.items() for p in rest})
        for best in (False, True)
    )
    sums: dict[Cell, int] = defaultdict(int)
    number = draws if rest else 1
    for done, course in enumerate(courses(newest, around, rest, number, seed), start=1):
        for cell, amount in payments(course).items():
            sums[cell] += amount
        if tell:
            tell(done, number)
    return Forecast(lowest, means(sums, number, 1), highest, based_on, number)


def unforeseeable(agreement: Agreement, measured: Results) -> list[str]:
    """What plans lack of outcomes without any result, as paths into the file: nothing can be drawn for those."""
    return [path for path in missing(versions(agreement)[-1]) if not _known(measured, path.split(".")[1])]


def room(agreement: Agreement, lines: Sequence[Line]) -> tuple[Room, ...]:
    """What is entitled under each cap, and what is left of it; of a yearly cap in each budget year."""
    years = list(dict.fromkeys(period.year for period in agreement.calendar.followed))
    found = []
    for cap in agreement.terms.caps:
        of_year: dict[str, int] = dict.fromkeys(years, 0)
        for line in lines:
            if within((line.outcome, line.payer, line.recipient), cap):
                of_year[agreement.period(line.period).year] += line.amount
        if cap.per == "contract":
            used = sum(of_year.values())
            found.append(Room(cap, None, used, cap.maximum.minor - used))
            continue
        unused = 0
        for year, used in of_year.items():
            left = cap.most_in(year) + unused - used
            found.append(Room(cap, year, used, left))
            unused = left if cap.carry_over == "unused" else 0
    return tuple(found)


def _known(measured: Results, outcome_id: str) -> list[tuple[str, Result]]:
    """The periods with a result of an outcome, in order, and the result."""
    mine = [(period, result) for (period, outcome), result in measured.items() if outcome == outcome_id]
    return [(period, result) for period, result in mine if result.not_measurable is None]


def _around(agreement: Agreement, outcome_id: str, measured: Results, run: Sequence[str]) -> tuple[Around, str]:
    """What the remaining results of an outcome are drawn around, and what that is taken from."""
    outcome = agreement.outcomes[outcome_id]
    ordered = {(period, outcome_id): measured[period, outcome_id] for period in run if (period, outcome_id) in measured}
    known = _known(ordered, outcome_id)
    if not known:
        return planned_of(agreement, outcome, HALF), PLAN
    period, newest = known[-1]
    if in_units(outcome):
        paid = getattr(outcome.price, "pays_states", ("verified",))
        counted = sum(claim.quantity for _, result in known for claim in result.counted if claim.state in paid)
        return Around(units=float(counted) / len(known)), period
    alone = [result.period for _, result in known if result.period is not None]
    mean = newest.cumulative if newest.cumulative is not None else sum(alone, Decimal(0)) / max(len(alone), 1)
    plan = outcome.planning
    correlation = float(plan.correlation) if plan and plan.correlation is not None else 0.0
    error = _error_of_a_period(outcome, newest, Around(0, 1, correlation).error_after(len(known)))
    return Around(float(mean), error, correlation, len(known)), period


def _error_of_a_period(outcome: Outcome, newest: Result, of_mean: float) -> float:
    """The standard error of a period alone: from that of the newest estimate, else the plan's, else none."""
    interval, plan = newest.cumulative_interval, outcome.planning
    if interval is None or interval.standard_error is None or newest.cumulative is None:
        return float(plan.standard_error.value) if plan and plan.standard_error else 0.0
    error = interval.standard_error
    if outcome.contrast == "ratio":
        ratio = 1 - newest.cumulative if outcome.better == "lower" else 1 + newest.cumulative
        error /= max(ratio, Decimal("0.000001"))
    return float(error) / of_mean


def _bound(agreement: Agreement, outcome_id: str, mean: Around, period: str, best: bool) -> Result:
    """A result past anything the terms know. Savings and units have no end, so theirs is as far as any draw lies."""
    outcome = agreement.outcomes[outcome_id]
    if mean.units is not None:
        planned = units_when_all_works(agreement, outcome) or Decimal(0)
        units = most_units(max(mean.units, float(planned))) if best else 0
        return at(agreement, outcome, period, FAR, Decimal(units))
    if not isinstance(outcome.price, SavingsShare):
        return at(agreement, outcome, period, FAR if best else -FAR, Decimal(0))
    reach = Decimal(f"{REACH * mean.standard_error + 0.01:.2f}")
    figure, full = Decimal(f"{mean.figure:.2f}"), full_effect(outcome) or Decimal(0)
    saved = max(figure, full) + reach if best else min(figure, no_effect(outcome)) - reach
    return at(agreement, outcome, period, saved, Decimal(0))
