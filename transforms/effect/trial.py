"""Trial: a result found elsewhere, taken as given. What it assumes: that it holds here."""

from __future__ import annotations

from scipy.stats import norm

from maalbar.contract.outcomes import Trial
from transforms.effect.estimate import Estimate, NotMeasurable
from transforms.effect.material import Asked
from transforms.effect.power import CONFIDENCE, POWER, power_of


def estimate(trial: Trial | None, asked: Asked) -> Estimate | NotMeasurable:
    """The trial's change with a normal interval, on the scale that it was given on. Refuses where the contract names none."""
    if trial is None:
        return NotMeasurable("no_result")
    change, error = float(trial.change.value), float(trial.standard_error.value)
    if error <= 0:
        return NotMeasurable("no_spread")
    reach = float(norm.ppf(0.5 + CONFIDENCE / 2))
    low, high = change - reach * error, change + reach * error
    return Estimate(
        change=change,
        standard_error=error,
        low=low,
        high=high,
        p_value=float(2 * norm.sf(abs(change) / error)),
        detectable=(reach + float(norm.ppf(POWER))) * error,
        is_significant=not low <= 0 <= high,
        power=None if asked.target is None else power_of(asked.target, error),
    )
