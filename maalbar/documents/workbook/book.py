"""The book: rows of its sheets in the order in which they are computed, each with a cell that later ones refer to.

Results and terms are inputs, each in one cell. The computation is one formula a row, and refers only to inputs and rows above.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from maalbar.contract.bounds import Bounds
from maalbar.contract.values import Figure as ContractFigure
from maalbar.documents.language import Language
from maalbar.documents.workbook.formulas import ZERO, Formula, f, remainder, total
from maalbar.documents.workbook.given import Cell, Figure, Measured
from maalbar.documents.workbook.words import called
from maalbar.errors import SettlementRefused
from maalbar.money import minor_per_major

FIRST = 5
"""The first row of every table; headings stand above."""


@dataclass(frozen=True)
class Input:
    """A row of an input sheet. `kind`: amount, share, number, date or text."""

    where: tuple[str, ...]
    value: Any
    kind: str
    source: str = ""


@dataclass(frozen=True)
class Row:
    """A row of the computation. `weight`, `rest` and `place` are those of a split."""

    period: str
    about: str
    rule: str
    whom: str
    formula: Formula
    kind: str
    split: tuple[Formula, Formula, int] | None = None


@dataclass
class Figures:
    """The cells of a result on one basis."""

    value: Formula
    low: Formula
    high: Formula
    error: Formula
    significant: Formula


@dataclass
class Book:
    """All sheets of one workbook. `language`: the one it is in."""

    language: Language
    currency: str
    beware: str
    """What must not be overlooked on any sheet, such as that all of it is superseded; empty where nothing is."""
    names: dict[str, str]
    """Party → what it is called."""
    titles: dict[str, str]
    """Outcome, floor or redemption → what it is called."""
    source: dict[str, str]
    """Period → where its results come from."""
    results: list[Input] = field(default_factory=list)
    terms: list[Input] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    period: str = ""
    about: str = ""
    _known: dict[Any, Formula] = field(default_factory=dict)

    # ---- inputs -----------------------------------------------------------------------------------------------------

    def term(self, rule: str, subject: str, value: Any, kind: str, source: str = "") -> Formula:
        """The cell of a value of the terms; one that stays the same through amendments has one row."""
        key = ("term", rule, subject, str(value))
        if key not in self._known:
            self.terms.append(Input((called(rule, self.language), subject, self.period), value, kind, source))
            column = "E" if kind == "amount" else "D"
            self._known[key] = f(f"{self.sheet('terms')}!${column}${FIRST + len(self.terms) - 1}")
        return self._known[key]

    def amount(self, rule: str, subject: str, minor: int, source: str = "") -> Formula:
        """An amount of the terms: written in whole units of the currency, referred to in minor units."""
        return self.term(rule, subject, Decimal(minor) / minor_per_major(self.currency), "amount", source)

    def figure(self, rule: str, subject: str, figure: ContractFigure, source: str = "") -> Formula:
        return self.term(rule, subject, figure.value, "share" if figure.unit == "%" else "number", source)

    def bounds(self, rule: str, subject: str, bounds: Bounds) -> list[tuple[str, Formula]]:
        """Comparison and bound of every bound that is given."""
        found = []
        for name, sign in (("at_least", ">="), ("above", ">"), ("at_most", "<="), ("below", "<")):
            figure = getattr(bounds, name)
            if figure is not None:
                found.append((sign, self.figure(rule, f"{subject}: {called(name, self.language)}", figure)))
        return found

    def result(self, period: str, outcome: str, what: str, value: Any, kind: str, estimator: str = "") -> Formula:
        """The cell of one figure of a result."""
        key = ("result", period, outcome, what, estimator)
        if key not in self._known:
            where = (period, self.titles.get(outcome, outcome), estimator, called(what, self.language))
            self.results.append(Input(where, value, kind, self.source.get(period, "")))
            self._known[key] = f(f"{self.sheet('results')}!$E${FIRST + len(self.results) - 1}")
        return self._known[key]

    def measured(self, period: str, outcome: str, result: Measured, estimator: str = "") -> Formula:
        """Whether there is a result."""
        return f(f'{self.result(period, outcome, "why_not", result.why_not, "text", estimator)}=""')

    def figures(
        self,
        period: str,
        outcome: str,
        result: Measured,
        basis: str,
        kind: str,
        estimator: str = "",
        whole: bool = False,
    ) -> Figures:
        """The cells of a figure; with `whole` also those of its interval."""
        found: Figure = result.on(basis)
        value = self.result(period, outcome, f"value_{basis}", found.value, kind, estimator)
        if not whole:
            return Figures(value, ZERO, ZERO, ZERO, ZERO)

        def cell(what: str, given: Any, as_kind: str) -> Formula:
            return self.result(period, outcome, f"{what}_{basis}", given, as_kind, estimator)

        shown = {True: "1", False: "0", None: None}[found.is_significant]
        return Figures(
            value,
            cell("low", found.low, kind),
            cell("high", found.high, kind),
            cell("error", found.standard_error, kind),
            cell("significant", shown and int(shown), "number"),
        )

    # ---- computation ------------------------------------------------------------------------------------------------

    def step(self, rule: str, formula: str, kind: str = "amount", *, whom: str = "") -> Formula:
        """A row of the computation; its cell."""
        if len(formula) > 8000:
            what = f"the step `{called(rule, self.language)}` is longer than a cell can hold"
            raise SettlementRefused(what, where=f"period {self.period}, {self.about}", mend="hand in fewer outcomes")
        self.rows.append(Row(self.period, self.about, rule, whom, f(formula), kind))
        return self._at(len(self.rows) - 1)

    def split(
        self, rule: str, amount: str, weights: Sequence[tuple[Cell, str]], of: str = "", *, exact: bool = True
    ) -> dict[Cell, Formula]:
        """Split whole minor units by weights, by largest remainder; ties to the larger weight, then to the name that sorts first.

        `of`: the sum of the weights, where it is known. `exact`: whether weights are whole numbers.
        """
        cells = [cell for cell, _ in weights]
        if len(cells) == 1:
            return {cells[0]: f(amount)}
        first, last = len(self.rows) + FIRST, len(self.rows) + FIRST + len(cells) - 1
        weight, rest, place = (f"{c}${first}:{c}${last}" for c in "HIJ")
        of = of or f"SUM({weight})"
        order = {cell: number for number, cell in enumerate(sorted(cells, key=str), start=1)}
        for position, (cell, share) in enumerate(weights):
            row = first + position
            mine = f"H{row}*SIGN({of})"
            if exact:
                left = f"IF({of}=0,0,{remainder(f'ABS({amount})', mine, f'ABS({of})')})"
                down, count = f"ROUND((ABS({amount})*{mine}-I{row})/ABS({of}),0)", f"ROUND(SUM({rest})/ABS({of}),0)"
            else:
                part = f"ROUND(ABS({amount})*H{row}/{of},6)"
                left, down, count = f"IF({of}=0,0,ROUND({part}-INT({part}),6))", f"INT({part})", f"ROUND(SUM({rest}),0)"
            ahead = f"({weight}>H{row})+({weight}=H{row})*({place}<J{row})"
            ahead = f"SUMPRODUCT(({rest}>I{row})+({rest}=I{row})*({ahead}))"
            formula = f"IF({of}=0,0,SIGN({amount})*({down}+IF({ahead}<{count},1,0)))"
            self.rows.append(
                Row(self.period, self.titles.get(cell[0], cell[0]), rule, self.whom(cell), f(formula), "amount",
                    (f(share), f(left), order[cell]))
            )  # fmt: skip
        return {cell: self._at(first - FIRST + position) for position, cell in enumerate(cells)}

    def whom(self, cell: Cell) -> str:
        """Payer and recipient of a cell, by their names, or the one that it has."""
        return " → ".join(self.names[party] for party in cell[1:] if party)

    def sheet(self, name: str) -> str:
        return called(f"sheet_{name}", self.language)

    def _at(self, position: int) -> Formula:
        return f(f"{self.sheet('computation')}!$F${FIRST + position}")


def sum_of(parts: Sequence[str]) -> Formula:
    return total(parts)


def day(book: Book, rule: str, subject: str, value: date) -> Formula:
    """The cell of a day of the terms."""
    return book.term(rule, subject, value, "date")
