"""What is paid for, by whom, to whom, and how much at most."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, PlainSerializer

from maalbar.contract.values import (
    Amount,
    DefinitionRef,
    Flag,
    Identifier,
    IsoDate,
    Percent,
    Section,
    Sourced,
)

_TARGET = re.compile(r"(?P<number>\d+(\.\d+)?) (?P<unit>%|points|per person-year|percentage points)")


class Target(Section):
    """The improvement that earns the full price: `10 %` of the expected rate, or `0.5 points` on a scale."""

    number: Decimal
    unit: Literal["%", "points", "per person-year", "percentage points"]

    @property
    def value(self) -> Decimal:
        """In the unit of the effect estimate: a proportion for `%`, else the number itself."""
        return self.number / 100 if self.unit == "%" else self.number

    def __str__(self) -> str:
        return f"{self.number:f} {self.unit}"


def _target(value: object) -> object:
    found = _TARGET.fullmatch(value) if isinstance(value, str) else None
    if isinstance(value, str) and not found:
        raise ValueError("a target is written with its unit, like `10 %` or `0.5 points`")
    return found.groupdict() if found else value


TargetText = Annotated[Target, BeforeValidator(_target), PlainSerializer(str)]


class ProRata(Sourced):
    """`maximum × improvement / target`, at most the maximum, at least nothing, over all periods of the contract."""

    kind: Literal["pro_rata"]
    target: TargetText
    maximum: Amount


class RateCard(Sourced):
    """A price for every verified outcome."""

    kind: Literal["rate_card"]
    amount: Amount
    maximum: Amount | None = None


class Unpaid(Sourced):
    """Measured and shown, never paid."""

    kind: Literal["none"]


Price = Annotated[ProRata | RateCard | Unpaid, Field(discriminator="kind")]


class Share(Section):
    """Which part of an outcome's amount one payer owes one recipient. A payer may also be the recipient."""

    payer: Identifier
    recipient: Identifier
    share: Percent


class Outcome(Sourced):
    """One thing the contract wants to change, how it is measured and what it is worth."""

    title: dict[Literal["da", "en"], str]
    indicator: DefinitionRef
    estimator: Literal["difference_in_differences", "count"]
    contrast: Literal["ratio", "difference"] | None = None
    """`ratio`: relative change of a rate. `difference`: change in the unit of the indicator."""
    better: Literal["lower", "higher"]
    price: Price
    payments: tuple[Share, ...] = ()
    note: str | None = None


class Cap(Sourced):
    """The most that is ever paid: by one payer, by one payer to one recipient, or in the whole contract."""

    payer: Identifier | None = None
    recipient: Identifier | None = None
    maximum: Amount


class Drawdown(Section):
    """Capital paid in by an investor on a day."""

    investor: Identifier
    dated: IsoDate
    amount: Amount


class Capital(Sourced):
    """What the investors put in."""

    drawdowns: tuple[Drawdown, ...]


class Premium(Sourced):
    """The risk premium: so much on top of each krone of principal that a payment repays."""

    rate: Percent


class Terms(Sourced):
    """How payments are computed. `cumulative`: on the effect of all periods so far, less what is already paid."""

    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    basis: Literal["cumulative", "per_period"]
    negative_difference: Literal["claw_back"]
    rounding: Literal["half_up"] = "half_up"
    premium: Premium
    caps: tuple[Cap, ...]
    capital: Capital
    outside: tuple[str, ...] = ()
    """Money that stands outside the contract and is only mentioned."""


class Mandate(Sourced):
    """What a payer's body has recommended or decided, and the most it allows."""

    payer: Identifier
    body: str
    dated: IsoDate
    state: Literal["recommended", "decided"]
    ceiling: Amount | None = None
    case_number: str | None = None
    confirmed: Flag = False


class UnitValue(Section):
    """What one avoided unit of an outcome is reckoned to be worth, and who would have borne it."""

    outcome: Identifier
    amount: Amount
    bearers: dict[str, Percent]


class Value(Sourced):
    """Calculated value, shown and never paid: money that is not set free, since others fill the bed."""

    units: tuple[UnitValue, ...]
