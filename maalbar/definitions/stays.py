"""Hospital stays: how contacts become stays, and what is counted of them."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from maalbar.contract.values import Count, DefinitionRef, Flag
from maalbar.definitions.definition import Definition

MINUTES_PER_HOUR = 60
MINUTES_PER_DAY = 24 * MINUTES_PER_HOUR


class Stay(Definition):
    """A stay: a chain of a person's hospital contacts that overlap or follow each other closely.

    From the earliest start to the latest end; acute by its first contact. Long enough, it is an admission.
    """

    forms: tuple[str, ...]
    """Kinds of contact (kontakttype) a stay is made of."""
    max_gap_minutes: Count
    """Contacts with at most so many minutes between them are one stay."""
    acute_priority: str
    """The priority of a first contact that makes the stay acute."""
    open_contacts: Literal["reach_their_start", "left_out"]
    """A contact with no end yet: known to its start only, or not looked at."""
    admission_hours: Count
    """How long a stay lasts that is an admission."""
    boundary: Literal["included", "excluded"]
    """Whether a stay of exactly so many hours, to the minute, is one."""

    @property
    def admission_minutes(self) -> int:
        """The fewest whole minutes of an admission."""
        return self.admission_hours * MINUTES_PER_HOUR + (self.boundary == "excluded")


class _OfStays(Definition):
    table: Literal["stays"]
    stays: DefinitionRef
    """The definition of a stay."""
    excludes_own_units: Flag = False
    """Whether contacts with the intervention's own units are left out before stays are made."""


class StayIndicator(_OfStays):
    """Stays, or admissions only, counted in the window they start in."""

    measure: Literal["stays", "admissions"]
    priority: Literal["any", "acute", "planned"] = "any"


class BedDayIndicator(_OfStays):
    """Nights of admissions between local dates, at least one for each admission."""

    measure: Literal["bed_days"]
    priority: Literal["any", "acute", "planned"] = "any"
    counted_in: Literal["windows_of_nights", "window_of_start"]
    """Each night in the window of its date, or all nights in the window that the stay starts in."""


class ReadmissionIndicator(_OfStays):
    """Acute admissions soon after a discharge: of each discharge the next admission, if it is acute."""

    measure: Literal["readmissions"]
    more_than_hours: Count
    """A readmission starts more than so many hours after the discharge, to the minute."""
    within_days: Count
    """And at most so many days of 24 hours after it."""
    counted_in: Literal["window_of_readmission", "window_of_discharge"]
    """With `window_of_discharge`, no discharge counts that has not its `within_days` inside the window."""
    excluded_diagnoses: tuple[str, ...]
    """Diagnoses of discharges that are no index, like the national list; none can be applied until diagnoses come in."""

    @model_validator(mode="after")
    def _applicable(self) -> Self:
        if self.excluded_diagnoses:
            raise ValueError("no delivery fills diagnoses, so that an exclusion by diagnosis cannot be applied")
        return self


OfStays = Annotated[StayIndicator | BedDayIndicator | ReadmissionIndicator, Field(discriminator="measure")]
