"""What settlement is given: the results of each period and outcome, as measured here or handed in.

A result is in the direction the contract wants: an improvement for a `ratio` or a `difference`, the figure itself for a `level`,
money saved (in whole units of the currency) for a share of savings, or what was counted and claimed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Interval:
    """The 95 % interval of a figure, and its standard error where it is known; in the figure's unit and direction.

    `is_significant`: what the measurement says of it, which knows how many areas there were; None: the interval tells.
    """

    low: Decimal
    high: Decimal
    standard_error: Decimal | None = None
    is_significant: bool | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """Something counted: for a person or for nobody named, on a day or in the period at large.

    `quantity` in units; `value` is a person's own result where success is judged per person; `item` chooses the rate, `cohort`
    the deadweight.
    """

    quantity: Decimal = Decimal(1)
    person: str | None = None
    dated: date | None = None
    milestone: str | None = None
    item: str | None = None
    cohort: str | None = None
    state: str = "verified"
    value: Decimal | None = None


@dataclass(frozen=True)
class Result:
    """What a period's measurement gives an outcome.

    `period` is measured in the period alone, `cumulative` over all followed periods so far. `units` is a plain count, `claims`
    are counted one by one. `savings`: task → money saved in the period, where payers share by it. `others`: the same outcome
    by other estimators, for a fallback. None where not measurable.
    """

    period: Decimal | None = None
    cumulative: Decimal | None = None
    units: int | Decimal | None = None
    not_measurable: str | None = None
    period_interval: Interval | None = None
    cumulative_interval: Interval | None = None
    claims: tuple[Claim, ...] = ()
    savings: Mapping[str, Decimal] = field(default_factory=dict)
    others: Mapping[str, Result] = field(default_factory=dict)

    def on(self, basis: str) -> tuple[Decimal | None, Interval | None]:
        """Figure and interval of one basis: `period` or `cumulative`."""
        if basis == "cumulative":
            return self.cumulative, self.cumulative_interval
        return self.period, self.period_interval

    @property
    def counted(self) -> tuple[Claim, ...]:
        """All units as claims: a plain count is one claim of nobody named."""
        return self.claims if self.units is None else (*self.claims, Claim(Decimal(self.units)))
