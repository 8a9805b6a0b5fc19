"""Pension ages: at what age a right to pension begins, by date of birth."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, model_validator

from maalbar import periods
from maalbar.contract.values import IsoDate, Number, Section
from maalbar.definitions.definition import Definition


def _whole_months(age: Decimal) -> Decimal:
    if age <= 0 or (age * 12) % 1:
        raise ValueError("an age is made of whole months")
    return age


class BirthCohort(Section):
    """The age of those born up to a day, and after the day of the row before."""

    born_until: IsoDate | None = None
    """The last day of birth; left out in the last row: everyone born later."""
    age: Annotated[Number, AfterValidator(_whole_months)]
    """In years; half years are written `65.5`."""


class PensionAge(Definition):
    """An age of pension: rows in order of birth, the last one open."""

    ages: tuple[BirthCohort, ...]

    @model_validator(mode="after")
    def _in_order(self) -> PensionAge:
        until = [row.born_until for row in self.ages]
        closed = [day for day in until[:-1] if day is not None]
        if not until or until[-1] is not None or len(closed) < len(until) - 1 or closed != sorted(set(closed)):
            raise ValueError("birth cohorts stand in order of birth, and only the last is open")
        return self

    def begins_on(self, birth_month: date) -> date:
        """The first day of the month in which one born in that month reaches the age. `birth_month`: its first day."""
        row = next(row for row in self.ages if row.born_until is None or birth_month <= row.born_until)
        return periods.add_months(birth_month, int(row.age * 12))
