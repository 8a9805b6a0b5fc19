"""Floors and the early end: amounts that no outcome earns, each a line of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_CEILING, Decimal

from maalbar.contract.model import Agreement
from maalbar.contract.terms import Floor
from maalbar.money import split
from transforms.settlement.caps import Granted, left_under, within
from transforms.settlement.exact import whole
from transforms.settlement.lines import Cell
from transforms.settlement.returns import Flow, invested, outstanding

TERMINATION = "termination"
"""What the line of a redemption stands under, where other lines have their outcome."""


def made_up(
    agreement: Agreement,
    period_id: str,
    granted: Granted,
    years: Sequence[str],
    receipts: Mapping[str, list[Flow]],
    return_room: Callable[[str], int | None],
) -> dict[Cell, int]:
    """What each floor adds in a period, or takes back when others have filled it since. A cap is stronger than a floor.

    `granted` is with this period's outcomes; `receipts`: recipient → what it got in earlier periods; `return_room`: recipient →
    what its return still lets it receive in this period. Floors between the same two parties fill each other.
    """
    order = [period.id for period in agreement.calendar.periods]
    found: dict[Cell, int] = {}
    for floor in agreement.terms.floors:
        if order.index(period_id) < order.index(floor.due):
            continue
        cell = (floor.id, floor.payer, floor.recipient)
        paid = sum(a for cells in (granted.cells, found) for c, a in cells.items() if c[1:] == cell[1:] and c != cell)
        wanted = max(_least(agreement, floor, period_id, paid, receipts) - paid, 0)
        added = wanted - granted.cells[cell]
        if added > 0:
            rooms = [
                left_under(cap, granted, years) - sum(a for c, a in found.items() if within(c, cap))
                for cap in agreement.terms.caps
                if cap.outcome is None and within(cell, cap)
            ]
            room = return_room(floor.recipient)
            if room is not None:
                rooms.append(room - sum(a for c, a in found.items() if c[2] == floor.recipient))
            added = max(min([added, *rooms]), 0)
        found[cell] = added
    return {cell: amount for cell, amount in found.items() if amount}


def _least(agreement: Agreement, floor: Floor, period_id: str, paid: int, receipts: Mapping[str, list[Flow]]) -> int:
    """The floor as an amount over all periods so far, in minor units."""
    day = agreement.period(period_id).pay_by
    if floor.minimum is not None:
        return floor.minimum.minor
    flows = invested(agreement, floor.recipient, day)
    if floor.share_of_capital is not None:
        drawn = -sum(flow.amount for flow in flows)
        return whole(drawn * floor.share_of_capital, agreement.terms.rounding)
    assert floor.return_ is not None
    earlier = receipts.get(floor.recipient, [])
    needed = outstanding([*flows, *earlier], floor.return_, day)
    return sum(flow.amount for flow in earlier) + int(needed.to_integral_value(rounding=ROUND_CEILING))


def redeemed(agreement: Agreement, period_id: str, repaid: Mapping[Cell, int]) -> dict[Cell, int]:
    """What is owed for the capital still outstanding when the contract was stopped within a period; empty otherwise.

    A stop before the first followed period is redeemed in it. `repaid`: cell → principal so far, with this period's.
    """
    ending = agreement.terms.termination
    if ending is None or ending.stopped_on is None:
        return {}
    window = agreement.period(period_id).window
    is_first = period_id == agreement.calendar.followed[0].id
    if not (window.start <= ending.stopped_on < window.end or (is_first and ending.stopped_on < window.start)):
        return {}
    recipients = {row.recipient for row in ending.payments}
    flows = [flow for recipient in recipients for flow in invested(agreement, recipient, ending.stopped_on)]
    back = sum(amount for cell, amount in repaid.items() if cell[2] in recipients and cell[0] != TERMINATION)
    left = max(-sum(flow.amount for flow in flows) - back, 0)
    share = next(r.share for r in ending.redemption if r.before is None or ending.stopped_on < r.before)
    amount = whole(Decimal(left) * share, agreement.terms.rounding)
    parts = split(amount, {(row.payer, row.recipient): row.share for row in ending.payments})
    return {(TERMINATION, *pair): part for pair, part in parts.items()}
