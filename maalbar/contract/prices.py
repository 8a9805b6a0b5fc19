"""Prices: how a measured effect, or a number of verified units, becomes an amount of money.

Two families. A price on an effect (`pro_rata`, `tiers`, `interpolated`, `savings_share`) looks at one figure per period;
a price on units (`rate_card`, `brackets`) looks at what was counted or claimed.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from maalbar.contract.bounds import Bounds
from maalbar.contract.values import Amount, Count, FigureText, Identifier, IsoDate, Percent, Section, Sourced

Uncertainty = Literal["point_estimate", "lower_limit", "significant"]


class Price(Sourced):
    """What every price can say."""

    kind: str
    index: Identifier | None = None
    """A key of `terms.indices`: amounts follow it by date."""
    not_before: IsoDate | None = None
    """Nothing is owed in a period that is paid before this day; what was earned until then is owed afterwards."""


class EffectPrice(Price):
    """What every price on an effect can say. Its amounts are for the whole contract unless `earned` says otherwise."""

    uncertainty: Uncertainty | None = None
    """Overrides `terms.uncertainty` for this outcome."""
    earned: Literal["evenly", "at_end", "every_period", "parts"] = "evenly"
    """How the amount is earned over the followed periods: alike, all in the last, the whole amount in each, or by `parts`."""
    parts: dict[str, Percent] = {}
    """With `earned: parts`: period → its part; together 100 %."""


class ProRata(EffectPrice):
    """`maximum × result / target`, at most the maximum. On units: `maximum × units so far / target`."""

    kind: Literal["pro_rata"]
    target: FigureText
    maximum: Amount | None = None
    weight: Percent | None = None
    """Instead of `maximum`: the part of `terms.pot`."""


class Tier(Bounds):
    """A stretch of results and what it pays. A negative amount goes back to the payer."""

    amount: Amount


class Tiers(EffectPrice):
    """Steps on the effect. Tiers are ordered, each bound is open or closed, and together they cover every result."""

    kind: Literal["tiers"]
    tiers: Annotated[tuple[Tier, ...], Field(min_length=2)]


class Point(Section):
    """A result and what it pays: an amount, or a rate of the price's `of`."""

    at: FigureText
    amount: Amount | None = None
    rate: Percent | None = None


class Interpolated(EffectPrice):
    """A table of results and payments. What lies between two points is paid as `interpolation` says, and never guessed."""

    kind: Literal["interpolated"]
    interpolation: Literal["linear", "steps"]
    """`linear`: on the straight line between the two points. `steps`: as the point below."""
    points: Annotated[tuple[Point, ...], Field(min_length=2)]
    of: Amount | None = None
    """What the points' rates are rates of."""
    under_first: Literal["nothing", "first"]
    """What a result under the first point pays. Above the last point the last is paid."""


class Rate(Section):
    """What one unit is worth, between two days and, where units differ, of one item."""

    amount: Amount
    item: Identifier | None = None
    start: Annotated[IsoDate | None, Field(alias="from")] = None
    end: Annotated[IsoDate | None, Field(alias="to")] = None


class SavingsShare(EffectPrice):
    """A share of the money that is saved, with another share after break-even.

    The result is the saving in the contract's currency, or, with `tariff`, units avoided that are weighted by it.
    """

    kind: Literal["savings_share"]
    before_break_even: Percent
    after_break_even: Percent
    break_even: Amount | None = None
    """Paid so far; the capital drawn by the period's pay day where it is left out."""
    tariff: tuple[Rate, ...] = ()
    """What one avoided unit saves; units are then handed in one by one or in groups, with their `item`."""


class Milestone(Section):
    """A step of a person's way. Each is paid once per person, and only after the steps before it."""

    id: Identifier
    amount: Amount
    days_after_previous: Count = 0
    """The least number of days after the milestone before it."""


class PerPerson(Section):
    """The most that one person brings, applied before anything is added up."""

    max_claims: Count | None = None
    max_units: Count | None = None
    maximum: Amount | None = None
    days_between: Count = 0
    """The least number of days between two claims of one person."""


class Yearly(Section):
    """The most of an outcome in a budget year, in units or in money."""

    max_units: Count | None = None
    maximum: Amount | None = None
    carry_over: Literal["none", "unused", "excess"]
    """What crosses into the next year: nothing, room that was not used, or units over the limit."""


class UnitPrice(Price):
    """What every price on units can say."""

    counts: Literal["persons", "other"] = "persons"
    """Whether one unit tells of one person, so that a small payment would give a small number of persons away."""
    min_units: Count = 0
    """Fewer units than this wait for the next period, so that no payment is for one to four persons."""
    pays_states: tuple[str, ...] = ("verified",)
    """The states of a claim that are paid. What is only claimed is shown and not paid."""
    success: Bounds | None = None
    """With one result per person: the results that count as one unit."""
    per_person: PerPerson | None = None
    yearly: Yearly | None = None
    maximum: Amount | None = None
    """The most over the whole contract."""


class RateCard(UnitPrice):
    """A price for every verified unit: one `amount`, dated `rates`, or the `milestones` of a chain."""

    kind: Literal["rate_card"]
    amount: Amount | None = None
    rates: tuple[Rate, ...] = ()
    milestones: tuple[Milestone, ...] = ()


class Bracket(Section):
    """The price of the units up to and including number `up_to`, counted over the whole contract."""

    up_to: Count | None = None
    amount: Amount


class Brackets(UnitPrice):
    """A price by the number of the unit: the first hundred at one price, those after at another."""

    kind: Literal["brackets"]
    brackets: Annotated[tuple[Bracket, ...], Field(min_length=1)]


class Unpaid(Sourced):
    """Measured and shown, never paid."""

    kind: Literal["none"]


AnyPrice = Annotated[
    ProRata | Tiers | Interpolated | SavingsShare | RateCard | Brackets | Unpaid, Field(discriminator="kind")
]
KINDS = ("pro_rata", "tiers", "interpolated", "savings_share", "rate_card", "brackets", "none")


def without_kind(location: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """A place in the file as its reader knows it: without the kind of price that the model puts after `price`."""
    before = (None, *location)
    return tuple(part for last, part in zip(before, location, strict=False) if last != "price" or part not in KINDS)


EFFECT_PRICES = (ProRata, Tiers, Interpolated, SavingsShare)
