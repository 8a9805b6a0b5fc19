"""Of a simulated file, in which nothing is wrong, conversion alone makes what intake keeps: the long runs of seeds rest on it."""

from __future__ import annotations

from tests.transforms.taken import converted, taken

from .simulated import Simulated


def test_the_table_of_every_file_is_the_one_that_is_taken_in(simulated: Simulated) -> None:
    contract = simulated.contract
    for source in contract.deliveries:
        for period in simulated.periods:
            raw, as_of = simulated.path(source, period).read_bytes(), contract.period(period).run_after
            found, table = taken(contract, source, raw, as_of=as_of)
            assert (found.account.rows_in > 0, len(found.quarantine)) == (True, 0), source
            assert converted(contract, source, raw).equals(table), source
