"""Units: what was counted, one row each: which rule leaves it out, what it is worth, and how the limits of a person hold it.

Rows stand period by period in the order in which limits are filled. A person is a number here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from maalbar.contract.model import Agreement
from maalbar.contract.outcomes import Outcome
from maalbar.contract.prices import PerPerson, RateCard, SavingsShare, UnitPrice
from maalbar.documents.workbook.book import FIRST, Book
from maalbar.documents.workbook.formulas import ZERO, Formula, f
from maalbar.documents.workbook.given import Claimed, Measured
from maalbar.documents.workbook.words import say
from maalbar.errors import SettlementRefused

TOP = FIRST - 1
"""An empty row under the headings, so that the first unit has rows above it."""
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
        formulas["L"] = self._rate(terms, outcome_id, outcome, claim)
        formulas["M"] = self._kept(outcome_id, outcome, claim)
        ending = terms.terms.termination
        stop = ending.stopped_on if ending else None
        counts = f'I{row}="verified"'
        if stop is not None:
            counts = f"AND({counts},E{row}<{self._stop(stop)})"
        formulas["N"], formulas["O"] = f(f"IF({counts},J{row},0)"), f(f"N{row}*M{row}")
        price = outcome.price
        if isinstance(price, UnitPrice):
            formulas["P"] = self._left_out(price, outcome_id, claim, row, stop)
            formulas["Q"] = f(f'IF(P{row}="",1,0)')
            limit = price.per_person if person is not None else None
            formulas["R"] = self._quantity(limit, outcome_id, row)
            formulas["S"] = self._worth(limit, outcome_id, row)
            formulas["T"] = f(f"S{row}")
            measured = self.book.measured(period, outcome_id, result)
            formulas["U"] = f(f"IF({measured},R{row},0)")
            formulas["V"] = f(f"SUMIFS({_above('U', row)},{_above('C', row)},C{row})")
            formulas["W"] = f(f"IF(R{row}=0,0,T{row}/R{row})")
            formulas["X"] = f(f"IF({measured},T{row},0)")
        quantity = (
            self.book.result(period, outcome_id, "units_counted", result.units, "number") if claim.is_count else None
        )
        self.rows.append(Unit(period, outcome_id, claim, person, formulas, quantity))

    def _stop(self, stop: date) -> Formula:
        return self.book.term("stopped_on", "", stop, "date")

    def _rate(self, terms: Agreement, outcome_id: str, outcome: Outcome, claim: Claimed) -> Formula:
        """One unit in minor units, indexed; one for prices by the number of the unit."""
        price, title, amount = outcome.price, self.book.titles[outcome_id], self.book.amount
        if isinstance(price, SavingsShare) and price.tariff and claim.rate is not None:
            rate = price.tariff[claim.rate]
            return amount(
                "tariff", f"{title}: {rate.item or ''} {rate.start or ''}–{rate.end or ''}", rate.amount.minor
            )
        if not isinstance(price, RateCard):
            return f("1")
        if price.amount is not None:
            found = amount("rate", title, price.amount.minor, price.source)
        elif price.milestones:
            mine = next(m for m in price.milestones if m.id == claim.milestone)
            found = amount("rate", f"{title}: {mine.id}", mine.amount.minor, price.source)
        else:
            assert claim.rate is not None
            rate = price.rates[claim.rate]
            about = f"{title}: {rate.item or ''} {rate.start or ''}–{rate.end or ''}"
            found = amount("rate", about, rate.amount.minor, price.source)
        return found if price.index is None else f(f"{found}*{index_on(self.book, terms, price.index, claim.day)}")

    def _kept(self, outcome_id: str, outcome: Outcome, claim: Claimed) -> Formula:
        """The part of a claim that would not have come anyway."""
        if outcome.deadweight is None:
            return f("1")
        share = outcome.deadweight.cohorts.get(claim.cohort or "", outcome.deadweight.share)
        about = self.book.titles[outcome_id]
        if claim.cohort in outcome.deadweight.cohorts:
            about += f": {claim.cohort}"
        return f(f"1-{self.book.term('deadweight', about, share, 'share', outcome.deadweight.source)}")

    def _left_out(self, price: UnitPrice, outcome_id: str, claim: Claimed, row: int, stop: date | None) -> Formula:
        """Why a claim is not paid; empty text where it is."""
        paid = ",".join(f'I{row}="{state}"' for state in price.pays_states)
        tests = [(f"NOT(OR({paid}))", f"I{row}")]
        if stop is not None:
            tests.append((f"E{row}>={self._stop(stop)}", _said(self.book, "after_stop")))
        if price.success is not None:
            title = self.book.titles[outcome_id]
            bounds = bounds_of(self.book, "success", title, price.success)
            inside = ",".join(f"K{row}{sign}{bound}" for sign, bound in bounds)
            tests.append((f"NOT(ISNUMBER(K{row}))", _said(self.book, "no_value")))
            tests.append((f"NOT(AND({inside}))", _said(self.book, "no_success")))
        if claim.person is not None:
            tests += self._of_person(price, claim, outcome_id, row)
        formula = '""'
        for test, why in reversed(tests):
            formula = f"IF({test},{why},{formula})"
        return f(formula)

    def _of_person(self, price: UnitPrice, claim: Claimed, outcome_id: str, row: int) -> list[tuple[str, str]]:
        title, limit = self.book.titles[outcome_id], price.per_person
        mine = f"{_above('C', row)},C{row},{_above('D', row)},D{row},{_above('Q', row)},1"
        if isinstance(price, RateCard) and price.milestones:
            position = next(i for i, step in enumerate(price.milestones) if step.id == claim.milestone)
            tests = [(f"COUNTIFS({mine},{_above('F', row)},F{row})>0", _said(self.book, "repeated"))]
            if position:
                step, before = price.milestones[position], f'{_above("F", row)},"{price.milestones[position - 1].id}"'
                tests.append((f"COUNTIFS({mine},{before})=0", _said(self.book, "out_of_order")))
                days = self.book.term("days_after", f"{title}: {step.id}", step.days_after_previous, "number")
                tests.append(
                    (f"E{row}-SUMIFS({_above('E', row)},{mine},{before})<{days}", _said(self.book, "too_soon"))
                )
            return tests
        tests = []
        if limit is not None and limit.max_claims is not None:
            most = self.book.term("max_claims", title, limit.max_claims, "number")
            tests.append((f"COUNTIFS({mine})>={most}", _said(self.book, "person_claims")))
        if limit is not None and limit.days_between:
            days = self.book.term("days_between", title, limit.days_between, "number")
            same = f"({_above('C', row)}=C{row})*({_above('D', row)}=D{row})*({_above('Q', row)}=1)"
            last = f"SUMPRODUCT(MAX({same}*{_above('E', row)}))"
            tests.append((f"AND(COUNTIFS({mine})>0,E{row}-{last}<{days})", _said(self.book, "too_soon")))
        return tests

    def _quantity(self, limit: PerPerson | None, outcome_id: str, row: int) -> Formula:
        if limit is None or limit.max_units is None:
            return f(f"Q{row}*J{row}")
        most = self.book.term("max_units_person", self.book.titles[outcome_id], limit.max_units, "number")
        return f(f"Q{row}*MIN(J{row},MAX({most}-{self._so_far('R', row)},0))")

    def _worth(self, limit: PerPerson | None, outcome_id: str, row: int) -> Formula:
        if limit is None or limit.maximum is None:
            return f(f"R{row}*L{row}*M{row}")
        most = self.book.amount("maximum_person", self.book.titles[outcome_id], limit.maximum.minor)
        return f(f"MIN(R{row}*L{row}*M{row},MAX({most}-{self._so_far('S', row)},0))")

    def _so_far(self, column: str, row: int) -> str:
        return f"SUMIFS({_above(column, row)},{_above('C', row)},C{row},{_above('D', row)},D{row})"

    def _hold_persons(self, terms: Agreement, start: int) -> None:
        """What one person brings over all outcomes, in order of day, of amount, and of the outcomes' names."""
        if terms.terms.person_maximum is None:
            return
        most, last = (
            self.book.amount("person_maximum", "", terms.terms.person_maximum.minor),
            FIRST + len(self.rows) - 1,
        )
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


def index_on(book: Book, terms: Agreement, name: str, day: date) -> Formula:
    """The factor of an index on a day: the newest value begun, over the base."""
    index = terms.terms.indices[name]
    newest = [row for row in index.values if row.start <= day][-1]
    value = book.term("index", f"{index.title} {newest.start}", newest.value, "number", index.source)
    return f(f"({value}/{book.term('index_base', index.title, index.base, 'number', index.source)})")


def bounds_of(book: Book, rule: str, subject: str, bounds: object) -> list[tuple[str, Formula]]:
    """Comparison and bound of every bound that is given."""
    found = []
    for name, sign in (("at_least", ">="), ("above", ">"), ("at_most", "<="), ("below", "<")):
        figure = getattr(bounds, name)
        if figure is not None:
            found.append((sign, book.figure(rule, f"{subject}: {say(name, book.language)}", figure)))
    return found


def _above(column: str, row: int) -> str:
    return f"{column}${TOP}:{column}{row - 1}"


def _said(book: Book, word: str) -> str:
    return f'"{say(word, book.language)}"'
