"""The guard against immortal time, tried on tables that are broken by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from maalbar.errors import MeasurementError
from tests.transforms.small import rows, small_contract
from transforms import immortal_time, windows
from transforms.cohort import follow

CONTRACT = small_contract()
WAVES = windows.wave_table(CONTRACT, "2")
FOLLOWED = follow(
    CONTRACT, {"population": rows("population", "person_id | birth_month\nanna | 1950-01\nbo | 1961-01")}, "2"
)
TIME = FOLLOWED.person_time.sort_by([("person_id", "ascending"), ("from_on", "ascending")])


def _broken(table: pa.Table, **changed: Any) -> pa.Table:
    """The table with columns of its last row changed: Bo's, in period 2 or as a member of the second wave."""
    data = table.to_pylist()
    data[-1] |= changed
    return pa.Table.from_pylist(data, schema=table.schema)


def test_time_as_it_should_be_passes():
    immortal_time.check_entry(FOLLOWED.members, WAVES)
    immortal_time.check_time(FOLLOWED.person_time, FOLLOWED.members)


BROKEN = [
    ("lived before entry", {"from_on": date(2021, 6, 30)}, "1 spans of follow-up begin before entry"),
    ("no day at all", {"to_on": date(2021, 7, 1)}, "1 spans have no day"),
    ("from a day of their own", {"entry_on": date(2021, 6, 1)}, "1 spans belong to no member"),
    ("of a stranger", {"person_id": "cleo"}, "1 spans belong to no member"),
    ("lived twice", {"phase": "baseline", "from_on": date(2020, 6, 30)}, "1 spans overlap another of the same person"),
]


@pytest.mark.parametrize(("changed", "said"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_time_is_refused_that_was(changed, said):
    with pytest.raises(MeasurementError, match=said) as refused:
        immortal_time.check_time(_broken(TIME, **changed), FOLLOWED.members)
    assert refused.value.line.startswith("the step person_time: ")
    assert "—" in refused.value.line, "it says how to mend it"
    assert not {"anna", "bo", "cleo"} & set(refused.value.line.split()), "and names nobody"


def test_entry_on_a_day_of_ones_own_is_refused():
    with pytest.raises(MeasurementError, match="1 persons entered on another day than their wave"):
        immortal_time.check_entry(_broken(FOLLOWED.members, entry_on=date(2021, 7, 2)), WAVES)


def test_entering_twice_is_refused():
    with pytest.raises(MeasurementError, match="1 persons entered more than once"):
        immortal_time.check_entry(_broken(FOLLOWED.members, person_id="anna"), WAVES)


def test_months_that_select_and_reach_beyond_entry_are_refused():
    spans = pa.table(
        {
            "entry_on": pa.array([date(2020, 7, 1)] * 2, pa.date32()),
            "to_on": pa.array([date(2020, 7, 1), date(2020, 7, 2)], pa.date32()),
        }
    )
    immortal_time.check_lookback(spans.slice(0, 1))
    with pytest.raises(MeasurementError, match="1 persons are selected on what came after their day of entry"):
        immortal_time.check_lookback(spans)


def test_nobody_at_all_is_no_fault():
    empty = follow(CONTRACT, {}, "1")
    immortal_time.check_time(empty.person_time, empty.members)
    assert empty.members.num_rows == 0
