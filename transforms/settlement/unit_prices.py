"""Prices on units: from the units that are paid to the amount so far, under the outcome's own limits per budget year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from maalbar.contract.prices import Brackets, UnitPrice, Yearly
from transforms.settlement.claims import Unit
from transforms.settlement.lines import Stage


@dataclass
class UnitsSoFar:
    """What an outcome has counted so far; amounts in minor units, not rounded.

    `waiting` and `waiting_amount` are counted and not yet paid; `unused` is room of earlier years.
    """

    units: Decimal = Decimal(0)
    amount: Decimal = Decimal(0)
    waiting: list[Unit] = field(default_factory=list)
    waiting_amount: Decimal = Decimal(0)
    year: str = ""
    units_in_year: Decimal = Decimal(0)
    amount_in_year: Decimal = Decimal(0)
    unused_units: Decimal = Decimal(0)
    unused_amount: Decimal = Decimal(0)
    amount_before: Decimal = Decimal(0)
    """The amount when the terms last changed; a lower maximum takes nothing of it back."""


def amount_so_far(
    price: UnitPrice, units: Sequence[Unit], so_far: UnitsSoFar, year: str, is_last: bool
) -> tuple[Decimal, tuple[Stage, ...]]:
    """What all units so far earn, in minor units, not rounded; `so_far` is brought up to date."""
    if year != so_far.year:
        _turn_year(price.yearly, so_far, year)
    counted = sum((u.quantity for u in units), Decimal(0))
    trail = [Stage("units", None, {"units": counted})]
    queue = [*so_far.waiting, *units]
    so_far.waiting = []
    pending = sum((u.quantity for u in queue), Decimal(0))
    if 0 < pending < price.min_units:
        so_far.waiting = queue
        return so_far.amount, (*trail, Stage("too_few", None, {"units": pending, "min_units": price.min_units}))
    taken, over = _within_year(price.yearly, queue, so_far)
    if over and price.yearly:
        held = sum((u.quantity for u in over), Decimal(0))
        carried = price.yearly.carry_over == "excess" and not is_last
        trail.append(Stage("yearly_limit", None, {"units_over": held, "carried": carried}))
        so_far.waiting = over if carried else []
    before = so_far.units
    so_far.units += sum((u.quantity for u in taken), Decimal(0))
    if isinstance(price, Brackets):
        # The worth of a unit is then its part that is not deadweight.
        net = sum((u.amount for u in taken), Decimal(0))
        added = _by_number(price, before, before + net)
        so_far.units = before + net
    else:
        added = sum((u.amount for u in taken), Decimal(0))
    added = _within_amount(price.yearly, added, so_far, trail)
    so_far.amount += added
    if price.maximum is not None and so_far.amount > price.maximum.minor:
        trail.append(Stage("maximum", price.maximum.minor, {"maximum": price.maximum.minor}))
        so_far.amount = max(Decimal(price.maximum.minor), so_far.amount_before)
    return so_far.amount, tuple(trail)


def _turn_year(yearly: Yearly | None, so_far: UnitsSoFar, year: str) -> None:
    if yearly is not None and so_far.year and yearly.carry_over == "unused":
        if yearly.max_units is not None:
            so_far.unused_units += yearly.max_units - so_far.units_in_year
        if yearly.maximum is not None:
            so_far.unused_amount += yearly.maximum.minor - so_far.amount_in_year
    so_far.year, so_far.units_in_year, so_far.amount_in_year = year, Decimal(0), Decimal(0)


def _within_year(yearly: Yearly | None, queue: Sequence[Unit], so_far: UnitsSoFar) -> tuple[list[Unit], list[Unit]]:
    """The units that the year has room for, and those over the limit; one that straddles it is divided."""
    if yearly is None or yearly.max_units is None:
        return list(queue), []
    room = yearly.max_units + so_far.unused_units - so_far.units_in_year
    taken: list[Unit] = []
    over: list[Unit] = []
    for unit in queue:
        if unit.quantity <= room:
            fits = unit.quantity
            taken.append(unit)
        elif (fits := max(room, Decimal(0))) > 0:
            part = unit.amount * fits / unit.quantity
            taken.append(Unit(unit.dated, fits, part, unit.person))
            over.append(Unit(unit.dated, unit.quantity - fits, unit.amount - part, unit.person))
        else:
            over.append(unit)
        room -= fits
        so_far.units_in_year += fits
    return taken, over


def _within_amount(yearly: Yearly | None, added: Decimal, so_far: UnitsSoFar, trail: list[Stage]) -> Decimal:
    if yearly is None or yearly.maximum is None:
        return added
    added, so_far.waiting_amount = added + so_far.waiting_amount, Decimal(0)
    room = yearly.maximum.minor + so_far.unused_amount - so_far.amount_in_year
    kept = min(added, max(room, Decimal(0)))
    if kept < added:
        trail.append(Stage("yearly_amount", None, {"maximum": yearly.maximum.minor}))
        if yearly.carry_over == "excess":
            so_far.waiting_amount += added - kept
    so_far.amount_in_year += kept
    return kept


def _by_number(price: Brackets, before: Decimal, after: Decimal) -> Decimal:
    """What the units from number `before` to number `after` earn."""
    total, low = Decimal(0), Decimal(0)
    for bracket in price.brackets:
        high = Decimal(bracket.up_to) if bracket.up_to is not None else max(after, low)
        inside = max(min(after, high) - max(before, low), Decimal(0))
        total += inside * bracket.amount.minor
        low = high
    return total
