"""Files that would bring an identity in: refused whole, and nothing of them repeated."""

from __future__ import annotations

import hashlib
from typing import Any

import pyarrow as pa

from tests.faults.malformed.case import GOOD, Case, Refused, rows
from tests.faults.malformed.columns import HEADER, LINES, with_column
from tests.faults.malformed.written import TWENTY, parquet, table_of, workbook

CPR = "010150-1234"
NAMES = ("Anne Jensen", "Peter Nielsen", "Mette Hansen", "Lars Pedersen", "Kirsten Andersen")
FLOATS: dict[str, Any] = {"source": "services", "file": "services.parquet", "delivery": {"format": "parquet"}, **TWENTY}


def areas(*cells: str) -> bytes:
    """People of whom the first live in areas that are called so."""
    return rows("population", *[(n, "area", cell) for n, cell in enumerate(cells, 1)])


def _numbers(kind: pa.DataType) -> bytes:
    """Persons as numbers that have lost their zero."""
    table = table_of(GOOD["services"])
    return parquet(table.set_column(0, "person", pa.array(range(101_501_234, 101_501_254)).cast(kind)))


CASES = [
    Case(
        "cpr_number_as_id",
        ("F27",),
        Refused(
            "population.csv: 1 cells look like CPR numbers (in person, first in row 5); nothing of the file "
            "is kept — pseudonymise it before it is sent",
            "IdentityFound",
        ),
        rows("population", (5, "person", CPR.replace("-", ""))),
        **TWENTY,
    ),
    Case(
        "cpr_numbers_as_numbers",
        ("F28",),
        Refused(
            "services.parquet: 20 cells look like CPR numbers (in person, first in row 1); nothing of the "
            "file is kept — pseudonymise it before it is sent",
            "IdentityFound",
        ),
        _numbers(pa.int64()),
        **FLOATS,
    ),
    Case(
        "cpr_numbers_as_floats",
        ("F28",),
        Refused(
            "services.parquet: 20 cells look like CPR numbers (in person, first in row 1); nothing of the "
            "file is kept — pseudonymise it before it is sent",
            "IdentityFound",
        ),
        _numbers(pa.float64()),
        **FLOATS,
    ),
    Case(
        "cpr_number_in_a_text",
        ("F28",),
        Refused(
            "population.csv: 1 cells look like CPR numbers (in area, first in row 1); nothing of the file is"
            " kept — pseudonymise it before it is sent",
            "IdentityFound",
        ),
        areas(f"moved from {CPR} to"),
        **TWENTY,
    ),
    Case(
        "cpr_number_with_a_space",
        ("F28",),
        Refused(
            "population.csv: 1 cells look like CPR numbers (in area, first in row 1); nothing of the file is"
            " kept — pseudonymise it before it is sent",
            "IdentityFound",
        ),
        areas("010150 1234"),
        **TWENTY,
    ),
    Case(
        "cpr_number_with_a_long_dash",
        ("F28",),
        Refused(
            "population.csv: 1 cells look like CPR numbers (in area, first in row 1); nothing of the file is"
            " kept — pseudonymise it before it is sent",
            "IdentityFound",
        ),
        areas("010150–1234"),
        **TWENTY,
    ),
    Case(
        "cpr_number_without_its_zero",
        ("F28",),
        Refused(
            "population.csv: 1 cells look like CPR numbers (in area, first in row 1); nothing of the file is"
            " kept — pseudonymise it before it is sent",
            "IdentityFound",
        ),
        areas("101501234"),
        **TWENTY,
    ),
    Case(
        "number_in_place_of_a_cpr_number",
        ("F28",),
        Refused(
            "population.csv: 1 cells look like CPR numbers (in area, first in row 1); nothing of the file is"
            " kept — pseudonymise it before it is sent",
            "IdentityFound",
        ),
        areas("610150-1234"),
        **TWENTY,
    ),
    Case(
        "cpr_number_in_an_ignored_column",
        ("F28",),
        Refused(
            "contacts.csv: 1 cells look like CPR numbers (in system, first in row 3); nothing of the file is"
            " kept — pseudonymise it before it is sent",
            "IdentityFound",
        ),
        rows("contacts", (3, "system", CPR)),
        "contacts",
        **TWENTY,
    ),
    Case(
        "cpr_number_in_a_column_of_numbers",
        ("F28",),
        Refused(
            "services.csv: 1 cells look like CPR numbers (in hours, first in row 3); nothing of the file is "
            "kept — pseudonymise it before it is sent",
            "IdentityFound",
        ),
        rows("services", (3, "hours", CPR)),
        "services",
        **TWENTY,
    ),
    Case(
        "cpr_number_as_the_name_of_a_column",
        ("F28",),
        Refused(
            "population.csv: the name of column no. 10 looks like it holds CPR numbers; nothing of the file is kept — "
            "pseudonymise it before it is sent",
            "IdentityFound",
        ),
        with_column(CPR, "x"),
        **TWENTY,
    ),
    Case(
        "cpr_number_as_the_name_of_the_file",
        ("F28",),
        Refused(
            "a file: the name of the file looks like it holds CPR numbers; nothing of the file is kept — "
            "pseudonymise it before it is sent",
            "IdentityFound",
        ),
        GOOD["population"],
        file="0101501234.csv",
        **TWENTY,
    ),
    Case(
        "cpr_number_in_the_name_of_a_file_that_is_another",
        ("F28",),
        Refused(
            "a file whose name is not repeated: is not the file announced (sha256 91dc723b70ac…, announced "
            "000000000000…) — send it again, whole, and the manifest last"
        ),
        GOOD["population"],
        file="0101501234.csv",
        manifest={"rows": 20, "sha256": "0" * 64},
    ),
    Case(
        "cpr_number_as_a_header",
        ("F28",),
        Refused(
            "population.csv: the name of column no. 4 looks like it holds CPR numbers; nothing of the file is kept — "
            "pseudonymise it before it is sent",
            "IdentityFound",
        ),
        "\n".join([HEADER.replace("area", CPR), *LINES, ""]).encode(),
        **TWENTY,
    ),
    Case(
        "cpr_number_in_a_workbook",
        ("F28",),
        Refused(
            "population.xlsx: 1 cells look like CPR numbers (in area, first in row 1); nothing of the file "
            "is kept — pseudonymise it before it is sent",
            "IdentityFound",
        ),
        workbook(areas(CPR)),
        file="population.xlsx",
        delivery={"format": "excel"},
        **TWENTY,
    ),
    Case(
        "plain_hash_of_a_cpr_number",
        ("F29",),
        Refused(
            "population.csv: 1 cells hold a plain hash of a CPR number, which anyone can turn around (in "
            "person, first in row 5); nothing of the file is kept — make ids by a keyed hash whose key stays"
            " with the sender",
            "IdentityFound",
        ),
        rows("population", (5, "person", hashlib.sha256(b"2512489996").hexdigest())),
        **TWENTY,
    ),
    Case(
        "ids_of_another_length",
        ("F29",),
        Refused(
            "population.csv: 1 cells hold ids of another length than agreed (in person, first in row 5); "
            "nothing of the file is kept — send the agreed pseudonym",
            "IdentityFound",
        ),
        rows("population", (5, "person", "p5")),
        delivery={"id_length": "3"},
        **TWENTY,
    ),
    Case(
        "e_mail_address",
        ("F31",),
        Refused(
            "population.csv: 1 cells hold e-mail addresses (in area, first in row 1); nothing of the file is"
            " kept — leave them out",
            "IdentityFound",
        ),
        areas("anna@example.org"),
        **TWENTY,
    ),
    Case(
        "telephone_number",
        ("F31",),
        Refused(
            "population.csv: 1 cells hold telephone numbers (in area, first in row 1); nothing of the file "
            "is kept — leave them out",
            "IdentityFound",
        ),
        areas("tlf. 20 30 40 50"),
        **TWENTY,
    ),
    Case(
        "names_of_persons",
        ("F31",),
        Refused(
            "population.csv: at least 5 cells hold names of persons (in area, first in row 1); nothing of "
            "the file is kept — leave them out",
            "IdentityFound",
        ),
        areas(*NAMES),
        **TWENTY,
    ),
    Case(
        "addresses",
        ("F31",),
        Refused(
            "population.csv: at least 8 cells hold addresses (in area, first in row 1); nothing of the file "
            "is kept — send the agreed area in place of the address",
            "IdentityFound",
        ),
        areas(*[f"Bakkevej {n}, 7400 Herning" for n in range(1, 9)]),
        **TWENTY,
    ),
    Case(
        "exact_birth_date",
        ("F31",),
        Refused(
            "population.csv: 1 cells hold exact birth dates (in born, first in row 1); nothing of the file "
            "is kept — send the first of the birth month",
            "IdentityFound",
        ),
        rows("population", (1, "born", "1950-03-17")),
        **TWENTY,
    ),
]
