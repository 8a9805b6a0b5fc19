"""Rows that cannot be: they are set aside with their reasons, as long as they are few."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from tests.faults.malformed.case import GOOD, Case, Refused, Same, SetAside, rows
from tests.faults.malformed.cut_short import TWENTY, parquet, table_of, workbook

LINK = '"=HYPERLINK(""http://example.org"";""click"")"'


def people(*changes: tuple[int, str, str], more: tuple[str, ...] = ()) -> bytes:
    return rows("population", *changes, more=more)


def _hours(*cells: Any) -> bytes:
    """Services whose hours are floats."""
    table = table_of(GOOD["services"])
    hours = pa.array([*cells, *[1.25] * (20 - len(cells))], pa.float64())
    return parquet(table.set_column(3, "hours", hours))


def _instants() -> bytes:
    """Contacts whose ends are so far away that no clock shows them."""
    table = table_of(GOOD["contacts"])
    return parquet(table.set_column(3, "ended", pa.array([2**62] * 20, pa.timestamp("us"))))


FLOATS: dict[str, Any] = {"source": "services", "file": "services.parquet", "delivery": {"format": "parquet"}, **TWENTY}
SERVICES: dict[str, Any] = {"source": "services", **TWENTY}
CONTACTS: dict[str, Any] = {"source": "contacts", **TWENTY}
HOURS, KEY = "quantity: not a hundredths", "same key as another row, with other content"
FIRST = GOOD["population"].decode().splitlines()[1]

CASES = [
    Case("row_twice", ("F32",), Same(collapsed=1), people(more=(FIRST,)), manifest={"rows": 21}),
    Case("every_row_twice", ("F32",), Same(collapsed=20), people(more=tuple(GOOD["population"].decode().splitlines()[1:])),
         manifest={"rows": 40}),
    Case("key_twice_with_other_content", ("F33",), SetAside({KEY: [1, 21]}), people(more=(FIRST.replace("east", "west"),)),
         manifest={"rows": 21}),
    Case("many_keys_twice_with_other_content", ("F33",), Refused("", "ChecksFailed"),
         people(more=tuple(line.replace("th", "th2") for line in GOOD["population"].decode().splitlines()[2:6])),
         manifest={"rows": 24}),
    Case("contact_that_ends_before_it_begins", ("F36",), SetAside({"ended_at before started_at": [4]}),
         rows("contacts", (4, "ended", "2021-10-03 10:00")), **CONTACTS),
    Case("contacts_of_one_person_that_overlap", ("F34",), SetAside({}),
         rows("contacts", (2, "person", "p01"), (2, "began", "2021-10-01 11:00")), **CONTACTS),
    Case("residence_that_ends_before_it_begins", ("F36",), SetAside({"resident_to before resident_from": [6]}),
         people((6, "moved_out", "2009-12-31")), **TWENTY),
    Case("death_before_birth", ("F36",), SetAside({"died_on before birth_month": [7]}), people((7, "died", "1920-01-01")), **TWENTY),
    Case("move_in_the_future", ("F37",), SetAside({"resident_from: after the day the delivery describes": [1, 2]}),
         people((1, "moved_in", "2022-10-16"), (2, "moved_in", "2999-01-01")), **TWENTY),
    Case("contact_in_the_future", ("F37",), SetAside({"started_on: after the day the delivery describes": [1]}),
         rows("contacts", (1, "began", "2022-10-16 00:00"), (1, "ended", "2022-10-17 00:00")), **CONTACTS),
    Case("year_before_1900", ("F37",), SetAside({"birth_month: before 1900": [3]}), people((3, "born", "1899-12-01")), **TWENTY),
    Case("the_day_that_spreadsheets_call_nothing", ("F37",),
         SetAside({"resident_from before birth_month": [3]}), people((3, "moved_in", "1900-01-01")), **TWENTY),
    Case("negative_amount", ("F36",), SetAside({"quantity: less than nothing": [2]}), rows("services", (2, "hours", "-2,25")),
         **SERVICES),
    Case("amount_that_nobody_can_count", ("F22",), SetAside({HOURS: [2]}), rows("services", (2, "hours", "9" * 30)), **SERVICES),
    Case("impossible_codes", ("F22",), SetAside({"sex: unknown code": [1], "is_care_home: unknown code": [2]}),
         people((1, "sex", "X"), (2, "care_home", "2")), **TWENTY),
    Case("another_code_list", ("F22",), Refused("", "ChecksFailed"),
         GOOD["population"].replace(b";F;", b";2;").replace(b";M;", b";1;"), **TWENTY),
    Case("no_person", ("F30",), SetAside({"person_id: empty": [1, 2]}), people((1, "person", ""), (2, "person", "  ")), **TWENTY),
    Case("no_person_anywhere", ("F30",), Refused("", "ChecksFailed"), people(*[(n, "person", "") for n in range(1, 21)]), **TWENTY),
    Case("everything_wrong_with_one_row", ("F36",),
         SetAside({"sex: unknown code": [5], "birth_month: not a date": [5], "area: empty": [5],
                   "resident_to before resident_from": [5]}),
         people((5, "sex", "?"), (5, "born", "soon"), (5, "area", ""), (5, "moved_out", "2001-01-01")), **TWENTY),
    Case("formula_in_a_text", ("F70",), SetAside({}), people((3, "area", LINK), (4, "area", "@SUM(1+1)")), **TWENTY),
    Case("formula_in_a_workbook", ("F70",), Refused(""), workbook(people((3, "area", "=1+1"))),
         file="population.xlsx", delivery={"format": "excel"}, **TWENTY),
    Case("text_among_numbers", ("F22",), SetAside({HOURS: [2]}), rows("services", (2, "hours", "many")), **SERVICES),
    Case("text_in_every_number", ("F22",), Refused("", "ChecksFailed"), GOOD["services"].replace(b",25", b" hours"), **SERVICES),
    Case("numbers_written_as_text", ("F22",), Same(), GOOD["services"].replace(b"7,25", b'"7,25"'), **SERVICES),
    Case("decimal_point_for_comma", ("F17",), SetAside({HOURS: [1, 2]}),
         rows("services", (1, "hours", "1.25"), (2, "hours", "1.234")), **SERVICES),
    Case("thousands_that_are_not_agreed", ("F17",), SetAside({HOURS: [1]}), rows("services", (1, "hours", "1.234,50")), **SERVICES),
    Case("thousands_as_agreed", ("F17",), Same(rows("services", (1, "hours", "1234,5"))), rows("services", (1, "hours", "1.234,50")),
         "services", delivery={"thousands": "."}, **TWENTY),
    Case("thousands_in_the_wrong_place", ("F17",), SetAside({HOURS: [1]}), rows("services", (1, "hours", "1.23,50")),
         "services", delivery={"thousands": "."}, **TWENTY),
    Case("no_number_and_infinite_in_text", ("F53",), SetAside({HOURS: [1, 2]}),
         rows("services", (1, "hours", "NaN"), (2, "hours", "-inf")), **SERVICES),
    Case("no_number_and_infinite_in_floats", ("F53",), SetAside({HOURS: [1, 2]}), _hours(float("nan"), float("inf")), **FLOATS),
    Case("minus_nothing", ("F53",), Same(rows("services", (1, "hours", "0"))), rows("services", (1, "hours", "-0")), **SERVICES),
    Case("a_third_of_an_hour", ("F53",), SetAside({HOURS: [1]}), _hours(1 / 3), **FLOATS),
    Case("year_of_two_digits", ("F18",), SetAside({"starts_on: not a date": [1]}), rows("services", (1, "week_start", "21-10-01")),
         **SERVICES),
    Case("day_first", ("F18",), SetAside({"starts_on: not a date": [1]}), rows("services", (1, "week_start", "01-10-2021")), **SERVICES),
    Case("the_31st_of_february", ("F18",), SetAside({"starts_on: not a date": [1, 2]}),
         rows("services", (1, "week_start", "2021-02-31"), (2, "week_start", "2021-02-29")), **SERVICES),
    Case("the_hour_that_is_not_in_spring", ("F42",),
         Same(rows("contacts", (1, "began", "2021-03-28 03:00"), (1, "ended", "2021-03-28 03:30"))),
         rows("contacts", (1, "began", "2021-03-28 02:30"), (1, "ended", "2021-03-28 03:30")), **CONTACTS),
    Case("minute_60", ("F42",), SetAside({"started_at: not a timestamp": [1], "started_on: empty": [1]}),
         rows("contacts", (1, "began", "2021-10-01 10:60")), **CONTACTS),
    Case("time_beyond_every_clock", ("F22",), Refused("", "ChecksFailed"), _instants(), "contacts", "contacts.parquet",
         {"format": "parquet"}, **TWENTY),
    Case("week_53_that_was_not", ("F18",), SetAside({"billing_week: no ISO week": [1]}), rows("billed", (1, "week", "2153")),
         "billed", **TWENTY),
    Case("week_that_lost_its_zero", ("F28",), SetAside({"billing_week: no ISO week": [1]}), rows("billed", (1, "week", "505")),
         "billed", **TWENTY),
    Case("answer_between_two_answers", ("F22",), SetAside({"answer: not a integer": [4]}), rows("surveys", (4, "satisfaction", "7,5")),
         "surveys", **TWENTY),
]  # fmt: skip
