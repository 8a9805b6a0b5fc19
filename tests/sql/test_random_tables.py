"""Whatever the rows: both engines give the same, in whatever order they come in, and what must add up adds up."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from maalbar import engine
from maalbar.joined import readable
from maalbar.tables import Column

pytest.importorskip("pyspark", reason="Spark comes with the extra `spark`")
SPARK = "spark://local[2]"
STEPS = ["claim_counts", "contact_counts", "indicator_totals", "observations", "survey_answers", "hospital_stays"]
FIRST = date(2020, 6, 28)
# Few values of each, so that rows meet: the same persons, windows and codes, days around a border, ties.
WORDS: dict[str, list[str]] = {
    "person_id": ["anna", "bo"],
    "window_id": ["1", "2"],
    "contact_id": ["c1", "c2", "C3", "å"],
    "sector": ["hospital", "primary"],
    "priority": ["ATA1", "*"],
    "form": ["ALCA00", "*"],
    "specialty": ["80", "*"],
    "state": ["verified", "claimed"],
}
ONE_ROW = {"stay_gaps"}
ONE_SPAN = {"person_time": ("person_id", "window_id")}
"""What the tables promise beside their key: one definition of a stay at a time, and here a single span in a window."""
BY_KIND = {
    "text": st.sampled_from(["x", "y"]),
    "date": st.integers(0, 4).map(lambda days: FIRST + timedelta(days=days)),
    "timestamp": st.none(),
    "integer": st.integers(-3, 800),
    "hundredths": st.integers(-(2**40), 2**40),
    "flag": st.booleans(),
}


def _cell(name: str, column: Column) -> st.SearchStrategy[Any]:
    cell = st.sampled_from(WORDS[name]) if name in WORDS else BY_KIND[column.kind]
    return st.none() | cell if column.nullable else cell


@st.composite
def tables(draw: st.DrawFn, step: str) -> dict[str, pa.Table]:
    """Tables of up to six rows for everything a step reads; the key of a table identifies its rows."""
    found = {}
    for name in engine.read_step(step)[1]:
        table = readable()[name]
        row = st.fixed_dictionaries({column: _cell(column, told) for column, told in table.columns.items()})
        key = ONE_SPAN.get(name, table.key)
        most = 1 if name in ONE_ROW else 6
        rows = st.lists(row, max_size=most, unique_by=lambda one, key=key: tuple(one[column] for column in key))
        found[name] = pa.Table.from_pylist(draw(rows), schema=table.schema)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("step", STEPS)
def test_both_engines_give_the_same_rows_and_types(step):
    # Shrinking would cost hundreds of queries of Spark; a falsifying example of six rows can be read as it is.
    @settings(max_examples=5, phases=[Phase.explicit, Phase.generate], suppress_health_check=[HealthCheck.too_slow])
    @given(tables(step))
    def holds(drawn: dict[str, pa.Table]) -> None:
        here, there = engine.run(step, drawn), engine.run(step, drawn, engine=SPARK)
        assert there.to_pylist() == here.to_pylist()
        assert there.schema == here.schema

    holds()


@pytest.mark.parametrize("step", STEPS)
def test_the_order_of_the_rows_that_come_in_changes_nothing(step):
    @settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
    @given(tables(step), st.randoms(use_true_random=False))
    def holds(drawn: dict[str, pa.Table], chance: Any) -> None:
        order = {name: chance.sample(range(table.num_rows), table.num_rows) for name, table in drawn.items()}
        shuffled = {name: table.take(pa.array(order[name], pa.int64())) for name, table in drawn.items()}
        assert engine.run(step, shuffled).equals(engine.run(step, drawn))

    holds()


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(tables("observations"))
def test_nothing_is_lost_between_a_persons_rows_and_the_totals(drawn):
    observed = engine.run("observations", drawn)
    totals = engine.run("indicator_totals", {"observations": observed})
    for column in ("person_days", "quantity"):
        assert sum(totals[column].to_pylist()) == sum(observed[column].to_pylist())
    assert sum(totals["persons"].to_pylist()) == observed.num_rows
