"""Numbers that are none, or that could mean something else than they say."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from tests.faults.malformed.case import GOOD, Case, Refused, Same, SetAside, rows
from tests.faults.malformed.written import TWENTY, parquet, table_of


def _hours(*cells: Any) -> bytes:
    """Services whose hours are floats."""
    return _with_hours(pa.array([*cells, *[1.25] * (20 - len(cells))], pa.float64()))


def _whole_hours(hours: int) -> bytes:
    return _with_hours(pa.array([hours] * 20))


def _with_hours(column: pa.Array) -> bytes:
    return parquet(table_of(GOOD["services"]).set_column(3, "hours", column))


FLOATS: dict[str, Any] = {"source": "services", "file": "services.parquet", "delivery": {"format": "parquet"}, **TWENTY}
SERVICES: dict[str, Any] = {"source": "services", **TWENTY}
HOURS = "quantity: not a hundredths"

CASES = [
    Case(
        "negative_amount",
        ("F36",),
        SetAside({"quantity: less than nothing": [2]}),
        rows("services", (2, "hours", "-2,25")),
        **SERVICES,
    ),
    Case(
        "amount_that_nobody_can_count",
        ("F22",),
        SetAside({HOURS: [2]}),
        rows("services", (2, "hours", "9" * 30)),
        **SERVICES,
    ),
    Case("text_among_numbers", ("F22",), SetAside({HOURS: [2]}), rows("services", (2, "hours", "many")), **SERVICES),
    Case(
        "text_in_every_number",
        ("F22",),
        Refused(
            "services.csv: hours: numbers seem to be written with letters after them, and with `,` as the decimal sign "
            "is agreed (rows 1–20) — write them as agreed",
            "ChecksFailed",
        ),
        GOOD["services"].replace(b",25", b" hours"),
        **SERVICES,
    ),
    Case("numbers_written_as_text", ("F22",), Same(), GOOD["services"].replace(b";7,25", b';"7,25"'), **SERVICES),
    Case(
        "decimal_point_for_comma",
        ("F17",),
        SetAside({HOURS: [1, 2]}),
        rows("services", (1, "hours", "1.25"), (2, "hours", "1.234")),
        **SERVICES,
    ),
    Case(
        "thousands_that_are_not_agreed",
        ("F17",),
        SetAside({HOURS: [1]}),
        rows("services", (1, "hours", "1.234,50")),
        **SERVICES,
    ),
    Case(
        "thousands_as_agreed",
        ("F17",),
        Same(rows("services", (1, "hours", "1234,5"))),
        rows("services", (1, "hours", "1.234,50")),
        "services",
        delivery={"thousands": "."},
        **TWENTY,
    ),
    Case(
        "thousands_in_the_wrong_place",
        ("F17",),
        SetAside({HOURS: [1]}),
        rows("services", (1, "hours", "1.23,50")),
        "services",
        delivery={"thousands": "."},
        **TWENTY,
    ),
    Case(
        "thousands_beyond_every_count",
        ("F17",),
        SetAside({HOURS: [1]}),
        rows("services", (1, "hours", "999.999.999.999.999,00")),
        "services",
        delivery={"thousands": "."},
        **TWENTY,
    ),
    Case(
        "no_number_and_infinite_in_text",
        ("F53",),
        SetAside({HOURS: [1, 2]}),
        rows("services", (1, "hours", "NaN"), (2, "hours", "-inf")),
        **SERVICES,
    ),
    Case(
        "no_number_and_infinite_in_floats",
        ("F53",),
        SetAside({HOURS: [1, 2]}),
        _hours(float("nan"), float("inf")),
        **FLOATS,
    ),
    Case(
        "minus_nothing",
        ("F53",),
        Same(rows("services", (1, "hours", "0"))),
        rows("services", (1, "hours", "-0")),
        **SERVICES,
    ),
    Case("a_third_of_an_hour", ("F53",), SetAside({HOURS: [1]}), _hours(1 / 3), **FLOATS),
    Case(
        "amount_beyond_every_count",
        ("F22",),
        Refused(
            "services.parquet: row_account: expect_column_max_to_be_between of quarantined_share — 20 of 20 "
            "rows set aside (20 × quantity: not a hundredths, rows 1 to 20): send a corrected file",
            "ChecksFailed",
        ),
        _whole_hours(2**62),
        **FLOATS,
    ),
    Case(
        "answer_between_two_answers",
        ("F22",),
        SetAside({"answer: not a integer": [4]}),
        rows("surveys", (4, "satisfaction", "7,5")),
        "surveys",
        **TWENTY,
    ),
]
