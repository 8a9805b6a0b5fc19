"""Difference in differences: the change of the treated and the comparison arm, before and after.

The point estimate is the one worked out by hand from four numbers. For a `ratio`, with rates r per person-year,
change = (r_treated,after / r_treated,before) / (r_comparison,after / r_comparison,before) - 1; for a `difference`, with
means m, change = (m_treated,after - m_treated,before) - (m_comparison,after - m_comparison,before). Both are the
interaction of a saturated regression. The same person is seen before and after, so persons are the least that is clustered
by; shocks that hit whole areas are what clusters of areas are for. What it assumes: without the intervention both arms
would have changed alike.
"""

from __future__ import annotations

import pandas as pd

from transforms.effect.comparison import compare
from transforms.effect.estimate import Estimate, NotMeasurable
from transforms.effect.material import Asked, Material, before_and_after


def difference_in_differences(
    frame: pd.DataFrame, contrast: str, min_events: int, clusters: str = "person"
) -> Estimate | NotMeasurable:
    """Estimate the effect from one row per person × (before, after).

    `frame`: person_id, is_treated, is_after, quantity (in the indicator's unit), exposure (person-years, or 1 per answer), and
    with `clusters` area: area. Refuses a missing cell, fewer than `min_events` events in a cell of a ratio, and fewer than two
    persons in a cell.
    """
    return compare(frame, "both", Asked(contrast, min_events, clusters))


def estimate(material: Material, asked: Asked) -> Estimate | NotMeasurable:
    """Both arms, all baseline windows against those that this basis looks at."""
    return compare(frame_of(material.looked_at), "both", asked)


def frame_of(rows: pd.DataFrame) -> pd.DataFrame:
    return before_and_after(rows, rows["phase"] == "follow_up")
