"""Given up: what of the amounts owed whoever is owed them has waived, however the figures move afterwards.

One law, over the sum of an outcome's periods (between the same two, of the same component): what is posted and what is given up
are together what it is worth. What a waiver gives up is the lesser of two amounts:

    of its lines    what each of them comes to now beyond what was posted of it when the waiver was said, at most what was waived
    of the sum      what all periods come to now beyond what was left in all to whoever waived

So 25 given up when nothing was paid is 0 at 20 and at 25, and 5 at 30; and where a later period takes 10 back, or had taken
them back before, nobody pays back what they were never paid, nor is paid what they waived. For a payer that lets a repayment lie
it is the same with the signs turned: what later periods add is first what it has paid already. What was posted before a waiver
was said is no part of either amount, and so is not touched by it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from transforms.settlement.lines import Key, Line

Account = tuple[str, str, str, str]
"""(outcome, payer, recipient, component): what a key is without its period."""


@dataclass(frozen=True)
class Waiver:
    """The lines of one account that a party gave up, all to be paid in one direction. Amounts in minor units.

    `lines`: period → what was proposed. `posted`: period → what had been posted of it before that proposal. `against`: what the
    proposal would have moved of the account in the other direction, as far as that was not given up before.
    """

    account: Account
    lines: Mapping[str, int]
    posted: Mapping[str, int]
    against: int = 0


def given_up(owed: Sequence[Line], waivers: Sequence[Waiver], periods: Sequence[str]) -> dict[Key, int]:
    """Key → what of it is given up, in minor units; below 0 where it is a repayment that is. Nothing where that is 0.

    `waivers` in the order they were said in; `periods` in that of the calendar. A period may have less than nothing given up
    of it: what it takes back of others is not paid back.
    """
    worth: dict[Account, dict[str, int]] = {waiver.account: dict.fromkeys(periods, 0) for waiver in waivers}
    for line in owed:
        if line.key[1:] in worth:
            worth[line.key[1:]][line.period] += line.amount
    left = {account: dict(by_period) for account, by_period in worth.items()}
    for waiver in waivers:
        _give_up(left[waiver.account], waiver)
    found = {
        (period, *account): amount - left[account][period]
        for account, by_period in worth.items()
        for period, amount in by_period.items()
    }
    return {key: amount for key, amount in sorted(found.items()) if amount}


def _give_up(left: dict[str, int], waiver: Waiver) -> None:
    """Take out of what is left of an account what a waiver gives up. `left`: period → minor units, in order; changed in place."""
    sign = 1 if sum(waiver.lines.values()) > 0 else -1
    before = {period: sign * waiver.posted.get(period, 0) for period in left}
    has, now = sum(before.values()), sign * sum(left.values())
    # What goes the other way stays due, but takes nothing from whoever has received nothing.
    stays = max(has + sign * waiver.against, min(has, 0))
    kept_back = 0
    for period, amount in waiver.lines.items():
        of_line = max(0, min(sign * amount, sign * left[period] - before[period]))
        left[period] -= sign * of_line
        kept_back += of_line
    too_much = kept_back - max(0, min(kept_back, now - stays))
    for (
        period
    ) in left:  # no more is left out of the sum than it comes to: so much of what others take back is not taken
        credited = min(too_much, max(0, before[period] - sign * left[period]))
        left[period] += sign * credited
        too_much -= credited
