"""Outcomes: what the contract wants to change, how it is measured, what it is worth, and who pays whom for it."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from maalbar.contract.bounds import Gate
from maalbar.contract.prices import AnyPrice, ProRata
from maalbar.contract.values import Count, DefinitionRef, FigureText, Identifier, Percent, Section, Sourced

Estimator = Literal[
    "difference_in_differences",
    "matched_comparison",
    "historical_baseline",
    "before_after",
    "trial",
    "count",
    "given",
]
GIVEN = "given@1"
"""The indicator of what others have measured."""


class Share(Section):
    """Which part of an outcome's amount one payer owes one recipient. A payer may also be the recipient."""

    payer: Identifier
    """Who pays: a party with the role payer."""
    recipient: Identifier
    """Who receives: an investor or an intermediary. It may be the payer itself; such a payment is posted gross."""
    share: Percent
    """Its part of the outcome's amount. All shares of an outcome sum to 100 %; øre that do not divide go to the largest
    remainders."""


class Fallback(Sourced):
    """The estimate that is agreed beforehand for the case that the first one fails."""

    when: Literal["not_measurable", "standard_error_above"]
    """What brings the fallback into use: the first estimate is `not_measurable`, or its standard error is above `limit`."""
    limit: FigureText | None = None
    """With `standard_error_above`."""
    use: dict[Estimator, Percent]
    """Estimator → weight; together 100 %. Standard errors are combined as of independent estimates, and the interval reaches as
    many of them as the one among theirs that reaches furthest. One estimator alone keeps its own interval."""


class Matching(Sourced):
    """How residents of the comparison areas are matched to the treated, by what was known of them on the day of entry."""

    method: Literal["exact", "propensity"]
    """`exact`: comparison persons stand for the treated of the same age band, sex, benefit and group of earlier use.
    `propensity`: each treated person gets the nearest comparison person by the estimated chance of being treated."""
    by: tuple[Literal["age", "sex", "benefit", "earlier_use"], ...] = ("age", "sex", "benefit", "earlier_use")
    """What they are matched on. `earlier_use` is the outcome's own indicator in the baseline windows."""
    caliper: Percent = Decimal("0.2")
    """With `propensity`: the widest distance, of the standard deviation of the log odds (Austin 2011: 20 %). Treated persons
    without a match that near are left out, and counted."""


class Trial(Sourced):
    """A result that a trial has found, taken as given in every period."""

    change: FigureText
    """The change that was found, signed as measured: `-12 %` is twelve per cent fewer."""
    standard_error: FigureText
    """Its standard error, in the same unit; for a ratio that of the relative change."""
    persons: Count
    """How many persons the trial had, as shown on the statement."""
    note: str | None = None
    """Where, on whom, and why it may be carried over."""


class Deadweight(Sourced):
    """The part of what was achieved that would have come anyway, and is not paid for."""

    share: Percent
    """What is taken off the effect, or off the worth of each unit."""
    cohorts: dict[Identifier, Percent] = {}
    """Cohorts with a share of their own."""


class Planning(Sourced):
    """What the parties reckon with before anything is measured: `check --stress` and `forecast` draw from it.

    It binds nobody, and the hash of the terms does not cover it. A saving is in whole units of the currency, `500_000 units`.
    """

    standard_error: FigureText | None = None
    """Of the result of one period alone."""
    correlation: Percent | None = None
    """Between the results of two periods, which share a baseline; none where it is left out."""
    full_effect: FigureText | None = None
    """The result when all works; the target where it is left out and the price has one."""
    no_effect: FigureText | None = None
    """The result when nothing works: the level, or the units in a period, that come anyway; nothing where it is left out."""
    units: Count | None = None
    """Units in a period when all works, for prices on units, after any limits per person."""


class Outcome(Sourced):
    """One thing the contract wants to change, how it is measured and what it is worth."""

    title: dict[Literal["da", "en"], str]
    """What the outcome is called on statements, in Danish (`da`) and English (`en`)."""
    indicator: DefinitionRef = GIVEN
    """`given@1`: others have measured it, and hand in the result."""
    estimator: Estimator
    """How the effect is found, and so what it assumes. `difference_in_differences`: both arms would have changed alike.
    `matched_comparison`: matched persons would have fared alike. `historical_baseline`: those selected in the same way before
    would have fared alike. `before_after`: nothing else changed. `trial`: a trial's result holds here. `count` counts
    units, without a contrast. `given`: others have measured it, and hand in the result with `maalbar settle --results`."""
    contrast: Literal["ratio", "difference", "level"] | None = None
    """`ratio`: relative change of a rate. `difference`: change in the unit of the indicator. `level`: the figure as measured."""
    better: Literal["lower", "higher"]
    """Which way the indicator should move. Results are turned so that an improvement is positive; a `level` is kept as
    measured."""
    price: AnyPrice
    """What a result is worth. Its `kind` decides which other keys it has."""
    payments: tuple[Share, ...] = ()
    """Who pays whom which share of the amount. Required with a price, refused with `kind: none`."""
    sharing: Literal["fixed", "measured_saving"] = "fixed"
    """`measured_saving`: payers share in proportion to what each has saved by `terms.responsibilities`."""
    gate: Gate | None = None
    """What must be reached before anything is paid. Left out: no gate."""
    deadweight: Deadweight | None = None
    """What would have come anyway, and is taken off. Left out: nothing is taken off."""
    fallback: Fallback | None = None
    """Which estimate is used when the first one fails. Left out: the outcome is then not measurable, and nothing is added or
    taken back."""
    planning: Planning | None = None
    """What the parties reckon with beforehand; pays nothing."""
    clusters: Literal["person", "area"] = "person"
    """What is independent of each other: persons, or only whole areas, which shocks may befall. With few areas an interval by
    area is wide, and honest."""
    matching: Matching | None = None
    """With `matched_comparison`, here or in the fallback."""
    trial: Trial | None = None
    """With `trial`, here or in the fallback."""
    censor: tuple[Literal["left_municipality", "crossover", "pension_age"], ...] = ()
    """What ends the follow-up of a person for this outcome, in both arms alike: leaving the municipality lived in at entry (for
    what only a municipality delivers), moving to an area of the other arm, or reaching the age of folkepension. Left out: only
    death and emigration do."""
    note: str | None = None
    """What a reader of the statement should know about the outcome."""

    @property
    def is_without_comparison(self) -> bool:
        """Whether the effect is a change alone, which anything may have caused; the statement marks it."""
        return self.estimator in ("before_after", "historical_baseline")

    @property
    def is_measured_here(self) -> bool:
        """Whether the measurement finds the effect itself. A result that is given was found by others, by whatever estimator."""
        return self.estimator != "given" and self.indicator != GIVEN

    @property
    def promised(self) -> Decimal | None:
        """The result when all works, in the unit of the result: the plan's, or the target; None where neither says."""
        if self.planning and self.planning.full_effect:
            return self.planning.full_effect.value
        return self.price.target.value if isinstance(self.price, ProRata) else None

    @property
    def estimators(self) -> tuple[str, ...]:
        """The estimators that can come to count: the outcome's own and those of its fallback."""
        return (self.estimator, *(self.fallback.use if self.fallback else ()))
