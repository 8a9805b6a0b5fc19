"""Excel: one sheet of an `.xlsx` workbook, with one header and nothing but values under it.

Every cell becomes text as the delivery writes it, since Excel gives each cell a type of its own. What is shown otherwise
than it is stored (formulas, merged cells, hidden sheets) is refused, so that nobody sends what they did not see.
"""

from __future__ import annotations

import re
import unicodedata
import warnings
from collections.abc import Iterator
from datetime import date, time
from pathlib import Path

import openpyxl
import pyarrow as pa
from openpyxl.cell.cell import Cell
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from maalbar import unpacking
from maalbar.contract.delivering import Delivery
from maalbar.errors import DeliveryRefused
from transforms import drift
from transforms.formats.cells import CELL_BYTES, Cells, rows_within, text
from transforms.formats.text import moment, number

OLD = b"\xd0\xcf\x11\xe0"
"""How `.xls` and workbooks with a password begin."""
EXACT_BELOW = 10**15
"""Excel keeps fifteen digits of a number; the sixteenth of an id would be lost."""
LINES = 1_048_576
"""The most lines of a sheet; a file that says more makes up empty ones."""
CELL_MEMORY = 60
"""Bytes that one cell takes while it is a Python text, to keep batches within memory."""

_FORBIDDEN = {
    re.compile(rb"<!DOCTYPE"): ("has a document type, which no workbook needs", "save it again from Excel"),
    re.compile(rb"<(\w+:)?mergeCell[ />]"): ("has merged cells", "take the merging away; one value in every cell"),
}
_NO_VALUES = {"f": "is a formula", "e": "is an error of Excel's"}
_LONGEST = 40
"""More signs than any forbidden mark has, carried over from piece to piece."""


def cells(path: Path, delivery: Delivery, name: str) -> Cells:
    """The cells of the agreed sheet, or of the only one. Raises DeliveryRefused for anything but one plain table of values."""
    _look_through(path, delivery.max_unpacked_mb * 1_000_000, name)
    rows = _rows(path, delivery, name)
    header = _header(next(rows, ()), name)
    return Cells(header, _batches(rows, header, _date_format(header, delivery, name), delivery, name))


def _look_through(path: Path, limit_bytes: int, name: str) -> None:
    """Every part of the zip, before a library that does not count opens it."""
    with path.open("rb") as stream:
        if stream.read(4) == OLD:
            raise DeliveryRefused(
                "is an old workbook (.xls), or has a password", where=name, mend="save it as .xlsx without a password"
            )
    found = set()
    for part, pieces in unpacking.parts(path, limit_bytes):
        found.add(part)
        if part.lower().endswith(("vbaproject.bin", ".xlm")) or part.startswith("xl/macrosheets/"):
            raise DeliveryRefused("has macros", where=name, mend="save it as .xlsx")
        seen = b""
        for piece in pieces if part.endswith((".xml", ".rels")) else ():
            seen = seen[-_LONGEST:] + piece
            for mark, (what, mend) in _FORBIDDEN.items():
                if mark.search(seen):
                    raise DeliveryRefused(what, where=name, mend=mend)
    if unpacking.WORKBOOK not in found:
        raise DeliveryRefused("is no workbook", where=name, mend="send an .xlsx file")


def _rows(path: Path, delivery: Delivery, name: str) -> Iterator[tuple[Cell, ...]]:
    try:
        # As a stream: by its path openpyxl opens what is called `.xlsx`, and a private copy is called otherwise.
        with path.open("rb") as stream:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # openpyxl warns of styles and of what it leaves unread
                book = openpyxl.load_workbook(stream, read_only=True, keep_links=False, rich_text=False)
            sheet = _sheet(book, delivery.sheet, name)
            sheet.reset_dimensions()  # what the sheet says of its size is the sender's word
            yield from sheet.iter_rows()
    except DeliveryRefused:
        raise
    except Exception:
        # A damaged workbook fails in as many ways as XML can be wrong, with the text at fault in the message.
        raise DeliveryRefused("is a damaged workbook", where=name, mend="save it again and send it whole") from None


def _sheet(book: openpyxl.Workbook, agreed: str | None, name: str) -> ReadOnlyWorksheet:
    """Sheets are told by their number: their names are the sender's."""
    for place, sheet in enumerate(book.worksheets, start=1):
        if sheet.sheet_state != "visible":
            raise DeliveryRefused(f"sheet no. {place} is hidden", where=name, mend="delete it, or show it")
    if agreed is None and len(book.sheetnames) != 1:
        what = f"has {len(book.sheetnames)} sheets, and no one is agreed"
        raise DeliveryRefused(what, where=name, mend="send one sheet, or name it in the contract with `sheet`")
    wanted = [sheet for sheet in book.worksheets if agreed in (None, sheet.title)]
    if not wanted:
        raise DeliveryRefused(f"has no sheet `{agreed}`", where=name, mend="name the sheet as agreed")
    return wanted[0]


def _header(row: tuple[Cell, ...], name: str) -> tuple[str, ...]:
    named = ["" if cell.value is None else str(cell.value) for cell in row]
    while named and not named[-1]:
        named.pop()
    if not named:
        raise DeliveryRefused("its first line is no header", where=name, mend="write the names of the columns there")
    if any(cell.data_type == "f" for cell in row):
        raise DeliveryRefused("a name of a column is a formula", where=name, mend="write the name itself")
    return tuple(unicodedata.normalize("NFC", column) for column in named)


def _date_format(header: tuple[str, ...], delivery: Delivery, name: str) -> str:
    """That of the layout in which the file is, since a cell is written as text here already."""
    try:
        return drift.layout_of(header, delivery, name).date_format
    except DeliveryRefused:
        return delivery.date_format  # the file will be refused for its header, by whoever asks


def _batches(
    rows: Iterator[tuple[Cell, ...]], header: tuple[str, ...], date_format: str, delivery: Delivery, name: str
) -> Iterator[pa.RecordBatch]:
    """Rows without a value are allowed under the last row alone, so that the number of a row stays that of its sheet."""
    most = rows_within(len(header) * CELL_MEMORY)
    gathered: list[list[str | None]] = []
    empty_at = 0
    for line, row in enumerate(rows, start=2):
        if line > LINES:
            raise DeliveryRefused("has more lines than a sheet can have", where=name, mend="save it again from Excel")
        if all(cell.value in (None, "") for cell in row):
            empty_at = empty_at or line
            continue
        if empty_at:
            raise DeliveryRefused(
                f"line {empty_at} of the sheet is empty and others follow", where=name, mend="delete the empty lines"
            )
        gathered.append(_values(row, line, len(header), date_format, delivery.decimal, name))
        if gathered[-1] == list(header):
            what = f"the header stands again at row {line - 1}"
            raise DeliveryRefused(what, where=name, mend="send one table in a file")
        if len(gathered) == most:
            yield _batch(gathered, header, name)
            gathered = []
    if gathered:
        yield _batch(gathered, header, name)


def _batch(rows: list[list[str | None]], header: tuple[str, ...], name: str) -> pa.RecordBatch:
    columns = [text(pa.array(column, pa.string()), i + 1, name) for i, column in enumerate(zip(*rows, strict=True))]
    return pa.RecordBatch.from_arrays(columns, names=list(header))


def _values(
    row: tuple[Cell, ...], line: int, width: int, date_format: str, decimal: str, name: str
) -> list[str | None]:
    if any(cell.value not in (None, "") for cell in row[width:]):
        raise DeliveryRefused(
            f"line {line} has cells behind the last column", where=name, mend="send the agreed columns"
        )
    found: list[str | None] = []
    for place, cell in enumerate(row[:width], start=1):
        try:
            found.append(_value(cell, date_format, decimal))
        except ValueError as error:
            where = f"{name}, line {line}, column no. {place}"
            raise DeliveryRefused(str(error), where=where, mend="write the value itself in the cell") from None
    return found + [None] * (width - len(found))


def _value(cell: Cell, date_format: str, decimal: str) -> str | None:
    """One cell as text. Raises ValueError, without the value, for what is no value. `=…` as a text stays that text."""
    if cell.data_type in _NO_VALUES:
        raise ValueError(_NO_VALUES[cell.data_type])
    match cell.value:
        case None:
            return None
        case bool() as flag:
            return "true" if flag else "false"
        case int() | float() as amount:
            if abs(amount) >= EXACT_BELOW:
                raise ValueError("is a number of more than fifteen digits, of which Excel has lost some")
            return number(float(amount), decimal)
        case str() as written:
            if len(written) > CELL_BYTES:
                raise ValueError(f"has more than {CELL_BYTES // 1_000_000} MB")
            return written
        case time() as of_day:
            return of_day.isoformat()
        case date() as day:
            return moment(day, date_format)
    raise ValueError("is a span of time")
