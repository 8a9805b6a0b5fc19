"""What the terms would pay on average if nothing worked: the one thing no spreadsheet shows.

Each outcome's cumulative estimate is drawn from its own uncertainty around no effect, the outcomes apart from one
another, and the terms are applied to each draw. The draws are seeded, so the same results give the same figure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from maalbar.contract import Contract
from transforms.settlement import Result, settle

DRAWS = 1_000
SEED = 1_812


@dataclass(frozen=True)
class Uncertainty:
    """The standard error of an outcome's change: relative for a ratio, whose error is of the change itself."""

    change: Decimal
    standard_error: Decimal


def expected_without_effect(contract: Contract, errors: Mapping[str, Uncertainty], through: str) -> int:
    """Mean total of all payments through a period, in minor units, when every true effect is nothing.

    `errors`: outcome → uncertainty of its estimate over all periods so far; outcomes without one are not measurable.
    """
    chance = np.random.default_rng(SEED)
    periods = [period.id for period in contract.calendar.until(through)]
    draws = {outcome: _draws(contract, outcome, error, chance) for outcome, error in sorted(errors.items())}
    total = 0
    for number in range(DRAWS):
        drawn = {outcome: Decimal(f"{values[number]:.6f}") for outcome, values in draws.items()}
        # Only the last period counts for a cumulative basis; each period counts alike for the other.
        counted = periods[-1:] if contract.terms.basis == "cumulative" else periods
        results = {(period, outcome): Result(value, value) for period in counted for outcome, value in drawn.items()}
        total += settle(contract, results, periods).total
    return round(total / DRAWS)


def _draws(contract: Contract, outcome_id: str, error: Uncertainty, chance: np.random.Generator) -> np.ndarray:
    """Improvements drawn around none, on the log scale for a ratio."""
    outcome = contract.outcomes[outcome_id]
    noise = chance.standard_normal(DRAWS)
    if outcome.contrast == "ratio":
        change = np.expm1(noise * float(error.standard_error / (1 + error.change)))
    else:
        change = noise * float(error.standard_error)
    return -change if outcome.better == "lower" else change
