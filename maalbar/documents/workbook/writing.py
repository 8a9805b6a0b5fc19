"""Writing: the book as an XLSX file. Text passes `documents.cells`; only the computation's own formulas are formulas."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Alignment, PatternFill
from openpyxl.styles import Font as AnyFont
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from maalbar.contract.model import Agreement
from maalbar.documents.cells import put
from maalbar.documents.workbook.book import FIRST, Book, Input
from maalbar.documents.workbook.given import Key, Settled
from maalbar.documents.workbook.read_me import Said
from maalbar.documents.workbook.units import Units
from maalbar.documents.workbook.words import say
from maalbar.money import minor_digits, minor_per_major

LETTERS = "Calibri"
HEAD = FIRST - 2
"""The row of the headings; the one below it is empty."""
INPUT = PatternFill("solid", fgColor="FFF6DC")
DARK = PatternFill("solid", fgColor="1F3A4D")
PALE = PatternFill("solid", fgColor="EEF3F6")
RIGHT = PatternFill("solid", bgColor="DDF0DD")
WRONG = PatternFill("solid", bgColor="F6B8B0")
FORMATS = {"share": "0.00####%", "number": "General", "date": "yyyy-mm-dd", "exact": "#,##0.00####", "text": "@"}
WIDTHS = {
    "results": (10, 34, 26, 44, 18, 56),
    "terms": (44, 52, 11, 20, 22, 30),
    "units": (8, 30, 5, 8, 12, 12, 12, 12, 11, 9, 9, 14, 9, 10, 10, 16, 8, 9, 16, 16, 9, 9, 14, 16),
    "computation": (8, 34, 44, 34, 9, 20, 18, 22, 22, 10),
    "payments": (9, 36, 30, 30, 16, 18, 18, 18),
    "check": (9, 36, 30, 30, 16, 18, 18, 18),
}
UNIT_COLUMNS = "ABCDEFGHIJKLMNOPQRSTUVWX"


def written(
    agreement: Agreement, book: Book, units: Units, lines: Mapping[Key, str], settled: Settled, said: Sequence[Said]
) -> bytes:
    """The workbook as bytes: the same computation is the same bytes but for nothing; no clock is read."""
    return _Writer(agreement, book).write(units, lines, settled, said)


class _Writer:
    def __init__(self, agreement: Agreement, book: Book) -> None:
        self.agreement, self.book, self.file = agreement, book, Workbook()
        self.file.remove(self.file.active)
        self.minor = minor_per_major(book.currency)
        digits = minor_digits(book.currency)
        unit = "[$kr.-406]" if book.currency == "DKK" else f'"{book.currency}"'
        self.money = f"#,##0{'.' + '0' * digits if digits else ''} {unit}"

    def write(self, units: Units, lines: Mapping[Key, str], settled: Settled, said: Sequence[Said]) -> bytes:
        self._read_me(said)
        self._results(self._sheet("results", 4))
        self._terms(self._sheet("terms", 3))
        if units.rows:
            self._units(self._sheet("units", 2), units)
        self._computation(self._sheet("computation", 4))
        keys = sorted({*lines, *settled.lines, *settled.posted}, key=self._place(settled))
        self._payments(self._sheet("payments", 5), keys, lines, settled)
        self._check(self._sheet("check", 5), keys, settled)
        self.file.calculation.fullCalcOnLoad = True
        self.file.properties.creator = "Maalbar"
        self.file.properties.title = self.agreement.name
        self.file.properties.created = self.file.properties.modified = datetime(2020, 1, 1)
        out = io.BytesIO()
        self.file.save(out)
        return out.getvalue()

    # ---- sheets -----------------------------------------------------------------------------------------------------

    def _sheet(self, name: str, frozen: int) -> Worksheet:
        """A sheet with its title and headings, printed on A4 across, headings on every page."""
        sheet = self.file.create_sheet(self.book.sheet(name))
        self._text(sheet, 1, 1, f"{self.book.sheet(name)} – {self.agreement.name}", _font(bold=True, size=14))
        headings = say(f"columns_{name}", self.book.language).split("|")
        for column, heading in enumerate(headings, start=1):
            self._text(sheet, HEAD, column, heading, _font(bold=True, color="FFFFFF"))
            place = sheet.cell(HEAD, column)
            place.fill, place.alignment = DARK, Alignment(wrap_text=True, vertical="center")
        for column, width in enumerate(WIDTHS[name], start=1):
            sheet.column_dimensions[get_column_letter(column)].width = width
        sheet.row_dimensions[HEAD].height = 32
        sheet.row_dimensions[FIRST - 1].height = 4
        sheet.freeze_panes = sheet.cell(FIRST, frozen)
        sheet.print_title_rows = f"{HEAD}:{HEAD}"
        _paper(sheet)
        return sheet

    def _read_me(self, said: Sequence[Said]) -> None:
        sheet = self.file.create_sheet(self.book.sheet("readme"))
        sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 34, 100
        for row, (title, text) in enumerate(said, start=1):
            self._text(sheet, row, 1, title, _font(bold=True, size=14 if row == 1 else 11))
            self._text(sheet, row, 2, text, _font(bold=row == 1, size=14 if row == 1 else 11))
            for column in (1, 2):
                sheet.cell(row, column).alignment = Alignment(wrap_text=True, vertical="top")
            sheet.row_dimensions[row].height = 22 if row == 1 else 15.5 * (1 + len(text) // 105)
        row = len(said) + 2
        self._text(sheet, row, 1, say("all_right", self.book.language), _font(bold=True))
        place = sheet.cell(row, 2)
        name = self.book.sheet("check")
        right, wrong = (say(word, self.book.language) for word in ("right", "wrong"))
        place.value = f'=IF({name}!H2=0,"{right}","{wrong}")'
        place.font = _font(bold=True)
        for line, (word, fill) in enumerate((("legend_input", INPUT), ("legend_formula", None)), start=row + 1):
            self._text(sheet, line, 1, say(word, self.book.language), _font())
            if fill:
                sheet.cell(line, 1).fill = fill
        _paper(sheet)

    def _results(self, sheet: Worksheet) -> None:
        for row, given in enumerate(self.book.results, start=FIRST):
            for column, text in enumerate(given.where, start=1):
                self._text(sheet, row, column, text)
            self._input(sheet, row, 5, given)
            self._text(sheet, row, 6, given.source)
            sheet.cell(row, 6).alignment = Alignment(indent=1)

    def _terms(self, sheet: Worksheet) -> None:
        for row, given in enumerate(self.book.terms, start=FIRST):
            for column, text in enumerate(given.where, start=1):
                self._text(sheet, row, column, text)
            self._input(sheet, row, 4, given)
            if given.kind == "amount":
                self._formula(sheet, row, 5, f"ROUND(D{row}*{self.minor},0)", "#,##0")
            self._text(sheet, row, 6, given.source)
            sheet.cell(row, 6).alignment = Alignment(indent=1)

    def _units(self, sheet: Worksheet, units: Units) -> None:
        for row, unit in enumerate(units.rows, start=FIRST):
            claim = unit.claim
            given = (claim.milestone, claim.item, claim.cohort, claim.state)
            self._text(sheet, row, 1, unit.period)
            self._text(sheet, row, 2, self.book.titles[unit.outcome])
            for column, value, kind in (
                (4, unit.person, "number"), (5, claim.day, "date"), *((6 + i, text, "text") for i, text in enumerate(given)),
                (10, claim.quantity, "number"), (11, claim.value, "number"),
            ):  # fmt: skip
                self._input(sheet, row, column, Input((), value, kind))
            if unit.quantity is not None:
                self._formula(sheet, row, 10, unit.quantity, FORMATS["number"])
            for letter, formula in unit.formulas.items():
                self._formula(
                    sheet,
                    row,
                    UNIT_COLUMNS.index(letter) + 1,
                    formula,
                    "General" if letter in "CPQ" else "#,##0.00##" if letter in "LSTWX" else FORMATS["number"],
                )

    def _computation(self, sheet: Worksheet) -> None:
        period = ""
        for row, step in enumerate(self.book.rows, start=FIRST):
            words = (step.period, step.about, say(step.rule, self.book.language), step.whom)
            for column, text in enumerate(words, start=1):
                self._text(sheet, row, column, text)
            is_money = step.kind in ("amount", "exact")
            self._text(sheet, row, 5, say(f"unit_{step.kind}", self.book.language))
            self._formula(sheet, row, 6, step.formula, "#,##0" if step.kind == "amount" else FORMATS[step.kind])
            if is_money:
                self._formula(sheet, row, 7, f"F{row}/{self.minor}", self.money)
            if step.split is not None:
                weight, rest, place = step.split
                self._formula(sheet, row, 8, weight, FORMATS["number"])
                self._formula(sheet, row, 9, rest, FORMATS["number"])
                sheet.cell(row, 10).value = place
            if step.period != period:
                period = step.period
                for column in range(1, 11):
                    sheet.cell(row, column).fill = PALE
                    sheet.cell(row, column).font = _font(bold=True)

    def _payments(self, sheet: Worksheet, keys: Sequence[Key], lines: Mapping[Key, str], settled: Settled) -> None:
        for row, key in enumerate(keys, start=FIRST):
            self._key(sheet, row, key)
            self._formula(
                sheet, row, 6, f"ROUND({lines.get(key, '0')}/{self.minor},{len(str(self.minor)) - 1})", self.money
            )
            posted = Decimal(settled.posted.get(key, 0)) / self.minor
            self._input(sheet, row, 7, Input((), posted, "money"))
            self._formula(sheet, row, 8, f"F{row}-G{row}", self.money)
        self._totals(sheet, keys, "FGH")

    def _check(self, sheet: Worksheet, keys: Sequence[Key], settled: Settled) -> None:
        payments = self.book.sheet("payments")
        for row, key in enumerate(keys, start=FIRST):
            self._key(sheet, row, key)
            self._input(sheet, row, 6, Input((), Decimal(settled.lines.get(key, 0)) / self.minor, "money"), fill=False)
            self._formula(sheet, row, 7, f"{payments}!F{row}", self.money)
            self._formula(sheet, row, 8, f"ROUND(G{row}-F{row},6)", self.money)
        self._totals(sheet, keys, "FG")
        last = max(FIRST + len(keys) - 1, FIRST)
        self._text(sheet, 2, 6, say("lines_that_differ", self.book.language), _font(bold=True))
        self._formula(sheet, 2, 8, f"SUMPRODUCT(ABS(H{FIRST}:H{last}))", self.money)
        for place in (f"H{FIRST}:H{last}", "H2"):
            sheet.conditional_formatting.add(place, CellIsRule("equal", ["0"], fill=RIGHT))
            sheet.conditional_formatting.add(place, CellIsRule("notEqual", ["0"], fill=WRONG, font=_font(bold=True)))

    def _totals(self, sheet: Worksheet, keys: Sequence[Key], columns: str) -> None:
        row, last = FIRST + len(keys), max(FIRST + len(keys) - 1, FIRST)
        self._text(sheet, row, 1, say("total", self.book.language), _font(bold=True))
        for letter in columns if keys else "":
            column = UNIT_COLUMNS.index(letter) + 1
            self._formula(sheet, row, column, f"SUM({letter}{FIRST}:{letter}{last})", self.money)
            sheet.cell(row, column).font = _font(bold=True)

    def _key(self, sheet: Worksheet, row: int, key: Key) -> None:
        period, outcome, payer, recipient, component = key
        words = (period, self.book.titles[outcome], self.book.names[payer], self.book.names[recipient])
        for column, text in enumerate((*words, say(component, self.book.language)), start=1):
            self._text(sheet, row, column, text)

    @staticmethod
    def _place(settled: Settled) -> Any:
        order = {period: number for number, period in enumerate(settled.periods)}
        return lambda key: (order.get(key[0], len(order)), *key)

    # ---- cells ------------------------------------------------------------------------------------------------------

    def _text(self, sheet: Worksheet, row: int, column: int, text: str, font: AnyFont | None = None) -> None:
        place = sheet.cell(row, column)
        put(place, text)
        if font is not None:
            place.font = font

    def _input(self, sheet: Worksheet, row: int, column: int, given: Input, *, fill: bool = True) -> None:
        place = sheet.cell(row, column)
        put(place, given.value)
        place.number_format = self.money if given.kind in ("money", "amount") else FORMATS[given.kind]
        place.alignment = Alignment(horizontal="right" if given.kind != "text" else "left")
        if fill:
            place.fill = INPUT

    def _formula(self, sheet: Worksheet, row: int, column: int, formula: str, number_format: str) -> None:
        place = sheet.cell(row, column)
        place.value = "=" + formula.replace(f"{sheet.title}!", "")
        place.number_format = number_format


def _paper(sheet: Worksheet) -> None:
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddFooter.center.text = "&A – &P/&N"


def _font(*, bold: bool = False, size: int = 11, color: str | None = None) -> AnyFont:
    """A font of the one family that every sheet is in."""
    return AnyFont(name=LETTERS, bold=bold, size=size, color=color)
