"""Files that are not whole, not in the agreed encoding, or not the agreed kind of file at all."""

from __future__ import annotations

import gzip
import io
import unicodedata
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from tests.faults.malformed.case import GOOD, Case, Refused, Same, rows

PEOPLE = GOOD["population"]
DATA = Path(__file__).parents[4] / "shared" / "data"
SAS = DATA / "heaven_lpr.sas7bdat"


def table_of(raw: bytes) -> pa.Table:
    header, *lines = [line.split(";") for line in raw.decode().splitlines()]
    columns = [[cell or None for cell in column] for column in zip(*lines, strict=True)]
    return pa.table([pa.array(column, pa.string()) for column in columns], names=header)


def parquet(table: pa.Table, **options: Any) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, **options)
    return sink.getvalue()


def workbook(raw: bytes) -> bytes:
    book = openpyxl.Workbook()
    for line in raw.decode().splitlines():
        book.active.append([cell or None for cell in line.split(";")])
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return sink.getvalue()


def _turned(raw: bytes, place: int) -> bytes:
    """One bit turned over."""
    return raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]


def _link() -> zipfile.ZipInfo:
    link = zipfile.ZipInfo("population.csv")
    link.external_attr = 0o120777 << 16
    return link


PARQUET = parquet(table_of(PEOPLE))
CHECKED = parquet(table_of(PEOPLE), write_page_checksum=True, compression="none", use_dictionary=False)
WORKBOOK = workbook(PEOPLE)
AS_PARQUET = {"file": "population.parquet", "delivery": {"format": "parquet"}}
AS_EXCEL = {"file": "population.xlsx", "delivery": {"format": "excel"}}
AS_ZIP = {"file": "population.csv.zip", "delivery": {"packed": "zip"}}
AS_GZIP = {"file": "population.csv.gz", "delivery": {"packed": "gzip"}}
TWENTY = {"manifest": {"rows": 20}}
DANISH = rows("population", (1, "area", "Østerbyen"), (2, "area", "Ærø"))

CASES = [
    Case("empty_file", ("F06",), Refused(""), b""),
    Case("header_only", ("F06",), Refused(""), PEOPLE.splitlines(keepends=True)[0]),
    Case("last_line_cut", ("F07",), Refused(""), PEOPLE[:-20], manifest={"rows": 20}),
    Case("last_lines_gone", ("F07",), Refused(""), b"".join(PEOPLE.splitlines(keepends=True)[:-3]), **TWENTY),
    Case("quotation_mark_left_open", ("F07",), Refused(""), PEOPLE.replace(b"p07;", b'"p07;'), **TWENTY),
    Case("quotation_mark_inside_a_cell", ("F07",), Refused(""), rows("population", (3, "area", 'no"rth')), **TWENTY),
    Case("row_with_a_cell_too_many", ("F07",), Refused(""), PEOPLE.replace(b"p05;F;", b"p05;F;;"), **TWENTY),
    Case("row_with_a_cell_too_few", ("F07",), Refused(""), PEOPLE.replace(b"p05;M;", b"p05;"), **TWENTY),
    Case("parquet_cut", ("F08",), Refused(""), PARQUET[:-30], **AS_PARQUET, **TWENTY),
    Case("parquet_without_its_beginning", ("F08",), Refused(""), PARQUET[500:], **AS_PARQUET, **TWENTY),
    Case("parquet_with_a_bit_turned_on_the_way", ("F09",), Refused(""), _turned(PARQUET, len(PARQUET) // 3),
         manifest={"rows": 20, "sha256": "5" * 64}, **AS_PARQUET),
    Case("parquet_with_a_bit_turned_before_it_was_hashed", ("F09",), Refused(""),
         _turned(CHECKED, CHECKED.index(b"north") + 1), **AS_PARQUET, **TWENTY),
    Case("csv_called_parquet", ("F08",), Refused(""), PEOPLE, **AS_PARQUET, **TWENTY),
    Case("workbook_cut", ("F07",), Refused(""), WORKBOOK[:-200], **AS_EXCEL, **TWENTY),
    Case("csv_called_workbook", ("F07",), Refused(""), PEOPLE, **AS_EXCEL, **TWENTY),
    Case("gzip_cut", ("F07",), Refused(""), gzip.compress(PEOPLE)[:-12], **AS_GZIP, **TWENTY),
    Case("zip_cut", ("F07",), Refused(""), zipped(("population.csv", PEOPLE))[:-12], **AS_ZIP, **TWENTY),
    Case("zip_bomb", ("F10",), Refused(""), zipped(("population.csv", b"0" * 40_000_000)),
         file="population.csv.zip", delivery={"packed": "zip", "max_unpacked_mb": "20"}, **TWENTY),
    Case("gzip_bomb", ("F10",), Refused(""), gzip.compress(b"0" * 40_000_000),
         file="population.csv.gz", delivery={"packed": "gzip", "max_unpacked_mb": "20"}, **TWENTY),
    Case("zip_that_leads_out", ("F11",), Refused(""), zipped(("../../population.csv", PEOPLE)), **AS_ZIP, **TWENTY),
    Case("zip_from_the_root", ("F11",), Refused(""), zipped(("/etc/population.csv", PEOPLE)), **AS_ZIP, **TWENTY),
    Case("zip_of_a_link", ("F11",), Refused(""), zipped((_link(), b"/etc/passwd")), **AS_ZIP, **TWENTY),
    Case("zip_of_a_device", ("F11",), Refused(""), zipped(("aux.csv", PEOPLE)), **AS_ZIP, **TWENTY),
    Case("zip_of_two", ("F11",), Refused(""), zipped(("a.csv", PEOPLE), ("b.csv", PEOPLE)), **AS_ZIP, **TWENTY),
    Case("zip_in_a_zip", ("F13",), Refused(""), zipped(("population.csv", zipped(("a.csv", PEOPLE)))), **AS_ZIP, **TWENTY),
    Case("zip_called_csv", ("F13",), Refused(""), zipped(("population.csv", PEOPLE)), **TWENTY),
    Case("cpr_number_in_the_name_inside_a_zip", ("F28",), Refused(""), zipped(("010150-1234.csv", PEOPLE)), **AS_ZIP, **TWENTY),
    Case("latin_1_called_utf_8", ("F14",), Refused(""), DANISH.decode().encode("latin-1"), **TWENTY),
    Case("utf_8_called_latin_1", ("F14",), Refused(""), DANISH, delivery={"encoding": "iso-8859-1"}, **TWENTY),
    Case("utf_16", ("F14",), Refused(""), PEOPLE.decode().encode("utf-16"), **TWENTY),
    Case("zero_byte_in_text", ("F14",), Refused(""), rows("population", (4, "area", "no\0rth")), **TWENTY),
    Case("zero_byte_in_parquet", ("F14",), Refused(""),
         parquet(table_of(rows("population", (4, "area", "no\0rth")))), **AS_PARQUET, **TWENTY),
    Case("byte_order_mark", ("F15",), Same(), b"\xef\xbb\xbf" + PEOPLE, **TWENTY),
    Case("two_files_one_after_the_other", ("F15",), Refused(""), PEOPLE + b"\xef\xbb\xbf" + PEOPLE, manifest={"rows": 41}),
    Case("line_ends_of_windows", ("F15",), Same(), PEOPLE.replace(b"\n", b"\r\n"), **TWENTY),
    Case("delimiter_at_the_end_of_every_line", ("F15",), Same(), PEOPLE.replace(b"\n", b";\n"), **TWENTY),
    Case("no_line_end_after_the_last_row", ("F15",), Same(), PEOPLE.rstrip(b"\n"), **TWENTY),
    Case("letters_in_two_parts", ("F16",), Same(DANISH), unicodedata.normalize("NFD", DANISH.decode()).encode(), **TWENTY),
    Case("latin_1_as_agreed", ("F14",), Same(DANISH), DANISH.decode().encode("latin-1"),
         delivery={"encoding": "iso-8859-1"}, **TWENTY),
    Case("comma_for_semicolon", ("F19",), Refused(""), PEOPLE.replace(b";", b","), **TWENTY),
    Case("cell_of_ten_megabytes", ("F31",), Refused(""), rows("population", (2, "area", "n" * 10_000_000)), **TWENTY),
    Case("cell_of_two_megabytes", ("F31",), Refused(""), rows("population", (2, "area", "n" * 2_000_000)), **TWENTY),
]  # fmt: skip
if SAS.exists():
    raw = SAS.read_bytes()
    lpr = {"table": "diagnoses", "format": "sas", "codes": None, "ignored": ["uddto", "indexdate"]} | {
        "columns": {"person_id": "pnr", "contact_id": "recnum", "code": "diag", "kind": "pattype", "diagnosed_on": "inddto"}
    }
    CASES.append(
        Case("sas_cut", ("F07",), Refused(""), raw[: len(raw) // 2], file="f.sas7bdat", delivery=lpr, manifest={"rows": 3967})
    )
