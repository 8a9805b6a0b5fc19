"""What each estimator says when what it assumes is not so: no effect is planted, and everything found is wrong."""

from __future__ import annotations

import zlib
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

import numpy as np
import pandas as pd

from benchmarks.simulated_areas import LASTING, PASSING, RATE, gamma
from maalbar.contract.measuring import Quality
from maalbar.contract.outcomes import Matching
from transforms.effect import before_after, differences, historical, matched
from transforms.effect.estimate import Estimate
from transforms.effect.material import Asked, Material

WINDOWS = 5
"""Yearly windows: one that the first historical cohort is selected in, three of the baseline, one afterwards."""
BASELINE, AFTER = ("1", "2", "3"), ("4",)
ESTIMATORS = ("before_after", "historical_baseline", "matched_comparison", "difference_in_differences")
AREAS = {"treated": 3, "comparison": 12}
PERSONS = {"treated": 1_000, "comparison": 3_000}


@dataclass(frozen=True)
class World:
    """What is wrong, on the log scale of the rate. `selected`: only those with so many contacts in the year before entry."""

    name: str
    trend: float = 0.0
    differential_trend: float = 0.0
    level_change: float = 0.0
    hidden: float = 0.0
    area_shock: float = 0.0
    selected: int = 0


WORLDS = (
    World("nothing"),
    World("a trend of -5 % a year in both arms", trend=-0.05),
    World("selection on 3 contacts or more in the year before", selected=3),
    World("a fall of 10 % afterwards in both arms", level_change=-0.10),
    World("treated have 20 % more, seen by nobody at entry", hidden=0.20),
    World("treated rise by 3 % a year more", differential_trend=0.03),
    World("shocks to areas (standard deviation 15 %)", area_shock=0.15),
)


@dataclass(frozen=True)
class Broken:
    """Bias of the logarithm of the ratio, and the share of intervals that hold no effect."""

    scenario: str
    estimator: str
    contracts: int
    bias: float
    coverage: float


def run(pool: ProcessPoolExecutor, contracts: int) -> list[Broken]:
    """Every world by every estimator."""
    found = []
    for world in WORLDS:
        runs = list(pool.map(partial(one, world), range(contracts), chunksize=5))
        for name in ESTIMATORS:
            effects = [effect[name][0] for effect in runs]
            held = [effect[name][1] for effect in runs]
            found.append(Broken(world.name, name, contracts, float(np.mean(effects)), float(np.mean(held))))
    return found


def one(world: World, seed: int) -> dict[str, tuple[float, bool]]:
    """Estimator → (logarithm of the ratio, whether its interval holds no effect)."""
    material = draw(world, np.random.default_rng([seed, zlib.crc32(world.name.encode())]))
    asked = Asked("ratio", 10)
    # Matched on what is known, not on earlier use where that is what hides the difference.
    matching = Matching(method="exact", by=("age", "sex", "benefit"), caliper=Decimal("0.2"), source="illustrative")
    if world.selected:
        matching = matching.model_copy(update={"on": ("age", "sex", "benefit", "earlier_use")})
    quality = Quality(
        max_quarantined=Decimal(0), min_response=Decimal(0), max_response_gap=Decimal(1), source="illustrative"
    )
    found = {
        "before_after": before_after.estimate(material, asked),
        "historical_baseline": historical.estimate(material, asked),
        "matched_comparison": matched.estimate(material, asked, matching, quality)[0],
        "difference_in_differences": differences.estimate(material, asked),
    }
    results = {}
    for name, estimate in found.items():
        if not isinstance(estimate, Estimate):
            raise RuntimeError(f"{world.name}: {name}: {estimate.reason}")
        results[name] = (float(np.log1p(estimate.change)), estimate.low <= 0 <= estimate.high)
    return results


def draw(world: World, chance: np.random.Generator) -> Material:
    """One contract of such a world, as rows of person-windows."""
    rows, earlier = [], []
    for arm, persons in PERSONS.items():
        # Of those drawn about one in eleven is selected by three contacts or more.
        many = persons * (8 if world.selected else 1)
        counts, known = _persons(world, arm, many, chance)
        entered = counts[:, 3] >= world.selected
        rows += [_window(known[entered], counts[entered, window], str(window), "baseline") for window in (1, 2, 3)]
        rows.append(_window(known[entered], counts[entered, 4], "4", "follow_up"))
        if arm == "treated":
            for window in (1, 2, 3):
                then = counts[:, window - 1] >= world.selected
                earlier.append(_window(known[then], counts[then, window], str(window), "historical"))
    return Material(
        pd.concat(rows, ignore_index=True), pd.concat(earlier, ignore_index=True), BASELINE, AFTER, world.selected > 0
    )


def _persons(world: World, arm: str, many: int, chance: np.random.Generator) -> tuple[np.ndarray, pd.DataFrame]:
    """Counts of persons × windows, and what is known of them at entry."""
    is_treated = arm == "treated"
    area = np.arange(many) % AREAS[arm]
    age = chance.integers(60, 90, many)
    level = RATE * np.exp((age - 75) * 0.02) * gamma(chance, LASTING, many)
    years = np.arange(WINDOWS)
    log_rate = world.trend * (years - 4) + is_treated * (world.hidden + world.differential_trend * (years - 4))
    log_rate[4] += world.level_change
    shock = np.zeros((many, WINDOWS))
    shock[:, 4] = chance.normal(0, world.area_shock, AREAS[arm])[area] if world.area_shock else 0.0
    passing = gamma(chance, PASSING, many * WINDOWS).reshape(many, WINDOWS)
    counts = chance.poisson(level[:, None] * passing * np.exp(log_rate + shock))
    known = pd.DataFrame(
        {
            "person_id": np.arange(many) + (10_000_000 if is_treated else 0),
            "arm": arm,
            "area": area + (1_000 if is_treated else 0),
            "wave_id": "1",
            "age": age,
            "sex": np.where(chance.random(many) < 0.5, "F", "M"),
            "has_benefit": chance.random(many) < 0.2,
        }
    )
    return counts, known


def _window(known: pd.DataFrame, quantity: np.ndarray, window: str, phase: str) -> pd.DataFrame:
    return known.assign(window_id=window, phase=phase, quantity=quantity.astype(float), exposure=1.0)
