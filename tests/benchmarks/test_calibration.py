"""A small calibration: the rule of `transforms/effect/areas.py` is the one that simulated contracts support.

Seeds are committed. Bounds are the 0.05 % and 99.95 % quantiles of the binomial: an interval outside them is not what it says.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from benchmarks.broken_assumptions import ESTIMATORS, WORLDS
from benchmarks.broken_assumptions import one as broken
from benchmarks.calibration import one
from benchmarks.simulated_areas import Setting, contrast, draw, frame, shock_deviation, variance_of_a_change
from transforms.effect.contrast import fit

CONTRACTS = 300
SETTINGS = [
    Setting(comparison_areas=areas, correlation=correlation, contrast=kind)
    for areas in (3, 30)
    for correlation in (0.0, 0.05)
    for kind in ("ratio", "difference")
]


@pytest.mark.parametrize("kind", ["ratio", "difference"])
@pytest.mark.parametrize("areas", [0, 6])
def test_what_is_worked_out_as_drawn_is_what_the_regression_finds(kind, areas):
    arms = draw(Setting(comparison_areas=areas, correlation=0.01, contrast=kind), np.random.default_rng(3))
    drawn, fitted = contrast(arms, kind), fit(frame(arms), "both" if areas else "times", kind)
    assert drawn.effect == pytest.approx(fitted.effect, abs=1e-9)
    assert drawn.influence == pytest.approx(fitted.influence, abs=1e-9)
    assert drawn.correction == pytest.approx(fitted.correction)
    for name in ("is_treated", "size"):
        assert (getattr(drawn, name) == getattr(fitted, name)).all()
    assert len(set(zip(drawn.area.tolist(), fitted.area.tolist(), strict=True))) == 3 + areas


def test_the_correlation_is_the_part_of_a_persons_change_that_areas_explain():
    setting = Setting(treated_areas=300, comparison_areas=0, correlation=0.05, contrast="difference", treated=60_000)
    (arm,) = draw(setting, np.random.default_rng(1))
    change = arm.after - arm.before / 3
    means = np.bincount(arm.area, change) / np.bincount(arm.area)
    within = change - means[arm.area]
    between = means.var(ddof=1) - within.var() / 200
    assert within.var() == pytest.approx(variance_of_a_change(), rel=0.05)
    assert between == pytest.approx(shock_deviation(setting) ** 2, rel=0.25)
    assert between / (between + within.var()) == pytest.approx(0.05, abs=0.012)


@pytest.mark.slow
@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_an_interval_by_area_holds_the_truth_as_often_as_it_promises(setting):
    runs = [one(setting, 0, seed) for seed in range(CONTRACTS)]
    held = sum(run.held["area"] for run in runs)
    # 93-97 % is what is called trusted; chance is allowed for on either side.
    assert binom.ppf(0.0005, CONTRACTS, 0.93) <= held <= binom.ppf(0.9995, CONTRACTS, 0.97)
    assert not any(run.approximate["area"] for run in runs)


@pytest.mark.slow
def test_an_interval_by_person_holds_only_where_areas_have_no_shocks():
    calm = sum(one(Setting(comparison_areas=12), 0, seed).held["person"] for seed in range(CONTRACTS))
    shaken = [one(Setting(comparison_areas=12, correlation=0.05), 0, seed) for seed in range(CONTRACTS)]
    assert binom.ppf(0.0005, CONTRACTS, 0.95) <= calm <= binom.ppf(0.9995, CONTRACTS, 0.95)
    assert sum(run.held["person"] for run in shaken) < binom.ppf(0.0005, CONTRACTS, 0.93)
    # And it says so of itself.
    assert np.mean([run.approximate["person"] for run in shaken]) > 0.95


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["ratio", "difference"])
def test_a_planted_effect_is_found_without_bias(kind):
    planted = float(np.log(0.9)) if kind == "ratio" else -0.1
    effects = [one(Setting(contrast=kind, effect=planted), 0, seed).effect for seed in range(CONTRACTS)]
    assert abs(np.mean(effects) - planted) < 3.29 * np.std(effects, ddof=1) / CONTRACTS**0.5


WRONG = {
    "a trend of -5 % a year in both arms": {"before_after", "historical_baseline"},
    "selection on 3 contacts or more in the year before": {"before_after"},
    "a fall of 10 % afterwards in both arms": {"before_after", "historical_baseline"},
    "treated have 20 % more, seen by nobody at entry": {"matched_comparison"},
    "treated rise by 3 % a year more": {"before_after", "historical_baseline", "difference_in_differences"},
}
"""Whose estimate is off, in each world."""


@pytest.mark.slow
@pytest.mark.parametrize("world", [world for world in WORLDS if world.name in WRONG], ids=lambda world: world.name)
def test_an_estimator_is_wrong_where_its_assumption_is_and_nowhere_else(world):
    runs = [broken(world, seed) for seed in range(30)]
    for name in ESTIMATORS:
        effects = [run[name][0] for run in runs]
        far = abs(np.mean(effects)) > 3.29 * np.std(effects, ddof=1) / len(runs) ** 0.5
        assert far == (name in WRONG[world.name]), f"{name}: {np.mean(effects):+.3f}"
