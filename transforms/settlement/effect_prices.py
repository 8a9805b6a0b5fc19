"""Prices on an effect: what a figure is worth, for the whole contract or for one period, before anything else is applied."""

from __future__ import annotations

from decimal import Decimal
from functools import singledispatch
from itertools import pairwise

from maalbar.contract.model import Agreement
from maalbar.contract.prices import EffectPrice, Interpolated, ProRata, SavingsShare, Tiers
from maalbar.money import minor_per_major, split


def maximum_of(agreement: Agreement, price: ProRata) -> int:
    """The full price in minor units: its own maximum, or its weight of the pot, which is split by largest remainder."""
    if price.maximum is not None:
        return price.maximum.minor
    assert agreement.terms.pot is not None
    weights: dict[str, Decimal] = {}
    mine = ""
    for outcome_id, outcome in agreement.outcomes.items():
        if isinstance(outcome.price, ProRata) and outcome.price.weight is not None:
            weights[outcome_id] = outcome.price.weight
            mine = outcome_id if outcome.price is price else mine
    return split(agreement.terms.pot.minor, weights)[mine]


@singledispatch
def worth(price: EffectPrice, agreement: Agreement, figure: Decimal, least: int) -> Decimal:
    """What a figure earns when all of the price is earned, in minor units, not rounded. `least`: 0, or -1 where losses count."""
    raise TypeError(f"no price on an effect: {type(price).__name__}")


@worth.register
def _(price: ProRata, agreement: Agreement, figure: Decimal, least: int) -> Decimal:
    return maximum_of(agreement, price) * attained(price, figure, least)


@worth.register
def _(price: Tiers, agreement: Agreement, figure: Decimal, least: int) -> Decimal:
    for tier in price.tiers:
        if tier.hold(figure):
            return Decimal(tier.amount.minor)
    raise ValueError("tiers do not cover every result")


@worth.register
def _(price: Interpolated, agreement: Agreement, figure: Decimal, least: int) -> Decimal:
    points = [(point.at.value, _pays(price, position)) for position, point in enumerate(price.points)]
    if figure < points[0][0]:
        return points[0][1] if price.under_first == "first" else Decimal(0)
    for (left, low), (right, high) in pairwise(points):
        if figure < right:
            on_line = low + (high - low) * (figure - left) / (right - left)
            return on_line if price.interpolation == "linear" else low
    return points[-1][1]


def _pays(price: Interpolated, position: int) -> Decimal:
    point = price.points[position]
    if point.amount is not None:
        return Decimal(point.amount.minor)
    assert point.rate is not None
    assert price.of is not None
    return price.of.minor * point.rate


def attained(price: ProRata, figure: Decimal, least: int) -> Decimal:
    """The part of the target that a figure reaches: everything at the target and above, `least` (0 or -1) at the other end."""
    return min(max(figure / price.target.value, Decimal(least)), Decimal(1))


def of_savings(price: SavingsShare, saved: Decimal, break_even: int) -> Decimal:
    """What all savings so far earn, in minor units: one share until `break_even` is paid, then the other.

    `saved` in minor units. A negative saving earns its negative share, for the terms' floor to judge.
    """
    before = price.before_break_even * saved
    if before <= break_even or not price.before_break_even:
        return before if price.before_break_even else price.after_break_even * saved
    return break_even + price.after_break_even * (saved - break_even / price.before_break_even)


def in_minor(agreement: Agreement, money: Decimal) -> Decimal:
    """Whole units of the currency as minor units."""
    return money * minor_per_major(agreement.terms.currency)
