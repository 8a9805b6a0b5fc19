"""Units: what was counted, one row each: which rule leaves it out, what it is worth, and how the limits of a person hold it.

Rows stand period by period in the order in which limits are filled. A person is a number here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from maalbar.contract.model import Agreement
from maalbar.contract.outcomes import Outcome
from maalbar.contract.prices import UnitPrice
from maalbar.documents.workbook import claims
from maalbar.documents.workbook.book import FIRST, Book
from maalbar.documents.workbook.claims import TOP, above
from maalbar.documents.workbook.formulas import ZERO, Formula, f
from maalbar.documents.workbook.given import Claimed, Measured
from maalbar.errors import SettlementRefused

MOST = 5_000
"""Every unit looks at all before it, so a sheet of more would not open in reasonable time."""


@dataclass(frozen=True)
class Unit:
    """A row: its inputs, and column → formula."""

    period: str
    outcome: str
    claim: Claimed
    person: int | None
    formulas: Mapping[str, Formula]
    quantity: Formula | None = None
    """Refers to the result where the unit is a plain number of units."""


@dataclass
class Units:
    """The sheet of units, and where each outcome's stand."""

    book: Book
    numbers: dict[str, int]
    """Outcome → its place by name, which decides between equal claims on a person's limit."""
    rows: list[Unit] = field(default_factory=list)
    spans: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    persons: dict[str, int] = field(default_factory=dict)

    def column(self, name: str, period: str, outcome: str) -> Formula:
        """The sum of a column over the units of a period and outcome."""
        if (period, outcome) not in self.spans:
            return ZERO
        first, last = self.spans[period, outcome]
        return f(f"SUM({self.book.sheet('units')}!${name}${first}:${name}${last})")

    def first_ones(self, outcome: str, count: str) -> Formula:
        """What the first units of an outcome are worth, in the order in which they came; one on the edge in proportion."""
        if not self.rows:
            return ZERO
        sheet, last = self.book.sheet("units"), max(FIRST + len(self.rows) - 1, FIRST)
        number, units, before, each = (f"{sheet}!${c}${FIRST}:${c}${last}" for c in ("C", "U", "V", "W"))
        inside = f"(({count}-{before})+{units}-ABS(({count}-{before})-{units}))/2"
        return f(f"SUMPRODUCT(({number}={self.numbers[outcome]})*{each}*(({inside})+ABS({inside}))/2)")

    def add_period(self, terms: Agreement, period: str, results: Mapping[str, Measured]) -> None:
        """All units of a period, outcome by outcome."""
        start = FIRST + len(self.rows)
        for outcome_id, outcome in terms.outcomes.items():
            result = results.get(outcome_id)
            if result is None or not result.claims:
                continue
            first = FIRST + len(self.rows)
            for claim in result.claims:
                self._add(terms, period, outcome_id, outcome, result, claim)
            self.spans[period, outcome_id] = (first, FIRST + len(self.rows) - 1)
        if len(self.rows) > MOST:
            what = f"more than {MOST} claims one by one are more than a spreadsheet can follow"
            raise SettlementRefused(what, where=f"period {period}", mend="use `maalbar settle --results` instead")
        self._hold_persons(terms, start)

    def _add(
        self, terms: Agreement, period: str, outcome_id: str, outcome: Outcome, result: Measured, claim: Claimed
    ) -> None:
        row = FIRST + len(self.rows)
        person = None if claim.person is None else self.persons.setdefault(claim.person, len(self.persons) + 1)
        formulas = {"C": f(str(self.numbers[outcome_id]))}
        formulas["L"] = claims.rate(self.book, terms, outcome_id, outcome, claim)
        formulas["M"] = claims.kept(self.book, outcome_id, outcome, claim)
        ending = terms.terms.termination
        stop = ending.stopped_on if ending else None
        counts = f'I{row}="verified"'
        if stop is not None:
            counts = f"AND({counts},E{row}<{claims.stopped(self.book, stop)})"
        formulas["N"], formulas["O"] = f(f"IF({counts},J{row},0)"), f(f"N{row}*M{row}")
        price = outcome.price
        if isinstance(price, UnitPrice):
            formulas["P"] = claims.left_out(self.book, price, outcome_id, claim, row, stop)
            formulas["Q"] = f(f'IF(P{row}="",1,0)')
            limit = price.per_person if person is not None else None
            formulas["R"] = claims.quantity(self.book, limit, outcome_id, row)
            formulas["S"] = claims.worth(self.book, limit, outcome_id, row)
            formulas["T"] = f(f"S{row}")
            measured = self.book.measured(period, outcome_id, result)
            formulas["U"] = f(f"IF({measured},R{row},0)")
            formulas["V"] = f(f"SUMIFS({above('U', row)},{above('C', row)},C{row})")
            formulas["W"] = f(f"IF(R{row}=0,0,T{row}/R{row})")
            formulas["X"] = f(f"IF({measured},T{row},0)")
        quantity = (
            self.book.result(period, outcome_id, "units_counted", result.units, "number") if claim.is_count else None
        )
        self.rows.append(Unit(period, outcome_id, claim, person, formulas, quantity))

    def _hold_persons(self, terms: Agreement, start: int) -> None:
        """What one person brings over all outcomes, in order of day, of amount, and of the outcomes' names."""
        if terms.terms.person_maximum is None:
            return
        most = self.book.amount("person_maximum", "", terms.terms.person_maximum.minor)
        last = FIRST + len(self.rows) - 1
        for row in range(start, last + 1):
            unit = self.rows[row - FIRST]
            if unit.person is None or "S" not in unit.formulas:
                continue
            d, e, s, c = (f"{column}${start}:{column}${last}" for column in "DESC")
            tie = f"({c}<C{row})+({c}=C{row})*(ROW({c})<{row})"
            tie = f"({s}>S{row})+({s}=S{row})*({tie})"
            before = f"SUMPRODUCT(({d}=D{row})*(({e}<E{row})+({e}=E{row})*({tie}))*{s})"
            spent = f"SUMIFS(T${TOP}:T${start - 1},D${TOP}:D${start - 1},D{row})"
            room = f"MAX({most}-{spent},0)"
            held = f(f"MIN({room},{before}+S{row})-MIN({room},{before})")
            self.rows[row - FIRST] = Unit(
                unit.period, unit.outcome, unit.claim, unit.person, {**unit.formulas, "T": held}, unit.quantity
            )
