"""What five years must come to, worked out from the senders' cells alone: figures in exact fractions, amounts in whole øre.

It shares nothing with the product but the words of the contract: 100,000 kr. for one doctor's visit fewer in each of five years
and 30,000 kr. for two hospital visits, a fifth of it each year, losses counted, never less than nothing in all; doctors are paid
by region and town as 3 to 1, the region's part at most 30,000 kr.; 12 % of what repays capital is premium.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from fractions import Fraction

from tests.faults.running.sent import PERIODS, Cells

PRICES = {"doctors": (1, 100_000_00), "hospitals": (2, 30_000_00)}
"""Outcome → visits fewer a year, øre for them in five years."""
REGION_AT_MOST = 30_000_00
MICRO = 1_000_000

Figures = dict[str, Fraction | None]
"""Outcome → visits fewer a year, to six digits; None where no file came."""
Cell = tuple[str, str]
"""Outcome and payer."""


@dataclass(frozen=True)
class Measured:
    """What a period was measured from: source → cells, None where no file came; and who had been erased by then."""

    period: str
    cells: dict[str, Cells | None]
    erased: frozenset[str]

    def figures(self, erased: frozenset[str] | None = None) -> Figures:
        """How many visits fewer: the difference of two differences of means, without whoever is erased.

        Both files fill one table of counts, so where one of them lacks nothing is known of either outcome.
        """
        gone, is_known = self.erased if erased is None else erased, None not in self.cells.values()
        return {
            outcome: _fewer(cells, gone, self.period) if cells and is_known else None
            for outcome, cells in self.cells.items()
        }


def _fewer(cells: Cells, gone: frozenset[str], period: str) -> Fraction:
    def mean(arm: str, window: str) -> Fraction:
        found = [n for (person, of), n in cells.items() if of == window and person[0] == arm and person not in gone]
        return Fraction(sum(found), len(found))

    change = (mean("t", period) - mean("t", "0")) - (mean("c", period) - mean("c", "0"))
    return Fraction(round(-change * MICRO), MICRO)


def owed(run: list[Figures]) -> list[dict[Cell, int]]:
    """For each period of a run, what every cell has come to by its end, before the cap."""
    found, so_far = [], Counter()
    totals = dict.fromkeys(PRICES, 0)
    for figures in run:
        for outcome, (target, most) in PRICES.items():
            fewer = figures[outcome]
            if fewer is not None:
                so_far[outcome] += min(max(fewer / target, Fraction(-1)), Fraction(1)) * most / 5
                totals[outcome] = max(_half_up(so_far[outcome]), 0)
        region = (
            3 * totals["doctors"] + 2
        ) // 4  # three quarters; the odd øre goes to the larger rest, then the larger share
        town = totals["doctors"] - region
        found.append(
            {("doctors", "region"): region, ("doctors", "town"): town, ("hospitals", "town"): totals["hospitals"]}
        )
    return found


def _half_up(amount: Fraction) -> int:
    return int(abs(amount) + Fraction(1, 2)) * (1 if amount >= 0 else -1)


Account = tuple[str, str, str]
"""Outcome, payer and component: what a key is without its period."""


@dataclass(frozen=True)
class Waived:
    """What one party gave up of one proposal: the lines of it that go one way (1, to the fund, or -1, back from it).

    `posted`: all that had been posted before. `others`: account → what the proposal would have moved the other way.
    """

    way: int
    lines: Counter
    posted: Counter
    others: Counter


@dataclass
class Oracle:
    """The newest measurement of each period, and what every settlement was posted from and came to."""

    measured: dict[str, list[Measured]] = field(default_factory=lambda: defaultdict(list))
    erased: frozenset[str] = frozenset()
    posted: list[dict[str, int]] = field(default_factory=list)
    """Of each settlement: period → which of its measurements, from 0."""
    settlements: dict[int, Counter] = field(default_factory=dict)
    """Number → (period, outcome, payer, component) → øre."""
    waived: list[Waived] = field(default_factory=list)

    def run(self) -> dict[str, int]:
        """Period → its newest measurement, of the unbroken run from the first that is followed."""
        return {p: len(self.measured[p]) - 1 for p in itertools.takewhile(lambda p: self.measured[p], PERIODS[1:])}

    def lines(self, run: dict[str, int]) -> Counter:
        """What is due for a run: entitled less what was waived and less posted."""
        due = self._entitled(run)
        for one in self.waived:
            due = _without(due, one)
        due.subtract(self.all_posted())
        return Counter({key: amount for key, amount in due.items() if amount})

    def all_posted(self) -> Counter:
        found: Counter = Counter()
        for settlement in self.settlements.values():
            found.update(settlement)
        return found

    def waive(self, run: dict[str, int], way: int, payers: set[str]) -> None:
        """Give up what of a proposal goes one way, of some payers: it is not paid, and what goes the other way stays."""
        lines, posted = self.lines(run), self.all_posted()
        mine = Counter({key: a for key, a in lines.items() if a * way > 0 and key[2] in payers})
        others: Counter = Counter()
        for key, amount in lines.items():
            others[key[1:]] += amount if amount * way < 0 else 0
        self.waived.append(Waived(way, mine, posted, others))

    def _entitled(self, run: dict[str, int]) -> Counter:
        stands, standing = self._stands(run), Counter()
        found, before = Counter(), Counter()
        for period, cells in zip(run, owed([self.measured[p][n].figures() for p, n in run.items()]), strict=True):
            standing.update(stands[period])
            for cell, amount in cells.items():
                paid = max(amount + standing[cell], 0)
                paid = min(paid, REGION_AT_MOST) if cell[1] == "region" else paid
                principal = _half_up(Fraction(paid * 100, 112))
                for component, part in (("principal", principal), ("premium", paid - principal)):
                    found[period, *cell, component] = part - before[cell, component]
                    before[cell, component] = part
        return found

    def _stands(self, run: dict[str, int]) -> dict[str, Counter]:
        """Period → cell → what stays paid for whoever was erased between a payment and the measurement in its place."""
        found: dict[str, Counter] = defaultdict(Counter)
        for was, now in itertools.pairwise([*self.posted, run]):
            without: dict[str, Figures] = {}
            for period, number in was.items():
                paid, new = self.measured[period][number], self.measured[period][now.get(period, number)]
                if new is not paid and new.erased != paid.erased:
                    without[period] = paid.figures(new.erased)
            if without:
                whole = {p: self.measured[p][n].figures() for p, n in (run | was).items()}
                both = zip(whole, _moves(list(whole.values())), _moves(list((whole | without).values())), strict=True)
                for period, them, others in both:
                    found[period].update({cell: them[cell] - others[cell] for cell in them})
        return found


def _without(entitled: Counter, waived: Waived) -> Counter:
    """What is left to be paid: of each account at least what was left in all when it was waived, or what it comes to if less.

    Told of what goes to the fund; of what goes back from it with every sign turned.
    """
    way, found = waived.way, Counter(entitled)
    for account in sorted({key[1:] for key in waived.lines}):
        had = {period: way * waived.posted[period, *account] for period in PERIODS[1:]}
        now = {period: way * entitled[period, *account] for period in PERIODS[1:]}
        less = {
            period: now[period] - min(max(now[period] - had[period], 0), way * waived.lines[period, *account])
            for period in PERIODS[1:]
        }
        had_in_all, in_all = sum(had.values()), sum(now.values())
        was_left = min(had_in_all, max(had_in_all + way * waived.others[account], 0))
        lacks = min(in_all, was_left) - sum(less.values())
        for period in PERIODS[1:]:  # what was taken back since is not paid back as long as it lacks
            if lacks > 0 and less[period] < had[period]:
                back = min(lacks, had[period] - less[period])
                less[period], lacks = less[period] + back, lacks - back
            found[period, *account] = way * less[period]
    return found


def _moves(run: list[Figures]) -> list[dict[Cell, int]]:
    """What each period of a run adds to every cell."""
    sums = owed(run)
    return [
        {cell: now[cell] - (before[cell] if before else 0) for cell in now}
        for before, now in zip([None, *sums], sums, strict=False)
    ]
