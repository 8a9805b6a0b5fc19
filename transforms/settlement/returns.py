"""Return on capital: dated cash flows of an investor, the most that a yearly return lets it receive, and the return itself."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal

from maalbar.contract.capital import Capital
from maalbar.contract.model import Agreement
from maalbar.money import EXACT

DAYS_IN_YEAR = Decimal(365)
"""Yearly returns are of dated flows over 365 days, as spreadsheets compute them (XIRR)."""


@dataclass(frozen=True, slots=True)
class Flow:
    """Money of an investor on a day, in minor units: negative paid in, positive received."""

    dated: date
    amount: int


def invested(agreement: Agreement, party_id: str, until: date) -> list[Flow]:
    """What a recipient has paid in and had back unspent by a day. The receiver of a waterfall stands for all investors."""
    capital = agreement.terms.capital
    return capital_flows(capital, until, None if party_id == capital.receiver else (party_id,))


def capital_flows(capital: Capital, until: date, investors: Collection[str] | None = None) -> list[Flow]:
    """What the named investors (all where left out) have paid in and had back unspent by a day."""
    moved = [*((row, -1) for row in capital.drawdowns), *((row, 1) for row in capital.returned)]
    return [
        Flow(row.dated, sign * row.amount.minor)
        for row, sign in moved
        if row.dated <= until and (investors is None or row.investor in investors)
    ]


def outstanding(flows: Sequence[Flow], rate: Decimal, day: date) -> Decimal:
    """What must be received on a day for the flows so far to have earned `rate` a year, in minor units, not rounded."""
    return -sum((flow.amount * growth(rate, flow.dated, day) for flow in flows), Decimal(0))


def room_under(flows: Sequence[Flow], rate: Decimal, day: date) -> int:
    """The most that may be received on a day without earning more than `rate` a year, rounded down; at least nothing."""
    return max(int(outstanding(flows, rate, day).to_integral_value(rounding=ROUND_FLOOR)), 0)


def growth(rate: Decimal, start: date, end: date) -> Decimal:
    """What one unit becomes from one day to another at a yearly rate."""
    return EXACT.power(1 + rate, Decimal((end - start).days) / DAYS_IN_YEAR)


def internal_rate(flows: Sequence[Flow]) -> Decimal | None:
    """The yearly return of dated flows to six digits: the rate at which they are worth nothing together.

    None where it does not exist: nothing paid in, or nothing received. Found by halving between -99.99 % and 1,000 %, since the
    worth falls as the rate rises when capital is paid in before it comes back.
    """
    if not (any(f.amount < 0 for f in flows) and any(f.amount > 0 for f in flows)):
        return None
    last = max(flow.dated for flow in flows)
    low, high = Decimal("-0.9999"), Decimal(10)
    if outstanding(flows, high, last) < 0:
        return high
    while high - low > Decimal("0.0000001"):
        middle = (low + high) / 2
        if outstanding(flows, middle, last) > 0:
            high = middle
        else:
            low = middle
    return ((low + high) / 2).quantize(Decimal("0.000001"))
