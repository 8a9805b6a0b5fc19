"""Deliveries, corrections and measurements in any order: what is known at an instant is what had come by then, and no more."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import date, datetime

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from sqlalchemy import insert, text

from maalbar import results, store
from maalbar.database import transaction
from maalbar.errors import MeasurementError
from maalbar.flow.known_at import as_known_at
from maalbar.flow.measure import measure
from maalbar.schema import delivery
from tests.transforms.small import rows
from transforms.measurement import measure as compute

pytestmark = pytest.mark.usefixtures("results_database")
_numbers = itertools.count(1)
FIRST_DAY, LAST_DAY = date(2022, 7, 1), date(2022, 10, 31)
"""Period 1 ends on the first, and its data are due on the last."""
PEOPLE = """
    person_id | birth_month | area
    anna      | 1950-01     | north
    bo        | 1950-02     | east
    carl      | 1950-03     | south
    dora      | 1950-04     | west
"""


def people(area: str) -> pa.Table:
    """Four persons; Dora lives where it says."""
    return rows("population", PEOPLE.replace("west", area))


def contacts(many: int) -> pa.Table:
    """Each had one before the period; in it the comparison has three and the treated so many."""
    drawn = ["person_id | started_on"] + [f"{who} | 2020-10-01" for who in ("anna", "bo", "carl", "dora")]
    drawn += [f"carl | 2021-10-0{number}" for number in (1, 2, 3)]
    drawn += [f"anna | 2021-11-0{number}" for number in range(1, many + 1)]
    return rows("contacts", "\n".join(drawn))


TABLES = {"population": st.sampled_from(["west", "south"]).map(people), "contacts": st.integers(1, 4).map(contacts)}


@dataclass
class Oracle:
    """What has come, in the order in which it came, and the instants between."""

    came: list[tuple[str, date, str, pa.Table]] = field(default_factory=list)
    instants: list[tuple[datetime, int]] = field(default_factory=list)
    """(instant, how many deliveries had come by it)"""

    def served(self, count: int) -> dict[str, tuple[str, pa.Table]]:
        """Source → the delivery that served period 1 when so many had come: of the newest day, and of that the last."""
        found: dict[str, tuple[date, str, pa.Table]] = {}
        for source, as_of, delivery_id, table in self.came[:count]:
            if FIRST_DAY <= as_of <= LAST_DAY and as_of >= found.get(source, (FIRST_DAY,))[0]:
                found[source] = (as_of, delivery_id, table)
        return {source: (delivery_id, table) for source, (_, delivery_id, table) in found.items()}


class Known(RuleBasedStateMachine):
    contract_of = None

    def __init__(self) -> None:
        super().__init__()
        changes = {"cohort.eligibility.benefit_codes": None, "quality.small_cell": "1"}
        self.contract = self.contract_of(changes, id=f"known{next(_numbers)}")
        self.oracle, self.frozen = Oracle(), {}

    def _noted(self) -> None:
        with transaction() as connection:
            instant = connection.execute(text("select known_now()")).scalar_one()
        self.oracle.instants.append((instant, len(self.oracle.came)))

    @rule(
        data=st.data(), source=st.sampled_from(sorted(TABLES)), day=st.sampled_from([1, 15, 31]), is_later=st.booleans()
    )
    def deliver(self, data: st.DataObject, source: str, day: int, is_later: bool) -> None:
        """A first file for a day, or another in its place; days come in any order, some of a later period."""
        table = data.draw(TABLES[source])
        as_of = date(2023 if is_later else 2022, 10, day)
        delivery_id = f"{self.contract.id}|{len(self.oracle.came)}"
        digest = store.put_table(self.contract.id, "canonical", table)
        row = {
            "delivery_id": delivery_id, "contract": self.contract.id, "source": source, "as_of": as_of,
            "sha256": f"{len(self.oracle.came):064}", "canonical_sha256": digest,
            "rows_in": table.num_rows, "rows_accepted": table.num_rows, "rows_quarantined": 0, "rows_collapsed": 0,
        }  # fmt: skip
        with transaction() as connection:
            connection.execute(insert(delivery), row)
        self.oracle.came.append((source, as_of, delivery_id, table))
        self._noted()

    @precondition(lambda self: self.oracle.served(len(self.oracle.came)))
    @rule()
    def measure(self) -> None:
        measurement_id = measure(self.contract.id, "1", revise=True)
        self._noted()
        with transaction() as connection:
            self.frozen[self.oracle.instants[-1][0]] = results.digest_of_revision(connection, measurement_id)

    @precondition(lambda self: self.oracle.instants)
    @rule(data=st.data())
    def look_back(self, data: st.DataObject) -> None:
        instant, count = data.draw(st.sampled_from(self.oracle.instants))
        served = self.oracle.served(count)
        if not served:
            with pytest.raises(MeasurementError, match="nothing had been delivered by"):
                as_known_at(self.contract.id, "1", instant)
            return
        found = as_known_at(self.contract.id, "1", instant)
        assert {s: d for s, d in found.inputs.items() if d} == {s: d for s, (d, _) in served.items()}
        missing = [source for source in self.contract.deliveries if source not in served]
        fresh = compute(self.contract, {source: table for source, (_, table) in served.items()}, missing, "1")
        assert found.digest == results.digest_of_results(fresh.values, fresh.effects, fresh.cohort, fresh.diagnostics)
        if instant in self.frozen:
            assert (found.digest, found.is_identical) == (self.frozen[instant], True)


@pytest.mark.slow
def test_what_is_known_at_an_instant_is_what_had_come_by_then_in_whatever_order(tiny_contract):
    machine = type("TinyKnown", (Known,), {"contract_of": staticmethod(tiny_contract)})
    rules = settings(max_examples=10, stateful_step_count=10, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(machine, settings=rules)
