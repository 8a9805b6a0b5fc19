"""Floors, the early end, and the return on capital: amounts that follow from dated capital."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date

from maalbar.contract.capital import Capital
from maalbar.contract.model import Agreement
from maalbar.contract.terms import Floor
from maalbar.documents.workbook.book import Book, day
from maalbar.documents.workbook.caps import Granted, left_under, within
from maalbar.documents.workbook.components import TERMINATION
from maalbar.documents.workbook.formulas import Formula, down, f, grown, total, up, whole
from maalbar.documents.workbook.given import Cell
from maalbar.documents.workbook.moment import Moment

Flow = tuple[Formula, Formula]
"""The day and the amount of money of an investor: negative paid in, positive received."""


def invested(book: Book, agreement: Agreement, party_id: str, until: date) -> list[Flow]:
    """What a recipient has paid in and had back unspent by a day. The receiver of a waterfall stands for all investors."""
    capital = agreement.terms.capital
    return capital_flows(book, capital, until, None if party_id == capital.receiver else (party_id,))


def capital_flows(book: Book, capital: Capital, until: date, investors: Collection[str] | None = None) -> list[Flow]:
    """What the named investors (all where left out) have paid in and had back unspent by a day."""
    return [flow for _, _, flow in capital_moves(book, capital, until, investors)]


def capital_moves(
    book: Book, capital: Capital, until: date, investors: Collection[str] | None = None
) -> Iterator[tuple[date, str, Flow]]:
    """The same with the day and the rule of each."""
    for rule, sign, rows in (("drawdown", "-", capital.drawdowns), ("returned", "", capital.returned)):
        for row in rows:
            if row.dated <= until and (investors is None or row.investor in investors):
                about = f"{book.names[row.investor]} {row.dated}"
                amount = book.amount(rule, about, row.amount.minor, capital.source)
                yield row.dated, rule, (day(book, f"{rule}_day", about, row.dated), f(f"{sign}{amount}"))


def outstanding(flows: Sequence[Flow], rate: str, until: str) -> str:
    """What must be received on a day for the flows so far to have earned `rate` a year, in minor units, not rounded."""
    return f"-({'+'.join(f'({grown(amount, rate, dated, until)})' for dated, amount in flows) or '0'})"


def room_under(moment: Moment, recipient: str, receipts: Sequence[Flow]) -> Formula | None:
    """The most that a recipient may receive by its limit on the return; None without one."""
    capital, book = moment.terms.terms.capital, moment.book
    has_capital = recipient == capital.receiver or any(d.investor == recipient for d in capital.drawdowns)
    limit = capital.returns
    if limit is None or not has_capital or (limit.investors and recipient not in limit.investors):
        return None
    flows = [*invested(book, moment.terms, recipient, moment.pay_day), *receipts]
    rate = book.term("return_most", "", limit.maximum, "share", limit.source)
    book.about = book.names[recipient]
    return book.step("return_room", f"MAX({down(outstanding(flows, rate, moment.paid_by()))},0)")


def made_up(
    moment: Moment,
    granted: Granted,
    years: Sequence[str],
    receipts: Mapping[str, Sequence[Flow]],
    return_room: Callable[[str], Formula | None],
) -> dict[Cell, Formula]:
    """What each floor adds in a period, or takes back when others have filled it since. A cap is stronger than a floor."""
    book, agreement = moment.book, moment.terms
    order = [period.id for period in agreement.calendar.periods]
    found: dict[Cell, Formula] = {}
    for floor in agreement.terms.floors:
        if order.index(moment.period) < order.index(floor.due):
            continue
        cell = (floor.id, floor.payer, floor.recipient)
        book.about = book.titles[floor.id]
        both = (granted.cells, found)
        paid = book.step(
            "paid_between", total(a for cells in both for c, a in cells.items() if c[1:] == cell[1:] and c != cell)
        )
        least = book.step("least", _least(moment, floor, receipts.get(floor.recipient, [])))
        added = book.step("missing", f"MAX({least}-{paid},0)-{granted.cells[cell]}", whom=book.whom(cell))
        rooms = [
            f"{left_under(book, cap, granted, years)}-{total(a for c, a in found.items() if within(c, cap))}"
            for cap in agreement.terms.caps
            if cap.outcome is None and within(cell, cap)
        ]
        room = return_room(floor.recipient)
        if room is not None:
            rooms.append(f"{room}-{total(a for c, a in found.items() if c[2] == floor.recipient)}")
        book.about = book.titles[floor.id]
        if rooms:
            held = f"IF({added}>0,MAX(MIN({','.join([added, *rooms])}),0),{added})"
            added = book.step("made_up", held, whom=book.whom(cell))
        found[cell] = added
    return found


def _least(moment: Moment, floor: Floor, receipts: Sequence[Flow]) -> str:
    """The floor as an amount over all periods so far."""
    book, title = moment.book, moment.book.titles[floor.id]
    if floor.minimum is not None:
        return book.amount("floor", title, floor.minimum.minor, floor.source)
    flows = invested(book, moment.terms, floor.recipient, moment.pay_day)
    if floor.share_of_capital is not None:
        share = book.term("floor_share", title, floor.share_of_capital, "share", floor.source)
        return whole(f"-({total(amount for _, amount in flows)})*{share}", moment.rounding)
    assert floor.return_ is not None
    rate = book.term("floor_return", title, floor.return_, "share", floor.source)
    needed = up(outstanding([*flows, *receipts], rate, moment.paid_by()))
    return f"{total(amount for _, amount in receipts)}+({needed})"


def redeemed(moment: Moment, repaid: Mapping[Cell, list[Formula]]) -> dict[Cell, Formula]:
    """What is owed for the capital still outstanding when the contract was stopped within a period; empty otherwise."""
    book, agreement, stop = moment.book, moment.terms, moment.stop
    ending = agreement.terms.termination
    if ending is None or stop is None:
        return {}
    window = agreement.period(moment.period).window
    is_first = moment.period == agreement.calendar.followed[0].id
    if not (window.start <= stop < window.end or (is_first and stop < window.start)):
        return {}
    recipients = {row.recipient for row in ending.payments}
    flows = [flow for recipient in sorted(recipients) for flow in invested(book, agreement, recipient, stop)]
    back = [p for cell, ps in repaid.items() if cell[2] in recipients and cell[0] != TERMINATION for p in ps]
    book.about = book.titles[TERMINATION]
    left = book.step("capital_left", f"MAX(-({total(amount for _, amount in flows)})-{total(back)},0)")
    said = next(r for r in ending.redemption if r.before is None or stop < r.before)
    share = book.term("redemption_share", f"{said.before or ''}", said.share, "share", ending.source)
    amount = book.step("redeemed", whole(f"{left}*{share}", moment.rounding))
    weights = []
    for row in ending.payments:
        cell = (TERMINATION, row.payer, row.recipient)
        part = book.term("redemption_part", book.whom(cell), row.share, "share", ending.source)
        weights.append((cell, f"ROUND({part}*100000000000,0)"))
    return book.split("redeemed_part", amount, weights)
