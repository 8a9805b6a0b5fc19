"""What settlement gives: payment lines, the way to each, and their difference from what is posted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from transforms.settlement.results import Result

Pair = tuple[str, str]
Cell = tuple[str, str, str]
"""(outcome, payer, recipient)"""
Component = Literal["principal", "premium"]
Key = tuple[str, str, str, str, str]
"""(period, outcome, payer, recipient, component)"""


@dataclass(frozen=True, slots=True)
class Line:
    """What is owed for one period: `amount` in minor units, negative when it goes back to the payer."""

    period: str
    outcome: str
    payer: str
    recipient: str
    component: Component
    amount: int

    @property
    def key(self) -> Key:
        return self.period, self.outcome, self.payer, self.recipient, self.component


@dataclass(frozen=True)
class Stage:
    """One step on the way from a result to an amount: the rule that was applied, what it looked at, and the amount after it.

    `amount` in minor units, None where there is no amount yet. `facts` are numbers in the units of the contract.
    """

    rule: str
    amount: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """How one outcome's amount came about in one period, in minor units; the statement puts it into words.

    `attained` is the part of the target reached. `owed_so_far` is before caps, `adds` is what the period adds to it,
    `granted` what is left of that after the caps. `trail` is the whole way.
    """

    period: str
    outcome: str
    kind: str
    result: Result
    attained: Decimal | None
    elapsed: int
    periods: int
    owed_so_far: int
    adds: int
    granted: int
    trail: tuple[Stage, ...] = ()


@dataclass(frozen=True)
class Settlement:
    """Every line of every settled period, and the way to each.

    `owed`: (period, cell) → what the period adds to the cell by its results, before caps and without what stands besides.
    """

    lines: tuple[Line, ...]
    steps: tuple[Step, ...]
    owed: Mapping[tuple[str, Cell], int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(line.amount for line in self.lines)


def difference(owed: Sequence[Line], posted: Mapping[Key, int]) -> list[Line]:
    """The difference rule: what is owed less what is posted, line by line, in order; nothing where they agree."""
    due: dict[Key, int] = defaultdict(int)
    for line in owed:
        due[line.key] += line.amount
    for key, amount in posted.items():
        due[key] -= amount
    return [Line(*key, amount) for key, amount in sorted(due.items()) if amount]  # type: ignore[arg-type]
