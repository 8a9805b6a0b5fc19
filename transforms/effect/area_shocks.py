"""Checks of areas: whether they change together, and whether there are enough of them."""

from __future__ import annotations

import math

import pandas as pd

from transforms.effect import areas
from transforms.effect.comparison import SURE_OF_SHOCKS
from transforms.effect.contrast import fit
from transforms.effect.estimate import Diagnostic
from transforms.effect.material import Asked

SHOCKS = "check.area_shocks"
INDEPENDENT = "persons_independent"


def checks(frame: pd.DataFrame, design: str, asked: Asked) -> tuple[Diagnostic, ...]:
    """`check.area_shocks` and `check.few_areas` of a frame that could be estimated.

    Shocks: held where areas differ no more than their persons explain, broken where they do; with areas as clusters they are
    allowed for, and shown. Few areas: held where an interval by area can be trusted, broken where it cannot; shown by person.
    Where areas are not known there is nothing to count.
    """
    if frame["area"].isna().any():
        return (Diagnostic(SHOCKS, "untested", {"assumption": INDEPENDENT, "why": "few_areas"}),)
    by_area = areas.sums_of(fit(frame, design, asked.contrast))
    return _shocks(by_area, asked.clusters), _few(by_area, asked.clusters)


def _shocks(by_area: areas.AreaSums, clusters: str) -> Diagnostic:
    assumption: dict[str, float | int | str | None] = {"assumption": INDEPENDENT}
    if by_area.freedom < 1:
        return Diagnostic(SHOCKS, "untested", {**assumption, "why": "few_areas"})
    found = areas.shocks(by_area)
    if math.isnan(found.p_value):
        return Diagnostic(SHOCKS, "untested", {**assumption, "why": "one_person_per_area"})
    deviation = math.sqrt(found.variance)
    figures = {"p_value": found.p_value, "deviation": deviation, "correlation": found.correlation}
    if clusters == "area":
        return Diagnostic(SHOCKS, "shown", figures)
    return Diagnostic(SHOCKS, "broken" if found.p_value < SURE_OF_SHOCKS else "held", {**assumption, **figures})


def _few(by_area: areas.AreaSums, clusters: str) -> Diagnostic:
    figures: dict[str, float | int | str | None] = {
        "assumption": "areas_alike",
        "treated": by_area.treated,
        "comparison": by_area.comparison,
    }
    figures |= {"smallest_p": areas.smallest_p(by_area)}
    if clusters == "person":
        return Diagnostic("check.few_areas", "shown", figures)
    return Diagnostic("check.few_areas", "held" if areas.is_trusted(by_area) else "broken", figures)
