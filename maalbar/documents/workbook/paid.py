"""Paid: the sheets of what is owed, transferred and received, and the check of all of it against Maalbar's own amounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from openpyxl.formatting.rule import CellIsRule

from maalbar.contract.model import Agreement
from maalbar.contract.versions import in_force
from maalbar.documents.workbook.book import FIRST, Book
from maalbar.documents.workbook.given import Key, Settled
from maalbar.documents.workbook.investors import Money, investors
from maalbar.documents.workbook.page import RIGHT, WRONG, Page, font
from maalbar.documents.workbook.transfers import COLUMNS, Transfer, transfers
from maalbar.documents.workbook.waterfall import Handed
from maalbar.documents.workbook.words import called
from maalbar.money import minor_digits, minor_per_major


@dataclass(frozen=True)
class Held:
    """What Maalbar comes to, beside the cell of the formula that must come to the same. `of`: what it is, in five words."""

    of: tuple[str, ...]
    ours: Decimal
    cell: str
    kind: str = "money"


class Paid:
    """`keys`: the lines in the order in which they stand; `lines` and `handed`: their cells in the computation."""

    def __init__(
        self,
        agreement: Agreement,
        book: Book,
        settled: Settled,
        keys: Sequence[Key],
        lines: Mapping[Key, str],
        handed: Handed,
    ) -> None:
        self.book, self.settled, self.keys, self.lines = book, settled, keys, lines
        self.minor, self.digits = minor_per_major(book.currency), minor_digits(book.currency)
        place = {key: row for row, key in enumerate(keys, start=FIRST)}
        newest = in_force(agreement, settled.periods[-1])
        self.transfers: list[Transfer] = transfers(book, settled.entitled, place)
        self.investors: list[Money] = investors(book, newest, settled, place, handed)

    def payments(self, page: Page) -> None:
        """Each line by the computation, what was posted of it before, and the difference."""
        for row, key in enumerate(self.keys, start=FIRST):
            page.texts(row, *self._of(key))
            page.formula(row, 6, f"ROUND({self.lines.get(key, '0')}/{self.minor},{self.digits})", "money")
            page.given(row, 7, Decimal(self.settled.posted.get(key, 0)) / self.minor, "money")
            page.formula(row, 8, f"ROUND(F{row}-G{row},{self.digits})", "money")
        self._totals(page, "FGH")

    def transferred(self, page: Page) -> None:
        """Settlement by settlement, what two parties move."""
        names = self.book.names
        for one in self.transfers:
            payer, recipient = (names[party] for party in one.pair)
            page.texts(one.row, one.settlement, payer, recipient)
            page.given(one.row, 4, one.pay_by, "date", may_change=False)
            if one.posted is None:
                page.formula(one.row, 5, one.entitled, "money")
            else:
                page.given(one.row, 5, one.posted, "money")
            for column, formula in zip("FGHIJ", (one.set_off, one.left, one.later, one.moved, one.netted), strict=True):
                page.formula(one.row, COLUMNS.index(column) + 1, formula, "money")
            sender, receiver = (f'IF(J{one.row}{sign}0,B{one.row},IF(J{one.row}=0,"",C{one.row}))' for sign in "><")
            for place, name in ((11, sender), (12, receiver)):
                page.formula(one.row, place, name, "number")
                page.indent(one.row, place)
            page.formula(one.row, 13, f"ABS(J{one.row})", "money")

    def invested(self, page: Page) -> None:
        """Each investor's money by day, and its sums."""
        for row, money in enumerate(self.investors, start=FIRST):
            page.texts(row, self.book.names[money.investor], called(money.what, self.book.language), money.period)
            if money.day is not None:
                page.formula(row, 4, money.day, "date")
            page.formula(row, 5, money.formula, money.kind)
            if money.day is None:
                page.strong(row, range(1, 6), pale=True)

    def check(self, page: Page) -> None:
        """Maalbar's amounts beside those of the formulas; nothing may differ."""
        held = [*self._lines(), *self._moved(), *self._invested()]
        for row, one in enumerate(held, start=FIRST):
            page.texts(row, *one.of)
            page.given(row, 6, one.ours, one.kind, may_change=False)
            page.formula(row, 7, one.cell, one.kind)
            page.formula(row, 8, f"ROUND(G{row}-F{row},{6 if one.kind == 'money' else 5})", one.kind)
        last = max(FIRST + len(held) - 1, FIRST)
        page.text(2, 6, called("lines_that_differ", self.book.language), font(bold=True))
        page.formula(2, 8, f"SUMPRODUCT(ABS(H{FIRST}:H{last}))", "exact")
        for place in (f"H{FIRST}:H{last}", "H2"):
            page.sheet.conditional_formatting.add(place, CellIsRule("equal", ["0"], fill=RIGHT))
            wrong = CellIsRule("notEqual", ["0"], fill=WRONG, font=font(bold=True))
            page.sheet.conditional_formatting.add(place, wrong)

    # ---- what is held against what -----------------------------------------------------------------------------------

    def _lines(self) -> list[Held]:
        sheet = self.book.sheet("payments")
        return [
            Held(self._of(key), Decimal(self.settled.lines.get(key, 0)) / self.minor, f"{sheet}!F{row}")
            for row, key in enumerate(self.keys, start=FIRST)
        ]

    def _moved(self) -> list[Held]:
        sheet, names, moved = self.book.sheet("transfers"), self.book.names, self.settled.moved
        transfer, later = called("transfer", self.book.language), called("set_off_later", self.book.language)
        held = []
        for one in self.transfers:
            pair = one.pair[::-1] if one.mirrored else one.pair
            ours = moved.due.get((one.settlement, *pair), 0) * (-1 if one.mirrored else 1)
            of = (one.settlement, transfer, *(names[party] for party in one.pair), "")
            held.append(Held(of, Decimal(ours) / self.minor, f"{sheet}!J{one.row}"))
        newest = [one for one in self.transfers if one.settlement == self.transfers[-1].settlement]
        if moved.waived:
            sums = "+".join(f"{sheet}!H{one.row}" for one in newest)
            of = (newest[0].settlement, called("waived", self.book.language), "", "", "")
            return [*held, Held(of, Decimal(moved.waived) / self.minor, f"ROUND({sums},{self.digits})")]
        for one in newest:
            of = (one.settlement, later, *(names[party] for party in one.pair), "")
            held.append(Held(of, Decimal(moved.set_off.get(one.pair, 0)) / self.minor, f"{sheet}!H{one.row}"))
        return held

    def _invested(self) -> list[Held]:
        sheet, language = self.book.sheet("investors"), self.book.language
        return [
            Held(("", called("investor", language), "", self.book.names[money.investor], called(money.what, language)),
                 money.ours, f"{sheet}!E{row}", money.kind)
            for row, money in enumerate(self.investors, start=FIRST)
            if money.ours is not None
        ]  # fmt: skip

    def _totals(self, page: Page, columns: str) -> None:
        row, last = FIRST + len(self.keys), max(FIRST + len(self.keys) - 1, FIRST)
        page.text(row, 1, called("total", self.book.language), font(bold=True))
        for letter in columns if self.keys else "":
            column = COLUMNS.index(letter) + 1
            page.formula(row, column, f"SUM({letter}{FIRST}:{letter}{last})", "money")
            page.strong(row, [column])

    def _of(self, key: Key) -> tuple[str, ...]:
        period, outcome, payer, recipient, component = key
        names = self.book.names
        return (
            period,
            self.book.titles[outcome],
            names[payer],
            names[recipient],
            called(component, self.book.language),
        )
