"""What the intervals promise: over 200 simulated contracts they hold the planted effect as often as 95 % says.

The seeds are committed, so the test gives the same answer every time. Bounds are the 0.5 % and 99.5 % quantiles of
Binomial(200, 0.95): outside them an interval is not what it says.
"""

from __future__ import annotations

import multiprocessing
import shutil
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from statistics import mean, stdev

import pyarrow as pa
import pytest
from scipy.stats import binom

from maalbar.contract import load_contract
from maalbar.manifest import SUFFIX, read_manifest, read_whole
from maalbar.settings import PROJECT
from maalbar.simulate.run import simulate
from transforms.intake import read_file, to_canonical
from transforms.measurement import measure
from transforms.validate import validate

SEEDS = range(1, 201)
PERIOD = "2"
PEOPLE = 250
PLANTED = {"acute_contacts": 0.15, "health_literacy": 4.0, "life_satisfaction": 0.4}
TRUE_CHANGE = {"acute_contacts": -0.15, "health_literacy": 4.0, "life_satisfaction": 0.4}
SOURCES = ["population", "hospital_contacts", "benefits", "surveys"]


Estimates = dict[str, tuple[float, float, float]]


def measured(folder: Path, seed: int) -> Estimates:
    """Simulate one contract, take its files in and measure it: outcome → (low, change, high) over both periods.

    An outcome that is not measurable is left out.
    """
    contract = load_contract(PROJECT / "investments" / "plads_til_forskel.yaml")
    out = folder / str(seed) / contract.id
    simulate(contract, out, people=PEOPLE, effect=PLANTED, seed=seed, periods=[PERIOD], sources=SOURCES)
    parts: dict[str, list[pa.Table]] = {}
    for source in SOURCES:
        delivery = contract.deliveries[source]
        (path,) = (out / source).glob(f"*{SUFFIX}")
        manifest = read_manifest(path)
        file = read_file(read_whole(path, manifest), delivery, manifest.file)
        candidate = to_canonical(file, delivery, contract.calendar.timezone)
        parts.setdefault(delivery.table, []).append(validate(candidate, delivery.table, manifest.as_of).accepted)
    shutil.rmtree(out)
    results = measure(contract, {name: pa.concat_tables(found) for name, found in parts.items()}, [], PERIOD)
    effects = {row["outcome"]: row for row in results.effects if row["basis"] == "cumulative"}
    return {
        outcome: (float(effects[outcome]["low"]), float(effects[outcome]["change"]), float(effects[outcome]["high"]))
        for outcome in TRUE_CHANGE
        if effects[outcome]["not_measurable"] is None
    }


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
