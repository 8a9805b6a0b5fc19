"""Pre-trend and placebo: whether what an estimator compares changed alike before the intervention, when nothing should differ."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pandas as pd
from statsmodels.genmod.families import Poisson
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.regression.linear_model import WLS

from transforms.effect.comparison import compare
from transforms.effect.estimate import Diagnostic, Estimate, NotMeasurable
from transforms.effect.material import Asked, before_and_after

SURE = 0.05


def between_windows(
    rows: pd.DataFrame, earlier: tuple[str, ...], later: tuple[str, ...], design: str, asked: Asked
) -> Estimate | NotMeasurable:
    """The effect that a design would find had it begun between the windows."""
    chosen = rows[rows["window_id"].isin(earlier) | rows["window_id"].isin(later)]
    if design == "times":
        chosen = chosen[chosen["arm"] == "treated"]
    return compare(before_and_after(chosen, chosen["window_id"].isin(later)), design, asked)


def check(name: str, assumption: str, rows: pd.DataFrame, windows: tuple[str, ...], asked: Asked) -> Diagnostic:
    """Whether the windows differ: between arms (`check.pre_trend`), or those of the treated alone, by the name of the check.

    All pairs of windows are shown. The joint test is Wald's on all windows at once where persons are the clusters; with areas
    Bonferroni's on neighbouring windows, since few areas carry no joint test. Held says that no difference was found; how large
    a one could have been is `detectable`, the least that any neighbouring pair shows with 80 % power.
    """
    design = "both" if name == "check.pre_trend" else "times"
    figures: dict[str, float | int | str | None] = {"assumption": assumption}
    if len(windows) < 2:
        return Diagnostic(name, "untested", figures | {"why": "one_baseline_window"})
    found = {pair: between_windows(rows, (pair[0],), (pair[1],), design, asked) for pair in combinations(windows, 2)}
    near = [found[pair] for pair in pairwise(windows)]
    refused = [one for one in near if isinstance(one, NotMeasurable)]
    if refused:
        return Diagnostic(name, "untested", figures | {"why": refused[0].reason})
    for (first, last), one in found.items():
        if isinstance(one, Estimate):
            ends = {"change": one.change, "low": one.low, "high": one.high}
            figures |= {f"{first}_{last}_{end}": value for end, value in ends.items()}
    estimates = [one for one in near if isinstance(one, Estimate)]
    if asked.clusters == "area":
        p_value = min(1.0, len(estimates) * min(one.p_value for one in estimates))
    else:
        p_value = joint(rows, windows, design, asked.contrast)
    figures |= {"p_value": p_value, "detectable": max(one.detectable for one in estimates)}
    return Diagnostic(name, "broken" if p_value < SURE else "held", figures)


def joint(rows: pd.DataFrame, windows: tuple[str, ...], design: str, contrast: str) -> float:
    """The p-value of no difference between any windows, clustered by person (Wald's test, by statsmodels)."""
    chosen = rows[rows["window_id"].isin(windows) & (rows["exposure"] > 0)]
    if design == "times":
        chosen = chosen[chosen["arm"] == "treated"]
    treated = (chosen["arm"] == "treated").to_numpy(float)
    each = [(chosen["window_id"] == window).to_numpy(float) for window in windows[1:]]
    columns = [np.ones(len(chosen)), *each]
    if design == "both":
        columns += [treated, *(treated * window for window in each)]
    matrix = np.column_stack(columns)
    exposure, quantity = chosen["exposure"].to_numpy(float), chosen["quantity"].to_numpy(float)
    if contrast == "ratio":
        model = GLM(quantity, matrix, family=Poisson(), offset=np.log(exposure))
    else:
        model = WLS(quantity / exposure, matrix, weights=exposure)
    groups = pd.factorize(chosen["person_id"])[0]
    fitted = model.fit(cov_type="cluster", cov_kwds={"groups": groups})
    tested = np.eye(matrix.shape[1])[-len(each) :]
    return float(fitted.wald_test(tested, use_f=False, scalar=True).pvalue)


def placebo(rows: pd.DataFrame, windows: tuple[str, ...], design: str, asked: Asked) -> Diagnostic:
    """`check.placebo`: the last baseline window as if it were after, against the earlier ones. Nothing should be found."""
    figures: dict[str, float | int | str | None] = {"assumption": "no_effect_before_start"}
    if len(windows) < 2:
        return Diagnostic("check.placebo", "untested", figures | {"why": "one_baseline_window"})
    found = between_windows(rows, windows[:-1], windows[-1:], design, asked)
    if isinstance(found, NotMeasurable):
        return Diagnostic("check.placebo", "untested", figures | {"why": found.reason})
    figures |= {"change": found.change, "low": found.low, "high": found.high, "p_value": found.p_value}
    return Diagnostic("check.placebo", "broken" if found.p_value < SURE else "held", figures)
