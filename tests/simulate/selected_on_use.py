"""The contract that selects on last year's use, simulated and measured without Airflow and without a database.

In a module of its own, since the processes that share the work import it by name.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from maalbar.contract import Contract
from maalbar.simulate.people import COMPARISON, TREATED
from maalbar.simulate.world import make_world
from tests.simulate.one_contract import simulated
from tests.simulate.simulated import contract_of
from transforms import cohort, indicators
from transforms.followed import Followed
from transforms.measurement import measure

CONTRACT = "genindlaeggelser"
PEOPLE = 250
READMISSIONS, ADMISSIONS = "acute_readmissions@1", "acute_admissions@2"
SELECTION_YEAR, FIRST_YEAR, THROUGH = "b3", "2027", "2028"
ARMS = {TREATED: "treated", COMPARISON: "comparison"}

Interval = tuple[float, float, float]


@dataclass(frozen=True)
class Found:
    """`falls`: change from the year of selection to the first year after, by (indicator, arm). `effect`: difference in
    differences of readmissions over both periods (low, change, high), None where it is not measurable. `members`: person →
    arm, as the pipeline selects; `meant`: as the simulator's own reading of the rule says.
    """

    falls: dict[tuple[str, str], float]
    effect: Interval | None
    members: dict[str, str]
    meant: dict[str, str]


def found(folder: Path, seed: int, *, effect: float = 0.0, people: int = PEOPLE) -> Found:
    """Simulate the contract with a planted effect on readmissions, take its files in and measure it."""
    contract, planted = contract_of(CONTRACT), {"acute_readmissions": effect}
    tables = simulated(contract, folder / str(seed), THROUGH, people=people, effect=planted, seed=seed)
    followed = cohort.follow(contract, tables, THROUGH)
    world = make_world(contract, people, planted, seed, 0.0)
    meant = {
        str(world.people.ids[i]): ARMS[int(world.entries.arm[i])]
        for i in (world.entries.wave >= 0).nonzero()[0]
        if world.time.waves[world.entries.wave[i]].entry < world.time.stop
    }
    rows = {(row["outcome"], row["basis"]): row for row in measure(contract, tables, [], THROUGH).effects}
    row = rows["acute_readmissions", "cumulative"]
    interval = (float(row["low"]), float(row["change"]), float(row["high"])) if row["not_measurable"] is None else None
    members = dict(zip(*(followed.members[name].to_pylist() for name in ("person_id", "arm")), strict=True))
    return Found(_falls(contract, tables, followed), interval, members, meant)


def _falls(contract: Contract, tables: dict[str, pa.Table], followed: Followed) -> dict[tuple[str, str], float]:
    """The change of the rate per person-year of each arm alone, from the year everyone was selected on to the next."""
    observed = indicators.observe(contract, tables, followed, THROUGH, [READMISSIONS, ADMISSIONS]).to_pandas()
    sums = observed.groupby(["indicator", "arm", "window_id"])[["quantity", "person_days"]].sum()
    rate = sums["quantity"] / sums["person_days"]
    return {
        (indicator, arm): float(rate[indicator, arm, FIRST_YEAR] / rate[indicator, arm, SELECTION_YEAR] - 1)
        for indicator in (READMISSIONS, ADMISSIONS)
        for arm in ARMS.values()
    }
