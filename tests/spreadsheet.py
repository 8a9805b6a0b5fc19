"""A workbook computed by an engine that is not ours: `formulas` knows the functions of Excel and nothing of settlements."""

from __future__ import annotations

import gc
import io
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from formulas import ExcelModel
from formulas.cell import Cell
from formulas.functions import financial, get_functions, wrap_func
from openpyxl import load_workbook

SHEETS = ("Resultater", "Vilkår", "Enheder", "Beregning", "Betalinger", "Overførsler", "Investorer", "Kontrol")
PAID = frozenset(SHEETS[:-1])
"""Without the check, which makes a third of the formulas and is checked by itself."""
Place = tuple[str, str]
"""Sheet and cell, as in ("Resultater", "E6")."""
Key = tuple[str, str, str, str, str]
"""Period, outcome, payer, recipient and component, as the sheet calls them."""


class _Model(ExcelModel):
    """The engine, which would also make an object of every empty cell of a sheet, and there are more of them than others."""

    def compile_cell(self, cell: Any, *given: Any) -> Any:
        return Cell(None, None) if cell.value is None else super().compile_cell(cell, *given)


def _xirr(values: Any, dates: Any, guess: Any = 0.1) -> Any:
    """XIRR that may begin at a loss, as in Excel: the engine takes no guess below nothing. It searches as it always does."""
    worth, slope = financial._xnpv(values, dates, min_date=-1)
    return financial._newton(worth, slope, float(np.asarray(guess, dtype=float).ravel()[0]))


get_functions()["XIRR"] = wrap_func(_xirr)


def changed(raw: bytes, changes: Mapping[Place, Any]) -> bytes:
    """The workbook after somebody has written other values into cells."""
    book = load_workbook(io.BytesIO(raw))
    for (sheet, cell), value in changes.items():
        book[sheet][cell] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@lru_cache(maxsize=8)
def values_of(raw: bytes, *, sheets: frozenset[str] = frozenset(SHEETS), whole: bool = False) -> Mapping[Place, Any]:
    """What every cell of some sheets comes to that a payment can depend on; with `whole` also the words beside it.

    The same workbook is computed once: most of the time goes into reading its formulas, one by one.
    """
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(), _without_collecting():
        warnings.simplefilter("ignore")
        path = Path(folder) / "book.xlsx"
        path.write_bytes(raw)
        model = _Model()
        book, context = model.add_book(str(path))
        read = [sheet for sheet in book.worksheets if sheet.title in sheets]
        for sheet in () if whole else read:
            _leave(sheet)
        found = model.pushes(*read, context=context).finish().calculate()
    names = {name.upper(): name for name in load_workbook(io.BytesIO(raw), read_only=True).sheetnames}
    values: dict[Place, Any] = {}
    for place, cell in found.items():
        sheet, _, at = str(place).rpartition("!")
        if ":" not in at and hasattr(cell, "value"):
            values[names[sheet.strip("'").rpartition("]")[2].upper()], at] = cell.value[0, 0]
    return MappingProxyType(values)


def _leave(sheet: Any) -> None:
    """Take away what no formula looks at: words, and the kroner beside a step. The engine would make an object of each."""
    looked_at = sheet.title in ("Resultater", "Enheder", "Overførsler")
    for place, cell in list(sheet._cells.items()):
        is_word = cell.data_type == "s" and not looked_at
        is_beside = sheet.title == "Beregning" and cell.column_letter == "G"
        if cell.value is None or is_word or is_beside:
            del sheet._cells[place]


@contextmanager
def _without_collecting() -> Iterator[None]:
    """The engine makes millions of small objects that stay: looking through them again and again is a third of its time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def payments_of(raw: bytes, sheet: str = "Betalinger") -> dict[Key, Decimal]:
    """What the formulas of the payments come to, in whole units of the currency; without what is nothing."""
    values, found = values_of(raw, sheets=PAID), {}
    for row in load_workbook(io.BytesIO(raw))[sheet].iter_rows(min_row=5, max_col=5):
        said = tuple(cell.value for cell in row)
        if all(said):
            assert said not in found, f"two rows are called {said}: the outcomes of a test need titles of their own"
            found[said] = Decimal(str(round(float(values[sheet, f"F{row[0].row}"]), 4)))
    return {key: amount for key, amount in found.items() if amount}


def transfers_of(raw: bytes) -> list[tuple[str, str, str, Decimal]]:
    """Settlement, sender, receiver and amount of whatever is transferred."""
    values, found = values_of(raw, sheets=PAID), []
    for row in load_workbook(io.BytesIO(raw))["Overførsler"].iter_rows(min_row=5, max_col=1):
        at = row[0].row
        amount = Decimal(str(round(float(values["Overførsler", f"M{at}"]), 4)))
        if amount:
            found.append(
                (row[0].value, str(values["Overførsler", f"K{at}"]), str(values["Overførsler", f"L{at}"]), amount)
            )
    return found


def investors_of(raw: bytes) -> dict[tuple[str, str], float | None]:
    """Investor and sum → amount, or the yearly return; None where there is none."""
    book, found = load_workbook(io.BytesIO(raw)), {}
    if "Investorer" not in book.sheetnames:
        return {}
    values = values_of(raw, sheets=PAID)
    for row in book["Investorer"].iter_rows(min_row=5, max_col=4):
        if row[3].value is None:
            value = values["Investorer", f"E{row[0].row}"]
            found[row[0].value, row[1].value] = None if value == "" else round(float(value), 6)
    return found


def cell_of(raw: bytes, sheet: str, *said: str, column: str) -> Place:
    """The cell of the row that says all this."""
    for row in load_workbook(io.BytesIO(raw))[sheet].iter_rows(min_row=5):
        words = [str(cell.value) for cell in row]
        if all(text in words for text in said):
            return sheet, f"{column}{row[0].row}"
    raise LookupError(f"no row says {', '.join(said)}")
