"""Power: what can be shown, before anything is measured and after."""

from __future__ import annotations

import math

from scipy.stats import nct, norm, t

CONFIDENCE = 0.95
POWER = 0.80
SIGNIFICANCE = 0.05
"""Written out: 1 - 0.95 is a little more than 0.05, and 1/20 would lie below it."""


def power_of(effect: float, error: float, freedom: float = math.inf) -> float:
    """The chance that a two-sided test at 5 % shows an effect of that size, given its standard error.

    Normal, or by the noncentral t distribution where the error itself rests on few degrees of freedom.
    """
    size = abs(effect) / error
    if math.isinf(freedom):
        reach = float(norm.ppf(0.5 + CONFIDENCE / 2))
        return float(norm.sf(reach - size) + norm.cdf(-reach - size))
    reach = float(t.ppf(0.5 + CONFIDENCE / 2, freedom))
    # Significant the wrong way round: beyond five errors less than 1e-8, where scipy's noncentral t loses its digits.
    wrong_way = float(nct.cdf(-reach, freedom, size)) if size < 5 else 0.0
    return float(nct.sf(reach, freedom, size)) + wrong_way


def detectable_ratio(treated: int, comparison: int, rate: float, overdispersion: float, years: float = 1.0) -> float:
    """The largest ratio of two rates below 1 that is shown with 80 % power, two-sided at 5 %, by two groups seen once.

    `treated` and `comparison`: persons; `rate`: events per person-year; `overdispersion`: variance of a count over its mean.
    The variance of the logarithm of a ratio of rates is overdispersion × (1/events + 1/events).
    Raises ValueError where no events are expected.
    """
    if min(treated, comparison, rate, overdispersion, years) <= 0:
        raise ValueError("power needs persons, time and events in both groups")
    events = 1 / (treated * rate * years) + 1 / (comparison * rate * years)
    reach = float(norm.ppf(0.5 + CONFIDENCE / 2)) + float(norm.ppf(POWER))
    return math.exp(-reach * math.sqrt(overdispersion * events))
