"""One table, written in every format, is read to the same cells."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from maalbar.contract.delivering import Delivery
from tests.transforms.formats.written import cells_of, delivery
from transforms.formats.delimited import DELIMITERS

Row = tuple[str | None, int, float | None, date]
HEADER = ["pnr", "recnum", "beløb", "inddto"]

# Letters that every encoding has; Excel and Stata take off no spaces, yet Stata's empty text is its missing one.
TEXTS = st.none() | st.text("abcæøåÆØÅ019;,\t\"'= -.\n", min_size=1, max_size=8)
ROWS = st.lists(
    st.tuples(
        TEXTS,
        st.integers(-(10**9), 10**9),
        st.none() | st.decimals(-1000, 1000, places=2).map(float),
        st.dates(date(1900, 3, 1), date(2099, 12, 31)),
    ),
    min_size=1,
    max_size=5,
)


def number(value: float | None, decimal: str) -> str | None:
    if value is None:
        return None
    return str(int(value)) if value == int(value) else repr(value).replace(".", decimal)


def dialects(folder: Path, rows: list[Row]) -> Iterator[tuple[Path, Delivery]]:
    for sign in (";", ",", "tab"):
        for encoding in ("utf-8", "utf-8-sig", "iso-8859-1", "windows-1252"):
            path = folder / f"{sorted(DELIMITERS).index(sign)}-{encoding}.csv"
            with path.open("w", encoding=encoding, newline="") as stream:
                writer = csv.writer(stream, delimiter=DELIMITERS[sign], quoting=csv.QUOTE_MINIMAL)
                writer.writerow(HEADER)
                writer.writerows([row[0], row[1], number(row[2], ","), f"{row[3]:%d-%m-%Y}"] for row in rows)
            yield path, agreed(delimiter=sign, encoding=encoding.removesuffix("-sig"))


def parquet(folder: Path, rows: list[Row]) -> Path:
    path = folder / "f.parquet"
    columns = [list(column) for column in zip(*rows, strict=True)]
    types = [pa.string(), pa.int64(), pa.float64(), pa.date32()]
    pq.write_table(pa.table([pa.array(c, t) for c, t in zip(columns, types, strict=True)], names=HEADER), path)
    return path


def excel(folder: Path, rows: list[Row]) -> Path:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Ark1")
    sheet.append(HEADER)
    for row in rows:
        cells = [openpyxl.cell.WriteOnlyCell(sheet, value) for value in row]
        cells[0].data_type = "s" if row[0] is not None else "n"  # a text that begins with = is no formula
        sheet.append(cells)
    book.save(folder / "f.xlsx")
    return folder / "f.xlsx"


def stata(folder: Path, rows: list[Row]) -> Path:
    frame = pd.DataFrame(rows, columns=HEADER)
    frame["pnr"] = frame["pnr"].fillna("").astype(object)
    frame["beløb"] = frame["beløb"].astype(float)
    frame["inddto"] = [datetime(day.year, day.month, day.day) for day in frame["inddto"]]
    frame.to_stata(folder / "f.dta", write_index=False, version=118, convert_dates={"inddto": "td"})
    return folder / "f.dta"


def agreed(**said: object) -> Delivery:
    return delivery(date_format="%d-%m-%Y", **said)


@settings(max_examples=40, deadline=None)
@given(ROWS)
def test_any_table_reads_to_the_same_cells_whatever_format_it_came_in(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("written")
    expected = [
        dict(zip(HEADER, (row[0], str(row[1]), number(row[2], ","), f"{row[3]:%d-%m-%Y}"), strict=True)) for row in rows
    ]
    for row in expected:
        row["pnr"] = row["pnr"] and unicodedata.normalize("NFC", row["pnr"])
    for path, of_dialect in dialects(folder, rows):
        assert cells_of(path, of_dialect) == expected, path.name
    assert cells_of(parquet(folder, rows), agreed(format="parquet")) == expected
    assert cells_of(excel(folder, rows), agreed(format="excel")) == expected
    assert cells_of(stata(folder, rows), agreed(format="stata")) == expected
