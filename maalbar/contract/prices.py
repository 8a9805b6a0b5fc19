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
    """Which price it is."""
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
    """A part of the maximum for the same part of the target."""
    target: FigureText
    """The improvement, or the number of units, that earns all of it; above nothing, in the unit of the outcome."""
    maximum: Amount | None = None
    """What the target earns over the whole contract. Give this or `weight`."""
    weight: Percent | None = None
    """Instead of `maximum`: the part of `terms.pot`."""


class Tier(Bounds):
    """A stretch of results and what it pays. A negative amount goes back to the payer."""

    amount: Amount
    """What a result inside the bounds pays. Negative only under `floor: none`."""


class Tiers(EffectPrice):
    """Steps on the effect. Tiers are ordered, each bound is open or closed, and together they cover every result."""

    kind: Literal["tiers"]
    """One amount for each stretch of results."""
    tiers: Annotated[tuple[Tier, ...], Field(min_length=2)]
    """At least two, from the lowest result up; the first has no lower bound, the last no upper. A better result never pays
    less."""


class Point(Section):
    """A result and what it pays: an amount, or a rate of the price's `of`."""

    at: FigureText
    """The result, in the unit of the outcome."""
    amount: Amount | None = None
    """What it pays. Give this or `rate`."""
    rate: Percent | None = None
    """What it pays, as a part of the price's `of`."""


class Interpolated(EffectPrice):
    """A table of results and payments. What lies between two points is paid as `interpolation` says, and never guessed."""

    kind: Literal["interpolated"]
    """A table, and a rule for what lies between its rows."""
    interpolation: Literal["linear", "steps"]
    """`linear`: on the straight line between the two points. `steps`: as the point below."""
    points: Annotated[tuple[Point, ...], Field(min_length=2)]
    """At least two, in rising order of `at`, in one unit. A better result never pays less."""
    of: Amount | None = None
    """What the points' rates are rates of."""
    under_first: Literal["nothing", "first"]
    """What a result under the first point pays. Above the last point the last is paid."""


class Rate(Section):
    """What one unit is worth, between two days and, where units differ, of one item."""

    amount: Amount
    """What one unit is worth."""
    item: Identifier | None = None
    """The kind of unit it is for, as in the column `item` of the results. Left out: units without an item."""
    start: Annotated[IsoDate | None, Field(alias="from")] = None
    """The first day it holds; from the beginning where it is left out."""
    end: Annotated[IsoDate | None, Field(alias="to")] = None
    """The first day it no longer holds; to the end where it is left out. Rates of one item follow each other without gap."""


class SavingsShare(EffectPrice):
    """A share of the money that is saved, with another share after break-even.

    The result is the saving in the contract's currency, or, with `tariff`, units avoided that are weighted by it.
    """

    kind: Literal["savings_share"]
    """A share of what is saved."""
    before_break_even: Percent
    """The share that is paid until `break_even` is paid."""
    after_break_even: Percent
    """The share of all that is saved beyond that."""
    break_even: Amount | None = None
    """Paid so far; the capital drawn by the period's pay day where it is left out."""
    tariff: tuple[Rate, ...] = ()
    """What one avoided unit saves; units are then handed in one by one or in groups, with their `item`."""


class Milestone(Section):
    """A step of a person's way. Each is paid once per person, and only after the steps before it."""

    id: Identifier
    """Its name, as in the column `milestone` of the results."""
    amount: Amount
    """What the step is worth."""
    days_after_previous: Count = 0
    """The least number of days after the milestone before it."""


class PerPerson(Section):
    """The most that one person brings, applied before anything is added up."""

    max_claims: Count | None = None
    """The most claims of one person that are paid. Left out: no limit."""
    max_units: Count | None = None
    """The most units of one person that are paid, such as weeks. Left out: no limit."""
    maximum: Amount | None = None
    """The most money that one person brings in this outcome. Left out: no limit."""
    days_between: Count = 0
    """The least number of days between two claims of one person."""


class Yearly(Section):
    """The most of an outcome in a budget year, in units or in money."""

    max_units: Count | None = None
    """The most units that are paid in a budget year. Give this or `maximum`."""
    maximum: Amount | None = None
    """The most money in a budget year."""
    carry_over: Literal["none", "unused", "excess"]
    """What crosses into the next year: nothing, room that was not used, or units over the limit."""


class UnitPrice(Price):
    """What every price on units can say."""

    counts: Literal["persons", "other"] = "persons"
    """Whether one unit tells of one person, so that a small payment would give a small number of persons away."""
    min_units: Count = 0
    """Fewer units than this wait for the next period, so that no payment is for one to four persons.

    What still waits when the contract ends is not paid.
    """
    pays_states: tuple[str, ...] = ("verified",)
    """The states of a claim that are paid. What is only claimed is shown and not paid."""
    success: Bounds | None = None
    """With one result per person: the results that count as one unit."""
    per_person: PerPerson | None = None
    """Limits on what one person brings; the results then name a `person`. Left out: no limit."""
    yearly: Yearly | None = None
    """A limit in each budget year, in units or in money. Left out: no limit."""
    maximum: Amount | None = None
    """The most over the whole contract."""


class RateCard(UnitPrice):
    """A price for every verified unit: one `amount`, dated `rates`, or the `milestones` of a chain."""

    kind: Literal["rate_card"]
    """A price per unit."""
    amount: Amount | None = None
    """What every unit is worth. Give this, `rates` or `milestones`."""
    rates: tuple[Rate, ...] = ()
    """What a unit is worth by its day and item."""
    milestones: tuple[Milestone, ...] = ()
    """What each step of a chain is worth, in the order in which a person takes them."""


class Bracket(Section):
    """The price of the units up to and including number `up_to`, counted over the whole contract."""

    up_to: Count | None = None
    """The number of the last unit in the bracket; left out only in the last bracket, which has no end."""
    amount: Amount
    """What each unit in the bracket is worth."""


class Brackets(UnitPrice):
    """A price by the number of the unit: the first hundred at one price, those after at another."""

    kind: Literal["brackets"]
    """A price that depends on how many units came before."""
    brackets: Annotated[tuple[Bracket, ...], Field(min_length=1)]
    """In rising order of `up_to`."""


class Unpaid(Sourced):
    """Measured and shown, never paid."""

    kind: Literal["none"]
    """No price: the outcome has no `payments`."""


AnyPrice = Annotated[
    ProRata | Tiers | Interpolated | SavingsShare | RateCard | Brackets | Unpaid, Field(discriminator="kind")
]
KINDS = ("pro_rata", "tiers", "interpolated", "savings_share", "rate_card", "brackets", "none")


def without_kind(location: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """A place in the file as its reader knows it: without the kind of price that the model puts after `price`."""
    before = (None, *location)
    return tuple(part for last, part in zip(before, location, strict=False) if last != "price" or part not in KINDS)


EFFECT_PRICES = (ProRata, Tiers, Interpolated, SavingsShare)
