"""Outcomes: what the contract wants to change, how it is measured, what it is worth, and who pays whom for it."""

from __future__ import annotations

from typing import Literal

from maalbar.contract.bounds import Gate
from maalbar.contract.prices import AnyPrice
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
MEASURED_HERE = ("difference_in_differences", "count")
"""What the measurement computes itself; results of the others are handed in by those who made them."""


class Share(Section):
    """Which part of an outcome's amount one payer owes one recipient. A payer may also be the recipient."""

    payer: Identifier
    recipient: Identifier
    share: Percent


class Fallback(Sourced):
    """The estimate that is agreed beforehand for the case that the first one fails."""

    when: Literal["not_measurable", "standard_error_above"]
    limit: FigureText | None = None
    """With `standard_error_above`."""
    use: dict[Estimator, Percent]
    """Estimator → weight; together 100 %. Standard errors are combined as of independent estimates."""


class Deadweight(Sourced):
    """The part of what was achieved that would have come anyway, and is not paid for."""

    share: Percent
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
    indicator: DefinitionRef = "given@1"
    """`given@1`: others have measured it, and hand in the result."""
    estimator: Estimator
    contrast: Literal["ratio", "difference", "level"] | None = None
    """`ratio`: relative change of a rate. `difference`: change in the unit of the indicator. `level`: the figure as measured."""
    better: Literal["lower", "higher"]
    price: AnyPrice
    payments: tuple[Share, ...] = ()
    sharing: Literal["fixed", "measured_saving"] = "fixed"
    """`measured_saving`: payers share in proportion to what each has saved by `terms.responsibilities`."""
    gate: Gate | None = None
    deadweight: Deadweight | None = None
    fallback: Fallback | None = None
    planning: Planning | None = None
    note: str | None = None

    @property
    def is_without_comparison(self) -> bool:
        """Whether the effect is a change alone, which anything may have caused; the statement marks it."""
        return self.estimator in ("before_after", "historical_baseline")
