"""Earlier use: who had so much of it before a day of entry, counted from the simulated contacts.

A second reading of the definitions, independent of the pipeline that is tested with it: plain loops over time here, joins there.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from maalbar.contract.measuring import EarlierUse
from maalbar.errors import ContractError
from maalbar.simulate.hospital import HospitalContacts
from maalbar.simulate.stays import latest_end
from maalbar.simulate.timeline import WaveDays

ADMISSION, SAME_STAY = 12 * 60, 4 * 60
"""Minutes: the shortest admission, and the longest pause within a stay (Danmarks Statistik, Sygehusbenyttelse)."""


def earlier_use(
    rule: EarlierUse | None, hospital: HospitalContacts, persons: int, timezone: str
) -> Callable[[WaveDays], np.ndarray]:
    """For a wave, who of all persons had so much as the rule asks for. Without a rule everyone had.

    Raises ContractError for another indicator than acute admissions.
    """
    if rule is None:
        return lambda wave: np.ones(persons, dtype=bool)
    counted = {"acute_admissions@1": _long_contacts, "acute_admissions@2": _stays}.get(rule.indicator)
    if counted is None:
        raise ContractError(f"earlier use of {rule.indicator} cannot be simulated", mend="select on acute admissions")
    person, day = counted(hospital, timezone)

    def has_used(wave: WaveDays) -> np.ndarray:
        within = (day >= wave.used_since) & (day < wave.entry)
        return np.bincount(person[within], minlength=persons) >= rule.at_least

    return has_used


def _long_contacts(hospital: HospitalContacts, timezone: str) -> tuple[np.ndarray, np.ndarray]:
    """Version 1: person and first day of every acute physical contact of at least 12 hours."""
    found = hospital.untreated & hospital.is_acute & ~hospital.is_virtual
    found &= _utc(hospital.ended, timezone) - _utc(hospital.started, timezone) >= ADMISSION
    return hospital.person[found], hospital.day[found]


def _stays(hospital: HospitalContacts, timezone: str) -> tuple[np.ndarray, np.ndarray]:
    """Version 2: person and first day of every stay of at least 12 hours that begins with an acute contact."""
    physical = np.flatnonzero(hospital.untreated & ~hospital.is_virtual)
    started, ended = (_utc(times[physical], timezone) for times in (hospital.started, hospital.ended))
    order = np.lexsort((~hospital.is_acute[physical], started, hospital.person[physical]))
    physical, started, ended = physical[order], started[order], ended[order]
    person = hospital.person[physical]
    last = latest_end(person, ended)
    first = np.ones(len(person), dtype=bool)
    first[1:] = (person[1:] != person[:-1]) | (started[1:] > last[:-1] + SAME_STAY)
    begin = np.flatnonzero(first)
    final = np.append(begin[1:], len(person)) - 1 if len(begin) else begin
    is_admission = (last[final] - started[begin] >= ADMISSION) & hospital.is_acute[physical[begin]]
    return person[begin][is_admission], hospital.day[physical[begin]][is_admission]


def _utc(minutes: np.ndarray, timezone: str) -> np.ndarray:
    """Local minutes as minutes in UTC; there are none that do not exist or exist twice."""
    local = pd.DatetimeIndex((minutes * 60).astype("datetime64[s]")).tz_localize(timezone)
    return local.tz_convert("UTC").tz_localize(None).to_numpy().astype("datetime64[m]").astype(np.int64)
