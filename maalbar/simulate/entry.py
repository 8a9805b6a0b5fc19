"""Entry: which persons the contract's rule takes into which arm, and when; only they feel an effect, and from that day.

So earlier use is that of years nobody has changed, in both arms and for every wave: whoever enters later has not been
treated before. This is the rule of the contract read a second time, independently of the pipeline that is tested with it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from maalbar.contract import Contract
from maalbar.simulate.benefits import Benefits
from maalbar.simulate.earlier_use import earlier_use
from maalbar.simulate.hospital import HospitalContacts
from maalbar.simulate.people import COMPARISON, TREATED
from maalbar.simulate.surroundings import Surroundings
from maalbar.simulate.timeline import NEVER, Timeline, day_number

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


def enter(around: Surroundings, benefits: Benefits, hospital: HospitalContacts) -> Entries:
    """Take each person in at the first wave whose conditions are met; an open cohort by home area, at once.

    Raises ContractError for earlier use of something else than acute admissions.
    """
    contract, people, time, lived = around.contract, around.people, around.time, around.lived
    arm = np.full(len(people), NO_ARM, dtype=np.int8)
    entered = np.full(len(people), NEVER)
    taken = np.full(len(people), -1)
    if not time.waves:
        return Entries(people.arm.copy(), np.full(len(people), time.anchor), taken)
    rule = contract.cohort.eligibility
    codes = rule.benefit_codes if rule else ()
    takes_care_home = rule is None or rule.care_home_residents == "included"
    has_used = earlier_use(rule.earlier_use if rule else None, hospital, len(people), time.timezone)
    last_treated = len(contract.cohort.arms.treated.areas)
    since, until = _listed(contract, people.areas)
    for position, wave in enumerate(time.waves):
        is_listed = (since[lived.area] <= wave.entry) & (until[lived.area] > wave.entry)
        there = is_listed & (lived.unbroken_since <= wave.resident_since)
        there &= (lived.start <= wave.entry) & (lived.end > wave.entry)
        there &= takes_care_home | ~lived.is_care_home
        who = lived.person[there]
        eligible = (people.born[who] <= wave.born_until) | benefits.has_any(codes, wave.index_monday)[who]
        new = eligible & has_used(wave)[who] & (taken[who] < 0)
        arm[who[new]] = np.where(lived.area[there][new] < last_treated, TREATED, COMPARISON)
        entered[who[new]] = wave.entry
        taken[who[new]] = position
    return Entries(arm, entered, taken)


def _listed(contract: Contract, areas: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """From and until which day each area is on the list of its arm; elsewhere never is."""
    since, until = np.full(len(areas), -NEVER), np.full(len(areas), NEVER)
    since[-1] = NEVER
    for dated in (*contract.cohort.arms.treated.dates, *contract.cohort.arms.comparison.dates):
        place = areas.index(dated.area)
        since[place] = -NEVER if dated.start is None else day_number(dated.start)
        until[place] = NEVER if dated.end is None else day_number(dated.end)
    return since, until
