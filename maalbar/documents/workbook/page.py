"""A page: one sheet of the file, with its title and headings, on A4 across; and the kinds of cell that stand on it.

Text passes `documents.cells`; only the computation's own formulas are formulas.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl.styles import Alignment, PatternFill
from openpyxl.styles import Font as AnyFont
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from maalbar.documents.cells import put
from maalbar.documents.workbook.book import FIRST
from maalbar.money import minor_digits

HEAD = FIRST - 2
"""The row of the headings; the one below it is empty, the one above it says what must not be overlooked."""
INPUT = PatternFill("solid", fgColor="FFF6DC")
DARK = PatternFill("solid", fgColor="1F3A4D")
PALE = PatternFill("solid", fgColor="EEF3F6")
RIGHT = PatternFill("solid", bgColor="DDF0DD")
WRONG = PatternFill("solid", bgColor="F6B8B0")
ALARM = "A3211B"
FORMATS = {"share": "0.00####%", "number": "General", "date": "yyyy-mm-dd", "exact": "#,##0.00####", "text": "@"}
FORMATS |= {"minor": "#,##0", "order": "0", "return": "0.00%"}


@dataclass(frozen=True)
class Page:
    """A sheet, and how money is written on it."""

    sheet: Worksheet
    money: str

    def head(self, title: str, headings: Sequence[str], widths: Sequence[float], frozen: int, beware: str) -> None:
        """Title, warning and headings; the headings and `frozen - 1` columns stay in sight, and the headings on every page."""
        self.text(1, 1, title, font(bold=True, size=14))
        if beware:
            self.text(HEAD - 1, 1, beware, font(bold=True, color=ALARM))
        for column, (heading, width) in enumerate(zip(headings, widths, strict=True), start=1):
            self.text(HEAD, column, heading, font(bold=True, color="FFFFFF"))
            place = self.sheet.cell(HEAD, column)
            place.fill, place.alignment = DARK, Alignment(wrap_text=True, vertical="center")
            self.sheet.column_dimensions[get_column_letter(column)].width = width
        self.sheet.row_dimensions[HEAD].height = 32
        self.sheet.row_dimensions[FIRST - 1].height = 4
        self.sheet.freeze_panes = self.sheet.cell(FIRST, frozen)
        self.sheet.print_title_rows = f"{HEAD}:{HEAD}"
        self.paper()

    def figures(self, columns: str) -> None:
        """Set the headings of columns of figures over their figures."""
        for letter in columns:
            self.sheet[f"{letter}{HEAD}"].alignment = Alignment(wrap_text=True, vertical="center", horizontal="right")

    def paper(self) -> None:
        sheet = self.sheet
        sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.oddFooter.center.text = "&A – &P/&N"

    def texts(self, row: int, *texts: str) -> None:
        """Texts of a row from its first column on."""
        for column, text in enumerate(texts, start=1):
            self.text(row, column, text)

    def text(self, row: int, column: int, text: str, letters: AnyFont | None = None) -> None:
        place = self.sheet.cell(row, column)
        put(place, text)
        if letters is not None:
            place.font = letters

    def given(self, row: int, column: int, value: Any, kind: str, *, may_change: bool = True) -> None:
        """A value that is no formula. `may_change`: whether it is an input, and so yellow."""
        place = self.sheet.cell(row, column)
        put(place, value)
        place.number_format = self._format(kind)
        place.alignment = Alignment(horizontal="left" if kind == "text" else "right")
        if may_change:
            place.fill = INPUT

    def formula(self, row: int, column: int, formula: str, kind: str) -> None:
        place = self.sheet.cell(row, column)
        place.value = "=" + formula.replace(f"{self.sheet.title}!", "")
        place.number_format = self._format(kind)

    def source(self, row: int, column: int, text: str) -> None:
        self.text(row, column, text)
        self.indent(row, column)

    def indent(self, row: int, column: int) -> None:
        """Keep a text away from the figure before it."""
        self.sheet.cell(row, column).alignment = Alignment(indent=1)

    def strong(self, row: int, columns: Sequence[int], *, pale: bool = False) -> None:
        """Make cells of a row bold, and with `pale` also shaded."""
        for column in columns:
            place = self.sheet.cell(row, column)
            place.font = font(bold=True)
            if pale:
                place.fill = PALE

    def _format(self, kind: str) -> str:
        return self.money if kind in ("money", "amount") else FORMATS[kind]


def money_format(currency: str) -> str:
    digits = minor_digits(currency)
    unit = "[$kr.-406]" if currency == "DKK" else f'"{currency}"'
    return f"#,##0{'.' + '0' * digits if digits else ''} {unit}"


def font(*, bold: bool = False, size: int = 11, color: str | None = None) -> AnyFont:
    """A font of the one family that every sheet is in."""
    return AnyFont(name="Calibri", bold=bold, size=size, color=color)
