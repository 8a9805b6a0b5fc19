"""Wild cluster bootstrap: the p-value of no effect, by turning the sign and size of whole areas' scores.

The model is fitted without the effect (restricted), for a ratio a Poisson regression, and what each area adds to the score of the
effect, freed of what the other coefficients take up, is multiplied by random weights: the score bootstrap of Kline & Santos
(2012), which is the wild bootstrap of Cameron, Gelbach & Miller (2008) where the regression is linear. With few areas the weights
are Webb's six (2014), all of them tried where they are few enough. With three treated areas it is known to be too careful or too
bold (MacKinnon & Webb 2017); it stands beside the interval and decides nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from statsmodels.genmod.families import Poisson
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.regression.linear_model import WLS

from transforms.effect.contrast import Floats, design_matrix, sums
from transforms.effect.estimate import Diagnostic

FEW = 12
"""With fewer areas than this Webb's weights are used: signs alone would give too few different results."""
WEBB = tuple(sign * math.sqrt(size / 2) for sign in (-1, 1) for size in (1, 2, 3))
ALL_UP_TO = 50_000
DRAWS = 9_999
SEED = 2012
"""Nothing but this decides the draws."""
SLACK = 1e-9


@dataclass(frozen=True)
class WildBootstrap:
    """`p_value`, two-sided; `weights` (webb, signs); how many draws, and whether they were all there are."""

    p_value: float
    weights: str
    draws: int
    is_enumerated: bool


def wild_bootstrap(frame: pd.DataFrame, contrast: str) -> WildBootstrap | None:
    """Bootstrap the difference in differences by area. `frame` as for the estimate, with area.

    None with a single area, and where areas are not known, as in an open cohort. Of a sample the observed scores are one draw
    more, so no p-value is nothing (Davison & Hinkley 1997, section 4.2.1).
    """
    if frame["area"].isna().any():
        return None
    scores = restricted_scores(frame, contrast)
    count = len(scores)
    if count < 2 or not (scores**2).sum() > 0:
        return None
    values, name = (WEBB, "webb") if count < FEW else ((-1.0, 1.0), "signs")
    is_enumerated = len(values) ** count <= ALL_UP_TO
    if is_enumerated:
        draws = np.array(list(product(values, repeat=count)))
    else:
        draws = np.random.default_rng(SEED).choice(np.array(values), (DRAWS, count))
    turned = draws * scores
    found = np.abs(turned.sum(axis=1)) / np.sqrt((turned**2).sum(axis=1))
    observed = abs(scores.sum()) / math.sqrt((scores**2).sum())
    as_large, own = int((found >= observed - SLACK).sum()), 0 if is_enumerated else 1
    return WildBootstrap((as_large + own) / (len(draws) + own), name, len(draws), is_enumerated)


def restricted_scores(frame: pd.DataFrame, contrast: str) -> Floats:
    """One efficient score of the effect per area, from the fit without the effect; sorted, so that no name decides a draw."""
    matrix = design_matrix(frame, "both")
    others, last = matrix[:, :-1], matrix[:, -1]
    exposure, quantity = frame["exposure"].to_numpy(float), frame["quantity"].to_numpy(float)
    if contrast == "ratio":
        fitted = GLM(quantity, others, family=Poisson(), offset=np.log(exposure)).fit()
        information, residual = fitted.fittedvalues, quantity - fitted.fittedvalues
    else:
        fitted = WLS(quantity / exposure, others, weights=exposure).fit()
        information, residual = exposure, exposure * (quantity / exposure - fitted.fittedvalues)
    weighted = others * information[:, None]
    freed = last - others @ np.linalg.solve(others.T @ weighted, weighted.T @ last)
    area, names = pd.factorize(frame["area"])
    return np.sort(sums(area, freed * residual, len(names)))


def variant(frame: pd.DataFrame, contrast: str) -> Diagnostic | None:
    """`variant.wild_bootstrap`: the p-value beside the estimate's own."""
    found = wild_bootstrap(frame, contrast)
    if found is None:
        return None
    every = "all" if found.is_enumerated else "sample"
    figures: dict[str, float | int | str | None] = {
        "p_value": found.p_value,
        "weights": found.weights,
        "draws": found.draws,
        "drawn": every,
    }
    return Diagnostic("variant.wild_bootstrap", "shown", figures)
