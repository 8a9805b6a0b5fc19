"""Formulas of the rules of arithmetic: sums, rounding to whole minor units, growth over time, and a split that loses nothing.

A formula is text without its `=`. Spreadsheets compute with fifteen digits. Whole amounts are exact in them; what is divided
is rounded to `GUARD` decimals before it is rounded to whole units, so that half of one is half of one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NewType

Formula = NewType("Formula", str)
ZERO = Formula("0")
GUARD = 6
POWER_GUARD = 5
"""Decimals of what has been raised to a power."""
MOST_ARGUMENTS = 200
LARGEST = 4 * 10**11
"""Minor units up to which the remainders of a split are exact in fifteen digits."""


def f(text: str) -> Formula:
    return Formula(text)


def quoted(text: str) -> Formula:
    """A text inside a formula, whatever it holds: a quotation mark in it ends nothing."""
    return f('"' + text.replace('"', '""') + '"')


def total(parts: Iterable[str]) -> Formula:
    """The sum of formulas; what is literally nothing is left out."""
    some = [part for part in parts if part != ZERO]
    if not some:
        return ZERO
    if len(some) == 1:
        return f(some[0])
    if len(some) > MOST_ARGUMENTS:
        return total([total(some[i : i + MOST_ARGUMENTS]) for i in range(0, len(some), MOST_ARGUMENTS)])
    return f(f"SUM({','.join(some)})")


def whole(amount: str, rounding: str) -> Formula:
    """Rounded to whole minor units: half up away from zero, or half to the even neighbour."""
    guarded = f"ROUND({amount},{GUARD})"
    if rounding == "half_up":
        return f(f"ROUND({guarded},0)")
    return f(f"IF(ABS({guarded}-TRUNC({guarded}))=0.5,2*ROUND({guarded}/2,0),ROUND({guarded},0))")


def down(amount: str) -> Formula:
    return f(f"INT(ROUND({amount},{POWER_GUARD}))")


def up(amount: str) -> Formula:
    return f(f"-INT(-ROUND({amount},{POWER_GUARD}))")


def grown(amount: str, rate: str, start: str, end: str) -> Formula:
    """An amount from one day to another at a yearly rate, by days over 365 as in XIRR."""
    return f(f"{amount}*(1+{rate})^(({end}-{start})/365)")


def within_bounds(figure: str, bounds: Sequence[tuple[str, str]]) -> Formula:
    """Whether a figure lies inside. `bounds`: (comparison, bound)."""
    return f(f"AND({','.join(f'{figure}{sign}{bound}' for sign, bound in bounds)})") if bounds else f("TRUE")


def remainder(amount: str, weight: str, of: str) -> Formula:
    """What `amount × weight` leaves when it is divided by `of`, exactly, though the product has more than fifteen digits."""
    first = f"MOD(INT({amount}/100000000)*{weight},{of})"
    second = f"MOD({first}*10000+MOD(INT({amount}/10000),10000)*{weight},{of})"
    return f(f"MOD({second}*10000+MOD({amount},10000)*{weight},{of})")
