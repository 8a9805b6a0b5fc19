"""What the workbook is given: the results as settlement got them, what is posted, and what Maalbar itself comes to.

Results are in the contract's direction, amounts in minor units.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from maalbar.contract.terms import Terms

Pair = tuple[str, str]
"""(payer, recipient)"""
Cell = tuple[str, str, str]
"""(outcome, payer, recipient)"""
Key = tuple[str, str, str, str, str]
"""(period, outcome, payer, recipient, component)"""


@dataclass(frozen=True)
class Figure:
    """A result on one basis, with its 95 % interval; None where it is not given."""

    value: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    standard_error: Decimal | None = None
    is_significant: bool | None = None


@dataclass(frozen=True)
class Claimed:
    """One thing that was counted. `day`: its own, or the period's first. `rate`: its place among the price's dated amounts."""

    quantity: Decimal
    day: date
    person: str | None = None
    milestone: str | None = None
    item: str | None = None
    cohort: str | None = None
    state: str = "verified"
    value: Decimal | None = None
    rate: int | None = None
    is_count: bool = False
    """Whether it is the plain number of units of the period, and no claim."""


@dataclass(frozen=True)
class Measured:
    """The result of one outcome in one period. `claims` in the order in which limits are filled."""

    why_not: str | None = None
    period: Figure = Figure()
    cumulative: Figure = Figure()
    units: Decimal | None = None
    claims: tuple[Claimed, ...] = ()
    savings: Mapping[str, Decimal] = field(default_factory=dict)
    others: Mapping[str, Measured] = field(default_factory=dict)

    def on(self, basis: str) -> Figure:
        return self.cumulative if basis == "cumulative" else self.period


Results = Mapping[tuple[str, str], Measured]
"""(period, outcome) → result; what is missing is not measurable."""
NO_RESULT = Measured(why_not="no_result")


@dataclass(frozen=True)
class Entitlement:
    """What one settlement entitles to: as posted earlier, or, where `posted` is None, what the workbook itself computes.

    `period`: of that, only what concerns this period; all of it where it is None. `closes`: whether it settles the last period.
    """

    settlement: str
    pay_by: date
    terms: Terms
    closes: bool
    posted: Mapping[Pair, int] | None = None
    period: str | None = None


@dataclass(frozen=True)
class Moved:
    """What Maalbar moves: (settlement, payer, recipient) → amount, negative when it goes back; and what is set off or waived."""

    due: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    set_off: Mapping[Pair, int] = field(default_factory=dict)
    waived: int = 0


@dataclass(frozen=True)
class Invested:
    """An investor's money as Maalbar has it. `yearly_return` is None also where it is not told yet."""

    investor: str
    paid_in: int
    returned: int
    principal: int
    premium: int
    yearly_return: Decimal | None


@dataclass(frozen=True)
class Settled:
    """What Maalbar itself comes to, as values: to be held beside the formulas.

    `lines`: what each period gives. `posted`: what the ledger has of it. `stands`: (period, cell) → what stays paid since persons
    were erased, before caps. `entitled`: each settlement in order. `largest`: no amount on the way is larger. `tells_returns`:
    whether what investors have earned a year is told yet.
    """

    periods: tuple[str, ...]
    lines: Mapping[Key, int]
    posted: Mapping[Key, int] = field(default_factory=dict)
    stands: Mapping[tuple[str, Cell], int] = field(default_factory=dict)
    entitled: tuple[Entitlement, ...] = ()
    moved: Moved = Moved()
    investors: tuple[Invested, ...] = ()
    tells_returns: bool = False
    largest: int = 0
