"""Exact arithmetic: sixty digits for what is divided, and one rounding to whole minor units at the end."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, localcontext
from functools import wraps
from typing import ParamSpec, TypeVar

from maalbar.money import EXACT, Rounding, to_minor

_SETTLED = Decimal(1).scaleb(-25)
"""Digits beyond this are left over from a division: three times a third of half an øre is half an øre."""
Given = ParamSpec("Given")
Found = TypeVar("Found")


def exactly(function: Callable[Given, Found]) -> Callable[Given, Found]:
    """Run a function with sixty digits, whatever the caller has chosen for Decimal."""

    @wraps(function)
    def run(*given: Given.args, **named: Given.kwargs) -> Found:
        with localcontext(EXACT):
            return function(*given, **named)

    return run


def whole(amount: Decimal, rounding: Rounding) -> int:
    """Round to whole minor units. What a division has left behind the twenty-fifth digit does not tip a half."""
    return to_minor(amount.quantize(_SETTLED, context=EXACT), rounding)
