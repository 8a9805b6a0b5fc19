"""Areas: how sure an effect is when whole areas change together, also when there are few of them.

Each area's change differs from that of its arm by a shock of its own (variance tau², the same in every area of both arms) and by
the chance of its persons (a variance known from them, in proportion to size). That is a random-effects meta-regression of areas
on the arm: tau² by Paule & Mandel (1982), from all areas, and the error scaled by the areas' own spread and judged by t (Knapp &
Hartung 2003, without their later truncation) on at most the number of areas less the number of arms. The point estimate stays
the one of four numbers, so the weights are the areas' sizes and not inverse variances. That large and small areas have different
chance, and that comparison areas say how wide shocks are where few are treated, is the idea of Ferman & Pinto (2019). statsmodels
has the same for a single group (`combine_effects`), and none for two arms. How often it holds the truth: `docs/calibration.md`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import chi2

from transforms.effect.contrast import Contrast, Floats, sums
from transforms.effect.estimate import Spread

LEAST_FREEDOM = 2
"""The fewest degrees of freedom (areas less arms) at which `docs/calibration.md` finds the interval inside 93-97 %."""
LEAST_AREAS = 2
"""The fewest areas of an arm that it is trusted with: the spread of one area alone cannot be seen."""
LEAST_SCALE = 0.01
"""Two areas that happen to count the same do not make an effect certain: the error is at least a tenth of that by persons. With
four degrees of freedom that comes once in five thousand times."""
TINY = 1e-30


@dataclass(frozen=True)
class AreaSums:
    """One entry per area: the sum of its persons' `influence`, the `chance` (variance) in it, its part of its arm, its arm."""

    influence: Floats
    chance: Floats
    part: Floats
    persons: NDArray[np.int64]
    is_treated: NDArray[np.bool_]

    @property
    def treated(self) -> int:
        return int(self.is_treated.sum())

    @property
    def comparison(self) -> int:
        return len(self.is_treated) - self.treated

    @property
    def freedom(self) -> int:
        """Areas less arms: what is left to tell their spread from."""
        return len(self.is_treated) - len(np.unique(self.is_treated))


@dataclass(frozen=True)
class Shocks:
    """What is found of shocks to areas: `variance` (tau²), `scale` (Knapp & Hartung), the `error` of the effect with both, and
    the degrees of `freedom` it rests on.

    `p_value`: of no shocks, by the spread that persons alone would give (Cochran's Q); not a number where every area has a
    single person. `correlation`: the part of the variance
    of a person's change that areas explain.
    """

    variance: float
    scale: float
    error: float
    freedom: float
    p_value: float
    correlation: float


def sums_of(contrast: Contrast) -> AreaSums:
    """Sum persons to areas. The chance of an area goes with its size, as the persons of its whole arm tell."""
    keys, index = np.unique(contrast.area * 2 + contrast.is_treated, return_inverse=True)
    count = len(keys)
    persons = np.bincount(index, minlength=count)
    influence = sums(index, contrast.influence, count)
    squares = np.maximum(sums(index, contrast.influence**2, count) - influence**2 / persons, 0.0)
    size, is_treated = sums(index, contrast.size, count), keys % 2 == 1
    chance, part = np.empty(count), np.empty(count)
    for arm in np.unique(is_treated):
        mine = is_treated == arm
        part[mine] = size[mine] / max(size[mine].sum(), TINY)
        own = squares[mine].sum() / max((persons[mine] - 1).sum(), 1)
        # By size, and not by each area's own persons: where use is skewed, an area with much of it has a large effect and a
        # large variance at once, and would count for too little.
        chance[mine] = own * persons[mine].sum() * part[mine]
    return AreaSums(influence, chance, part, persons, is_treated)


def shocks(areas: AreaSums) -> Shocks:
    """Find the variance of shocks and the error of the effect. Needs at least one degree of freedom."""
    freedom = areas.freedom

    def excess(variance: float) -> float:
        return _spread(areas, variance) - freedom

    variance, upper = 0.0, 1e-6
    if excess(0.0) > 0:
        while excess(upper) > 0 and upper < 1e12:
            upper *= 10
        variance = float(brentq(excess, 0.0, upper, xtol=1e-14))
    scale = max(_spread(areas, variance) / freedom, LEAST_SCALE)
    chance, shape = float(areas.chance.sum()), float((areas.part**2).sum())
    arms = [areas.is_treated == arm for arm in np.unique(areas.is_treated)]
    # The mean of n equal persons has a variance of one person's over n.
    own = float(np.mean([areas.chance[mine].sum() * areas.persons[mine].sum() for mine in arms]))
    return Shocks(
        variance=variance,
        scale=scale,
        error=math.sqrt((variance * shape + chance) * scale),
        freedom=_freedom(areas, variance),
        p_value=float(chi2.sf(_spread(areas, 0.0), freedom)) if chance > TINY else math.nan,
        correlation=variance / max(variance + own, TINY),
    )


def _freedom(areas: AreaSums, variance: float) -> float:
    """The degrees of freedom of the error, after Satterthwaite (1946): at most the areas less the arms.

    The variance of tau² is about 2 × freedom over the square of the sum of weights. Where the areas that the error hangs on are
    surer of themselves than most, shocks are a larger part of it, and less is known of it.
    """
    freedom = float(areas.freedom)
    if variance <= 0:
        return freedom
    squared = areas.part**2
    each = variance + float(areas.chance.sum() / squared.sum())
    weight = float((squared / np.maximum(squared * variance + areas.chance, TINY)).mean())
    return min(freedom, max(1.0, freedom * (each * weight) ** 2))


def _spread(areas: AreaSums, variance: float) -> float:
    """Cochran's Q of the areas around the mean of their arm, weighted as if shocks had that variance."""
    total = np.maximum(areas.part**2 * variance + areas.chance, TINY)
    found = 0.0
    for arm in np.unique(areas.is_treated):
        mine = areas.is_treated == arm
        influence, part, each = areas.influence[mine], areas.part[mine], total[mine]
        weights = float((part**2 / each).sum())
        found += float((influence**2 / each).sum()) - float((part * influence / each).sum()) ** 2 / max(weights, TINY)
    return found


def is_trusted(areas: AreaSums) -> bool:
    """Whether there are areas enough for the interval to hold the truth as often as it says."""
    least = min(int((areas.is_treated == arm).sum()) for arm in np.unique(areas.is_treated))
    return areas.freedom >= LEAST_FREEDOM and least >= LEAST_AREAS


def smallest_p(areas: AreaSums) -> float:
    """The smallest two-sided p-value that so many areas can give by exchanging arms: one of all assignments. 3 of 9 areas: 1/84.

    Where both arms have as many areas, the arms turned about give the same effect with the other sign, so it is two: 3 of 6
    areas have 20 assignments, 1/20 in one direction and 2/20 in both. With one arm alone nothing is exchanged; an area is as
    likely to have risen as fallen: all up and all down are two of 2 to the number of areas.
    """
    count = len(areas.is_treated)
    if areas.treated == 0 or areas.comparison == 0:
        return 2 / 2**count
    alike = 2 if areas.treated == areas.comparison else 1
    return alike / math.comb(count, areas.treated)


def spread_by_area(areas: AreaSums) -> Spread | None:
    """The spread of an effect by area; None where no degree of freedom is left."""
    if areas.freedom < 1:
        return None
    found = shocks(areas)
    return Spread(found.error, found.freedom, "area", not is_trusted(areas), smallest_p(areas))
