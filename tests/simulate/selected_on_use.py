"""The contract that selects on last year's use, simulated and measured without Airflow and without a database.

In a module of its own, since the processes that share the work import it by name.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from maalbar.simulate.people import COMPARISON, TREATED
from maalbar.simulate.world import make_world
from tests.simulate.one_contract import simulated
from tests.simulate.simulated import contract_of
from transforms.effect.find import estimate
from transforms.effect.material import Asked
from transforms.observed import Observed
from transforms.outcome_effects import counted_material

CONTRACT, OUTCOMES = "genindlaeggelser", ("acute_readmissions", "acute_admissions")
PEOPLE = 250
SELECTION_YEAR, FIRST_YEAR, THROUGH = "b3", "2027", "2028"
ESTIMATORS = ("difference_in_differences", "matched_comparison", "historical_baseline", "before_after")
ARMS = {TREATED: "treated", COMPARISON: "comparison"}

Interval = tuple[float, float, float]


@dataclass(frozen=True)
class Found:
    """`falls`: change from the year of selection to the first year after, by (outcome, arm). `effects`: estimator → (low,
    change, high) of readmissions over both periods. `members`: person → arm, as the pipeline selects; `meant`: as the
    simulator's own reading of the rule says.
    """

    falls: dict[tuple[str, str], float]
    effects: dict[str, Interval]
    members: dict[str, str]
    meant: dict[str, str]


def found(folder: Path, seed: int, *, effect: float = 0.0, people: int = PEOPLE) -> Found:
    """Simulate the contract with a planted effect on readmissions, take its files in, and estimate by each estimator.

    The estimators alone, without the diagnostics that a whole measurement puts beside them.
    """
    contract, planted = contract_of(CONTRACT), {"acute_readmissions": effect}
    tables = simulated(contract, folder / str(seed), THROUGH, people=people, effect=planted, seed=seed)
    seen = Observed(contract, tables, THROUGH)
    falls = {
        (name, arm): change for name in OUTCOMES for arm, change in _falls(seen.rows(contract.outcomes[name])).items()
    }
    outcome = contract.outcomes["acute_readmissions"]
    material = counted_material(seen, outcome, [period.id for period in contract.calendar.until(THROUGH)])
    effects: dict[str, Interval] = {}
    for name in ESTIMATORS:
        asked = Asked.of(outcome.model_copy(update={"estimator": name}), contract.quality, None)
        result, _ = estimate(name, outcome, contract.quality, material, asked)
        effects[name] = (result.low, result.change, result.high)  # type: ignore[union-attr]
    members = dict(zip(*(seen.followed.members[c].to_pylist() for c in ("person_id", "arm")), strict=True))
    return Found(falls, effects, members, meant(people, effect, seed))


def meant(people: int, effect: float, seed: int) -> dict[str, str]:
    """Person → arm, by the simulator's own reading of the rule."""
    world = make_world(contract_of(CONTRACT), people, {"acute_readmissions": effect}, seed, 0.0)
    entered = (world.entries.wave >= 0).nonzero()[0]
    return {str(world.people.ids[i]): ARMS[int(world.entries.arm[i])] for i in entered}


def _falls(rows: pd.DataFrame) -> dict[str, float]:
    """The change of the rate per person-year of each arm alone, from the year everyone was selected on to the next."""
    sums = rows.groupby(["arm", "window_id"])[["quantity", "exposure"]].sum()
    rate = sums["quantity"] / sums["exposure"]
    return {arm: float(rate[arm, FIRST_YEAR] / rate[arm, SELECTION_YEAR] - 1) for arm in ARMS.values()}
