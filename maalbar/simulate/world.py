"""The world: everything drawn once for a contract and a seed, from which each register is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from maalbar.contract import Contract
from maalbar.simulate.benefits import Benefits, draw_benefits, plant_self_support
from maalbar.simulate.chance import stream
from maalbar.simulate.effects import SELF_SUPPORT, Effects, plan_effects
from maalbar.simulate.entry import Entries, enter
from maalbar.simulate.people import People, draw_people
from maalbar.simulate.rates import DAYS_PER_YEAR, Survey
from maalbar.simulate.residence import Residence, residence
from maalbar.simulate.timeline import Timeline, timeline


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
class World:
    contract: Contract
    seed: int
    time: Timeline
    people: People
    lived: Residence
    benefits: Benefits
    entries: Entries
    effects: Effects
    shocks: Shocks


def make_world(
    contract: Contract, people: int, effect: Mapping[str, float] | float, seed: int, area_sd: float
) -> World:
    """Draw people, benefits and entries. Raises ContractError for a contract or effect beyond simulation."""
    effects = plan_effects(contract, effect)
    survey = Survey()
    time = timeline(contract, survey.opens, survey.days)
    drawn = draw_people(contract, people, seed, time)
    lived = residence(drawn)
    benefits = draw_benefits(contract, drawn, seed, time)
    entries = enter(contract, drawn, lived, benefits, time)
    plant = effects.plants.get(SELF_SUPPORT)
    if plant:
        benefits = plant_self_support(benefits, drawn, entries.treated_from, plant.change, plant.is_ratio, seed)
    return World(contract, seed, time, drawn, lived, benefits, entries, effects, _shocks(drawn, time, seed, area_sd))


def _shocks(people: People, time: Timeline, seed: int, sd: float) -> Shocks:
    years_before = int(np.ceil((time.anchor - time.start) / DAYS_PER_YEAR))
    first_day = time.anchor - int(np.ceil(years_before * DAYS_PER_YEAR))
    years = int((time.stop - first_day) / DAYS_PER_YEAR) + 1
    return Shocks(sd, stream(seed, "shocks").standard_normal((len(people.areas), years)), first_day)
