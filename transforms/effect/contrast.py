"""Contrast: one coefficient of a saturated regression, and what each person adds to it.

A `ratio` is the logarithm of a ratio of rates, from a Poisson regression with the logarithm of exposure as offset. A
`difference` is one of means per exposure, from weighted least squares. Both are fitted by statsmodels. The influence of a row
is its part of the first-order error of the coefficient: what is independent (persons, or areas) is summed, squared and added
up for the variance (Liang & Zeger 1986).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from statsmodels.genmod.families import Poisson
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.regression.linear_model import WLS

from transforms.effect.estimate import NotMeasurable

Floats = NDArray[np.float64]
CELLS = {(True, True): "treated_after", (True, False): "treated_before",
         (False, True): "comparison_after", (False, False): "comparison_before"}  # fmt: skip
DESIGNS = {"both": tuple(CELLS.values()), "times": ("treated_after", "treated_before"),
           "arms": ("treated_after", "comparison_after")}  # fmt: skip
"""Which cells a design compares: `both` arms over time, the `times` of the treated alone, or the `arms` afterwards alone."""


@dataclass(frozen=True)
class Contrast:
    """`effect`, and one entry per person: `influence`, arm, area, and `size`: the exposure it rests on."""

    effect: float
    influence: Floats
    is_treated: NDArray[np.bool_]
    area: NDArray[np.int64]
    size: Floats
    correction: float
    """What statsmodels multiplies a clustered variance by: G/(G-1) × (N-1)/(N-K), with G persons, N rows, K coefficients."""


def refusal(
    frame: pd.DataFrame, design: str, contrast: str, min_events: int, is_amount: bool = False, small_cell: int = 2
) -> NotMeasurable | None:
    """Refuses a cell of fewer than `small_cell` persons, and never takes one alone; and few events in a cell of a ratio.

    A cell that is too small to be shown follows from an effect and the cells beside it. `min_events`: what a ratio needs.
    `is_amount`: hours, nights or kroner are no events; the persons who had any count in their place.
    """
    treated, after = frame["is_treated"].to_numpy(bool), frame["is_after"].to_numpy(bool)
    quantity = frame["quantity"].to_numpy(float)
    for (is_treated, is_after), name in CELLS.items():
        if name not in DESIGNS[design]:
            continue
        mine = (treated == is_treated) & (after == is_after)
        if not mine.any():
            return NotMeasurable("no_data", (name,))
        least = max(small_cell, 2)
        if mine.sum() < least:
            return NotMeasurable("few_persons", (name, str(least)))
        # A rate of nothing has no logarithm, even where the contract asks for no events at all.
        events = (quantity[mine] > 0).sum() if is_amount else quantity[mine].sum()
        if contrast == "ratio" and events < max(min_events, 1e-9):
            return NotMeasurable("few_events", (name, str(min_events)))
    return None


def design_matrix(frame: pd.DataFrame, design: str) -> Floats:
    """The columns of the saturated regression; the last one is the effect."""
    treated, after = frame["is_treated"].to_numpy(float), frame["is_after"].to_numpy(float)
    one = np.ones(len(frame))
    columns = {"both": [one, treated, after, treated * after], "times": [one, after], "arms": [one, treated]}
    return np.column_stack(columns[design])


def fit(frame: pd.DataFrame, design: str, contrast: str) -> Contrast:
    """Fit the regression of a design to a frame that `refusal` has let pass.

    `frame`: person_id, is_treated, is_after, quantity, exposure (> 0), and where they matter area and weight.
    """
    matrix = design_matrix(frame, design)
    exposure, quantity = frame["exposure"].to_numpy(float), frame["quantity"].to_numpy(float)
    weight = frame["weight"].to_numpy(float) if "weight" in frame else np.ones(len(frame))
    if contrast == "ratio":
        fitted = GLM(quantity, matrix, family=Poisson(), offset=np.log(exposure), var_weights=weight).fit()
        residual = weight * (quantity - fitted.fittedvalues)
    else:
        fitted = WLS(quantity / exposure, matrix, weights=exposure * weight).fit()
        residual = weight * exposure * (quantity / exposure - fitted.fittedvalues)
    influence = (matrix @ fitted.normalized_cov_params[:, -1]) * residual
    person, ids = pd.factorize(frame["person_id"])
    first = np.unique(person, return_index=True)[1]
    area = pd.factorize(frame["area"], sort=True)[0] if "area" in frame else np.zeros(len(frame), dtype=np.int64)
    groups, rows, columns = len(ids), *matrix.shape
    return Contrast(
        effect=float(fitted.params[-1]),
        influence=sums(person, influence, groups),
        is_treated=frame["is_treated"].to_numpy(bool)[first],
        area=area[first],
        size=sums(person, weight * exposure, groups),
        correction=groups / (groups - 1) * (rows - 1) / (rows - columns),
    )


def sums(index: NDArray[np.int64], values: Floats, count: int) -> Floats:
    """The sum of the values of each index from 0 to `count`."""
    return np.bincount(index, values, count).astype(np.float64)
