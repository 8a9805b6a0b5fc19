"""Headers that are not the agreed one, and columns of another kind than was agreed."""

from __future__ import annotations

import pyarrow as pa

from tests.faults.malformed.case import GOOD, Case, Refused, Same
from tests.faults.malformed.written import AS_PARQUET, TWENTY, parquet, table_of

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
    Case(
        "column_missing",
        ("F19",),
        Refused("population.csv: lacks area — send the agreed columns"),
        ordered_by([0, 1, 2, 4, 5, 6, 7, 8]),
        **TWENTY,
    ),
    Case(
        "column_renamed",
        ("F19",),
        Refused(
            "population.csv: lacks moved_in (is it moved_in_date?) — send the agreed columns; or, if the "
            "names have changed and not the meaning, say `columns: {resident_from: moved_in_date}`"
        ),
        headed(("moved_in", "moved_in_date")),
        **TWENTY,
    ),
    Case(
        "column_in_capitals",
        ("F19",),
        Refused(
            "population.csv: lacks sex (written in other case: SEX) — send the agreed columns; or, if the "
            "names have changed and not the meaning, say `columns: {sex: SEX}`"
        ),
        headed(("sex", "SEX")),
        **TWENTY,
    ),
    Case(
        "column_of_free_text",
        ("F20", "F31"),
        Refused("population.csv: has a column that the contract does not know (note) — leave out note"),
        with_column("note", "lives with her sister"),
        **TWENTY,
    ),
    Case(
        "column_named_like_a_person",
        ("F20",),
        Refused(
            "population.csv: has a column that the contract does not know (column no. 10) — leave out column no. 10"
        ),
        with_column("Jens Peter Hansen 1950", "x"),
        **TWENTY,
    ),
    Case(
        "column_twice",
        ("F20",),
        Refused("population.csv: has twice sex — send each column once"),
        with_column("sex", "F"),
        **TWENTY,
    ),
    Case("columns_in_another_order", ("F21",), Same(), ordered_by([8, 2, 0, 1, 7, 6, 5, 4, 3]), **TWENTY),
    Case(
        "no_header",
        ("F19",),
        Refused(
            "population.csv: lacks person, sex, born, area, moved_in, moved_out, died, emigrated, care_home;"
            " has 9 columns that the contract does not know (column no. 1, column no. 2, column no. 3, "
            "column no. 4, column no. 5, column no. 6, column no. 7, column no. 8, column no. 9) — send the "
            "agreed columns, leave out column no. 1, column no. 2, column no. 3, column no. 4, column no. 5,"
            " column no. 6, column no. 7, column no. 8, column no. 9"
        ),
        "\n".join([*LINES, ""]).encode(),
        manifest={"rows": 19},
    ),
    Case(
        "header_of_numbers",
        ("F19",),
        Refused(
            "population.csv: lacks person, sex, born; has 3 columns that the contract does not know (column "
            "no. 1, column no. 2, column no. 3) — send the agreed columns, leave out column no. 1, column "
            "no. 2, column no. 3"
        ),
        headed(("person", "1234567"), ("sex", "1"), ("born", "2")),
        **TWENTY,
    ),
    Case(
        "header_in_the_middle",
        ("F15",),
        Refused("population.csv: the header stands again at row 10 — send one table in a file"),
        "\n".join([HEADER, *LINES[:9], HEADER, *LINES[9:], ""]).encode(),
        manifest={"rows": 21},
    ),
    Case(
        "column_of_lists",
        ("F22",),
        Refused(
            "population.parquet: column no. 4 holds lists or parts, which is neither text, number, date nor "
            "time stamp — send it as text"
        ),
        retyped("area", pa.array([["north"]] * 20)),
        **AS_PARQUET,
        **TWENTY,
    ),
    Case(
        "column_of_bytes",
        ("F22",),
        Refused(
            "population.parquet: column no. 4 holds binary, which is neither text, number, date nor time "
            "stamp — send it as text"
        ),
        retyped("area", pa.array([b"north"] * 20)),
        **AS_PARQUET,
        **TWENTY,
    ),
    Case(
        "dates_that_became_numbers",
        ("F22",),
        Refused(
            "population.parquet: moved_in: dates seem to be written as numbers of days, and yyyy-mm-dd is agreed "
            "(rows 1–20) — write them as agreed",
            "ChecksFailed",
        ),
        retyped("moved_in", pa.array([14_610] * 20)),
        **AS_PARQUET,
        **TWENTY,
    ),
    Case(
        "dates_beyond_every_calendar",
        ("F22",),
        Refused(
            "population.parquet: row_account: expect_column_max_to_be_between of quarantined_share — 20 of "
            "20 rows set aside (20 × died_on: after 9999, rows 1 to 20; 20 × died_on: after the day the "
            "delivery describes, rows 1 to 20): send a corrected file",
            "ChecksFailed",
        ),
        retyped("died", pa.array([2**31 - 1] * 20, pa.date32())),
        **AS_PARQUET,
        **TWENTY,
    ),
    Case(
        "weeks_gone",
        ("F19",),
        Refused("benefits.csv: has no weekly columns (their names begin with y_) — send the weeks"),
        b"person\n" + b"p01\n" * 20,
        "benefits",
        **TWENTY,
    ),
    Case(
        "week_53_of_a_year_of_52",
        ("F19",),
        Refused("benefits.csv: a weekly column is named after no ISO week — name it y_YYWW"),
        GOOD["benefits"].replace(b"y_2202", b"y_2153"),
        "benefits",
        **TWENTY,
    ),
]
