"""Matching: how much each comparison person stands for, so that the arms are alike in what was known at entry.

Nothing depends on the order or the names of persons: equally near persons share the weight of one.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.tools.sm_exceptions import PerfectSeparationError

from maalbar.contract.outcomes import Matching
from transforms.effect.contrast import Floats
from transforms.effect.estimate import NotMeasurable

USE_GROUPS = 3
"""Those with earlier use are divided into so many groups of equal size; those without are a group of their own."""


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

    None where the odds cannot be estimated, as when a trait tells the arms apart altogether.
    """
    odds = _log_odds(found, matching)
    if odds is None:
        return None
    treated = found["is_treated"].to_numpy(bool)
    given = np.zeros(len(found))
    points, place, sharers = np.unique(odds[~treated], return_inverse=True, return_counts=True)
    mine = odds[treated]
    above = np.clip(np.searchsorted(points, mine), 0, len(points) - 1)
    below = np.clip(above - 1, 0, len(points) - 1)
    to_above, to_below = np.abs(points[above] - mine), np.abs(points[below] - mine)
    near = np.minimum(to_above, to_below) <= float(matching.caliper) * odds.std(ddof=1)
    each = np.zeros(len(points))
    # Two as near on either side share, or the order of the odds would decide.
    is_tie = (to_above == to_below) & (above != below)
    np.add.at(each, above[near & (to_above <= to_below)], np.where(is_tie, 0.5, 1.0)[near & (to_above <= to_below)])
    np.add.at(each, below[near & (to_below < to_above)], 1.0)
    np.add.at(each, below[near & is_tie], 0.5)
    given[treated] = near
    given[~treated] = (each / sharers)[place]
    return given


def _log_odds(found: pd.DataFrame, matching: Matching) -> Floats | None:
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
    varied = [column for number, column in enumerate(traits) if number == 0 or np.ptp(column) > 0]
    matrix = np.column_stack(varied)
    try:
        fitted = GLM(found["is_treated"].to_numpy(float), matrix, family=Binomial()).fit()
    except (PerfectSeparationError, np.linalg.LinAlgError):
        return None
    odds = matrix @ fitted.params
    # Rounded, so that persons alike in every trait are equally near, whatever the last bits say.
    return np.round(odds, 9) if np.isfinite(odds).all() else None
