"""Selected on last year's use: those treated fall far by themselves, and a comparison selected in the same way falls as far.

Nothing is planted, so the effect is none. The seeds are committed, and the tests give the same answer every time.
"""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from statistics import mean, stdev

import pytest
from scipy.stats import binom

from tests.simulate.selected_on_use import ADMISSIONS, READMISSIONS, Found, found

SEEDS = range(1, 17)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Found]:
    """One measurement a seed, two at a time. Spawned: a forked child would inherit the threads of numpy and pyarrow."""
    folder = tmp_path_factory.mktemp("selected")
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        return list(pool.map(partial(found, folder), SEEDS, chunksize=4))


def test_the_pipeline_selects_whom_the_simulator_meant_person_by_person(tmp_path):
    """The rule read twice: as joins in the pipeline, and in `maalbar.simulate.entry` from what was drawn."""
    run = found(tmp_path, 1, effect=0.2, people=60)
    assert run.members == run.meant
    assert len(set(run.members.values())) == 2


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_whoever_was_selected_on_a_high_year_falls_by_more_than_a_third_with_no_effect_at_all(runs):
    for run in runs:
        assert run.falls[ADMISSIONS, "treated"] < -1 / 3
        assert run.falls[READMISSIONS, "treated"] < -1 / 3


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_comparison_selected_in_the_same_way_falls_as_far(runs):
    for indicator in (ADMISSIONS, READMISSIONS):
        apart = [run.falls[indicator, "treated"] - run.falls[indicator, "comparison"] for run in runs]
        assert abs(mean(apart)) < 3.29 * stdev(apart) / len(apart) ** 0.5
        assert abs(mean(apart)) < 0.1 * abs(mean(run.falls[indicator, "treated"] for run in runs))


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_so_the_difference_in_differences_holds_no_effect_in_its_interval_as_often_as_it_promises(runs):
    """At least as often as the 0.5 % quantile of Binomial(16, 0.95); and the estimates lie around none."""
    intervals = [run.effect for run in runs if run.effect is not None]
    assert len(intervals) == len(runs)
    assert sum(low <= 0 <= high for low, _, high in intervals) >= binom.ppf(0.005, len(runs), 0.95)
    changes = [change for _, change, _ in intervals]
    assert abs(mean(changes)) < 3.29 * stdev(changes) / len(changes) ** 0.5
    assert all(low > run.falls[READMISSIONS, "treated"] for (low, _, _), run in zip(intervals, runs, strict=True)), (
        "an interval that reached the fall of the treated alone could not tell the two apart"
    )
