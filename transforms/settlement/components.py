"""Principal and premium: what is granted to a cell is divided into what repays capital and what rewards it.

Premium whose condition does not hold is not granted: it stays owed, is offered to the caps again in every later period, and is
paid in the first in which the condition holds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from maalbar.contract.capital import Premium
from maalbar.money import Rounding, split
from transforms.settlement.exact import whole
from transforms.settlement.floors import TERMINATION
from transforms.settlement.lines import Cell


@dataclass
class Divided:
    """What has been paid so far, by cell, in minor units."""

    principal: dict[Cell, int] = field(default_factory=lambda: defaultdict(int))
    premium: dict[Cell, int] = field(default_factory=lambda: defaultdict(int))
    rate: Decimal | None = None
    base: dict[Cell, tuple[int, int]] = field(default_factory=dict)
    """Cell → (paid, principal of it) when the rate began to hold."""


def divide(
    premium: Premium,
    allowed: Mapping[Cell, int],
    so_far: Divided,
    capital: Mapping[str, int],
    withheld: Collection[str],
    rounding: Rounding,
) -> dict[Cell, tuple[int, int]]:
    """Cell → (principal, premium) that a period pays, negative when it goes back; together at most what is allowed.

    `capital`: recipient → drawn by the pay day. `withheld`: the outcomes whose new premium is not paid now.
    """
    redeemed = {cell: amount for cell, amount in allowed.items() if cell[0] == TERMINATION}
    earned = {cell: amount for cell, amount in allowed.items() if cell[0] != TERMINATION}
    if premium.kind == "rate":
        assert premium.rate is not None
        moved = redeemed | _by_rate(premium.rate, earned, so_far, rounding)
    else:
        so_far.rate = None
        moved = redeemed | _after_capital(earned, redeemed, so_far, capital)
    found = {}
    for cell, principal in moved.items():
        after = so_far.principal[cell] + so_far.premium[cell] + allowed[cell]
        so_far.principal[cell] += principal
        due = after - so_far.principal[cell]
        if cell[0] in withheld:
            due = min(so_far.premium[cell], due)
        found[cell] = (principal, due - so_far.premium[cell])
        so_far.premium[cell] = due
    return found


def _by_rate(rate: Decimal, allowed: Mapping[Cell, int], so_far: Divided, rounding: Rounding) -> dict[Cell, int]:
    """Principal is what is paid over one plus the rate, right to the øre over all periods under that rate.

    What goes back of payments under an earlier rate takes principal and premium in the proportion in which they were paid.
    """
    if so_far.rate != rate:
        so_far.rate = rate
        so_far.base = {
            cell: (so_far.principal[cell] + so_far.premium[cell], so_far.principal[cell]) for cell in so_far.principal
        }
    moved = {}
    for cell, amount in allowed.items():
        paid, principal = so_far.base.get(cell, (0, 0))
        after = so_far.principal[cell] + so_far.premium[cell] + amount
        stands = max(min(after, max(paid, 0)), min(paid, 0))
        kept = Decimal(principal) * stands / paid if paid else Decimal(0)
        new = whole(kept + (after - stands) / (1 + rate), rounding) - so_far.principal[cell]
        # Principal that stands alone while its premium is withheld is not divided anew.
        moved[cell] = max(new, 0) if amount >= 0 else new
    return moved


def _after_capital(
    allowed: Mapping[Cell, int], redeemed: Mapping[Cell, int], so_far: Divided, capital: Mapping[str, int]
) -> dict[Cell, int]:
    """Additions repay capital first, shared over the recipient's cells in proportion.

    What goes back is premium first, then as much principal as was paid, and beyond that premium again.
    """
    moved = {
        cell: max(min(amount + so_far.premium[cell], 0), -so_far.principal[cell])
        for cell, amount in allowed.items()
        if amount <= 0
    }
    for recipient in sorted({cell[2] for cell in allowed}):
        added = {cell: amount for cell, amount in allowed.items() if cell[2] == recipient and amount > 0}
        earlier = (so_far.principal, moved, redeemed)
        repaid = sum(p for parts in earlier for cell, p in parts.items() if cell[2] == recipient)
        total = sum(added.values())
        principal = min(total, max(capital.get(recipient, 0) - repaid, 0))
        if added:
            moved |= split(principal, {cell: Fraction(amount, total) for cell, amount in added.items()})
    return moved
