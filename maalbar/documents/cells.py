"""Cells of tables that a spreadsheet opens: the one way for text, numbers, days and money into CSV and XLSX.

A spreadsheet takes a text for a formula when it begins as one does, and runs it on the machine of whoever opens the file. Here
such a text stays text: in CSV by an apostrophe before it (OWASP, CSV Injection), in XLSX by its type. Numbers stay numbers.

The CSV is that of a Danish spreadsheet: UTF-8 with a byte order mark, semicolons, CRLF, decimal comma, days as YYYY-MM-DD.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, TextIO

from maalbar.money import Money, minor_digits, minor_per_major
from maalbar.suppressed import Suppressed

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell as SheetCell

Cell = str | int | Decimal | date | Money | Suppressed | None
"""What a cell may be; None is an empty one, and a figure that may not be told is its mark."""
ENCODING = "utf-8-sig"
FORMULA = frozenset("=+-@|\t\r\n\0")
"""What a formula, or a command of an old exchange between programs (DDE), begins with. The others are skipped by some readers."""


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula: as it is, or with an apostrophe before it.

    Fullwidth forms (`＝`) count as what they stand for, since Excel reads them so; what is not seen before them hides nothing.
    """
    return f"'{text}" if _begins_as_a_formula(text) else text


def write(file: TextIO, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> int:
    """Write a table as CSV into a file opened with `ENCODING` and `newline=""`; return the number of rows."""
    writer = csv.writer(file, delimiter=";")
    writer.writerow(map(harmless, columns))
    count = 0
    for row in rows:
        writer.writerow(map(written, row))
        count += 1
    return count


def as_csv(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A table as the bytes of a CSV file: the same rows are the same bytes."""
    text = io.StringIO(newline="")
    write(text, columns, rows)
    return text.getvalue().encode(ENCODING)


def written(cell: Cell) -> str:
    """A cell as CSV has it: `-18750,00` for an amount, `2028-12-15` for a day, text that is no formula."""
    if cell is None:
        return ""
    if isinstance(cell, Money):
        return decimal_comma(cell)
    if isinstance(cell, Suppressed):
        return cell.sign("da")
    if isinstance(cell, Decimal):
        return f"{cell:f}".replace(".", ",")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell) if isinstance(cell, int) else harmless(cell)


def decimal_comma(amount: Money) -> str:
    """An amount with all its decimals and nothing between thousands: `-18750,00`."""
    whole, rest = divmod(abs(amount.minor), minor_per_major(amount.currency))
    digits = minor_digits(amount.currency)
    return f"{'-' if amount.minor < 0 else ''}{whole}{f',{rest:0{digits}}' if digits else ''}"


def put(place: SheetCell, cell: Cell) -> None:
    """Write a value into a cell of an openpyxl sheet. Text is of the type text, whatever it begins with, also when edited."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if isinstance(cell, Suppressed):
        cell = cell.sign("da")
    if isinstance(cell, str):
        place.value = ILLEGAL_CHARACTERS_RE.sub("", cell)  # signs that XML cannot hold
        place.data_type = "s"
        place.quotePrefix = _begins_as_a_formula(cell)
    elif isinstance(cell, Money):
        place.value = Decimal(cell.minor) / minor_per_major(cell.currency)
        place.number_format = "#,##0" + ("." + "0" * minor_digits(cell.currency) if minor_digits(cell.currency) else "")
    else:
        place.value = cell


def _begins_as_a_formula(text: str) -> bool:
    if text and text[0] in FORMULA:
        return True
    first = next((sign for sign in text if not _is_unseen(sign)), "")
    return bool(first) and unicodedata.normalize("NFKC", first)[0] in FORMULA


def _is_unseen(sign: str) -> bool:
    """Whether nothing is drawn for it: spaces, marks of direction, a byte order mark, control characters."""
    return unicodedata.category(sign) in ("Cc", "Cf", "Zs", "Zl", "Zp")
