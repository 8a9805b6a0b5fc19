"""Files that are not whole, or not of the agreed kind at all."""

from __future__ import annotations

import hashlib
from pathlib import Path

from tests.faults.malformed.case import GOOD, Case, Refused
from tests.faults.malformed.written import AS_EXCEL, AS_PARQUET, TWENTY, parquet, table_of, workbook

PEOPLE = GOOD["population"]
DATA = Path(__file__).parents[4] / "shared" / "data"
SAS = DATA / "heaven_lpr.sas7bdat"


def _turned(raw: bytes, place: int) -> bytes:
    """One bit turned over."""
    return raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]


PARQUET = parquet(table_of(PEOPLE))
TURNED = _turned(PARQUET, len(PARQUET) // 3)
CHECKED = parquet(table_of(PEOPLE), write_page_checksum=True, compression="none", use_dictionary=False)
WORKBOOK = workbook(PEOPLE)

CASES = [
    Case(
        "empty_file",
        ("F06",),
        Refused("population.csv: is empty — send the file whole, with its header"),
        b"",
        manifest={"rows": 0},
    ),
    Case(
        "header_only",
        ("F06",),
        Refused("population.csv: holds no rows — send the rows, or allow an empty file in the contract"),
        PEOPLE.splitlines(keepends=True)[0],
    ),
    Case(
        "last_line_cut",
        ("F07",),
        Refused("population.csv: row 20 has 4 columns and the header 9 — send it whole"),
        PEOPLE[:-20],
        manifest={"rows": 20},
    ),
    Case(
        "last_lines_gone",
        ("F07",),
        Refused("population.csv: has 17 rows, 20 were announced — send it whole"),
        b"".join(PEOPLE.splitlines(keepends=True)[:-3]),
        **TWENTY,
    ),
    Case(
        "row_with_a_cell_too_many",
        ("F07",),
        Refused("population.csv: row 5 has 10 columns and the header 9 — send it whole"),
        PEOPLE.replace(b"p05;M;", b"p05;M;;"),
        **TWENTY,
    ),
    Case(
        "row_with_a_cell_too_few",
        ("F07",),
        Refused("population.csv: row 5 has 8 columns and the header 9 — send it whole"),
        PEOPLE.replace(b"p05;M;", b"p05;"),
        **TWENTY,
    ),
    Case(
        "parquet_cut",
        ("F08",),
        Refused("population.parquet: is no whole Parquet file: its end is missing or damaged — send it whole"),
        PARQUET[:-30],
        **AS_PARQUET,
        **TWENTY,
    ),
    Case(
        "parquet_without_its_beginning",
        ("F08",),
        Refused("population.parquet: is damaged: a part of it cannot be read — send it whole"),
        PARQUET[500:],
        **AS_PARQUET,
        **TWENTY,
    ),
    Case(
        "parquet_with_a_bit_turned_on_the_way",
        ("F09",),
        Refused(
            f"population.parquet: is not the file announced (sha256 {hashlib.sha256(TURNED).hexdigest()[:12]}…, "
            "announced 555555555555…) — send it again, whole, and the manifest last"
        ),
        TURNED,
        manifest={"rows": 20, "sha256": "5" * 64},
        **AS_PARQUET,
    ),
    Case(
        "parquet_with_a_bit_turned_before_it_was_hashed",
        ("F09",),
        Refused("population.parquet: is damaged: a part of it cannot be read — send it whole"),
        _turned(CHECKED, CHECKED.index(b"north") + 1),
        **AS_PARQUET,
        **TWENTY,
    ),
    Case(
        "csv_called_parquet",
        ("F08",),
        Refused("population.parquet: is no whole Parquet file: its end is missing or damaged — send it whole"),
        PEOPLE,
        **AS_PARQUET,
        **TWENTY,
    ),
    Case(
        "workbook_cut",
        ("F07",),
        Refused("population.xlsx: is no whole zip — send it whole, or pack it again"),
        WORKBOOK[:-200],
        **AS_EXCEL,
        **TWENTY,
    ),
    Case(
        "csv_called_workbook",
        ("F07",),
        Refused("population.xlsx: is no whole zip — send it whole, or pack it again"),
        PEOPLE,
        **AS_EXCEL,
        **TWENTY,
    ),
]
if SAS.exists():
    whole = SAS.read_bytes()
    lpr = {"table": "diagnoses", "format": "sas", "codes": None, "ignored": ["uddto", "indexdate"]} | {
        "columns": {
            "person_id": "pnr",
            "contact_id": "recnum",
            "code": "diag",
            "kind": "pattype",
            "diagnosed_on": "inddto",
        }
    }
    CASES.append(
        Case(
            "sas_cut",
            ("F07",),
            Refused("f.sas7bdat: is no whole SAS file — send the .sas7bdat whole"),
            whole[: len(whole) // 2],
            file="f.sas7bdat",
            delivery=lpr,
            manifest={"rows": 3967},
        )
    )
