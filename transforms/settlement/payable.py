"""Payable: from what is entitled to what is transferred, when, by whom to whom.

Entitlements are posted as they are, also negative ones and those to oneself. How they become transfers is the terms' rule for
a negative difference and for netting, and never changes what is entitled.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from maalbar.contract.terms import Terms
from transforms.settlement.lines import Line, Pair


@dataclass(frozen=True)
class Transfer:
    """Money that one party sends another for one settlement; `amount` is positive, in minor units."""

    settlement: str
    sender: str
    receiver: str
    amount: int


@dataclass(frozen=True)
class Payable:
    """All transfers, and what is still set off against later payments: (payer, recipient) → minor units owed back."""

    transfers: tuple[Transfer, ...]
    set_off: dict[Pair, int]
    waived: int = 0


def payable(terms: Terms, entitled: Sequence[tuple[str, Mapping[Pair, int]]], *, is_final: bool) -> Payable:
    """Transfers of settlements in order. `entitled`: settlement → (payer, recipient) → amount, negative when owed back.

    `is_final`: whether the last of them is the contract's last, so that what is still set off is settled too.
    """
    owed_back: dict[Pair, int] = defaultdict(int)
    transfers: list[Transfer] = []
    waived = 0
    for position, (settlement, pairs) in enumerate(entitled):
        final = is_final and position == len(entitled) - 1
        due: dict[Pair, int] = {}
        for pair in sorted({*pairs, *owed_back}):
            amount = pairs.get(pair, 0) - owed_back[pair]
            owed_back[pair] = 0
            if amount < 0 and terms.negative_difference == "set_off":
                if not final:
                    owed_back[pair], amount = -amount, 0
                elif terms.left_at_end == "waive":
                    waived, amount = waived - amount, 0
            due[pair] = amount
        transfers += _transfers(settlement, due, terms.netting == "net")
    return Payable(tuple(transfers), {pair: amount for pair, amount in owed_back.items() if amount}, waived)


def by_period(lines: Sequence[Line], periods: Sequence[str] = ()) -> list[tuple[str, dict[Pair, int]]]:
    """What lines entitle to, period by period, as if each were settled by itself; also `periods` that have no line."""
    found: dict[str, dict[Pair, int]] = {period: {} for period in periods}
    for line in lines:
        pairs = found.setdefault(line.period, {})
        pairs[line.payer, line.recipient] = pairs.get((line.payer, line.recipient), 0) + line.amount
    return list(found.items())


def _transfers(settlement: str, due: Mapping[Pair, int], is_netted: bool) -> list[Transfer]:
    sums: dict[Pair, int] = defaultdict(int)
    for (payer, recipient), amount in due.items():
        if is_netted and payer == recipient:
            continue
        if is_netted and payer > recipient:
            sums[recipient, payer] -= amount
        else:
            sums[payer, recipient] += amount
    return [
        Transfer(settlement, *((a, b) if amount > 0 else (b, a)), abs(amount))
        for (a, b), amount in sorted(sums.items())
        if amount
    ]
