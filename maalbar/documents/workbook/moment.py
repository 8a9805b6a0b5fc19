"""The moment: a period that is settled, and where an outcome stands after it, as cells of the book."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from maalbar.contract.model import Agreement
from maalbar.documents.workbook.book import Book
from maalbar.documents.workbook.formulas import ZERO, Formula
from maalbar.documents.workbook.given import NO_RESULT, Measured
from maalbar.documents.workbook.units import Units


@dataclass
class UnitsSoFar:
    """What a price on units has counted. `consumed`: of the units that have come, those paid or dropped; `worth`: theirs."""

    consumed: Formula = ZERO
    worth: Formula = ZERO
    units: Formula = ZERO
    amount: Formula = ZERO
    waiting_amount: Formula = ZERO
    year: str = ""
    units_in_year: Formula = ZERO
    amount_in_year: Formula = ZERO
    unused_units: Formula = ZERO
    unused_amount: Formula = ZERO
    amount_before: Formula = ZERO


@dataclass
class OutcomeSoFar:
    """Where an outcome stands, in minor units: see `transforms.settlement.standing`, whose names these are."""

    earned: Formula = ZERO
    released: Formula = ZERO
    owed: Formula = ZERO
    terms: tuple[Any, ...] = ()
    base: Formula = ZERO
    indexed: Formula = ZERO
    summed: Formula = ZERO
    saved: Formula = ZERO
    units: UnitsSoFar = field(default_factory=UnitsSoFar)
    arrived: Formula = ZERO
    """Units that have come so far, and their worth."""
    arrived_worth: Formula = ZERO
    counted: Formula = ZERO
    counted_now: Formula = ZERO
    counted_net: Formula = ZERO
    counted_before: Formula = ZERO
    counted_base: Formula = ZERO
    saved_base: Formula = ZERO
    figure: Formula = ZERO


@dataclass(frozen=True)
class Moment:
    """A period, the terms in force, its place among the followed periods, and its results."""

    book: Book
    units: Units
    terms: Agreement
    period: str
    number: int
    periods: int
    results: Mapping[str, Measured]

    @property
    def is_last(self) -> bool:
        return self.number == self.periods

    @property
    def rounding(self) -> str:
        return self.terms.terms.rounding

    def result(self, outcome_id: str) -> Measured:
        return self.results.get(outcome_id, NO_RESULT)

    def title(self, outcome_id: str) -> str:
        return self.book.titles[outcome_id]

    @property
    def stop(self) -> date | None:
        ending = self.terms.terms.termination
        return ending.stopped_on if ending else None

    @property
    def pay_day(self) -> date:
        return self.terms.period(self.period).pay_by

    def paid_by(self) -> Formula:
        """The cell of the period's pay day."""
        return self.book.term("pay_by", f"{self.period}", self.pay_day, "date")
