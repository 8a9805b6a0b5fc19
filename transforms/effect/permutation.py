"""Permutation: how often as large an effect would be found had other areas been the treated ones.

The statistic is the estimate itself, from the sums of the areas: the difference in differences of four numbers. Without an effect
each set of areas is as likely to have been treated as any other, if areas are alike (Fisher 1935; MacKinnon & Webb 2020 for its
limits with areas of unequal size). The smallest p-value that so many areas can give is one of all assignments; where both arms
have as many areas it is two, since the arms turned about give the same effect with the other sign.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from transforms.effect.contrast import Floats
from transforms.effect.estimate import Diagnostic

ALL_UP_TO = 20_000
"""So many assignments are tried one and all; of more, a sample."""
DRAWS = 9_999
SEED = 1935
"""Nothing but this decides the sample."""
SLACK = 1e-9
"""Two effects that differ by less are the same one, reckoned in another order."""


@dataclass(frozen=True)
class Permutation:
    """`p_value`, two-sided; the `smallest` there could be; how many assignments there are, and how many were tried."""

    p_value: float
    smallest: float
    assignments: int
    tried: int


def permutation(frame: pd.DataFrame, contrast: str) -> Permutation | None:
    """Exchange the treated areas. `frame`: one row per person × (before, after) with area; None without areas in both arms."""
    cells = area_cells(frame)
    is_treated = cells.pop("is_treated").to_numpy(bool)
    treated, count = int(is_treated.sum()), len(is_treated)
    if not 0 < treated < count:
        return None
    numbers = cells.to_numpy(float)
    assignments = math.comb(count, treated)
    if assignments <= ALL_UP_TO:
        sets = np.zeros((assignments, count), dtype=bool)
        chosen = np.array(list(combinations(range(count), treated)))
        np.put_along_axis(sets, chosen, True, axis=1)
    else:
        order = np.random.default_rng(SEED).random((DRAWS, count)).argsort(axis=1)
        sets = np.vstack([is_treated, order < treated])
    found = np.abs(_effects(numbers, sets, contrast))
    observed = abs(float(_effects(numbers, is_treated[None, :], contrast)[0]))
    # What cannot be reckoned (a set of areas without events) is counted against the effect.
    as_large = int((~(found < observed - SLACK)).sum())
    tried = len(sets)
    # Where arms have as many areas the mirror of each assignment is among them all, though not of need in a sample.
    alike = 2 if 2 * treated == count and tried == assignments else 1
    return Permutation(as_large / tried, alike / tried, assignments, tried)


def area_cells(frame: pd.DataFrame) -> pd.DataFrame:
    """One row per area: is_treated, and quantity and exposure before and after; in an order that knows no names."""
    names = ["quantity_before", "exposure_before", "quantity_after", "exposure_after"]
    parts: dict[str, pd.Series] = {}
    for is_after, when in ((False, "before"), (True, "after")):
        sums = frame[frame["is_after"] == is_after].groupby(["area", "is_treated"])[["quantity", "exposure"]].sum()
        parts |= {f"{kind}_{when}": sums[kind] for kind in ("quantity", "exposure")}
    wide = pd.DataFrame(parts)[names].fillna(0.0).reset_index("is_treated")
    return wide.sort_values([*names, "is_treated"], kind="stable").reset_index(drop=True)


def _effects(numbers: Floats, sets: NDArray[np.bool_], contrast: str) -> Floats:
    """The effect for each set of areas; `numbers` in the order of `area_cells`."""
    mine = sets.astype(float) @ numbers
    others = numbers.sum(axis=0) - mine
    with np.errstate(divide="ignore", invalid="ignore"):
        if contrast == "ratio":
            return np.asarray(_log_change(mine) - _log_change(others))
        return np.asarray(_change(mine) - _change(others))


def _log_change(cells: Floats) -> Floats:
    return np.asarray(np.log(cells[:, 2] / cells[:, 3]) - np.log(cells[:, 0] / cells[:, 1]))


def _change(cells: Floats) -> Floats:
    return np.asarray(cells[:, 2] / cells[:, 3] - cells[:, 0] / cells[:, 1])


def variant(frame: pd.DataFrame, contrast: str) -> Diagnostic | None:
    """`variant.permutation`: the p-value beside the estimate's own."""
    found = permutation(frame, contrast)
    if found is None:
        return None
    figures = {"p_value": found.p_value, "smallest_p": found.smallest}
    return Diagnostic(
        "variant.permutation", "shown", {**figures, "assignments": found.assignments, "tried": found.tried}
    )
