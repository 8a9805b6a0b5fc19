"""Comparison: from a frame of persons to an estimate, by persons or by areas, the same for every estimator that compares."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from transforms.effect import areas
from transforms.effect.contrast import Contrast, fit, refusal
from transforms.effect.estimate import Estimate, NotMeasurable, Spread, estimate_from
from transforms.effect.material import Asked

SURE_OF_SHOCKS = 0.05
"""Areas that differ by more than persons explain with a p-value below this: an interval by person is too narrow."""


def compare(frame: pd.DataFrame, design: str, asked: Asked) -> Estimate | NotMeasurable:
    """Estimate the effect of a design (`contrast.DESIGNS`) from one row per person × (before, after).

    Refuses what `contrast.refusal` refuses, areas of which no interval can be had, and, where the contract says so, fewer areas
    than an interval can be trusted with.
    """
    frame = frame[frame["exposure"] > 0]
    refused = refusal(frame, design, asked.contrast, asked.min_events, asked.is_amount, asked.small_cell)
    if refused:
        return refused
    return estimate_of(fit(frame, design, asked.contrast), asked)


def estimate_of(contrast: Contrast, asked: Asked) -> Estimate | NotMeasurable:
    """The estimate of a fitted contrast, by persons or by areas as asked."""
    spread = spread_of(contrast, asked.clusters)
    if spread is None or (spread.is_approximate and spread.clusters == "area" and asked.few_areas == "not_measurable"):
        return few_areas(contrast)
    return estimate_from(contrast.effect, spread, asked.contrast, asked.target)


def spread_of(contrast: Contrast, clusters: str) -> Spread | None:
    """How sure a contrast is. By person: approximate where areas are seen to have shocks of their own."""
    by_area = areas.sums_of(contrast)
    if clusters == "area":
        return areas.spread_by_area(by_area)
    error = math.sqrt(float((contrast.influence**2).sum()) * contrast.correction)
    shaken = by_area.freedom >= 1 and areas.shocks(by_area).p_value < SURE_OF_SHOCKS
    return Spread(error, is_approximate=shaken)


def few_areas(contrast: Contrast) -> NotMeasurable:
    """The refusal, with the number of treated areas and of those they are compared with."""
    treated = len(np.unique(contrast.area[contrast.is_treated]))
    return NotMeasurable("few_areas", (str(treated), str(len(np.unique(contrast.area[~contrast.is_treated])))))
