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

from tests.simulate.one_contract import simulated
from tests.simulate.selected_on_use import CONTRACT, OUTCOMES, PEOPLE, THROUGH, Found, found
from tests.simulate.simulated import contract_of
from transforms.measurement import measure

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
        for outcome in OUTCOMES:
            assert run.falls[outcome, "treated"] < -1 / 3


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_comparison_selected_in_the_same_way_falls_as_far(runs):
    for outcome in OUTCOMES:
        apart = [run.falls[outcome, "treated"] - run.falls[outcome, "comparison"] for run in runs]
        assert abs(mean(apart)) < 3.29 * stdev(apart) / len(apart) ** 0.5
        assert abs(mean(apart)) < 0.1 * abs(mean(run.falls[outcome, "treated"] for run in runs))


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("estimator", ["difference_in_differences", "matched_comparison", "historical_baseline"])
def test_so_what_is_compared_with_those_selected_in_the_same_way_holds_no_effect_as_often_as_promised(runs, estimator):
    """At least as often as the 0.5 % quantile of Binomial(16, 0.95); and the estimates lie around none."""
    intervals = [run.effects[estimator] for run in runs]
    assert sum(low <= 0 <= high for low, _, high in intervals) >= binom.ppf(0.005, len(runs), 0.95)
    changes = [change for _, change, _ in intervals]
    assert abs(mean(changes)) < 3.29 * stdev(changes) / len(changes) ** 0.5


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_before_and_after_alone_finds_an_effect_where_there_is_none(runs):
    """Even over three years before, of which only one was selected on: in most simulations the interval holds no zero."""
    intervals = [run.effects["before_after"] for run in runs]
    assert all(change < -0.10 for _, change, _ in intervals)
    assert sum(high < 0 for _, _, high in intervals) > len(runs) / 2


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_whole_measurement_finds_what_the_estimator_finds(tmp_path, runs):
    tables = simulated(
        contract_of(CONTRACT), tmp_path, THROUGH, people=PEOPLE, effect={"acute_readmissions": 0.0}, seed=SEEDS[0]
    )
    rows = {(r["outcome"], r["basis"]): r for r in measure(contract_of(CONTRACT), tables, [], THROUGH).effects}
    row = rows["acute_readmissions", "cumulative"]

    assert [float(row[end]) for end in ("low", "change", "high")] == pytest.approx(
        runs[0].effects["difference_in_differences"], abs=1e-6
    )
