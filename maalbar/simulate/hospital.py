"""Hospital contacts, as there would be without an effect: acute and planned, physical and virtual, with the own units too.

They are drawn before anyone enters, since a contract may select on them; an effect then takes some of them away.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from maalbar.simulate import rates
from maalbar.simulate.chance import stream
from maalbar.simulate.effects import hospital_factors, hospital_rates
from maalbar.simulate.events import draw_events, draw_frailty, is_felt
from maalbar.simulate.stays import MINUTES_PER_DAY, Parts, draw_admissions
from maalbar.simulate.surroundings import Surroundings

UNITS = tuple(f"{1_400_000 + 17 * i}" for i in range(24))
"""Hospital units with codes as long as those of SOR; none is a real one's on purpose."""

ACUTE_SHARE = {"admission": 1.0, "other_acute": 1.0, "planned": 0.0, "own": 0.10}
STAY_SHARE = {"other_acute": 0.0, "planned": 0.06, "own": 0.0}
VIRTUAL_SHARE = {"other_acute": 0.15, "planned": 0.25, "own": 0.40}


@dataclass(frozen=True)
class HospitalContacts:
    """One entry per contact, by start and person. `started`, `ended`: local minutes since 1970. `unit`: position in `units`.

    `mark`, `factor`: see `events.is_felt`. `is_own`: with a unit of the intervention itself, which only those see
    whom it treats.
    """

    units: tuple[str, ...]
    person: np.ndarray
    started: np.ndarray
    ended: np.ndarray
    is_acute: np.ndarray
    is_virtual: np.ndarray
    is_own: np.ndarray
    unit: np.ndarray
    mark: np.ndarray
    factor: np.ndarray

    def __len__(self) -> int:
        return len(self.person)

    @property
    def day(self) -> np.ndarray:
        return self.started // MINUTES_PER_DAY

    @property
    def untreated(self) -> np.ndarray:
        """Which there would be if nobody were treated."""
        return is_felt(self.mark, self.factor, False) & ~self.is_own

    def under(self, treated_from: np.ndarray) -> np.ndarray:
        """Which there are, when each person is treated from that day on."""
        is_treated = self.day >= treated_from[self.person]
        return is_felt(self.mark, self.factor, is_treated) & (is_treated | ~self.is_own)


def draw_hospital(around: Surroundings) -> HospitalContacts:
    """All contacts of everyone. A person's frailty is the same for every kind. Raises ContractError for contradicting effects."""
    own_units = around.contract.cohort.own_units
    units = (*(unit for unit in UNITS if unit not in own_units), *own_units)
    pattern, factors = rates.HOSPITAL_PATTERN, hospital_factors(around.contract, around.effects)
    frailty = draw_frailty(around, "hospital", pattern.frailty)
    per_year = hospital_rates(around.contract) | ({"own": rates.OWN_UNIT_RATE} if own_units else {})
    found = []
    for kind, rate in per_year.items():
        factor, of_kind = factors.get(kind, 1.0), replace(pattern, rate=rate)
        if kind == "admission":
            parts = draw_admissions(around, of_kind, factor, frailty)
        else:
            events = draw_events(around, kind, of_kind, factor, frailty=frailty)
            parts = _visits(around, kind, events.person, events.day, events.mark)
        found.append(_described(around, kind, parts, factor, (len(units) - len(own_units), len(units))))
    columns = {name: np.concatenate([part[name] for part in found]) for name in found[0]}
    order = np.lexsort((columns["person"], columns["started"]))
    return HospitalContacts(units, **{name: values[order] for name, values in columns.items()})


def _visits(around: Surroundings, kind: str, person: np.ndarray, day: np.ndarray, mark: np.ndarray) -> Parts:
    """Contacts of a single part: planned stays, short acute stays, visits."""
    rng, count = stream(around.seed, "hospital", kind), len(person)
    long_stay = 13 * 60 + rng.exponential(55 * 60, count)
    short_stay = 20 + rng.beta(1.5, 3.0, count) * 600
    visit = 15 + rng.exponential(40, count).clip(max=400)
    is_stay = rng.random(count) < STAY_SHARE[kind]
    length = np.where(is_stay, long_stay, short_stay if kind == "other_acute" else visit).astype(np.int64)
    by_clock = rng.random(count)
    minute = by_clock * MINUTES_PER_DAY if ACUTE_SHARE[kind] == 1.0 else (8 + by_clock * 8) * 60
    started = day * MINUTES_PER_DAY + minute.astype(np.int64)
    return Parts(person, started, np.minimum(started + length, around.people.died[person] * MINUTES_PER_DAY), mark)


def _described(
    around: Surroundings, kind: str, parts: Parts, factor: float, units: tuple[int, int]
) -> dict[str, np.ndarray]:
    """The same contacts with what is recorded of them. `units`: the position of the first own unit, and of none."""
    rng, count = stream(around.seed, "recorded", kind), len(parts.person)
    is_long = parts.ended - parts.started >= 12 * 60
    is_virtual = (rng.random(count) < VIRTUAL_SHARE.get(kind, 0.0)) & ~is_long
    ended = np.where(is_virtual, np.minimum(parts.ended, parts.started + 5 + rng.integers(0, 30, count)), parts.ended)
    started, ended = _clear_of_clock_changes(parts.started, ended, around.time.timezone)
    return {
        "person": parts.person,
        "started": started,
        "ended": ended,
        "is_acute": rng.random(count) < ACUTE_SHARE[kind],
        "is_virtual": is_virtual,
        "is_own": np.full(count, kind == "own"),
        "unit": rng.integers(*(units if kind == "own" else (0, units[0])), count),
        "mark": parts.mark,
        "factor": np.full(count, factor),
    }


def _clear_of_clock_changes(started: np.ndarray, ended: np.ndarray, timezone: str) -> tuple[np.ndarray, np.ndarray]:
    """Move times that do not exist, or exist twice, an hour out of the way: starts back, ends on."""
    moved = []
    for minutes, way in ((started, -60), (ended, 60)):
        local = pd.DatetimeIndex((minutes * 60).astype("datetime64[s]"))
        unclear = np.asarray(local.tz_localize(timezone, ambiguous="NaT", nonexistent="NaT").isna())
        moved.append(np.where(unclear, minutes + way, minutes))
    return moved[0], moved[1]
