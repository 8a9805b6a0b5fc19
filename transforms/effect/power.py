"""Power: what can be shown, before anything is measured and after."""

from __future__ import annotations

import math

from scipy.stats import nct, norm, t

CONFIDENCE = 0.95
POWER = 0.80


def power_of(effect: float, error: float, freedom: float = math.inf) -> float:
    """The chance that a two-sided test at 5 % shows an effect of that size, given its standard error.

    Normal, or by the noncentral t distribution where the error itself rests on few degrees of freedom.
    """
    size = abs(effect) / error
    if math.isinf(freedom):
        reach = float(norm.ppf(0.5 + CONFIDENCE / 2))
        return float(norm.sf(reach - size) + norm.cdf(-reach - size))
    reach = float(t.ppf(0.5 + CONFIDENCE / 2, freedom))
    # Beyond 30 errors scipy's noncentral t loses its digits, and every interval in use has long shown the effect.
    return 1.0 if size > 30 + reach else float(nct.sf(reach, freedom, size) + nct.cdf(-reach, freedom, size))


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
