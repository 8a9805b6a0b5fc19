"""What one version of a delivery has that another has not: rows by key, columns, and what both hold in all."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maalbar.tables import TABLES
from tests.transforms.small import rows
from transforms import superseded
from transforms.superseded import CODES, WIDTH, Compared, Count, Total, compare

BEFORE = rows(
    "services",
    """
    person_id | service | starts_on  | quantity
    anna      | home    | 2020-01-06 | 100
    anna      | home    | 2020-01-13 | 100
    bo        | home    | 2020-01-06 | 200
    carl      | night   | 2020-01-06 | 300
    """,
)
AFTER = rows(
    "services",
    """
    person_id | service | starts_on  | quantity
    anna      | home    | 2020-01-06 | 150
    anna      | home    | 2020-01-13 | 150
    carl      | night   | 2020-01-06 | 300
    dora      | night   | 2020-01-06 | 400
    """,
)


def _compared(table: str, before: pa.Table, after: pa.Table, folder: Path) -> Compared:
    for name, rows_ in (("before", before), ("after", after)):
        pq.write_table(rows_, folder / f"{name}.parquet")
    return compare(table, folder / "before.parquet", folder / "after.parquet", folder)


def test_rows_are_added_changed_gone_or_the_same_by_their_key(tmp_path):
    found = _compared("services", BEFORE, AFTER, tmp_path)
    # Both of Anna's have more hours; Dora's has come, Bo's has gone, Carl's is what it was.
    assert found.rows == {
        "added": Count(1, 1), "changed": Count(2, 1), "gone": Count(1, 1), "same": Count(1, 1),
    }  # fmt: skip
    assert found.columns == {"quantity": Count(2, 1)}


def test_totals_are_of_rows_persons_and_quantities_in_all_and_by_code(tmp_path):
    found = _compared("services", BEFORE, AFTER, tmp_path)
    # 1 + 1 + 2 hours at home become 1.5 + 1.5; 3 at night become 3 + 4.
    assert found.totals == (
        Total("*", (4, 4), (3, 3), (700, 1000), persons_gone=1, persons_new=1, persons_moved=3),
        Total("home", (3, 2), (2, 1), (400, 300), persons_gone=1, persons_new=0, persons_moved=2),
        Total("night", (1, 2), (1, 2), (300, 700), persons_gone=0, persons_new=1, persons_moved=1),
    )


def test_a_cell_that_was_empty_and_is_filled_is_a_change_and_two_empty_ones_are_the_same(tmp_path):
    before = rows("contacts", "person_id | started_on | unit\nanna | 2020-01-01 | -\nbo | 2020-01-01 | -")
    after = rows("contacts", "person_id | started_on | unit\nanna | 2020-01-01 | u\nbo | 2020-01-01 | -")
    found = _compared("contacts", before, after, tmp_path)
    assert (found.rows["changed"], found.rows["same"]) == (Count(1, 1), Count(1, 1))
    assert found.columns == {"unit": Count(1, 1)}
    assert all(total.quantity is None for total in found.totals)


def test_who_changes_a_key_takes_one_row_away_and_adds_another(tmp_path):
    later = BEFORE.set_column(
        2, "starts_on", pa.array([d + timedelta(days=7) for d in BEFORE["starts_on"].to_pylist()])
    )
    found = _compared("services", BEFORE, later, tmp_path)
    # Anna's of the 6th is now of the 13th, where one stood: the same row to the eye of a register.
    assert {kind: count.rows for kind, count in found.rows.items()} == {"added": 3, "changed": 0, "gone": 3, "same": 1}


@pytest.mark.parametrize("table", sorted(TABLES))
def test_every_canonical_table_can_be_compared_with_itself(table, tmp_path):
    empty = TABLES[table].schema.empty_table()
    found = _compared(table, empty, empty, tmp_path)
    assert set(found.rows.values()) == {Count(0, 0)}
    assert (found.columns, found.totals) == ({}, ())
    assert len(TABLES[table].columns) - len(TABLES[table].key) <= WIDTH
    assert CODES.get(table, "person_id") in TABLES[table].columns


def test_a_table_with_many_codes_is_totalled_as_a_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(superseded, "MOST_CODES", 1)
    assert [total.code for total in _compared("services", BEFORE, AFTER, tmp_path).totals] == ["*"]


drawn = st.dictionaries(
    st.tuples(st.sampled_from(["anna", "bo", "carl"]), st.sampled_from(["home", "night"])),
    st.integers(0, 3).map(lambda hours: hours * 100),
)


def _services(drawing: dict[tuple[str, str], int]) -> pa.Table:
    cells = [(person, service, quantity) for (person, service), quantity in drawing.items()]
    lines = [f"{person} | {service} | 2020-01-06 | {quantity}" for person, service, quantity in cells]
    return rows("services", "\n".join(["person_id | service | starts_on | quantity", *lines]))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=drawn, after=drawn)
def test_what_was_and_what_is_differ_by_what_is_added_and_gone(before, after, tmp_path, monkeypatch):
    # In parts of two rows, so that no law rests on a table that stands in one.
    monkeypatch.setattr(superseded, "ROWS", 2)
    found = _compared("services", _services(before), _services(after), tmp_path)
    both = set(before) & set(after)
    expected = {
        "added": set(after) - both, "gone": set(before) - both,
        "changed": {key for key in both if before[key] != after[key]},
        "same": {key for key in both if before[key] == after[key]},
    }  # fmt: skip
    assert found.rows == {kind: Count(len(keys), len({who for who, _ in keys})) for kind, keys in expected.items()}
    whole = next((total for total in found.totals if total.code == "*"), None)
    if before or after:
        assert whole is not None
        assert (whole.rows, whole.quantity) == (
            (len(before), len(after)),
            (sum(before.values()), sum(after.values())),
        )
        touched = expected["added"] | expected["gone"] | expected["changed"]
        assert whole.persons_moved == len({who for who, _ in touched})
