"""Difference in differences: the change of the treated and the comparison arm, before and after.

The point estimate is the one worked out by hand from four numbers. For a `ratio`, with rates r per person-year,
change = (r_treated,after / r_treated,before) / (r_comparison,after / r_comparison,before) - 1; for a `difference`, with
means m, change = (m_treated,after - m_treated,before) - (m_comparison,after - m_comparison,before). Both are the
interaction of a saturated regression (Poisson with log link, or weighted least squares), which gives the standard error;
it is clustered by person, since the same person is seen before and after (Liang & Zeger 1986). What it assumes: without
the intervention both arms would have changed alike. Areas are not clusters in this version: shocks that hit whole areas
make the interval too narrow, and every statement says so.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from statsmodels.genmod.families import Poisson
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.regression.linear_model import WLS

from transforms.effect.estimate import Estimate, NotMeasurable, estimate_from

CELLS = {(True, True): "treated_after", (True, False): "treated_before",
         (False, True): "comparison_after", (False, False): "comparison_before"}  # fmt: skip


def difference_in_differences(frame: pd.DataFrame, contrast: str, min_events: int) -> Estimate | NotMeasurable:
    """Estimate the effect from one row per person × (before, after).

    `frame`: person_id, is_treated, is_after, quantity (in the indicator's unit), exposure (person-years, or 1 per answer).
    Refuses a missing cell, fewer than `min_events` events in a cell of a ratio, and fewer than two persons in a cell.
    """
    frame = frame[frame["exposure"] > 0]
    grouped = frame.groupby(["is_treated", "is_after"])["quantity"]
    sums, sizes = grouped.sum().to_dict(), grouped.size().to_dict()
    for cell, name in CELLS.items():
        if sizes.get(cell, 0) < 2:
            return NotMeasurable("no_data", (name,))
        if contrast == "ratio" and sums[cell] < min_events:
            return NotMeasurable("few_events", (name, str(min_events)))
    treated, after = frame["is_treated"].to_numpy(float), frame["is_after"].to_numpy(float)
    design = np.column_stack([np.ones(len(frame)), treated, after, treated * after])
    exposure = frame["exposure"].to_numpy(float)
    quantity = frame["quantity"].to_numpy(float)
    clusters = pd.factorize(frame["person_id"], sort=True)[0]
    if contrast == "ratio":
        model = GLM(quantity, design, family=Poisson(), offset=np.log(exposure))
    else:
        model = WLS(quantity / exposure, design, weights=exposure)
    fitted = model.fit(cov_type="cluster", cov_kwds={"groups": clusters})
    return estimate_from(float(fitted.params[3]), float(fitted.bse[3]), contrast)
