"""Entry: which persons the contract's rule takes into which arm, and when; only they feel an effect.

This is the rule of the contract read a second time, independently of the pipeline that is tested with it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from maalbar.contract import Contract
from maalbar.simulate.benefits import Benefits
from maalbar.simulate.people import COMPARISON, TREATED, People
from maalbar.simulate.residence import Residence
from maalbar.simulate.timeline import NEVER, Timeline

NO_ARM = -1


@dataclass(frozen=True)
class Entries:
    """Per person the arm entered (NO_ARM: none), the day (NEVER: none) and the position of the wave (-1:
    none).
    """

    arm: np.ndarray
    entered: np.ndarray
    wave: np.ndarray

    @property
    def treated_from(self) -> np.ndarray:
        """The day from which an effect reaches the person."""
        return np.where(self.arm == TREATED, self.entered, NEVER)

    def counts(self, time: Timeline) -> dict[str, dict[str, int]]:
        """Persons by wave and arm, as a measurement after the last wave should find them."""
        names = {"treated": TREATED, "comparison": COMPARISON}
        return {
            wave.id: {name: int(((self.wave == i) & (self.arm == arm)).sum()) for name, arm in names.items()}
            for i, wave in enumerate(time.waves)
        }


def enter(contract: Contract, people: People, lived: Residence, benefits: Benefits, time: Timeline) -> Entries:
    """Take each person in at the first wave whose conditions are met; an open cohort by home area, at once."""
    arm = np.full(len(people), NO_ARM, dtype=np.int8)
    entered = np.full(len(people), NEVER)
    taken = np.full(len(people), -1)
    if not time.waves:
        return Entries(people.arm.copy(), np.full(len(people), time.anchor), taken)
    rule = contract.cohort.eligibility
    codes = rule.benefit_codes if rule else ()
    takes_care_home = rule is None or rule.care_home_residents == "included"
    last_treated = len(contract.cohort.arms.treated.areas)
    in_arms = lived.area < len(people.areas) - 1
    for position, wave in enumerate(time.waves):
        there = in_arms & (lived.start <= wave.resident_since) & (lived.end > wave.entry)
        there &= takes_care_home | ~lived.is_care_home
        who = lived.person[there]
        eligible = (people.born[who] <= wave.born_until) | benefits.has_any(codes, wave.index_monday)[who]
        new = eligible & (taken[who] < 0)
        arm[who[new]] = np.where(lived.area[there][new] < last_treated, TREATED, COMPARISON)
        entered[who[new]] = wave.entry
        taken[who[new]] = position
    return Entries(arm, entered, taken)
