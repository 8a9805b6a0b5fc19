"""Days and times that are none, or that no clock shows."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from tests.faults.malformed.case import GOOD, Case, Refused, Same, SetAside, rows
from tests.faults.malformed.written import TWENTY, parquet, table_of


def _ended(at: int, kind: pa.DataType) -> bytes:
    """Contacts that all ended then: microseconds since 1970, or days."""
    table = table_of(GOOD["contacts"])
    return parquet(table.set_column(3, "ended", pa.array([at] * 20, kind)))


STAYS: dict[str, Any] = {"source": "contacts", "file": "contacts.parquet", "delivery": {"format": "parquet"}, **TWENTY}
LOCAL, UTC = pa.timestamp("us"), pa.timestamp("us", "UTC")
SERVICES: dict[str, Any] = {"source": "services", **TWENTY}
CONTACTS: dict[str, Any] = {"source": "contacts", **TWENTY}
NO_WEEK = {"billing_week: no ISO week": [1]}

CASES = [
    Case(
        "year_of_two_digits",
        ("F18",),
        SetAside({"starts_on: not a date": [1]}),
        rows("services", (1, "week_start", "21-10-01")),
        **SERVICES,
    ),
    Case(
        "day_first",
        ("F18",),
        SetAside({"starts_on: not a date": [1]}),
        rows("services", (1, "week_start", "01-10-2021")),
        **SERVICES,
    ),
    Case(
        "the_31st_of_february",
        ("F18",),
        SetAside({"starts_on: not a date": [1, 2]}),
        rows("services", (1, "week_start", "2021-02-31"), (2, "week_start", "2021-02-29")),
        **SERVICES,
    ),
    Case(
        "the_hour_that_is_not_in_spring",
        ("F42",),
        Same(rows("contacts", (1, "began", "2021-03-28 03:00"), (1, "ended", "2021-03-28 03:30"))),
        rows("contacts", (1, "began", "2021-03-28 02:30"), (1, "ended", "2021-03-28 03:30")),
        **CONTACTS,
    ),
    Case(
        "minute_60",
        ("F42",),
        SetAside({"started_at: not a timestamp": [1]}),
        rows("contacts", (1, "began", "2021-10-01 10:60")),
        **CONTACTS,
    ),
    Case(
        "time_beyond_every_calendar",
        ("F22",),
        Refused(
            "contacts.parquet: row_account: expect_column_max_to_be_between of quarantined_share — 20 of 20 "
            "rows set aside (20 × ended_on: after 9999, rows 1 to 20): send a corrected file",
            "ChecksFailed",
        ),
        _ended(2**62, LOCAL),
        **STAYS,
    ),
    Case(
        "time_beyond_every_clock",
        ("F22",),
        Refused(
            "contacts.parquet: row_account: expect_column_max_to_be_between of quarantined_share — 20 of 20 "
            "rows set aside (20 × ended_on: after 9999, rows 1 to 20): send a corrected file",
            "ChecksFailed",
        ),
        _ended(2**63 - 1, LOCAL),
        **STAYS,
    ),
    Case(
        "instant_beyond_every_clock",
        ("F22",),
        Refused(
            "contacts.parquet: row_account: expect_column_max_to_be_between of quarantined_share — 20 of 20 "
            "rows set aside (20 × ended_on: before 1900, rows 1 to 20): send a corrected file",
            "ChecksFailed",
        ),
        _ended(2**63 - 1, UTC),
        **STAYS,
    ),
    Case(
        "time_before_every_clock",
        ("F22",),
        Refused(
            "contacts.parquet: row_account: expect_column_max_to_be_between of quarantined_share — 20 of 20 "
            "rows set aside (20 × ended_on: before 1900, rows 1 to 20): send a corrected file",
            "ChecksFailed",
        ),
        _ended(-(2**63) + 1, LOCAL),
        **STAYS,
    ),
    Case(
        "day_beyond_every_clock",
        ("F22",),
        Refused(
            "contacts.parquet: row_account: expect_column_max_to_be_between of quarantined_share — 20 of 20 "
            "rows set aside (20 × ended_at: not a timestamp, rows 1 to 20): send a corrected file",
            "ChecksFailed",
        ),
        _ended(2**31 - 1, pa.date32()),
        **STAYS,
    ),
    Case("week_53_that_was_not", ("F18",), SetAside(NO_WEEK), rows("billed", (1, "week", "2153")), "billed", **TWENTY),
    Case(
        "week_that_lost_its_zero", ("F28",), SetAside(NO_WEEK), rows("billed", (1, "week", "505")), "billed", **TWENTY
    ),
]
