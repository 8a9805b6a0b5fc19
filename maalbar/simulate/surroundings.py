"""Surroundings: people, where they live and what befalls whole areas: all that is there before anyone enters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from maalbar.contract import Contract
from maalbar.simulate import rates
from maalbar.simulate.chance import stream
from maalbar.simulate.effects import Effects
from maalbar.simulate.people import TREATED, People
from maalbar.simulate.rates import DAYS_PER_YEAR
from maalbar.simulate.residence import Residence
from maalbar.simulate.timeline import Timeline


@dataclass(frozen=True)
class Shocks:
    """What befalls all residents of an area for a year: standard normal [area, year from `first_day`]."""

    sd: float
    deviates: np.ndarray
    first_day: int

    def at(self, area: np.ndarray, day: np.ndarray) -> np.ndarray:
        """The deviates in force, times `sd`."""
        year = ((day - self.first_day) / DAYS_PER_YEAR).astype(np.int64)
        return self.sd * self.deviates[area, year]

    @property
    def highest(self) -> float:
        return self.sd * float(self.deviates.max())


@dataclass(frozen=True)
class Surroundings:
    """What is drawn for a contract and a seed whoever enters, and the effects that will be planted."""

    contract: Contract
    seed: int
    time: Timeline
    people: People
    lived: Residence
    effects: Effects
    shocks: Shocks

    @property
    def level(self) -> np.ndarray:
        """What each person's contact rates are multiplied by for living in a treated area."""
        rule = self.contract.cohort.eligibility
        is_selected = rule is not None and rule.earlier_use is not None
        return np.where(self.people.arm == TREATED, 1.0 if is_selected else rates.TREATED_LEVEL, 1.0)


def draw_shocks(people: People, time: Timeline, seed: int, sd: float) -> Shocks:
    """Yearly shocks to every area, from before the registers begin."""
    years_before = int(np.ceil((time.anchor - time.start) / DAYS_PER_YEAR))
    first_day = time.anchor - int(np.ceil(years_before * DAYS_PER_YEAR))
    years = int((time.stop - first_day) / DAYS_PER_YEAR) + 1
    return Shocks(sd, stream(seed, "shocks").standard_normal((len(people.areas), years)), first_day)
