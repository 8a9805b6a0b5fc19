"""What the terms would pay on average if nothing worked, as a statement tells it: by the errors that were measured.

The same draws as `stress`, with the measured standard errors in place of the planned ones. They are seeded, so the same
results give the same figure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from maalbar.contract import Agreement
from transforms.draws import Around, courses, drawn_under
from transforms.settlement import settle

DRAWS = 1_000


@dataclass(frozen=True)
class Uncertainty:
    """The standard error of an outcome's change: relative for a ratio, whose error is of the change itself."""

    change: Decimal
    standard_error: Decimal


def expected_without_effect(agreement: Agreement, errors: Mapping[str, Uncertainty], through: str) -> int:
    """Mean total of all payments through a period, in minor units, when every true effect is nothing.

    `errors`: outcome → uncertainty of the estimate that the terms look at: over all periods so far on a cumulative basis, of
    a period alone on the other. Outcomes without one are not measurable.
    """
    periods, known = [period.id for period in agreement.calendar.until(through)], drawn_under(agreement)
    around = {outcome: _around(agreement, outcome, error, len(periods)) for outcome, error in errors.items()}
    drawn = courses(agreement, around, periods, DRAWS)
    total = sum(settle(agreement, course, periods, known).total for course in drawn)
    return round(total / DRAWS)


def _around(agreement: Agreement, outcome_id: str, error: Uncertainty, periods: int) -> Around:
    """No effect, and an error of each period from which the measured one comes."""
    outcome = agreement.outcomes[outcome_id]
    planning = outcome.planning
    measured = float(error.standard_error / (1 + error.change) if outcome.contrast == "ratio" else error.standard_error)
    nothing = float(planning.no_effect.value) if planning and planning.no_effect else 0.0
    correlation = float(planning.correlation) if planning and planning.correlation is not None else 0.0
    around = Around(nothing, measured, correlation)
    if agreement.terms.basis == "per_period":
        return around
    return Around(nothing, measured * measured / around.error_after(periods) if measured else 0.0, correlation)
