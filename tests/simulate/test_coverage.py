"""What the intervals promise: over 300 simulated contracts they hold the planted effect as often as 95 % says.

The seeds are committed, so the test gives the same answer every time. Bounds are the 0.5 % and 99.5 % quantiles of
Binomial(300, 0.95): outside them an interval is not what it says.
"""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from statistics import mean, stdev

import pytest
from scipy.stats import binom

from tests.simulate.one_contract import TRUE_CHANGE, Estimates, measured

SEEDS = range(1, 301)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Estimates]:
    """One measurement a seed, two at a time. Spawned: a forked child would inherit the threads of numpy and pyarrow."""
    folder = tmp_path_factory.mktemp("seeds")
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        return list(pool.map(partial(measured, folder), SEEDS, chunksize=10))


@pytest.mark.slow
@pytest.mark.timeout(1500)
@pytest.mark.parametrize("outcome", TRUE_CHANGE)
def test_the_interval_holds_the_planted_effect_as_often_as_it_promises(runs, outcome):
    found = [run[outcome] for run in runs if outcome in run]
    held = sum(low <= TRUE_CHANGE[outcome] <= high for low, _, high in found)
    fewest, most = (int(binom.ppf(q, len(found), 0.95)) for q in (0.005, 0.995))
    assert fewest <= held <= most


@pytest.mark.slow
@pytest.mark.timeout(1500)
@pytest.mark.parametrize("outcome", TRUE_CHANGE)
def test_the_estimates_lie_around_the_planted_effect(runs, outcome):
    estimates = [run[outcome][1] for run in runs if outcome in run]
    # Arms of 250 and 750 seldom answer ten points apart by chance, and then the survey is rightly refused.
    assert len(estimates) >= 0.98 * len(runs)
    error_of_mean = stdev(estimates) / len(estimates) ** 0.5
    # 3.29 standard errors: one false alarm in a thousand, were the seeds not fixed.
    assert abs(mean(estimates) - TRUE_CHANGE[outcome]) < 3.29 * error_of_mean
