"""Text in other letters, line ends, quotation marks and lengths than agreed."""

from __future__ import annotations

import unicodedata

from tests.faults.malformed.case import GOOD, Case, Refused, Same, rows
from tests.faults.malformed.written import AS_PARQUET, TWENTY, parquet, table_of

PEOPLE = GOOD["population"]
DANISH = rows("population", (1, "area", "Østerbyen"), (2, "area", "Ærø"))

CASES = [
    Case(
        "quotation_mark_left_open",
        ("F07",),
        Refused("population.csv: ends inside a quoted cell — send it whole"),
        PEOPLE.replace(b"p07;", b'"p07;'),
        **TWENTY,
    ),
    Case(
        "quotation_mark_inside_a_cell",
        ("F07",),
        Refused(
            "population.csv: a quotation mark on line 4 neither begins nor ends a cell — quote the whole "
            "cell and double the marks inside it"
        ),
        rows("population", (3, "area", 'no"rth')),
        **TWENTY,
    ),
    Case(
        "latin_1_called_utf_8",
        ("F14",),
        Refused(
            "population.csv: not utf-8 at byte 82; it looks like iso-8859-1 — send it in the agreed encoding "
            "(utf-8); or, if all files will be so, say `encoding: iso-8859-1` in the contract"
        ),
        DANISH.decode().encode("latin-1"),
        **TWENTY,
    ),
    Case(
        "utf_8_called_latin_1",
        ("F14",),
        Refused(
            "population.csv: not iso-8859-1 at byte 83; it looks like utf-8 — send it in the agreed encoding "
            "(iso-8859-1); or, if all files will be so, say `encoding: utf-8` in the contract"
        ),
        DANISH,
        delivery={"encoding": "iso-8859-1"},
        **TWENTY,
    ),
    Case(
        "utf_16",
        ("F14",),
        Refused("population.csv: it looks like utf-16 — send it in the agreed encoding (utf-8)"),
        PEOPLE.decode().encode("utf-16"),
        **TWENTY,
    ),
    Case(
        "zero_byte_in_text",
        ("F14",),
        Refused("population.csv: a zero byte at byte 199 — send text alone, in the agreed encoding"),
        rows("population", (4, "area", "no\0rth")),
        **TWENTY,
    ),
    Case(
        "zero_byte_in_parquet",
        ("F14",),
        Refused("population.parquet: column no. 4 holds a zero byte — send text alone"),
        parquet(table_of(rows("population", (4, "area", "no\0rth")))),
        **AS_PARQUET,
        **TWENTY,
    ),
    Case("byte_order_mark", ("F15",), Same(), b"\xef\xbb\xbf" + PEOPLE, **TWENTY),
    Case(
        "two_files_one_after_the_other",
        ("F15",),
        Refused("population.csv: the header stands again at row 21 — send one table in a file"),
        PEOPLE + b"\xef\xbb\xbf" + PEOPLE,
        manifest={"rows": 41},
    ),
    Case("line_ends_of_windows", ("F15",), Same(), PEOPLE.replace(b"\n", b"\r\n"), **TWENTY),
    Case("delimiter_at_the_end_of_every_line", ("F15",), Same(), PEOPLE.replace(b"\n", b";\n"), **TWENTY),
    Case("no_line_end_after_the_last_row", ("F15",), Same(), PEOPLE.rstrip(b"\n"), **TWENTY),
    Case(
        "letters_in_two_parts", ("F16",), Same(DANISH), unicodedata.normalize("NFD", DANISH.decode()).encode(), **TWENTY
    ),
    Case(
        "latin_1_as_agreed",
        ("F14",),
        Same(DANISH),
        DANISH.decode().encode("latin-1"),
        delivery={"encoding": "iso-8859-1"},
        **TWENTY,
    ),
    Case(
        "comma_for_semicolon",
        ("F19",),
        Refused(
            "population.csv: its columns seem to be separated by comma, and semicolon is agreed — separate them by "
            'semicolon; or, if all files will be so, say `delimiter: ","` in the contract'
        ),
        PEOPLE.replace(b";", b","),
        **TWENTY,
    ),
    Case(
        "cell_of_ten_megabytes",
        ("F31",),
        Refused("population.csv: has a row of more than 4 MB — send the agreed columns, not documents"),
        rows("population", (2, "area", "n" * 10_000_000)),
        **TWENTY,
    ),
    Case(
        "cell_of_two_megabytes",
        ("F31",),
        Refused("population.csv: column no. 4 has a cell of more than 1 MB — send the agreed columns, not documents"),
        rows("population", (2, "area", "n" * 2_000_000)),
        **TWENTY,
    ),
]
