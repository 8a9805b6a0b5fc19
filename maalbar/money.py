"""Money: whole øre (or cents) of one currency, exact arithmetic, and splits that lose nothing.

Amounts are `int` minor units everywhere below the contract. Decimal appears only where a share or an effect
meets an amount, and is rounded once, half up, by `to_minor`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import floor
from typing import TypeVar

MINOR_PER_MAJOR = 100
_WRITTEN = re.compile(r"(?P<sign>-?)(?P<whole>\d{1,3}(_\d{3})*|\d+)(\.(?P<cents>\d{1,2}))? (?P<currency>[A-Z]{3})")
Name = TypeVar("Name")


@dataclass(frozen=True, order=True)
class Money:
    """An amount as a contract writes it: `3_600_000 DKK`. `minor` is in hundredths of the currency."""

    minor: int
    currency: str

    @classmethod
    def parse(cls, text: str) -> Money:
        """Read `12_500.50 DKK`. Raises ValueError where the unit is missing or the number is not plain."""
        found = _WRITTEN.fullmatch(text)
        if not found:
            raise ValueError("an amount is written with its currency, like `3_600_000 DKK`")
        whole = int(found["whole"].replace("_", "")) * MINOR_PER_MAJOR + int((found["cents"] or "0").ljust(2, "0"))
        return cls(-whole if found["sign"] else whole, found["currency"])

    def __str__(self) -> str:
        whole, cents = divmod(abs(self.minor), MINOR_PER_MAJOR)
        sign = "-" if self.minor < 0 else ""
        return f"{sign}{whole:_}{f'.{cents:02}' if cents else ''} {self.currency}"


def to_minor(amount: Decimal) -> int:
    """Round an exact amount in minor units to a whole number of them, half up away from zero.

    Raises TypeError for anything but Decimal, so that no float slips into money, and ValueError for NaN or infinity.
    """
    if not isinstance(amount, Decimal):
        raise TypeError(f"money is computed in Decimal, not in {type(amount).__name__}")
    if not amount.is_finite():
        raise ValueError("money must be a finite number")
    return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def split(total: int, shares: Mapping[Name, Decimal | Fraction]) -> dict[Name, int]:
    """Split `total` minor units by shares that sum to 1, by largest remainder, so that the parts sum to the total.

    Ties go to the larger share, then to the name that sorts first; so the result does not depend on the order in
    which the shares are given. A negative total is split as its positive mirror. Raises ValueError when the shares
    do not sum to exactly 1.
    """
    if sum(Fraction(share) for share in shares.values()) != 1:
        raise ValueError("shares must sum to exactly 1")
    if total < 0:
        return {name: -part for name, part in split(-total, shares).items()}
    exact = {name: total * Fraction(share) for name, share in shares.items()}
    parts = {name: floor(amount) for name, amount in exact.items()}
    left = total - sum(parts.values())
    order = sorted(shares, key=lambda name: (parts[name] - exact[name], -shares[name], str(name)))
    for name in order[:left]:
        parts[name] += 1
    return parts
