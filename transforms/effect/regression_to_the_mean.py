"""Regression to the mean: those who had an unusual year before entry have a usual one after, whatever is done for them.

Two signs. The contract selects on earlier use, and the estimator compares the treated with their own past. Or the last baseline
window stands out from the earlier ones: among the treated alone where only they are looked at, else more among the treated than
among those they are compared with (the dip of Ashenfelter 1978, upside down).
"""

from __future__ import annotations

from transforms.effect.estimate import Diagnostic, Estimate
from transforms.effect.material import Asked, Material
from transforms.effect.pre_trend import SURE, between_windows

DESIGNS = {"difference_in_differences": "both", "matched_comparison": "both", "before_after": "times"}
"""How the last baseline window is judged. Those of a historical baseline were selected in the same way, and have none."""


def check(estimator: str, material: Material, asked: Asked) -> Diagnostic:
    """`check.regression_to_the_mean`: broken by either sign, untested where no last window can be judged."""
    figures: dict[str, float | int | str | None] = {"assumption": "no_unusual_year_before_entry"}
    figures |= {"selected_on_use": "yes" if material.selected_on_use else "no"}
    name = "check.regression_to_the_mean"
    if material.selected_on_use and estimator == "before_after":
        return Diagnostic(name, "broken", figures | {"why": "selected_on_use"})
    if estimator not in DESIGNS:
        return Diagnostic(name, "untested", figures | {"why": "selected_in_the_same_way"})
    windows = material.baseline
    if len(windows) < 2:
        return Diagnostic(name, "untested", figures | {"why": "one_baseline_window"})
    found = between_windows(material.rows, windows[:-1], windows[-1:], DESIGNS[estimator], asked)
    if not isinstance(found, Estimate):
        return Diagnostic(name, "untested", figures | {"why": found.reason})
    figures |= {"last_window_change": found.change, "p_value": found.p_value}
    return Diagnostic(name, "broken" if found.p_value < SURE else "held", figures)
