"""One simulated contract, measured without Airflow and without a database: what `test_coverage` does 300 times.

In a module of its own, since the processes that share the work import it by name.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow as pa

from maalbar.contract import Contract, load_contract
from maalbar.manifest import SUFFIX, read_manifest
from maalbar.settings import PROJECT
from maalbar.simulate.run import simulate
from tests.transforms.taken import converted
from transforms.effect import Estimate, Material
from transforms.effect.find import estimate
from transforms.effect.material import Asked
from transforms.measurement import measure
from transforms.observed import Observed, is_survey
from transforms.outcome_effects import counted_material, survey_material

PERIOD = "2"
PEOPLE = 250
PLANTED = {"acute_contacts": 0.15, "health_literacy": 4.0, "life_satisfaction": 0.4}
TRUE_CHANGE = {"acute_contacts": -0.15, "health_literacy": 4.0, "life_satisfaction": 0.4}
NEVER_READ = ("gp_contacts", "home_care")
"""Sources of the first contract that no outcome looked at here is counted from."""


Estimates = dict[str, tuple[float, float, float]]


def measured(folder: Path, seed: int) -> Estimates:
    """Simulate one contract, convert its files and measure it: outcome → (low, change, high) over both periods.

    An outcome that is not measurable is left out.
    """
    contract = load_contract(PROJECT / "investments" / "plads_til_forskel.yaml")
    tables = simulated(contract, folder / str(seed), PERIOD, people=PEOPLE, effect=PLANTED, seed=seed)
    seen, after = Observed(contract, tables, PERIOD), [p.id for p in contract.calendar.until(PERIOD)]
    found = {}
    for name in TRUE_CHANGE:
        outcome = contract.outcomes[name]
        material = (survey_material if is_survey(outcome) else counted_material)(seen, outcome, after)
        if isinstance(material, Material):
            # The estimate alone, without the diagnostics that a whole measurement puts beside it.
            asked = Asked.of(outcome, contract.quality, None)
            result, _ = estimate(outcome.estimator, outcome, contract.quality, material, asked)
            if isinstance(result, Estimate):
                found[name] = (result.low, result.change, result.high)
    return found


def errors_of(contract: Contract, folder: Path, outcome: str, *, people: int, seed: int) -> tuple[float, float]:
    """The standard errors of an outcome without effect in the last period: of that period alone, and of all periods."""
    last = contract.calendar.followed[-1].id
    tables = simulated(contract, folder, last, people=people, effect=0.0, seed=seed)
    rows = {(row["outcome"], row["basis"]): row for row in measure(contract, tables, [], last).effects}
    return tuple(float(rows[outcome, basis]["standard_error"]) for basis in ("period", "cumulative"))  # type: ignore[return-value]


def simulated(
    contract: Contract, folder: Path, period: str, *, people: int, effect: dict[str, float] | float, seed: int
) -> dict[str, pa.Table]:
    """The canonical tables of a simulated contract as its files for a period tell; the files are removed again."""
    out = folder / contract.id
    sources = [source for source in contract.deliveries if source not in NEVER_READ]
    simulate(contract, out, people=people, effect=effect, seed=seed, periods=[period], sources=sources)
    parts: dict[str, list[pa.Table]] = {}
    for source in sources:
        delivery = contract.deliveries[source]
        (path,) = (out / source).glob(f"*{SUFFIX}")
        manifest = read_manifest(path)
        raw = (path.parent / manifest.file).read_bytes()
        parts.setdefault(delivery.table, []).append(converted(contract, source, raw))
    shutil.rmtree(out)
    return {name: pa.concat_tables(found) for name, found in parts.items()}
