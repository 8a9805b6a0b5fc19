"""The pipeline takes in every row of a clean simulation, and finds the cohort that the simulator meant."""

from __future__ import annotations

import pyarrow as pa

from tests.transforms.taken import taken
from transforms.cohort import follow

from .simulated import Simulated


def test_every_row_is_accepted_and_the_cohort_is_the_one_meant(simulated: Simulated) -> None:
    contract, last = simulated.contract, simulated.periods[-1]
    tables: dict[str, pa.Table] = {}
    for source, delivery in contract.deliveries.items():
        path = simulated.path(source, last)
        found, accepted = taken(contract, source, path.read_bytes(), as_of=contract.period(last).run_after)

        assert (found.account.quarantined, found.account.collapsed) == (0, 0), source
        held = tables.get(delivery.table)
        tables[delivery.table] = accepted if held is None else pa.concat_tables([held, accepted])

    members = follow(contract, tables, last).members.to_pylist()
    entered = {
        wave: {arm: sum(m["wave_id"] == wave and m["arm"] == arm for m in members) for arm in arms}
        for wave, arms in simulated.summary.truth["entered"].items()
    }
    assert entered == simulated.summary.truth["entered"]
