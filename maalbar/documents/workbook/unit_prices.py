"""Prices on units: from the units that are paid to the amount so far, under the outcome's own limits per budget year."""

from __future__ import annotations

from collections.abc import Callable

from maalbar.contract.prices import Brackets, UnitPrice, Yearly
from maalbar.documents.workbook.formulas import ZERO, Formula, f
from maalbar.documents.workbook.moment import Moment, OutcomeSoFar, UnitsSoFar

Unless = Callable[[str, str], Formula]
"""(formula, instead) → the formula, or the other while units are too few to be paid."""


def amount_so_far(moment: Moment, outcome_id: str, price: UnitPrice, standing: OutcomeSoFar) -> Formula:
    """What all units so far earn, in minor units, not rounded."""
    book, so_far, year = moment.book, standing.units, moment.terms.period(moment.period).year
    if year != so_far.year:
        _turn_year(moment, outcome_id, price.yearly, so_far, year)
    standing.arrived = book.step(
        "units_come", f"{standing.arrived}+{moment.units.column('U', moment.period, outcome_id)}", "number"
    )
    standing.arrived_worth = book.step(
        "units_worth", f"{standing.arrived_worth}+{moment.units.column('X', moment.period, outcome_id)}", "exact"
    )
    pending = book.step("units_pending", f"{standing.arrived}-{so_far.consumed}", "number")
    enough = ""
    if price.min_units:
        least = book.term("min_units", moment.title(outcome_id), price.min_units, "number", price.source)
        enough = book.step("units_enough", f"IF(AND({pending}>0,{pending}<{least}),0,1)", "number")

    def unless_few(formula: str, instead: str) -> Formula:
        return f(f"IF({enough}=1,{formula},{instead})") if enough else f(formula)

    added = _within_year(moment, outcome_id, price, standing, pending, unless_few)
    if isinstance(price, Brackets):
        after = book.step("units_paid", f"{so_far.units}+{added}", "number")
        added, so_far.units = _by_number(moment, outcome_id, price, so_far.units, after), after
    added = _within_amount(moment, outcome_id, price.yearly, added, so_far, unless_few)
    amount = book.step("units_amount", f"{so_far.amount}+{added}", "exact")
    if price.maximum is not None:
        most = book.amount("units_maximum", moment.title(outcome_id), price.maximum.minor, price.source)
        held = f"IF({amount}>{most},MAX({most},{so_far.amount_before}),{amount})"
        amount = book.step("units_held", unless_few(held, amount), "exact")
    so_far.amount = amount
    return amount


def _turn_year(moment: Moment, outcome_id: str, yearly: Yearly | None, so_far: UnitsSoFar, year: str) -> None:
    if yearly is not None and so_far.year and yearly.carry_over == "unused":
        title = moment.title(outcome_id)
        if yearly.max_units is not None:
            most = moment.book.term("yearly_units", title, yearly.max_units, "number")
            so_far.unused_units = moment.book.step(
                "unused_units", f"{so_far.unused_units}+{most}-{so_far.units_in_year}", "number"
            )
        if yearly.maximum is not None:
            most = moment.book.amount("yearly_amount", title, yearly.maximum.minor)
            so_far.unused_amount = moment.book.step(
                "unused_amount", f"{so_far.unused_amount}+{most}-{so_far.amount_in_year}", "exact"
            )
    so_far.year, so_far.units_in_year, so_far.amount_in_year = year, ZERO, ZERO


def _within_year(
    moment: Moment, outcome_id: str, price: UnitPrice, standing: OutcomeSoFar, pending: Formula, unless_few: Unless
) -> Formula:
    """What the units are worth that the year has room for; those over the limit wait or are dropped."""
    book, so_far, yearly = moment.book, standing.units, price.yearly
    if yearly is None or yearly.max_units is None:
        added = book.step("units_added", unless_few(f"{standing.arrived_worth}-{so_far.worth}", "0"), "exact")
        so_far.consumed = book.step("units_done", unless_few(standing.arrived, so_far.consumed), "number")
        so_far.worth = book.step("worth_done", unless_few(standing.arrived_worth, so_far.worth), "exact")
        return added
    most = book.term("yearly_units", moment.title(outcome_id), yearly.max_units, "number")
    room = f"MAX({most}+{so_far.unused_units}-{so_far.units_in_year},0)"
    taken = book.step("units_in_year", unless_few(f"MIN({pending},{room})", "0"), "number")
    through = book.step("first_ones", moment.units.first_ones(outcome_id, f"({so_far.consumed}+{taken})"), "exact")
    added = book.step("units_added", unless_few(f"{through}-{so_far.worth}", "0"), "exact")
    so_far.units_in_year = book.step("units_in_year_so_far", f"{so_far.units_in_year}+{taken}", "number")
    carried = yearly.carry_over == "excess" and not moment.is_last
    done = (f"{so_far.consumed}+{taken}", through) if carried else (standing.arrived, standing.arrived_worth)
    so_far.consumed = book.step("units_done", unless_few(done[0], so_far.consumed), "number")
    so_far.worth = book.step("worth_done", unless_few(done[1], so_far.worth), "exact")
    return added


def _within_amount(
    moment: Moment, outcome_id: str, yearly: Yearly | None, added: Formula, so_far: UnitsSoFar, unless_few: Unless
) -> Formula:
    if yearly is None or yearly.maximum is None:
        return added
    book = moment.book
    wanted = book.step("units_wanted", unless_few(f"{added}+{so_far.waiting_amount}", "0"), "exact")
    most = book.amount("yearly_amount", moment.title(outcome_id), yearly.maximum.minor)
    room = f"MAX({most}+{so_far.unused_amount}-{so_far.amount_in_year},0)"
    kept = book.step("amount_in_year", f"MIN({wanted},{room})", "exact")
    waits = f"{wanted}-{kept}" if yearly.carry_over == "excess" else "0"
    so_far.waiting_amount = book.step("amount_waiting", unless_few(waits, so_far.waiting_amount), "exact")
    so_far.amount_in_year = book.step("amount_in_year_so_far", f"{so_far.amount_in_year}+{kept}", "exact")
    return kept


def _by_number(moment: Moment, outcome_id: str, price: Brackets, before: str, after: str) -> Formula:
    """What the units from number `before` to number `after` earn."""
    parts, low = [], ZERO
    for number, bracket in enumerate(price.brackets, start=1):
        about = f"{moment.title(outcome_id)}: {number}"
        each = moment.book.amount("bracket_amount", about, bracket.amount.minor, price.source)
        high = f(f"MAX({after},{low})")
        if bracket.up_to is not None:
            high = moment.book.term("bracket", about, bracket.up_to, "number", price.source)
        parts.append(f"MAX(MIN({after},{high})-MAX({before},{low}),0)*{each}")
        low = high
    return moment.book.step("by_number", "+".join(parts), "exact")
