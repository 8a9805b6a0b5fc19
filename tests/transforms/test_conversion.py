"""The cells of a column become numbers, days and instants only where they are written as the contract says."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.conversion import converted, minutes_since_1970

ZONE = "Europe/Copenhagen"


@pytest.fixture
def services(tiny):
    return tiny.deliveries["services"]


def read(cells: pa.Array, kind: str, delivery) -> list[object]:
    """Each cell as it was read; `?` where it could not be."""
    found = converted(cells, kind, delivery, ZONE)
    pairs = zip(found.values.to_pylist(), found.unreadable.to_pylist(), strict=True)
    return ["?" if unreadable else value for value, unreadable in pairs]


def test_days_that_no_calendar_has_are_not_read(services):
    cells = pa.array(["2024-02-29", "2023-02-29", "2022-02-31", "2022-04-31", "2022-13-01", "0000-01-01", None])
    assert read(cells, "date", services) == [date(2024, 2, 29), "?", "?", "?", "?", "?", None]


def test_a_second_that_no_minute_has_is_not_read(services):
    delivery = services.model_copy(update={"date_format": "%Y-%m-%d %H:%M:%S"})
    cells = pa.array(["2022-07-04 10:00:59", "2022-07-04 10:00:60", "2022-07-04 24:00:00", "2022-07-04 10:60:00"])
    # 10:00:59 in summer in Copenhagen is 08:00:59 UTC.
    assert read(cells, "timestamp", services.model_copy(update={"date_format": delivery.date_format})) == [
        datetime(2022, 7, 4, 8, 0, 59, tzinfo=UTC), "?", "?", "?",
    ]  # fmt: skip


@given(
    day=st.dates(date(1900, 1, 1), date(2099, 12, 31)),
    form=st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%d%m%Y", "%m/%d/%Y"]),
)
def test_every_day_is_read_back_as_it_was_written(tiny, day, form):
    delivery = tiny.deliveries["services"].model_copy(update={"date_format": form})
    assert read(pa.array([day.strftime(form)]), "date", delivery) == [day]


@pytest.mark.fault("F17")
def test_a_thousands_sign_is_read_only_where_it_is_agreed_and_groups_threes(services):
    grouped = services.model_copy(update={"thousands": "."})
    cells = pa.array(["1.234", "1.234.567,8", "12.34", "1234", "1.2345"])
    assert read(cells, "hundredths", services) == ["?", "?", "?", 123400, "?"]
    assert read(cells, "hundredths", grouped) == [123400, 123456780, "?", 123400, "?"]
    assert read(pa.array(["1.234", "12.34"]), "integer", grouped) == [1234, "?"]


def test_numbers_that_came_as_numbers_are_what_they_are(services):
    assert read(pa.array([1, -2, None]), "hundredths", services) == [100, -200, None]
    assert read(pa.array([1, None], pa.int8()), "integer", services) == [1, None]
    # 0.1 + 0.2 has seventeen digits as a float, and hundredths have two: it is not read rather than rounded.
    assert read(pa.array([1.25, 3.0, 0.1 + 0.2, None]), "hundredths", services) == [125, 300, "?", None]
    assert read(pa.array([3.0, 3.5, float("nan"), float("inf")]), "integer", services) == [3, "?", "?", "?"]


def test_days_and_times_that_came_as_such_are_what_they_are(services):
    noon = datetime(2022, 7, 4, 12)
    assert read(pa.array([date(2022, 7, 4), None]), "date", services) == [date(2022, 7, 4), None]
    midnight = pa.array([datetime(2022, 7, 4), noon], pa.timestamp("ms"))
    # A time of day in a column of dates is not thrown away.
    assert read(midnight, "date", services) == [date(2022, 7, 4), "?"]
    assert read(pa.array([noon], pa.timestamp("s")), "timestamp", services) == [datetime(2022, 7, 4, 10, tzinfo=UTC)]
    zoned = pa.array([noon], pa.timestamp("us", "UTC"))
    assert read(zoned, "timestamp", services) == [datetime(2022, 7, 4, 12, tzinfo=UTC)]


def test_minutes_are_whole_and_missing_while_the_contact_is_open():
    moments = [datetime(2022, 7, 4, 10, 0, 59, tzinfo=UTC), datetime(1969, 12, 31, 23, 58, 30, tzinfo=UTC), None]
    found = minutes_since_1970(pa.array(moments, pa.timestamp("us", "UTC")))
    # 52 years of 365 days, 13 leap days and the 184 days from 1 January to 4 July, each of 1,440 minutes, and ten hours.
    assert found.to_pylist() == [((52 * 365 + 13 + 184) * 24 + 10) * 60, -2, None]
