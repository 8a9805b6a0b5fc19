"""Rows that cannot be: they are set aside with their reasons, as long as they are few."""

from __future__ import annotations

from typing import Any

from tests.faults.malformed.case import GOOD, Case, Refused, Same, SetAside, rows
from tests.faults.malformed.written import TWENTY, workbook

LINK = '"=HYPERLINK(""http://example.org"";""click"")"'


def people(*changes: tuple[int, str, str], more: tuple[str, ...] = ()) -> bytes:
    return rows("population", *changes, more=more)


CONTACTS: dict[str, Any] = {"source": "contacts", **TWENTY}
KEY = "same key as another row, with other content"
FIRST = GOOD["population"].decode().splitlines()[1]

CASES = [
    Case("row_twice", ("F32",), Same(collapsed=1), people(more=(FIRST,)), manifest={"rows": 21}),
    Case(
        "every_row_twice",
        ("F32",),
        Same(collapsed=20),
        people(more=tuple(GOOD["population"].decode().splitlines()[1:])),
        manifest={"rows": 40},
    ),
    Case(
        "key_twice_with_other_content",
        ("F33",),
        SetAside({KEY: [1, 21]}),
        people(more=(FIRST.replace("east", "west"),)),
        manifest={"rows": 21},
    ),
    Case(
        "many_keys_twice_with_other_content",
        ("F33",),
        Refused(
            "population.csv: row_account: expect_column_max_to_be_between of quarantined_share — 4 of 24 "
            "rows set aside (4 × same key as another row, with other content, rows 2 to 23): send a "
            "corrected file",
            "ChecksFailed",
        ),
        people(more=tuple(line.replace("th", "th2") for line in GOOD["population"].decode().splitlines()[2:6])),
        manifest={"rows": 24},
    ),
    Case(
        "contact_that_ends_before_it_begins",
        ("F36",),
        SetAside({"ended_at before started_at": [4]}),
        rows("contacts", (4, "ended", "2021-10-03 10:00")),
        **CONTACTS,
    ),
    Case(
        "contacts_of_one_person_that_overlap",
        ("F34",),
        SetAside({}),
        rows("contacts", (2, "person", "p01"), (2, "began", "2021-10-01 11:00")),
        **CONTACTS,
    ),
    Case(
        "residence_that_ends_before_it_begins",
        ("F36",),
        SetAside({"resident_to before resident_from": [6]}),
        people((6, "moved_out", "2009-12-31")),
        **TWENTY,
    ),
    Case(
        "death_before_birth",
        ("F36",),
        SetAside({"died_on before birth_month": [7]}),
        people((7, "died", "1920-01-01")),
        **TWENTY,
    ),
    Case(
        "move_in_the_future",
        ("F37",),
        SetAside({"resident_from: after the day the delivery describes": [1, 2]}),
        people((1, "moved_in", "2022-10-16"), (2, "moved_in", "2999-01-01")),
        **TWENTY,
    ),
    Case(
        "contact_in_the_future",
        ("F37",),
        SetAside({"started_on: after the day the delivery describes": [1]}),
        rows("contacts", (1, "began", "2022-10-16 00:00"), (1, "ended", "2022-10-17 00:00")),
        **CONTACTS,
    ),
    Case(
        "year_before_1900",
        ("F37",),
        SetAside({"birth_month: before 1900": [3]}),
        people((3, "born", "1899-12-01")),
        **TWENTY,
    ),
    Case(
        "the_day_that_spreadsheets_call_nothing",
        ("F37",),
        SetAside({"resident_from before birth_month": [3]}),
        people((3, "moved_in", "1900-01-01")),
        **TWENTY,
    ),
    Case(
        "impossible_codes",
        ("F22",),
        SetAside({"sex: unknown code": [1], "is_care_home: unknown code": [2]}),
        people((1, "sex", "X"), (2, "care_home", "2")),
        **TWENTY,
    ),
    Case(
        "another_code_list",
        ("F22",),
        Refused(
            "population.csv: row_account: expect_column_max_to_be_between of quarantined_share — 20 of 20 "
            "rows set aside (20 × sex: unknown code, rows 1 to 20): send a corrected file",
            "ChecksFailed",
        ),
        GOOD["population"].replace(b";F;", b";2;").replace(b";M;", b";1;"),
        **TWENTY,
    ),
    Case(
        "no_person",
        ("F30",),
        SetAside({"person_id: empty": [1, 2]}),
        people((1, "person", ""), (2, "person", "  ")),
        **TWENTY,
    ),
    Case(
        "no_person_anywhere",
        ("F30",),
        Refused(
            "population.csv: row_account: expect_column_max_to_be_between of quarantined_share — 20 of 20 "
            "rows set aside (20 × person_id: empty, rows 1 to 20): send a corrected file",
            "ChecksFailed",
        ),
        people(*[(n, "person", "") for n in range(1, 21)]),
        **TWENTY,
    ),
    Case(
        "everything_wrong_with_one_row",
        ("F36",),
        SetAside(
            {
                "sex: unknown code": [5],
                "birth_month: not a date": [5],
                "area: empty": [5],
                "resident_to before resident_from": [5],
            }
        ),
        people((5, "sex", "?"), (5, "born", "soon"), (5, "area", ""), (5, "moved_out", "2001-01-01")),
        **TWENTY,
    ),
    Case("formula_in_a_text", ("F70",), SetAside({}), people((3, "area", LINK), (4, "area", "@SUM(1+1)")), **TWENTY),
    Case(
        "formula_in_a_workbook",
        ("F70",),
        Refused("population.xlsx, line 4, column no. 4: is a formula — write the value itself in the cell"),
        workbook(people((3, "area", "=1+1"))),
        file="population.xlsx",
        delivery={"format": "excel"},
        **TWENTY,
    ),
]
