"""Payable: from what is entitled to what is transferred, when, by whom to whom.

Entitlements are posted as they are, also negative ones and those to oneself. How they become transfers is the terms' rule for
a negative difference and for netting, and never changes what is entitled.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from maalbar.contract.model import Agreement
from maalbar.contract.terms import Terms
from maalbar.contract.versions import in_force
from transforms.settlement.lines import Line, Pair


@dataclass(frozen=True)
class Entitled:
    """What one settlement entitles to: (payer, recipient) → minor units, negative when owed back.

    `closes`: whether it settles the contract's last period, so that what is set off is settled too.
    """

    settlement: str
    pairs: Mapping[Pair, int]
    terms: Terms
    closes: bool = False


@dataclass(frozen=True)
class Due:
    """What one settlement makes two parties move: `amount` in minor units, negative when the recipient pays it back."""

    settlement: str
    payer: str
    recipient: str
    amount: int


@dataclass(frozen=True)
class Transfer:
    """Money that one party sends another for one settlement; `amount` is positive, in minor units."""

    settlement: str
    sender: str
    receiver: str
    amount: int


@dataclass(frozen=True)
class Payable:
    """All that moves, and what is still set off against later payments: (payer, recipient) → minor units owed back."""

    due: tuple[Due, ...]
    set_off: dict[Pair, int]
    waived: int = 0

    @property
    def transfers(self) -> tuple[Transfer, ...]:
        """The same from sender to receiver."""
        return tuple(
            Transfer(d.settlement, *((d.payer, d.recipient) if d.amount > 0 else (d.recipient, d.payer)), abs(d.amount))
            for d in self.due
        )


def payable(entitled: Sequence[Entitled]) -> Payable:
    """What moves, settlement by settlement. What follows later never changes what an earlier one moves."""
    owed_back: dict[Pair, int] = defaultdict(int)
    due: list[Due] = []
    for one in entitled:
        amounts: dict[Pair, int] = {}
        for pair in sorted({*one.pairs, *owed_back}):
            amount = one.pairs.get(pair, 0) - owed_back[pair]
            owed_back[pair] = 0
            stays = not one.closes or one.terms.left_at_end == "waive"
            if amount < 0 and one.terms.negative_difference == "set_off" and stays:
                # What is waived is paid already: a later correction in the same direction is set off against it.
                owed_back[pair], amount = -amount, 0
            amounts[pair] = amount
        if one.terms.netting == "net":
            amounts = _netted(amounts)
        due += [Due(one.settlement, *pair, amount) for pair, amount in sorted(amounts.items()) if amount]
    left = {pair: amount for pair, amount in owed_back.items() if amount}
    newest = entitled[-1] if entitled else None
    if newest is not None and newest.closes and newest.terms.left_at_end == "waive":
        return Payable(tuple(due), {}, sum(left.values()))
    return Payable(tuple(due), left)


def by_settlement(rows: Iterable[tuple[int, Pair, int]], held: Mapping[int, tuple[Terms, bool]]) -> list[Entitled]:
    """What rows entitle to, settlement by settlement. `rows`: (settlement, (payer, recipient), amount in minor units).

    `held`: settlement, in order → the terms it was made under, and whether it closes the contract; also those without a row.
    """
    found: dict[int, dict[Pair, int]] = {number: defaultdict(int) for number in held}
    for number, pair, amount in rows:
        found[number][pair] += amount
    return [Entitled(str(number), found[number], *terms) for number, terms in held.items()]


def by_period(agreement: Agreement, lines: Sequence[Line], periods: Sequence[str]) -> list[Entitled]:
    """What lines entitle to, period by period, as if each were settled by itself; also periods that have no line."""
    found: dict[str, dict[Pair, int]] = {period: {} for period in periods}
    for line in lines:
        pairs = found[line.period]
        pairs[line.payer, line.recipient] = pairs.get((line.payer, line.recipient), 0) + line.amount
    last = agreement.calendar.followed[-1].id
    return [
        Entitled(period, pairs, in_force(agreement, period).terms, period == last) for period, pairs in found.items()
    ]


def _netted(amounts: Mapping[Pair, int]) -> dict[Pair, int]:
    """Opposite amounts of two parties as one, and nothing to oneself."""
    sums: dict[Pair, int] = defaultdict(int)
    for (payer, recipient), amount in amounts.items():
        if payer < recipient:
            sums[payer, recipient] += amount
        elif payer > recipient:
            sums[recipient, payer] -= amount
    return sums
