"""Caps: what may be granted of what is owed.

The order is fixed: outcome, payer to recipient, payer, return on capital, contract; within each the budget year before the
whole contract. A cap that binds takes from what a period adds, in proportion; what was granted before stays, as far as it is
still owed.

More effect never pays less in the end under caps on payers, pairs and the whole contract that carry over `excess` or are of all
years, with floors of an amount or a share of capital, with gates that look at all periods together, and with limits of a person
in units or money where the outcome has no yearly limit.
It can pay less, by the nature of the terms, where an early estimate takes what a later one would have got otherwise:
- a yearly cap cuts off for good (`none`, `unused`) and the basis is cumulative;
- a gate looks at each period and the basis is cumulative;
- a return is limited or guaranteed: the same krone received earlier has earned more, so fewer follow;
- a premium's condition held only while a cap was full of an effect that is gone since;
- a person's limit, or a chain, takes the earlier of two claims, and the later one is dearer, larger, or in a year with more room.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from maalbar.contract.terms import Cap
from maalbar.money import split
from transforms.settlement.lines import Cell

Scope = tuple[str | None, str | None, str | None]
"""Outcome, payer and recipient of a cap."""


@dataclass
class Granted:
    """What has been granted so far, in minor units: in all, by budget year, and what a yearly cap has cut off for good.

    `limits`: what a yearly cap allowed in a year, as the terms were then.
    """

    cells: dict[Cell, int] = field(default_factory=lambda: defaultdict(int))
    years: dict[tuple[str, Cell], int] = field(default_factory=lambda: defaultdict(int))
    lost: dict[Cell, int] = field(default_factory=lambda: defaultdict(int))
    limits: dict[tuple[Scope, str], int] = field(default_factory=dict)


@dataclass(frozen=True)
class Cut:
    """What one cap takes from one outcome in a period."""

    cap: Cap
    outcome: str
    taken: int


def rank(cap: Cap) -> tuple[int, bool]:
    """The place of a cap in the fixed order."""
    if cap.outcome is not None:
        scope = 0
    elif cap.recipient is not None:
        scope = 1
    elif cap.payer is not None:
        scope = 2
    else:
        scope = 4
    return scope, cap.per == "contract"


def capped(
    caps: Sequence[Cap],
    owed: Mapping[Cell, int],
    granted: Granted,
    years: Sequence[str],
    return_room: Callable[[str], int | None],
) -> tuple[dict[Cell, int], list[Cut]]:
    """What a period adds to each cell (or takes back), and what each cap took.

    `owed`: so far, before caps. `years`: the budget years up to and including this period's. `return_room`: recipient → the
    most that its return lets it receive in this period, None without limit.
    """
    kept = {cell: min(granted.cells[cell], amount) for cell, amount in owed.items()}
    more = {cell: max(amount - kept[cell] - granted.lost[cell], 0) for cell, amount in owed.items()}
    back = {cell: kept[cell] - granted.cells[cell] for cell in owed}
    cuts: list[Cut] = []
    for cap in caps:
        if cap.per == "budget_year":
            granted.limits[_scope(cap), years[-1]] = cap.most_in(years[-1])

    def room_after_returns(cap: Cap) -> int:
        return left_under(cap, granted, years) - sum(amount for cell, amount in back.items() if within(cell, cap))

    for cap in sorted((c for c in caps if rank(c)[0] < 3), key=rank):
        _hold(cap, more, room_after_returns(cap), cuts, granted)
    for recipient in sorted({cell[2] for cell in owed}):
        room = return_room(recipient)
        if room is not None:
            taken_back = sum(amount for cell, amount in back.items() if cell[2] == recipient)
            cap = Cap.model_construct(recipient=recipient, per="contract", carry_over=None, source="returns")
            _hold(cap, more, room - taken_back, cuts, granted)
    for cap in sorted((c for c in caps if rank(c)[0] == 4), key=rank):
        _hold(cap, more, room_after_returns(cap), cuts, granted)
    return {cell: back[cell] + more[cell] for cell in owed}, cuts


def note(granted: Granted, allowed: Mapping[Cell, int], year: str) -> None:
    """Remember what a period has granted."""
    for cell, amount in allowed.items():
        granted.cells[cell] += amount
        granted.years[year, cell] += amount


def within(cell: Cell, cap: Cap) -> bool:
    """Whether a cap counts what a cell is paid."""
    return cap.outcome in (None, cell[0]) and cap.payer in (None, cell[1]) and cap.recipient in (None, cell[2])


def left_under(cap: Cap, granted: Granted, years: Sequence[str]) -> int:
    """What a cap still allows, in minor units: of the contract, or of the newest of `years` with what it carries over."""
    if cap.per == "contract":
        return cap.maximum.minor - sum(amount for cell, amount in granted.cells.items() if within(cell, cap))
    counted = set(years) if cap.carry_over == "unused" else {years[-1]}
    limits = {year: most for (scope, year), most in granted.limits.items() if scope == _scope(cap) and year in counted}
    spent = sum(amount for (year, cell), amount in granted.years.items() if year in limits and within(cell, cap))
    return sum(limits.values()) - spent


def _scope(cap: Cap) -> Scope:
    return cap.outcome, cap.payer, cap.recipient


def _hold(cap: Cap, more: dict[Cell, int], room: int, cuts: list[Cut], granted: Granted) -> None:
    """Cut what a period adds inside a cap's scope down to its room, in proportion. In place."""
    inside = {cell: amount for cell, amount in more.items() if amount and within(cell, cap)}
    wanted = sum(inside.values())
    if wanted <= room:
        return
    parts = split(max(room, 0), {cell: Fraction(amount, wanted) for cell, amount in inside.items()})
    by_outcome: dict[str, int] = defaultdict(int)
    for cell, part in parts.items():
        by_outcome[cell[0]] += more[cell] - part
        if cap.per == "budget_year" and cap.carry_over in ("none", "unused"):
            granted.lost[cell] += more[cell] - part
        more[cell] = part
    cuts.extend(Cut(cap, outcome, taken) for outcome, taken in by_outcome.items())
