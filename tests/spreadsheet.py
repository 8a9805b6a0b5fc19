"""A workbook computed by an engine that is not ours: `formulas` knows the functions of Excel and nothing of settlements."""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

Place = tuple[str, str]
"""Sheet and cell, as in ("Resultater", "E6")."""
Key = tuple[str, str, str, str, str]
"""Period, outcome, payer, recipient and component, as the sheet calls them."""


def changed(raw: bytes, changes: Mapping[Place, Any]) -> bytes:
    """The workbook after somebody has written other values into cells."""
    book = load_workbook(io.BytesIO(raw))
    for (sheet, cell), value in changes.items():
        book[sheet][cell] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def values_of(raw: bytes, folder: Path) -> dict[Place, Any]:
    """What every cell comes to."""
    path = folder / "book.xlsx"
    path.write_bytes(raw)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from formulas import ExcelModel

        found = ExcelModel().loads(str(path)).finish().calculate()
    names = {name.upper(): name for name in load_workbook(path, read_only=True).sheetnames}
    values: dict[Place, Any] = {}
    for place, cell in found.items():
        sheet, _, at = str(place).rpartition("!")
        if ":" not in at and hasattr(cell, "value"):
            values[names[sheet.strip("'").rpartition("]")[2].upper()], at] = cell.value[0, 0]
    return values


def payments_of(raw: bytes, folder: Path, sheet: str = "Betalinger") -> dict[Key, Decimal]:
    """What the formulas of the payments come to, in whole units of the currency; without what is nothing."""
    values, found = values_of(raw, folder), {}
    for row in load_workbook(io.BytesIO(raw))[sheet].iter_rows(min_row=5, max_col=5):
        said = tuple(cell.value for cell in row)
        if all(said):
            amount = Decimal(str(round(float(values[sheet, f"F{row[0].row}"]), 4)))
            found |= {said: amount} if amount else {}
    return found


def cell_of(raw: bytes, sheet: str, *said: str, column: str) -> Place:
    """The cell of the row that says all this."""
    for row in load_workbook(io.BytesIO(raw))[sheet].iter_rows(min_row=5):
        words = [str(cell.value) for cell in row]
        if all(text in words for text in said):
            return sheet, f"{column}{row[0].row}"
    raise LookupError(f"no row says {', '.join(said)}")
