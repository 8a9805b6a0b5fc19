"""A typed column is written as the delivery agreed, and nothing of it is lost in the writing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transforms.formats.written import delivery
from transforms.formats import as_text


def written(values: pa.Array, timezone: str = "UTC", **said: object) -> list[str | None]:
    batch = pa.RecordBatch.from_arrays([values], names=["a"])
    return as_text(batch, delivery(**said), timezone).column(0).to_pylist()


def test_whole_floats_are_written_as_whole_numbers():
    assert written(pa.array([1.0, -2.0, 0.0, -0.0, 1e15, None])) == ["1", "-2", "0", "0", "1000000000000000", None]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.1, "0,1"), (1e-7, "0,0000001"), (123456.789, "123456,789"), (1e22, "1" + "0" * 22), (-2.5e-5, "-0,000025"),
     (0.30000000000000004, "0,30000000000000004"), (123456789012345.6, "123456789012345,6"), (1e10 + 0.5, "10000000000,5")],
)  # fmt: skip
def test_other_floats_have_the_fewest_digits_and_no_exponent(value, text):
    assert written(pa.array([value])) == [text]


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False)))
def test_what_is_written_is_the_same_number(values):
    texts = written(pa.array(values, pa.float64()), decimal=".")
    assert [float(text) for text in texts] == values
    assert all("e" not in text and not text.endswith(".0") for text in texts)
    assert all(Decimal(text) == Decimal(repr(value)) for text, value in zip(texts, values, strict=True) if value % 1)


def test_days_and_times_are_written_in_the_agreed_format():
    assert written(pa.array([date(2026, 3, 1), date(1, 2, 3), None]), date_format="%d.%m.%Y") == [
        "01.03.2026", "03.02.0001", None
    ]  # fmt: skip
    moments = pa.array([datetime(2026, 3, 1), datetime(2026, 3, 1, 7, 5)], pa.timestamp("us"))
    assert written(moments, date_format="%Y-%m-%dT%H:%M") == ["2026-03-01T00:00", "2026-03-01T07:05"]


@pytest.mark.parametrize(
    ("moment", "date_format", "text"),
    [
        (datetime(2026, 3, 1, 7), "%Y-%m-%d", "2026-03-01 07:00:00"),
        (datetime(2026, 3, 1, 7, 5, 9), "%Y-%m-%d %H:%M", "2026-03-01 07:05:09"),
        (datetime(2026, 3, 1, 7, 5, 9, 1), "%Y-%m-%d %H:%M:%S", "2026-03-01 07:05:09.000001"),
    ],
)
def test_what_the_agreed_format_cannot_say_is_written_in_full(moment, date_format, text):
    assert written(pa.array([moment], pa.timestamp("us")), date_format=date_format) == [text]


def test_an_instant_is_written_in_local_time():
    # 23:30 in UTC on New Year's Eve is 00:30 on New Year's Day in Copenhagen.
    instant = pa.array([datetime(2026, 12, 31, 23, 30, tzinfo=UTC)], pa.timestamp("us", "UTC"))
    said = {"date_format": "%Y-%m-%d %H:%M"}
    assert written(instant, **said) == ["2026-12-31 23:30"]
    assert written(instant, "Europe/Copenhagen", **said) == ["2027-01-01 00:30"]


def test_flags_are_words_and_text_stays_text():
    assert written(pa.array([True, False, None])) == ["true", "false", None]
    assert written(pa.array(["1.50", "=1+1"])) == ["1.50", "=1+1"]
