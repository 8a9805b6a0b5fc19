"""Calibration: how often intervals hold the truth, by the number of areas and how much areas change together.

Run as `.venv/bin/python benchmarks/calibration.py [contracts]`; writes `docs/calibration.md`. Two processes; every contract has a
seed of its own. Errors, intervals and tests go through the functions that measure; the four numbers of a contract and what each
person adds to them are worked out as they are drawn, and a test shows that the regression finds the same.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from rich.console import Console

from benchmarks import broken_assumptions
from benchmarks.calibration_page import Cell, Page, write
from benchmarks.simulated_areas import Setting, contrast, draw, frame
from maalbar.settings import PROJECT
from transforms.effect.comparison import estimate_of
from transforms.effect.estimate import Estimate
from transforms.effect.material import Asked
from transforms.effect.permutation import permutation
from transforms.effect.wild_bootstrap import wild_bootstrap

COMPARISON_AREAS = (3, 6, 12, 30)
CORRELATIONS = (0.0, 0.01, 0.05)
CONTRASTS = ("ratio", "difference")
FEW = ((2, 0), (3, 0), (6, 0), (1, 6), (1, 30), (2, 2), (2, 3), (2, 6), (2, 30), (6, 6))
"""(treated, comparison) areas, around where the rule of `transforms/effect/areas.py` draws its line."""


@dataclass(frozen=True)
class Run:
    """What one contract gave, by person and by area: the effect on the scale it is symmetric on, and whether it was held."""

    effect: float
    held: dict[str, bool]
    width: dict[str, float]
    approximate: dict[str, bool]
    p_values: dict[str, float]


def one(setting: Setting, tested: int, seed: int) -> Run:
    """Draw one contract and estimate it by person and by area; the first `tested` by permutation and wild bootstrap too."""
    # The settings differ in their seeds, so that no two cells of a table share their luck.
    chance = np.random.default_rng([seed, zlib.crc32(repr(setting).encode())])
    arms = draw(setting, chance)
    held, width, approximate, effect = {}, {}, {}, 0.0
    found_contrast = contrast(arms, setting.contrast)
    for clusters in ("person", "area"):
        found = estimate_of(found_contrast, Asked(setting.contrast, 10, clusters))
        if not isinstance(found, Estimate):
            raise RuntimeError(f"a simulated contract is not measurable: {found.reason}")
        low, high, effect = (symmetric(value, setting.contrast) for value in (found.low, found.high, found.change))
        held[clusters] = low <= setting.effect <= high
        width[clusters], approximate[clusters] = high - low, found.is_approximate
    p_values = {}
    if seed < tested:
        rows = frame(arms)
        exchanged, turned = permutation(rows, setting.contrast), wild_bootstrap(rows, setting.contrast)
        p_values = {
            "permutation": exchanged.p_value if exchanged else 1.0,
            "wild bootstrap": turned.p_value if turned else 1.0,
        }
    return Run(effect, held, width, approximate, p_values)


def symmetric(change: float, contrast: str) -> float:
    """A change on the scale that its interval is symmetric on: the logarithm of a ratio."""
    return float(np.log1p(change)) if contrast == "ratio" else change


def cell(pool: ProcessPoolExecutor, setting: Setting, contracts: int, tested: int = 0) -> Cell:
    """The same kind of contract, many times over."""
    runs = list(pool.map(partial(one, setting, tested), range(contracts), chunksize=25))
    effects = np.array([run.effect for run in runs])
    coverage = {name: float(np.mean([run.held[name] for run in runs])) for name in ("person", "area")}
    trusted = [run.held["person"] for run in runs if not run.approximate["person"]]
    return Cell(
        setting=setting,
        contracts=contracts,
        coverage=coverage,
        width={name: float(np.median([run.width[name] for run in runs])) for name in coverage},
        called_approximate={name: float(np.mean([run.approximate[name] for run in runs])) for name in coverage},
        trusted_persons=float(np.mean(trusted)) if trusted else float("nan"),
        bias=float(effects.mean() - setting.effect),
        error_of_bias=float(effects.std(ddof=1) / np.sqrt(contracts)),
        rejected={
            name: float(np.mean([run.p_values[name] < 0.05 + 1e-9 for run in runs[:tested]]))
            for name in runs[0].p_values
        },
    )


def main_settings() -> Iterator[Setting]:
    """The cells of the first table: three treated areas, without an effect."""
    for kind in CONTRASTS:
        for areas in COMPARISON_AREAS:
            for correlation in CORRELATIONS:
                yield Setting(comparison_areas=areas, correlation=correlation, contrast=kind)


def limit_settings() -> Iterator[Setting]:
    """Fewer areas, areas of unequal size, and treated areas with wider shocks than the others."""
    for treated, comparison in FEW:
        for correlation in (0.0, 0.05):
            yield Setting(treated_areas=treated, comparison_areas=comparison, correlation=correlation)
    for areas in (3, 30):
        yield Setting(comparison_areas=areas, correlation=0.05, is_even=False)
        yield Setting(comparison_areas=areas, correlation=0.01, treated_shock=2.0)


def planted_settings() -> Iterator[Setting]:
    """A fall of a tenth, planted."""
    for setting in main_settings():
        if setting.comparison_areas in (3, 30):
            yield replace(setting, effect=float(np.log(0.9)) if setting.contrast == "ratio" else -0.1)


def main(contracts: int) -> None:
    """Run every table and write the page."""
    console, begun = Console(), time.perf_counter()
    # Two processes share two cores: more threads in each would only stand in the way. Set before they load numpy.
    os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    # Spawned: a forked child would inherit the threads of numpy.
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        tables = {}
        for name, settings, tested in (
            ("main", main_settings(), contracts // 10),
            ("limits", limit_settings(), 0),
            ("planted", planted_settings(), 0),
        ):
            tables[name] = [cell(pool, setting, contracts, tested) for setting in settings]
            console.print(f"{name}: {time.perf_counter() - begun:.0f} s")
        broken = broken_assumptions.run(pool, max(contracts // 10, 10))
    page = Page(contracts, tables["main"], tables["limits"], tables["planted"], broken)
    write(page, PROJECT / "docs" / "calibration.md")
    console.print(f"docs/calibration.md: {time.perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000)
