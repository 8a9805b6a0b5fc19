"""Simulated contracts in numbers alone: persons in areas, counted before and after. Light enough to be drawn by the thousand.

A person has a lasting level of use (gamma, variance 1) and a passing one of each year (gamma, variance 0.5); counts are Poisson
around both. An area's shock comes on the CHANGE: it multiplies (ratio) or adds to (difference) the rate of all its persons
afterwards. The intra-area correlation is the part of the variance of one person's change that areas explain; the change is the
count afterwards less a third of the count of the three years before, per mean rate for a ratio.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from transforms.effect.contrast import Contrast

Floats = NDArray[np.float64]
RATE = 1.0
"""Contacts per person-year."""
YEARS_BEFORE = 3
LASTING, PASSING = 1.0, 0.5
"""Variances of the lasting and the passing level of use, around 1."""


@dataclass(frozen=True)
class Setting:
    """One kind of contract. `effect`: planted on the treated afterwards, the logarithm of a ratio, or a difference.

    No comparison areas: the treated before and after alone. `is_even`: areas of equal size; else they grow in steps, the largest
    as many times the smallest as there are areas. `treated_shock`: how many times as wide shocks are in treated areas as in the
    others.
    """

    treated_areas: int = 3
    comparison_areas: int = 30
    correlation: float = 0.0
    contrast: str = "ratio"
    effect: float = 0.0
    is_even: bool = True
    treated_shock: float = 1.0
    treated: int = 1_000
    comparison: int = 3_000


def variance_of_a_change() -> float:
    """Of one person's change without shocks: chance of counting, and the passing levels, which the lasting ones amplify."""
    return (1 / RATE + (1 + LASTING) * PASSING) * (1 + 1 / YEARS_BEFORE) * RATE**2


def shock_deviation(setting: Setting) -> float:
    """The standard deviation of shocks that gives the intra-area correlation, in the unit of the contrast."""
    odds = setting.correlation / (1 - setting.correlation)
    return float(np.sqrt(odds * variance_of_a_change())) / (RATE if setting.contrast == "ratio" else 1)


@dataclass(frozen=True)
class Arm:
    """One entry per person of an arm: its area, its contacts in the years before, and in the year after."""

    is_treated: bool
    area: NDArray[np.int64]
    before: Floats
    after: Floats


def draw(setting: Setting, chance: np.random.Generator) -> tuple[Arm, ...]:
    """One contract: the treated, and those they are compared with, if with anyone."""
    treated = _arm(setting, True, setting.treated_areas, setting.treated, chance)
    if not setting.comparison_areas:
        return (treated,)
    return treated, _arm(setting, False, setting.comparison_areas, setting.comparison, chance)


def _arm(setting: Setting, is_treated: bool, areas: int, persons: int, chance: np.random.Generator) -> Arm:
    area = np.repeat(np.arange(areas), _sizes(areas, persons, setting.is_even))
    wide = setting.treated_shock if is_treated else 1.0
    shock = chance.normal(0, shock_deviation(setting) * wide, areas)[area] + (setting.effect if is_treated else 0)
    level = RATE * gamma(chance, LASTING, persons)
    before = chance.poisson(YEARS_BEFORE * level * gamma(chance, PASSING / YEARS_BEFORE, persons)).astype(float)
    rate = level * gamma(chance, PASSING, persons)
    is_ratio = setting.contrast == "ratio"
    after = chance.poisson(rate * np.exp(shock)).astype(float) if is_ratio else chance.poisson(rate) + shock
    return Arm(is_treated, area, before, after)


def frame(arms: tuple[Arm, ...]) -> pd.DataFrame:
    """One row per person × (before, after), as `difference_in_differences` takes it."""
    parts, first = [], 0
    for arm in arms:
        for is_after, quantity in ((False, arm.before), (True, arm.after)):
            columns = {
                "person_id": np.arange(first, first + len(arm.area)),
                "area": 2 * arm.area + arm.is_treated,
                "is_treated": arm.is_treated,
                "is_after": is_after,
                "quantity": quantity,
                "exposure": 1.0 if is_after else float(YEARS_BEFORE),
            }
            parts.append(pd.DataFrame(columns))
        first += len(arm.area)
    return pd.concat(parts, ignore_index=True)


def contrast(arms: tuple[Arm, ...], kind: str) -> Contrast:
    """What `transforms.effect.contrast.fit` finds in the frame, worked out from four numbers: a hundred times faster."""
    effect, influence = 0.0, []
    for arm in arms:
        persons, sign = len(arm.area), 1 if arm.is_treated else -1
        was, now = arm.before.sum() / (YEARS_BEFORE * persons), arm.after.sum() / persons
        from_before = (arm.before - was * YEARS_BEFORE) / (YEARS_BEFORE * persons)
        from_after = (arm.after - now) / persons
        if kind == "ratio":
            effect += sign * float(np.log(now / was))
            influence.append(sign * (from_after / now - from_before / was))
        else:
            effect += sign * float(now - was)
            influence.append(sign * (from_after - from_before))
    groups = sum(len(arm.area) for arm in arms)
    return Contrast(
        effect=effect,
        influence=np.concatenate(influence),
        is_treated=np.concatenate([np.full(len(arm.area), arm.is_treated) for arm in arms]),
        area=np.concatenate([2 * arm.area + arm.is_treated for arm in arms]),
        size=np.full(groups, YEARS_BEFORE + 1.0),
        correction=groups / (groups - 1) * (2 * groups - 1) / (2 * groups - 2 * len(arms)),
    )


def gamma(chance: np.random.Generator, variance: float, size: int) -> Floats:
    """Draws around 1 with that variance."""
    return np.asarray(chance.gamma(1 / variance, variance, size))


def _sizes(areas: int, persons: int, is_even: bool) -> NDArray[np.int64]:
    steps = np.ones(areas) if is_even else np.arange(1, areas + 1)
    ends = np.round(np.cumsum(steps) / steps.sum() * persons).astype(int)
    return np.diff(ends, prepend=0)
