"""Mortality: of both arms, beside every rate. Fewer contacts by dying is no effect."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from transforms.effect import Diagnostic, NotMeasurable
from transforms.rates import Mortality, Rate, mortality, mortality_ratio

DAYS_PER_YEAR = 365.25
ARMS = ("treated", "comparison")


def check(counts: pd.DataFrame, windows: Sequence[str]) -> Diagnostic:
    """`check.mortality`: deaths per living person-year in both arms over the windows, and the treated over the comparison.

    `counts`: window_id, arm, deaths, person_days. `broken` where the whole interval of the ratio lies above 1, `untested` where
    there is no ratio. Figures: for each arm `deaths_`, `years_`, the rate and its limits; `ratio`, `ratio_low`, `ratio_high`,
    of which the first and last are None where nobody died in the comparison, and no number is high enough.
    """
    found = {arm: _of_arm(counts, windows, arm) for arm in ARMS}
    figures: dict[str, float | int | str | None] = {}
    for arm, one in found.items():
        figures |= {f"deaths_{arm}": one.deaths, f"years_{arm}": one.years}
        if isinstance(one.rate, Rate):
            figures |= {arm: one.rate.value, f"{arm}_low": one.rate.low, f"{arm}_high": one.rate.high}
    treated, comparison = (found[arm] for arm in ARMS)
    ratio = mortality_ratio(treated.deaths, treated.years, comparison.deaths, comparison.years)
    if isinstance(ratio, NotMeasurable):
        return Diagnostic("check.mortality", "untested", figures | {"why": ratio.reason})
    figures |= {"ratio": _finite(ratio.value), "ratio_low": ratio.low, "ratio_high": _finite(ratio.high)}
    return Diagnostic("check.mortality", "broken" if ratio.low > 1 else "held", figures)


def _finite(number: float) -> float | None:
    return None if math.isinf(number) else number


def _of_arm(counts: pd.DataFrame, windows: Sequence[str], arm: str) -> Mortality:
    rows = counts[counts["window_id"].isin(windows) & (counts["arm"] == arm)]
    return mortality(int(rows["deaths"].sum()), float(rows["person_days"].sum()) / DAYS_PER_YEAR)
