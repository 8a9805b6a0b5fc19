"""The course of the computation: every period in order, from results to payment lines, each step a formula.

It follows `transforms.settlement.course` step by step. Which steps there are follows from the terms; every number is a cell.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from maalbar.contract.model import Agreement
from maalbar.contract.versions import version_in, versions
from maalbar.documents.workbook import caps, components, floors
from maalbar.documents.workbook.book import Book
from maalbar.documents.workbook.components import Divided
from maalbar.documents.workbook.figures import holds
from maalbar.documents.workbook.formulas import Formula, f, total
from maalbar.documents.workbook.given import Cell, Key, Results, Settled
from maalbar.documents.workbook.moment import Moment, OutcomeSoFar
from maalbar.documents.workbook.owed import count, owe
from maalbar.documents.workbook.sharing import SharedSoFar, share_out
from maalbar.documents.workbook.units import Units


@dataclass
class SoFar:
    """Where the whole contract stands after a period."""

    outcomes: dict[str, OutcomeSoFar] = field(default_factory=lambda: defaultdict(OutcomeSoFar))
    shared: dict[str, SharedSoFar] = field(default_factory=lambda: defaultdict(SharedSoFar))
    redeemed: dict[Cell, Formula] = field(default_factory=dict)
    granted: caps.Granted = field(default_factory=caps.Granted)
    divided: Divided = field(default_factory=Divided)
    receipts: dict[str, list[floors.Flow]] = field(default_factory=lambda: defaultdict(list))
    years: list[str] = field(default_factory=list)
    stands: dict[Cell, list[Formula]] = field(default_factory=lambda: defaultdict(list))


Lines = dict[Key, Formula]


def computed(agreement: Agreement, book: Book, units: Units, results: Results, settled: Settled) -> Lines:
    """Put the whole computation into the book; (period, outcome, payer, recipient, component) → its cell."""
    known, so_far, lines = versions(agreement), SoFar(), Lines()
    for number, period in enumerate(settled.periods, start=1):
        terms = known[version_in(agreement, period)]
        book.period = period
        of_period = {outcome: results[period, outcome] for outcome in terms.outcomes if (period, outcome) in results}
        units.add_period(terms, period, of_period)
        moment = Moment(book, units, terms, period, number, len(agreement.calendar.followed), of_period)
        for (standing_in, cell), amount in settled.stands.items():
            if standing_in == period:
                about = f"stands {book.titles[cell[0]]} {book.whom(cell)}"
                so_far.stands[cell].append(book.result(period, cell[0], "stands", amount, "number", about))
        _earned(moment, so_far)
        lines |= _lines(moment, _pay(moment, so_far))
    return lines


def _earned(moment: Moment, so_far: SoFar) -> None:
    """What each outcome comes to, and its cells."""
    book = moment.book
    for outcome in moment.terms.outcomes:
        book.about = book.titles[outcome]
        count(moment, outcome, so_far.outcomes[outcome])
    for outcome in moment.terms.outcomes:
        book.about = book.titles[outcome]
        owe(moment, outcome, so_far.outcomes)
        owed, savings = so_far.outcomes[outcome].owed, moment.result(outcome).savings
        share_out(moment, outcome, owed, savings, so_far.shared[outcome])


def _cells(book: Book, so_far: SoFar) -> dict[Cell, Formula]:
    """What is owed so far by cell, before caps. What stands takes back no more than there is."""
    found = {cell: amount for shared in so_far.shared.values() for cell, amount in shared.cells.items()}
    for cell, kept in so_far.stands.items():
        amount = found.get(cell, f("0"))
        found[cell] = book.step("with_stands", f"MAX({amount}+{total(kept)},MIN({amount},0))", whom=book.whom(cell))
    return found | so_far.redeemed


def _pay(moment: Moment, so_far: SoFar) -> dict[Cell, tuple[Formula, Formula]]:
    """Cell → (principal, premium) that a period pays under the caps, and then what the floors make up."""
    book, terms, year = moment.book, moment.terms.terms, moment.terms.period(moment.period).year
    so_far.years += [year] if year not in so_far.years else []
    paid_now: dict[str, list[Formula]] = defaultdict(list)
    paid: dict[Cell, tuple[Formula, Formula]] = {}

    def return_room(recipient: str) -> Formula | None:
        room = floors.room_under(moment, recipient, so_far.receipts[recipient])
        return None if room is None else f(f"{room}-{total(paid_now[recipient])}")

    def pay(allowed: Mapping[Cell, Formula]) -> None:
        parts = _divided(moment, allowed, so_far)
        together = {cell: total(both) for cell, both in parts.items()}
        caps.note(book, so_far.granted, together, year)
        for cell, amount in together.items():
            paid_now[cell[2]].append(amount)
        paid.update(parts)

    pay(_allowed(book, caps.capped(book, terms.caps, _cells(book, so_far), so_far.granted, so_far.years, return_room)))
    so_far.redeemed |= floors.redeemed(moment, so_far.divided.principal)
    if so_far.redeemed:
        due = caps.capped(book, terms.caps, so_far.redeemed, so_far.granted, so_far.years, return_room)
        pay(_allowed(book, {cell: due[cell] for cell in so_far.redeemed}))
    made = floors.made_up(moment, so_far.granted, so_far.years, so_far.receipts, return_room)
    if made:
        pay(made)
    for recipient, amounts in paid_now.items():
        so_far.receipts[recipient].append((moment.paid_by(), total(amounts)))
    return paid


def _allowed(book: Book, amounts: Mapping[Cell, Formula]) -> dict[Cell, Formula]:
    found = {}
    for cell, amount in amounts.items():
        book.about = book.titles[cell[0]]
        found[cell] = book.step("allowed", amount, whom=book.whom(cell))
    return found


def _divided(moment: Moment, allowed: Mapping[Cell, Formula], so_far: SoFar) -> dict[Cell, tuple[Formula, Formula]]:
    """Principal and premium of what is allowed; the premium of an outcome only while its condition holds."""
    book, agreement, premium = moment.book, moment.terms, moment.terms.terms.premium
    capital = {}
    if premium.kind == "after_capital":
        for recipient in sorted({cell[2] for cell in allowed}):
            flows = floors.invested(book, agreement, recipient, moment.pay_day)
            capital[recipient] = f(f"-({total(amount for _, amount in flows)})")
    holding, condition = None, premium.condition
    if condition is not None:
        book.about = book.titles[condition.outcome]
        looked = so_far.outcomes[condition.outcome]
        units = looked.counted if condition.measured == "cumulative" else looked.counted_now
        holding = holds(moment, condition.outcome, "premium_condition", condition, condition.measured, units)
    outcomes = tuple(agreement.outcomes)
    return components.divide(book, premium, allowed, so_far.divided, capital, holding, outcomes, moment.rounding)


def _lines(moment: Moment, paid: Mapping[Cell, tuple[Formula, Formula]]) -> Lines:
    """Name who pays and receives on the period's last day: the parties themselves, or their successors."""
    sums: dict[Key, list[Formula]] = defaultdict(list)
    for (outcome, payer, recipient), both in paid.items():
        pair = tuple(moment.terms.acting_for(party, moment.period) for party in (payer, recipient))
        for kind, amount in zip(("principal", "premium"), both, strict=True):
            sums[moment.period, outcome, pair[0], pair[1], kind].append(amount)
    return {key: total(amounts) for key, amounts in sums.items()}
