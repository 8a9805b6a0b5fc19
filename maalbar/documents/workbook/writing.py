"""Writing: the book as an XLSX file, sheet by sheet in the order of the computation. No clock is read.

The same computation is the same bytes. What is paid and by whom is written by `paid`.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment
from openpyxl.writer.excel import ExcelWriter

from maalbar.contract.model import Agreement
from maalbar.documents.workbook.book import FIRST, Book, Input
from maalbar.documents.workbook.given import Key, Settled
from maalbar.documents.workbook.page import ALARM, INPUT, Page, font, money_format
from maalbar.documents.workbook.paid import Paid
from maalbar.documents.workbook.read_me import Said
from maalbar.documents.workbook.units import Unit, Units
from maalbar.documents.workbook.waterfall import Handed
from maalbar.documents.workbook.words import called
from maalbar.money import minor_per_major

ALWAYS = (2020, 1, 1, 0, 0, 0)
"""The time of every file: a workbook tells what it was made from, not when."""
WIDTHS = {
    "results": (10, 34, 26, 44, 18, 56),
    "terms": (44, 52, 11, 20, 22, 30),
    "units": (8, 30, 5, 8, 12, 12, 12, 12, 11, 9, 9, 14, 9, 10, 10, 16, 8, 9, 16, 16, 9, 9, 14, 16),
    "computation": (8, 34, 44, 34, 9, 20, 18, 22, 22, 10),
    "payments": (9, 36, 30, 30, 16, 18, 18, 18),
    "transfers": (11, 24, 24, 12, 17, 17, 17, 17, 17, 17, 24, 24, 17),
    "investors": (34, 40, 10, 14, 20),
    "check": (12, 36, 30, 30, 26, 18, 18, 18),
}
FROZEN = {"results": 4, "terms": 3, "units": 2, "computation": 4, "payments": 5, "transfers": 4, "investors": 3}
FROZEN |= {"check": 5}
FIGURES = {"results": "E", "terms": "DE", "units": "CDEJKLMNOQRSTUVWX", "computation": "FGHIJ", "payments": "FGH"}
FIGURES |= {"transfers": "DEFGHIJM", "investors": "DE", "check": "FGH"}
"""The columns that hold figures, whose headings stand over them at the right."""
COLUMNS = "ABCDEFGHIJKLMNOPQRSTUVWX"
"""Those of the sheet of units, the widest."""
WORTHS = "LSTWX"
"""Of these, the amounts."""


def written(
    agreement: Agreement,
    book: Book,
    units: Units,
    lines: Mapping[Key, str],
    handed: Handed,
    settled: Settled,
    said: Sequence[Said],
) -> bytes:
    """The workbook as bytes."""
    writer = _Writer(agreement, book)
    writer.read_me(said)
    keys = sorted({*lines, *settled.lines, *settled.posted}, key=_place(settled))
    # Sheets are made in the order of the computation; what is paid first names the terms that it looks at.
    paid = Paid(agreement, book, settled, keys, lines, handed)
    writer.results(writer.page("results"))
    writer.terms(writer.page("terms"))
    if units.rows:
        writer.units(writer.page("units"), units)
    writer.computation(writer.page("computation"))
    paid.payments(writer.page("payments"))
    paid.transferred(writer.page("transfers"))
    if paid.investors:
        paid.invested(writer.page("investors"))
    paid.check(writer.page("check"))
    return writer.as_bytes()


def _place(settled: Settled) -> Callable[[Key], tuple[Any, ...]]:
    order = {period: number for number, period in enumerate(settled.periods)}
    return lambda key: (order.get(key[0], len(order)), *key)


class _Writer:
    def __init__(self, agreement: Agreement, book: Book) -> None:
        self.agreement, self.book, self.file = agreement, book, Workbook()
        self.file.remove(self.file.active)
        self.minor = minor_per_major(book.currency)
        self.money = money_format(book.currency)

    def as_bytes(self) -> bytes:
        self.file.calculation.fullCalcOnLoad = True
        self.file.properties.creator = "Maalbar"
        self.file.properties.title = self.agreement.name
        # `Workbook.save` would write down when it was saved, and so does every file of the archive.
        self.file.properties.created = self.file.properties.modified = datetime(*ALWAYS[:3])
        made, out = io.BytesIO(), io.BytesIO()
        ExcelWriter(self.file, zipfile.ZipFile(made, "w")).save()
        with zipfile.ZipFile(made) as parts, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in parts.namelist():
                part = zipfile.ZipInfo(name, ALWAYS)
                part.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(part, parts.read(name))
        return out.getvalue()

    def page(self, name: str) -> Page:
        """The next sheet."""
        page = Page(self.file.create_sheet(self.book.sheet(name)), self.money)
        title = f"{self.book.sheet(name)} – {self.agreement.name}"
        headings = called(f"columns_{name}", self.book.language).split("|")
        page.head(title, headings, WIDTHS[name], FROZEN[name], self.book.beware)
        page.figures(FIGURES[name])
        return page

    # ---- sheets -----------------------------------------------------------------------------------------------------

    def read_me(self, said: Sequence[Said]) -> None:
        page = Page(self.file.create_sheet(self.book.sheet("readme")), self.money)
        sheet, language = page.sheet, self.book.language
        sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 34, 100
        for row, (title, text) in enumerate(said, start=1):
            size, color = (14 if row == 1 else 11), (ALARM if title == called("beware", language) else None)
            page.text(row, 1, title, font(bold=True, size=size, color=color))
            page.text(row, 2, text, font(bold=row == 1 or color is not None, size=size, color=color))
            for column in (1, 2):
                sheet.cell(row, column).alignment = Alignment(wrap_text=True, vertical="top")
            sheet.row_dimensions[row].height = 22 if row == 1 else 15.5 * (1 + len(text) // 105)
        row = len(said) + 2
        page.text(row, 1, called("all_right", language), font(bold=True))
        right, wrong = (called(word, language) for word in ("right", "wrong"))
        page.formula(row, 2, f'IF({self.book.sheet("check")}!H2=0,"{right}","{wrong}")', "number")
        page.strong(row, [2])
        for line, (word, fill) in enumerate((("legend_input", INPUT), ("legend_formula", None)), start=row + 1):
            page.text(line, 1, called(word, language), font())
            if fill:
                sheet.cell(line, 1).fill = fill
        page.paper()

    def results(self, page: Page) -> None:
        for row, given in enumerate(self.book.results, start=FIRST):
            page.texts(row, *given.where)
            page.given(row, 5, given.value, given.kind)
            page.source(row, 6, given.source)

    def terms(self, page: Page) -> None:
        for row, given in enumerate(self.book.terms, start=FIRST):
            page.texts(row, *given.where)
            page.given(row, 4, given.value, given.kind)
            if given.kind == "amount":
                page.formula(row, 5, f"ROUND(D{row}*{self.minor},0)", "minor")
            page.source(row, 6, given.source)

    def units(self, page: Page, units: Units) -> None:
        for row, unit in enumerate(units.rows, start=FIRST):
            page.texts(row, unit.period, self.book.titles[unit.outcome])
            for column, given in _claimed(unit):
                page.given(row, column, given.value, given.kind)
            if unit.quantity is not None:
                page.formula(row, 10, unit.quantity, "number")
            for letter, formula in unit.formulas.items():
                kind = "exact" if letter in WORTHS else "number"
                page.formula(row, COLUMNS.index(letter) + 1, formula, kind)

    def computation(self, page: Page) -> None:
        period = ""
        for row, step in enumerate(self.book.rows, start=FIRST):
            words = (step.period, step.about, called(step.rule, self.book.language), step.whom)
            page.texts(row, *words, called(f"unit_{step.kind}", self.book.language))
            page.formula(row, 6, step.formula, "minor" if step.kind == "amount" else step.kind)
            if step.kind in ("amount", "exact"):
                page.formula(row, 7, f"F{row}/{self.minor}", "money")
            if step.split is not None:
                weight, rest, place = step.split
                page.formula(row, 8, weight, "number")
                page.formula(row, 9, rest, "number")
                page.given(row, 10, place, "order", may_change=False)
            if step.period != period:
                period = step.period
                page.strong(row, range(1, 11), pale=True)


def _claimed(unit: Unit) -> list[tuple[int, Input]]:
    """Column and value of what a claim says of itself."""
    claim = unit.claim
    texts = (claim.milestone, claim.item, claim.cohort, claim.state)
    return [
        (4, Input((), unit.person, "number")),
        (5, Input((), claim.day, "date")),
        *((6 + number, Input((), text, "text")) for number, text in enumerate(texts)),
        (10, Input((), claim.quantity, "number")),
        (11, Input((), claim.value, "number")),
    ]
