"""Settling one outcome, and reading what came of it in kroner."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from maalbar.contract import Contract
from transforms.settlement import Result, Settlement, settle


def settle_one(contract: Contract, outcome: str, results: Sequence[str | int | None]) -> Settlement:
    """One result a period: an improvement (text) in the period and over all so far, units (int), or not measurable (None)."""
    found = {(str(number), outcome): _result(given) for number, given in enumerate(results, start=1)}
    return settle(contract, found, [str(number) for number in range(1, len(results) + 1)])


def _result(given: str | int | None) -> Result:
    if given is None:
        return Result(not_measurable="no_delivery: hospital")
    return Result(units=given) if isinstance(given, int) else Result(Decimal(given), Decimal(given))


def kroner_by(settlement: Settlement, *names: str) -> dict[object, Decimal]:
    """Kroner by the named parts of a line; what sums to nothing is left out."""
    sums: dict[object, int] = defaultdict(int)
    for line in settlement.lines:
        key = tuple(getattr(line, name) for name in names)
        sums[key[0] if len(key) == 1 else key] += line.amount
    return kroner(sums)


def kroner(amounts: Mapping[object, int]) -> dict[object, Decimal]:
    return {key: Decimal(amount) / 100 for key, amount in amounts.items() if amount}
