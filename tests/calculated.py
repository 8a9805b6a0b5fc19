"""Settling an agreement file and a file of results, and reading what came of it in whole units of the currency."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from pathlib import Path

from maalbar.contract import load_agreement
from maalbar.flow.calculate import Calculation, calculate
from maalbar.money import minor_per_major


def calculated(agreement: Path, results: Path | None = None) -> Calculation:
    """The agreement with the results beside it, or with others."""
    return calculate(load_agreement(agreement), results or agreement.with_suffix(".csv"))


def total(found: Calculation) -> Decimal:
    return _major(found, found.settlement.total)


def paid_by(found: Calculation, *names: str) -> dict[object, Decimal]:
    """Amounts by the named parts of a line; what sums to nothing is left out."""
    sums: dict[object, int] = defaultdict(int)
    for line in found.settlement.lines:
        key = tuple(getattr(line, name) for name in names)
        sums[key[0] if len(key) == 1 else key] += line.amount
    return {key: _major(found, amount) for key, amount in sums.items() if amount}


def _major(found: Calculation, minor: int) -> Decimal:
    return Decimal(minor) / minor_per_major(found.agreement.terms.currency)
