"""The world: everything drawn once for a contract and a seed, from which each register is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from maalbar.contract import Contract
from maalbar.errors import ContractError
from maalbar.simulate.benefits import Benefits, draw_benefits, plant_self_support
from maalbar.simulate.effects import SELF_SUPPORT, Effects, plan_effects
from maalbar.simulate.entry import Entries, enter
from maalbar.simulate.hospital import HospitalContacts, draw_hospital
from maalbar.simulate.people import TREATED, draw_people
from maalbar.simulate.rates import Survey
from maalbar.simulate.residence import residence
from maalbar.simulate.surroundings import Surroundings, draw_shocks
from maalbar.simulate.timeline import timeline

PILOT, PILOT_SEED = 6000, 0
"""Residents of the target group in the treated areas of the trial that shows how many of them a contract selects."""


@dataclass(frozen=True)
class World(Surroundings):
    """`hospital`: contacts as there would be without an effect. `benefits`: with it."""

    benefits: Benefits
    entries: Entries
    hospital: HospitalContacts


def make_world(
    contract: Contract, people: int, effect: Mapping[str, float] | float, seed: int, area_sd: float
) -> World:
    """Draw people, what would happen to them, and who enters; then plant the effect.

    Where the contract selects on earlier use, so many residents are drawn that about `people` of the treated areas
    are selected on the first day. Raises ContractError for a contract or effect beyond simulation.
    """
    effects = plan_effects(contract, effect)
    return _world(contract, _residents(contract, people), effects, seed, area_sd)


def _world(contract: Contract, residents: int, effects: Effects, seed: int, area_sd: float) -> World:
    survey = Survey()
    time = timeline(contract, survey.opens, survey.days)
    people = draw_people(contract, residents, seed, time)
    lived = residence(people)
    around = Surroundings(contract, seed, time, people, lived, effects, draw_shocks(people, time, seed, area_sd))
    hospital = draw_hospital(around)
    benefits = draw_benefits(contract, people, seed, time)
    entries = enter(around, benefits, hospital)
    plant = effects.plants.get(SELF_SUPPORT)
    if plant:
        benefits = plant_self_support(benefits, people, entries.treated_from, plant.change, plant.is_ratio, seed)
    return World(**vars(around), benefits=benefits, entries=entries, hospital=hospital)


def _residents(contract: Contract, people: int) -> int:
    """How many residents of the target group `people` selected ones are found among, by a trial without effect."""
    rule = contract.cohort.eligibility
    if rule is None or rule.earlier_use is None or not contract.cohort.waves:
        return people
    trial = _world(contract, PILOT, Effects({}), PILOT_SEED, 0.0)
    selected = int(((trial.entries.arm == TREATED) & (trial.entries.wave == 0)).sum())
    if not selected:
        raise ContractError(
            f"of {PILOT} simulated residents nobody has so much earlier use", mend="ask for less of it, or over longer"
        )
    return round(people * PILOT / selected)
