"""Assumptions: what each estimator takes for granted, as the checks that look at it.

Every check carries the `assumption` it looks at as a code that documents put into words, and a verdict: held, broken, or untested
with why. What no data can show stands among them as untested, so that it is said.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from transforms.effect import pre_trend, regression_to_the_mean
from transforms.effect.area_shocks import checks as area_checks
from transforms.effect.contrast import refusal
from transforms.effect.differences import frame_of
from transforms.effect.estimate import Diagnostic
from transforms.effect.historical import frame_of as historical_frame
from transforms.effect.material import Asked, Material

BEYOND_DATA = {
    "difference_in_differences": ("check.same_change_without", "arms_change_alike_after_start"),
    "matched_comparison": ("check.no_hidden_difference", "nothing_unseen_tells_arms_apart"),
    "historical_baseline": ("check.years_alike", "no_change_of_level_since"),
    "before_after": ("check.nothing_else_changed", "nothing_else_changed"),
    "trial": ("check.carried_over", "trial_holds_here"),
}
"""What no data can show, by estimator: the check's name, and the assumption's code."""


def checks_of(estimator: str, material: Material, asked: Asked) -> Iterator[Diagnostic]:
    """The checks of an estimator's assumptions; `check.balance` comes with the matching itself."""
    name, assumption = BEYOND_DATA[estimator]
    yield Diagnostic(name, "untested", {"assumption": assumption, "why": "beyond_data"})
    if estimator == "trial":
        return
    rows, windows = material.rows, material.baseline
    if estimator in ("difference_in_differences", "matched_comparison"):
        yield pre_trend.check("check.pre_trend", "arms_change_alike", rows, windows, asked)
        yield pre_trend.placebo(rows, windows, "both", asked)
    elif estimator == "before_after":
        yield pre_trend.check("check.baseline_trend", "no_trend_of_its_own", rows, windows, asked)
        yield pre_trend.placebo(rows, windows, "times", asked)
    elif material.historical is not None:
        told = set(material.historical["window_id"])
        years = tuple(window for window in windows if window in told)
        yield pre_trend.check("check.historical_trend", "years_alike_before", material.historical, years, asked)
    yield regression_to_the_mean.check(estimator, material, asked)
    frame, design = frame_and_design(estimator, material)
    if not refusal(frame, design, asked.contrast, asked.min_events, asked.is_amount, asked.small_cell):
        yield from area_checks(frame, design, asked)


def frame_and_design(estimator: str, material: Material) -> tuple[pd.DataFrame, str]:
    """What an estimator compares before any matching: its frame, and the name of its design."""
    frame = frame_of(material.looked_at)
    if estimator == "matched_comparison":
        return frame[frame["is_after"]], "arms"
    if estimator == "before_after":
        return frame[frame["is_treated"]], "times"
    if estimator == "historical_baseline":
        return historical_frame(material), "times"
    return frame, "both"
