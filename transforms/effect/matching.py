"""Matching: how much each comparison person stands for, so that the arms are alike in what was known at entry.

Nothing depends on the order or the names of persons: equally near persons share the weight of one.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

from maalbar.contract.outcomes import Matching
from transforms.effect.contrast import Floats
from transforms.effect.estimate import NotMeasurable

USE_GROUPS = 3
"""Those with earlier use are divided into so many groups of equal size; those without are a group of their own."""

CERTAIN = 15.0
"""Log odds beyond this, one in three million, tell the arm for certain: the fit stops at about 20 where there is no limit."""


def persons(rows: pd.DataFrame, ids: pd.Series) -> pd.DataFrame:
    """One row per person who can be matched: is_treated, age, sex, has_benefit, earlier_use (per year; empty if unknown)."""
    known = rows[rows["person_id"].isin(ids)].drop_duplicates("person_id").set_index("person_id").sort_index()
    before = rows[(rows["phase"] == "baseline") & (rows["exposure"] > 0)]
    sums = before.groupby("person_id")[["quantity", "exposure"]].sum()
    use = (sums["quantity"] / sums["exposure"]).reindex(known.index)
    return pd.DataFrame(
        {
            "is_treated": known["arm"] == "treated",
            "age": known["age"].astype(float),
            "sex": known["sex"],
            "benefit": known["has_benefit"].astype(bool),
            "earlier_use": use,
        }
    )


def weights(found: pd.DataFrame, matching: Matching, age_bands: tuple[int, ...]) -> pd.Series | NotMeasurable:
    """The weight of each person of `persons`: 1 for a matched treated person, 0 for one without a match.

    A comparison person weighs as many treated as it stands for. Refuses where nobody is matched.
    """
    treated = found["is_treated"].to_numpy(bool)
    if not treated.any() or treated.all():
        return NotMeasurable("no_match")
    given = _exact(found, matching, age_bands) if matching.method == "exact" else _nearest(found, matching)
    if given is None or given[treated].sum() == 0:
        return NotMeasurable("no_match")
    return pd.Series(given, index=found.index)


def _exact(found: pd.DataFrame, matching: Matching, age_bands: tuple[int, ...]) -> Floats:
    """Comparison persons stand for the treated of the same cell, in equal parts."""
    traits = {
        "age": np.searchsorted(np.array(sorted(age_bands)), found["age"].to_numpy(), side="right"),
        "sex": found["sex"].to_numpy(),
        "benefit": found["benefit"].to_numpy(),
        "earlier_use": _use_groups(found["earlier_use"]),
    }
    cell = pd.DataFrame({name: traits[name] for name in matching.by}).groupby(list(matching.by)).ngroup().to_numpy()
    treated = found["is_treated"].to_numpy(bool)
    many = np.bincount(cell[treated], minlength=cell.max() + 1)[cell]
    others = np.bincount(cell[~treated], minlength=cell.max() + 1)[cell]
    shared = np.divide(many, others, out=np.zeros(len(cell)), where=others > 0)
    return np.where(treated, (others > 0).astype(float), shared)


def _use_groups(use: pd.Series) -> Floats:
    """0 without use, then thirds of those with use (both arms together), -1 where it is not known."""
    rate = use.to_numpy(float)
    some = rate[rate > 0]
    bounds = np.quantile(some, np.arange(1, USE_GROUPS) / USE_GROUPS) if len(some) else np.array([])
    groups = np.where(rate > 0, 1 + np.searchsorted(bounds, rate, side="left"), 0)
    return np.where(np.isnan(rate), -1, groups).astype(float)


def _nearest(found: pd.DataFrame, matching: Matching) -> Floats | None:
    """Each treated person gets the nearest comparison person by the log odds of being treated, with replacement.

    None where nobody can be compared, as when a trait tells the arms apart altogether.
    """
    treated = found["is_treated"].to_numpy(bool)
    traits = _traits(found, matching)
    comparable, odds = _log_odds(traits, treated)
    if not comparable.any():
        return None
    given = np.zeros(len(found))
    given[comparable] = _nearest_by(odds, treated[comparable], float(matching.caliper))
    return given


def _nearest_by(odds: Floats, treated: NDArray[np.bool_], caliper: float) -> Floats:
    given = np.zeros(len(odds))
    points, place, sharers = np.unique(odds[~treated], return_inverse=True, return_counts=True)
    mine = odds[treated]
    above = np.clip(np.searchsorted(points, mine), 0, len(points) - 1)
    below = np.clip(above - 1, 0, len(points) - 1)
    to_above, to_below = np.abs(points[above] - mine), np.abs(points[below] - mine)
    near = np.minimum(to_above, to_below) <= caliper * odds.std(ddof=1)
    each = np.zeros(len(points))
    # Two as near on either side share, or the order of the odds would decide.
    is_tie = (to_above == to_below) & (above != below)
    np.add.at(each, above[near & (to_above <= to_below)], np.where(is_tie, 0.5, 1.0)[near & (to_above <= to_below)])
    np.add.at(each, below[near & (to_below < to_above)], 1.0)
    np.add.at(each, below[near & is_tie], 0.5)
    given[treated] = near
    given[~treated] = (each / sharers)[place]
    return given


def _log_odds(traits: Sequence[Floats], treated: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], Floats]:
    """Who can be compared, and the log odds of those alone.

    Where traits tell some persons' arm for certain (quasi-separation, Albert & Anderson 1984), their odds are as long as the
    fit was; the fit to the others has a limit, which is the fit without them. So they are left out, until all odds are real.
    """
    comparable = np.ones(len(treated), dtype=bool)
    while 0 < treated[comparable].sum() < comparable.sum():
        columns = [column[comparable] for column in traits]
        matrix = np.column_stack([columns[0], *(column for column in columns[1:] if np.ptp(column) > 0)])
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", PerfectSeparationWarning)
                fitted = GLM(treated[comparable].astype(float), matrix, family=Binomial()).fit()
        except np.linalg.LinAlgError:
            break
        odds = matrix @ fitted.params
        certain = ~(np.abs(odds) < CERTAIN)
        if not certain.any():
            # Rounded, so that persons alike in every trait are equally near, whatever the last bits say.
            return comparable, np.round(odds, 9)
        comparable[np.flatnonzero(comparable)[certain]] = False
    return np.zeros(len(treated), dtype=bool), np.zeros(0)


def _traits(found: pd.DataFrame, matching: Matching) -> list[Floats]:
    traits: list[Floats] = [np.ones(len(found))]
    if "age" in matching.by:
        age = (found["age"].to_numpy() - found["age"].mean()) / 10
        traits += [age, age**2]
    if "sex" in matching.by:
        traits.append(np.where(found["sex"] == "F", 1.0, 0.0))
    if "benefit" in matching.by:
        traits.append(found["benefit"].to_numpy(np.float64))
    if "earlier_use" in matching.by:
        use = found["earlier_use"].to_numpy(float)
        traits += [np.log1p(np.nan_to_num(np.maximum(use, 0))), np.where(np.isnan(use), 1.0, 0.0)]
    return traits
