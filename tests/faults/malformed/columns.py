"""Headers that are not the agreed one, and columns of another kind than was agreed."""

from __future__ import annotations

import pyarrow as pa

from tests.faults.malformed.case import GOOD, Case, Refused, Same
from tests.faults.malformed.cut_short import AS_PARQUET, TWENTY, parquet, table_of

PEOPLE = GOOD["population"]
HEADER, *LINES = PEOPLE.decode().splitlines()


def headed(*changed: tuple[str, str]) -> bytes:
    """The good people under a header in which names are replaced."""
    header = HEADER
    for old, new in changed:
        header = header.replace(old, new)
    return "\n".join([header, *LINES, ""]).encode()


def with_column(name: str, cell: str) -> bytes:
    return "\n".join([f"{HEADER};{name}", *(f"{line};{cell}" for line in LINES), ""]).encode()


def ordered_by(order: list[int]) -> bytes:
    return "\n".join(";".join(line.split(";")[i] for i in order) for line in [HEADER, *LINES]).encode() + b"\n"


def retyped(name: str, column: pa.Array) -> bytes:
    table = table_of(PEOPLE)
    return parquet(table.set_column(table.column_names.index(name), name, column))


CASES = [
    Case("column_missing", ("F19",), Refused(""), ordered_by([0, 1, 2, 4, 5, 6, 7, 8]), **TWENTY),
    Case("column_renamed", ("F19",), Refused(""), headed(("moved_in", "moved_in_date")), **TWENTY),
    Case("column_in_capitals", ("F19",), Refused(""), headed(("sex", "SEX")), **TWENTY),
    Case("column_of_free_text", ("F20", "F31"), Refused(""), with_column("note", "lives with her sister"), **TWENTY),
    Case("column_named_like_a_person", ("F20",), Refused(""), with_column("Jens Peter Hansen 1950", "x"), **TWENTY),
    Case("column_twice", ("F20",), Refused(""), with_column("sex", "F"), **TWENTY),
    Case("columns_in_another_order", ("F21",), Same(), ordered_by([8, 2, 0, 1, 7, 6, 5, 4, 3]), **TWENTY),
    Case("no_header", ("F19",), Refused(""), "\n".join([*LINES, ""]).encode(), manifest={"rows": 19}),
    Case("header_of_numbers", ("F19",), Refused(""), headed(("person", "1234567"), ("sex", "1"), ("born", "2")), **TWENTY),
    Case("header_in_the_middle", ("F15",), Refused(""), "\n".join([HEADER, *LINES[:9], HEADER, *LINES[9:], ""]).encode(),
         manifest={"rows": 21}),
    Case("column_of_lists", ("F22",), Refused(""), retyped("area", pa.array([["north"]] * 20)), **AS_PARQUET, **TWENTY),
    Case("column_of_bytes", ("F22",), Refused(""), retyped("area", pa.array([b"north"] * 20)), **AS_PARQUET, **TWENTY),
    Case("dates_that_became_numbers", ("F22",), Refused(""), retyped("moved_in", pa.array([14_610] * 20)), **AS_PARQUET, **TWENTY),
    Case("dates_beyond_every_calendar", ("F22",), Refused(""), retyped("died", pa.array([2**31 - 1] * 20, pa.date32())),
         **AS_PARQUET, **TWENTY),
    Case("weeks_gone", ("F19",), Refused(""), b"person\n" + b"p01\n" * 20, "benefits", **TWENTY),
    Case("week_53_of_a_year_of_52", ("F19",), Refused(""), GOOD["benefits"].replace(b"y_2202", b"y_2153"), "benefits", **TWENTY),
]  # fmt: skip
