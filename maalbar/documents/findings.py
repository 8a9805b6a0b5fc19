"""What was found on the way to an effect, as facts a page may show: who entered, who was followed, what was looked at.

A count that may not be shown is None, and so is every figure it could be computed from.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

Arm = Literal["treated", "comparison"]
Figure = Decimal | int | str | None
"""A number in the unit of the estimate, a count, or a word; None is withheld."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: `check.*` of an assumption, `variant.*` of the result, `estimator.*`, or `planning`.

    `verdict`: `held` or `broken` where a rule judges it, `untested` where the data cannot say, `shown` where nobody judges.
    """

    name: str
    verdict: str
    figures: dict[str, Figure] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        return self.name.partition(".")[0]

    @property
    def about(self) -> str:
        """The name without its kind."""
        return self.name.partition(".")[2]


@dataclass(frozen=True)
class EntryFact:
    """One wave of an arm: step → persons, from all residents to those who entered, in the order of the table."""

    arm: Arm
    wave: str
    steps: dict[str, int | None]


@dataclass(frozen=True)
class FollowedFact:
    """One arm in one period: what became of those followed, by the names of `course_of`; what was not counted is not there."""

    arm: Arm
    period: str
    counts: dict[str, int | None]


@dataclass(frozen=True)
class RatedFact:
    """A figure with its 95 % interval; all None where it is withheld, the limits alone where they are not known."""

    value: Decimal | None
    low: Decimal | None = None
    high: Decimal | None = None


@dataclass(frozen=True)
class MortalityFact:
    """Deaths and living years of both arms so far. Rates per 100 person-years; `ratio`: the treated over the comparison."""

    deaths: dict[Arm, int | None]
    years: dict[Arm, Decimal]
    rates: dict[Arm, RatedFact]
    ratio: RatedFact
    verdict: str = "shown"
