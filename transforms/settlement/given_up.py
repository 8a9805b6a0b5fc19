"""Given up: what of the amounts owed whoever is owed them has waived, however the figures move afterwards.

A waiver is of a band of what a line comes to: from what was posted of it then, to what was proposed. What a line comes to within
that band is not paid, and not paid back either; what lies beside it is paid as ever. So a line is worth the same whatever it was
in between: 25 given up when nothing was paid is 0 at 20 and at 25, and 5 at 30.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from transforms.settlement.lines import Key, Line


@dataclass(frozen=True)
class Waiver:
    """A line of a proposal that was given up. `posted`: what had been posted of the same before that proposal, in minor units."""

    key: Key
    amount: int
    posted: int


def given_up(owed: Sequence[Line], waivers: Sequence[Waiver], periods: Sequence[str]) -> dict[Key, int]:
    """Key → what of it is given up, in minor units; below 0 where it is a repayment that is. Nothing where that is 0.

    `waivers` in the order they were said in; `periods` in that of the calendar. What a later period takes back of an outcome is
    first what was given up of it before: nobody pays back what they were never paid.
    """
    worth: dict[Key, int] = defaultdict(int)
    for line in owed:
        worth[line.key] += line.amount
    left = {key: worth[key] for key in [*worth, *(waiver.key for waiver in waivers)]}
    for waiver in waivers:
        left[waiver.key] -= _within(waiver.amount, left[waiver.key] - waiver.posted)
    _take_back(worth, left, periods)
    return {key: worth[key] - amount for key, amount in sorted(left.items()) if worth[key] != amount}


def _within(amount: int, owed: int) -> int:
    """As much of an amount as is owed, in its direction."""
    return max(0, min(amount, owed)) if amount > 0 else min(0, max(amount, owed))


def _take_back(worth: Mapping[Key, int], left: dict[Key, int], periods: Sequence[str]) -> None:
    """Let what a period takes back be taken, period by period, from what was given up of the same in those before it."""
    order = {period: place for place, period in enumerate(periods)}
    unpaid: dict[tuple[str, ...], int] = defaultdict(int)
    for key in sorted(left, key=lambda key: order[key[0]]):
        of = key[1:]
        taken = min(unpaid[of], max(0, -left[key]))
        left[key] += taken
        unpaid[of] += max(0, worth[key] - left[key]) - taken
