"""The facts of a yearly report: the approved statement, and the counts and rates of it that the public may see.

Effects with their intervals, payments and caps are told exactly, as in the statement. What rests on counts of persons comes from
disclosure control: a number, `SUPPRESSED`, or None where nothing was measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from maalbar.documents.facts import StatementFacts
from maalbar.suppressed import Suppressed

Shown = Decimal | Suppressed | None
"""A figure that may leave, the mark of one that may not, or nothing: not measured."""


@dataclass(frozen=True)
class ArmsFact:
    """One figure in both arms, in one window."""

    window: str
    treated: Shown
    comparison: Shown


@dataclass(frozen=True)
class RatesFact:
    """Contacts per person-year of the leading outcome: the last window before the start, and every period measured."""

    title: str
    unit: str
    arms: tuple[ArmsFact, ...]


@dataclass(frozen=True)
class ResponseCourse:
    """How many per cent answered each survey, period by period. Surveys answered by the same persons stand together."""

    titles: tuple[str, ...]
    arms: tuple[ArmsFact, ...]


@dataclass(frozen=True)
class PaidFact:
    """What a payer owes under one cap, in minor units: by the period it concerns, in all, and at most.

    `recipient`: the one the cap is on payments to, or None where it is on all that the payer pays. Settled is owed; whether it is
    paid, invoices tell.
    """

    payer: str
    recipient: str | None
    by_period: dict[str, int]
    cap_minor: int | None

    @property
    def settled_minor(self) -> int:
        return sum(self.by_period.values())


@dataclass(frozen=True)
class YearlyFacts:
    """One yearly report. `statement`: of its counts nothing is shown but what stands here again."""

    statement: StatementFacts
    treated: Shown
    comparison: Shown
    """How many are followed, in each arm."""
    rates: RatesFact | None
    responses: tuple[ResponseCourse, ...]
    mortality: tuple[ArmsFact, ...]
    """Deaths per 100 person-years."""
    paid: tuple[PaidFact, ...]
    worth_minor: dict[str, int | Suppressed]
    """Bearer → calculated value so far."""
    profile: str
    """The disclosure profile, `name@version`."""
    so_far: tuple[str, ...] = ()
    """The outcomes whose effect is over all periods so far, and not over this one alone, as in the pictures."""
    superseded_in: str | None = None
    """The period whose report tells what a later settlement says otherwise of this one; None where this one still holds."""
