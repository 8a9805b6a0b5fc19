"""Standard populations: how many persons of each age a published population has."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from maalbar.contract.values import Count, Section
from maalbar.definitions.definition import Definition


class AgeBand(Section):
    """Persons from this age to below that of the next band; the last band has no end."""

    youngest: Annotated[Count, Field(alias="from")]
    persons: Annotated[Count, Field(gt=0)]


class Population(Definition):
    """A published population by age, the same for both sexes."""

    bands: tuple[AgeBand, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _in_order(self) -> Population:
        ages = [band.youngest for band in self.bands]
        if ages[0] != 0 or ages != sorted(set(ages)):
            raise ValueError("age bands begin at 0 and come in order of age")
        return self
