"""Money: whole øre (or cents) of one currency, exact arithmetic, and splits that lose nothing.

Amounts are `int` minor units everywhere below the contract. Decimal appears only where a share or an effect
meets an amount, and is rounded once by `to_minor`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from functools import cache
from math import floor
from typing import Literal, TypeVar

from babel.numbers import get_currency_precision, is_currency

_WRITTEN = re.compile(
    r"(?P<sign>-?)(?P<whole>[0-9]{1,3}(_[0-9]{3}){0,4}|[0-9]{1,15})(\.(?P<minor>[0-9]{1,3}))? (?P<currency>[A-Z]{3})"
)
Rounding = Literal["half_up", "half_even"]
_ROUNDINGS = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN}
EXACT = Context(prec=60)
"""Arithmetic on money: far more digits than any amount times any measured share needs."""
Name = TypeVar("Name")


@cache
def minor_digits(currency: str) -> int:
    """Digits of the smallest unit of a currency, by ISO 4217: 2 for DKK, 0 for XAF. Raises ValueError for no currency."""
    if not is_currency(currency):
        raise ValueError(f"`{currency}` is no currency of ISO 4217")
    return int(get_currency_precision(currency))


@cache
def minor_per_major(currency: str) -> int:
    """Smallest units in one of the currency: 100 øre in a krone."""
    return int(10 ** minor_digits(currency))


@dataclass(frozen=True, order=True)
class Money:
    """An amount as a contract writes it: `3_600_000 DKK`. `minor` is in the smallest unit of the currency."""

    minor: int
    currency: str

    @classmethod
    def parse(cls, text: str) -> Money:
        """Read `12_500.50 DKK`. Raises ValueError where the unit is missing or the number is not plain."""
        found = _WRITTEN.fullmatch(text)
        if not found:
            raise ValueError(
                "an amount is written with its currency, like `3_600_000 DKK`: `_` for thousands, a point for decimals"
            )
        digits = minor_digits(found["currency"])
        if len(found["minor"] or "") > digits:
            currency = found["currency"]
            raise ValueError(
                f"an amount is written with its currency, and in {currency} with at most {digits} decimals"
            )
        minor = int(found["whole"].replace("_", "") + (found["minor"] or "").ljust(digits, "0"))
        return cls(-minor if found["sign"] else minor, found["currency"])

    def __str__(self) -> str:
        digits = minor_digits(self.currency)
        whole, rest = divmod(abs(self.minor), minor_per_major(self.currency))
        sign = "-" if self.minor < 0 else ""
        return f"{sign}{whole:_}{f'.{rest:0{digits}}' if rest else ''} {self.currency}"


def to_minor(amount: Decimal, rounding: Rounding = "half_up") -> int:
    """Round an exact amount in minor units to a whole number of them: half up is away from zero, half even to even.

    Raises TypeError for anything but Decimal, so that no float slips into money, and ValueError for NaN or infinity.
    """
    if not isinstance(amount, Decimal):
        raise TypeError(f"money is computed in Decimal, not in {type(amount).__name__}")
    if not amount.is_finite():
        raise ValueError("money must be a finite number")
    return int(amount.quantize(Decimal(1), rounding=_ROUNDINGS[rounding], context=EXACT))


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
