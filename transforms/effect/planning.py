"""Planning: what can be shown of the target, as the parties reckoned beforehand and as it was measured."""

from __future__ import annotations

import math

from scipy.stats import norm

from maalbar.contract.outcomes import Outcome
from transforms.effect.estimate import Diagnostic, Estimate, NotMeasurable
from transforms.effect.power import CONFIDENCE, POWER, power_of


def diagnostic(outcome: Outcome, target: float | None, result: Estimate | NotMeasurable) -> Diagnostic | None:
    """`planning`: the smallest effect shown with 80 % power, and the power for the target, before and after.

    Before: by `planning.standard_error`, that of the change itself in one period. None where there is neither.
    """
    figures: dict[str, float | int | str | None] = {"target": target}
    planned = outcome.planning.standard_error if outcome.planning else None
    if planned is not None and planned.value > 0:
        error = float(planned.value)
        reach = float(norm.ppf(0.5 + CONFIDENCE / 2)) + float(norm.ppf(POWER))
        figures |= {"standard_error_before": error, "detectable_before": reach * error}
        figures |= {"power_before": None if target is None else power_of(target, error)}
    if isinstance(result, Estimate) and math.isfinite(result.detectable):
        figures |= {"standard_error_after": result.standard_error, "detectable_after": result.detectable}
        figures |= {"power_after": result.power}
    return Diagnostic("planning", "shown", figures) if len(figures) > 1 else None
