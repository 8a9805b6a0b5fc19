"""Claims: what one counted unit is worth, which rule leaves it out, and how the limits of its person hold it.

It follows `transforms.settlement.claims`. A formula is of one row of the sheet of units, and looks at that row and those above.
"""

from __future__ import annotations

from datetime import date

from maalbar.contract.model import Agreement
from maalbar.contract.outcomes import Outcome
from maalbar.contract.prices import PerPerson, Rate, RateCard, SavingsShare, UnitPrice
from maalbar.documents.workbook.book import FIRST, Book
from maalbar.documents.workbook.formulas import Formula, f, quoted
from maalbar.documents.workbook.given import Claimed
from maalbar.documents.workbook.words import called

TOP = FIRST - 1
"""An empty row under the headings, so that the first unit has rows above it."""


def rate(book: Book, terms: Agreement, outcome_id: str, outcome: Outcome, claim: Claimed) -> Formula:
    """One unit in minor units, indexed; one for prices by the number of the unit."""
    price, title = outcome.price, book.titles[outcome_id]
    if isinstance(price, SavingsShare) and price.tariff and claim.rate is not None:
        worth = price.tariff[claim.rate]
        return book.amount("tariff", f"{title}: {_dated(worth)}", worth.amount.minor)
    if not isinstance(price, RateCard):
        return f("1")
    if price.amount is not None:
        found = book.amount("rate", title, price.amount.minor, price.source)
    elif price.milestones:
        mine = next(m for m in price.milestones if m.id == claim.milestone)
        found = book.amount("rate", f"{title}: {mine.id}", mine.amount.minor, price.source)
    else:
        assert claim.rate is not None
        chosen = price.rates[claim.rate]
        found = book.amount("rate", f"{title}: {_dated(chosen)}", chosen.amount.minor, price.source)
    return found if price.index is None else f(f"{found}*{index_on(book, terms, price.index, claim.day)}")


def _dated(row: Rate) -> str:
    return f"{row.item or ''} {row.start or ''}–{row.end or ''}"


def kept(book: Book, outcome_id: str, outcome: Outcome, claim: Claimed) -> Formula:
    """The part of a claim that would not have come anyway."""
    if outcome.deadweight is None:
        return f("1")
    share = outcome.deadweight.cohorts.get(claim.cohort or "", outcome.deadweight.share)
    about = book.titles[outcome_id]
    if claim.cohort in outcome.deadweight.cohorts:
        about += f": {claim.cohort}"
    return f(f"1-{book.term('deadweight', about, share, 'share', outcome.deadweight.source)}")


def stopped(book: Book, stop: date) -> Formula:
    return book.term("stopped_on", "", stop, "date")


def left_out(book: Book, price: UnitPrice, outcome_id: str, claim: Claimed, row: int, stop: date | None) -> Formula:
    """Why a claim is not paid; empty text where it is."""
    paid = ",".join(f"I{row}={quoted(state)}" for state in price.pays_states)
    tests: list[tuple[str, str]] = [(f"NOT(OR({paid}))", f"I{row}")]
    if stop is not None:
        tests.append((f"E{row}>={stopped(book, stop)}", _said(book, "after_stop")))
    if price.success is not None:
        inside = ",".join(
            f"K{row}{sign}{bound}" for sign, bound in book.bounds("success", book.titles[outcome_id], price.success)
        )
        tests.append((f"NOT(ISNUMBER(K{row}))", _said(book, "no_value")))
        tests.append((f"NOT(AND({inside}))", _said(book, "no_success")))
    if claim.person is not None:
        tests += _of_person(book, price, claim, outcome_id, row)
    formula = '""'
    for test, why in reversed(tests):
        formula = f"IF({test},{why},{formula})"
    return f(formula)


def _of_person(book: Book, price: UnitPrice, claim: Claimed, outcome_id: str, row: int) -> list[tuple[str, str]]:
    tests: list[tuple[str, str]]
    title, limit = book.titles[outcome_id], price.per_person
    mine = f"{above('C', row)},C{row},{above('D', row)},D{row},{above('Q', row)},1"
    if isinstance(price, RateCard) and price.milestones:
        position = next(i for i, step in enumerate(price.milestones) if step.id == claim.milestone)
        tests = [(f"COUNTIFS({mine},{above('F', row)},F{row})>0", _said(book, "repeated"))]
        if position:
            step, before = price.milestones[position], price.milestones[position - 1]
            there = f"{mine},{above('F', row)},{quoted(before.id)}"
            tests.append((f"COUNTIFS({there})=0", _said(book, "out_of_order")))
            days = book.term("days_after", f"{title}: {step.id}", step.days_after_previous, "number")
            tests.append((f"E{row}-SUMIFS({above('E', row)},{there})<{days}", _said(book, "too_soon")))
        return tests
    tests = []
    if limit is not None and limit.max_claims is not None:
        most = book.term("max_claims", title, limit.max_claims, "number")
        tests.append((f"COUNTIFS({mine})>={most}", _said(book, "person_claims")))
    if limit is not None and limit.days_between:
        days = book.term("days_between", title, limit.days_between, "number")
        same = f"({above('C', row)}=C{row})*({above('D', row)}=D{row})*({above('Q', row)}=1)"
        last = f"SUMPRODUCT(MAX({same}*{above('E', row)}))"
        tests.append((f"AND(COUNTIFS({mine})>0,E{row}-{last}<{days})", _said(book, "too_soon")))
    return tests


def quantity(book: Book, limit: PerPerson | None, outcome_id: str, row: int) -> Formula:
    """How many units of a claim count, within what its person has left."""
    if limit is None or limit.max_units is None:
        return f(f"Q{row}*J{row}")
    most = book.term("max_units_person", book.titles[outcome_id], limit.max_units, "number")
    return f(f"Q{row}*MIN(J{row},MAX({most}-{_so_far('R', row)},0))")


def worth(book: Book, limit: PerPerson | None, outcome_id: str, row: int) -> Formula:
    """What they are worth, within what its person has left."""
    if limit is None or limit.maximum is None:
        return f(f"R{row}*L{row}*M{row}")
    most = book.amount("maximum_person", book.titles[outcome_id], limit.maximum.minor)
    return f(f"MIN(R{row}*L{row}*M{row},MAX({most}-{_so_far('S', row)},0))")


def index_on(book: Book, terms: Agreement, name: str, day: date) -> Formula:
    """The factor of an index on a day: the newest value begun, over the base."""
    index = terms.terms.indices[name]
    newest = [row for row in index.values if row.start <= day][-1]
    value = book.term("index", f"{index.title} {newest.start}", newest.value, "number", index.source)
    return f(f"({value}/{book.term('index_base', index.title, index.base, 'number', index.source)})")


def above(column: str, row: int) -> str:
    """The rows of a column above a row."""
    return f"{column}${TOP}:{column}{row - 1}"


def _so_far(column: str, row: int) -> str:
    return f"SUMIFS({above(column, row)},{above('C', row)},C{row},{above('D', row)},D{row})"


def _said(book: Book, word: str) -> Formula:
    return quoted(called(word, book.language))
