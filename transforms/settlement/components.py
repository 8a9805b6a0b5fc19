"""Principal and premium: what is granted to a cell is divided into what repays capital and what rewards it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from maalbar.contract.capital import Premium
from maalbar.money import Rounding, split, to_minor
from transforms.settlement.lines import Cell


@dataclass
class Divided:
    """What has been divided so far, by cell, in minor units. `withheld` is premium whose condition has not held."""

    principal: dict[Cell, int] = field(default_factory=lambda: defaultdict(int))
    premium: dict[Cell, int] = field(default_factory=lambda: defaultdict(int))
    paid_premium: dict[Cell, int] = field(default_factory=lambda: defaultdict(int))
    rate: Decimal | None = None
    base: dict[Cell, tuple[int, int]] = field(default_factory=dict)
    """Cell → (granted, principal) when the rate began to hold."""


def divide(
    premium: Premium,
    allowed: Mapping[Cell, int],
    so_far: Divided,
    capital: Mapping[str, int],
    condition_holds: bool,
    rounding: Rounding,
) -> dict[Cell, tuple[int, int]]:
    """Cell → (principal, premium) that a period pays, negative when it goes back. `capital`: recipient → drawn by the pay day."""
    if premium.kind == "rate":
        assert premium.rate is not None
        moved = _by_rate(premium.rate, allowed, so_far, rounding)
    else:
        moved = _after_capital(allowed, so_far, capital)
    found = {}
    for cell, principal in moved.items():
        so_far.principal[cell] += principal
        so_far.premium[cell] += allowed[cell] - principal
        due = so_far.premium[cell] if condition_holds else min(so_far.paid_premium[cell], so_far.premium[cell])
        found[cell] = (principal, due - so_far.paid_premium[cell])
        so_far.paid_premium[cell] = due
    return found


def _by_rate(rate: Decimal, allowed: Mapping[Cell, int], so_far: Divided, rounding: Rounding) -> dict[Cell, int]:
    """Principal is what is granted over one plus the rate, right to the øre over all periods under that rate."""
    if so_far.rate != rate:
        so_far.rate = rate
        so_far.base = {
            cell: (so_far.principal[cell] + so_far.premium[cell], so_far.principal[cell]) for cell in so_far.principal
        }
    moved = {}
    for cell, amount in allowed.items():
        granted, principal = so_far.base.get(cell, (0, 0))
        after = so_far.principal[cell] + so_far.premium[cell] + amount
        moved[cell] = principal + to_minor((after - granted) / (1 + rate), rounding) - so_far.principal[cell]
    return moved


def _after_capital(allowed: Mapping[Cell, int], so_far: Divided, capital: Mapping[str, int]) -> dict[Cell, int]:
    """Additions repay capital first, shared over the recipient's cells in proportion; what goes back is premium first."""
    moved = {cell: min(amount + so_far.premium[cell], 0) for cell, amount in allowed.items() if amount <= 0}
    for recipient in sorted({cell[2] for cell in allowed}):
        added = {cell: amount for cell, amount in allowed.items() if cell[2] == recipient and amount > 0}
        repaid = sum(p for cell, p in so_far.principal.items() if cell[2] == recipient)
        repaid += sum(p for cell, p in moved.items() if cell[2] == recipient)
        total = sum(added.values())
        principal = min(total, max(capital.get(recipient, 0) - repaid, 0))
        if added:
            moved |= split(principal, {cell: Fraction(amount, total) for cell, amount in added.items()})
    return moved
