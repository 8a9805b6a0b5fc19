"""Contacts: with hospitals in the shape of LPR3, with general practice in that of the health insurance.

A Poisson process for each person, thinned by age, trend and planted effect, so that the same seed gives the
same contacts with an effect as without but for those it prevents.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from maalbar.simulate import rates
from maalbar.simulate.chance import stream
from maalbar.simulate.effects import GP_CONTACTS, hospital_factors
from maalbar.simulate.people import TREATED, People
from maalbar.simulate.rates import DAYS_PER_YEAR, Contacts
from maalbar.simulate.register import Later, Register, Values, numbered, pick
from maalbar.simulate.timeline import week_name, week_start
from maalbar.simulate.world import World

MINUTES_PER_DAY = 1440
UNITS = tuple(f"{1_400_000 + 17 * i}" for i in range(24))
"""Hospital units with codes as long as those of SOR; none is a real one's on purpose."""

ACUTE_SHARE = {"admission": 1.0, "other_acute": 1.0, "planned": 0.0, "own": 0.10}
STAY_SHARE = {"admission": 1.0, "other_acute": 0.0, "planned": 0.06, "own": 0.0}
VIRTUAL_SHARE = {"admission": 0.0, "other_acute": 0.15, "planned": 0.25, "own": 0.40}


@dataclass(frozen=True)
class GpService:
    """A kind of billed contact: specialty (two digits) and service (four), and its share in its clinic."""

    clinic: str
    form: str
    code: str
    share: float


GP_SERVICES = (
    GpService("daytime", "K", "800101", 0.55),
    GpService("daytime", "T", "800201", 0.25),
    GpService("daytime", "E", "800105", 0.20),
    GpService("out_of_hours", "K", "810101", 0.4),
    GpService("out_of_hours", "T", "810201", 0.6),
)


@dataclass(frozen=True)
class Events:
    """Who, and on which day."""

    person: np.ndarray
    day: np.ndarray

    def __len__(self) -> int:
        return len(self.person)


def draw_events(
    world: World, name: str, pattern: Contacts, factor: float, *, frailty: np.ndarray, weekly: bool = False
) -> Events:
    """Events of one kind over all time, `factor` times as many for the treated from entry on.

    `weekly`: dated by the Thursday of their week before anything depends on the day.
    """
    rng, people, time = stream(world.seed, "events", name), world.people, world.time
    until = np.minimum(people.exit, time.stop)
    level = np.where(people.arm == TREATED, rates.TREATED_LEVEL, 1.0)
    peak = pattern.rate * frailty * level * _course(pattern, people, until, world)
    peak *= np.exp(world.shocks.highest) * max(1.0, factor)
    count = rng.poisson(peak * np.maximum(until - time.start, 0) / DAYS_PER_YEAR)
    person = np.repeat(np.arange(len(people)), count)
    day = (time.start + rng.random(len(person)) * (until - time.start)[person]).astype(np.int64)
    if weekly:
        day = week_start(day) + 3
    chance = _course(pattern, people, day, world, person) / _course(pattern, people, until, world)[person]
    chance *= np.exp(world.shocks.at(people.home[person], day) - world.shocks.highest)
    chance *= np.where(day >= world.entries.treated_from[person], factor, 1.0) / max(1.0, factor)
    kept = (rng.random(len(person)) < chance) & (day < people.exit[person])
    return Events(person[kept], day[kept])


def _course(
    pattern: Contacts, people: People, day: np.ndarray, world: World, person: np.ndarray | slice = slice(None)
) -> np.ndarray:
    """How the rate goes with age and calendar time, for those persons on those days."""
    age = (day - people.born[person]) / DAYS_PER_YEAR
    years = (day - world.time.start) / DAYS_PER_YEAR
    return np.exp(pattern.age_slope * (age - rates.REFERENCE_AGE) + rates.TREND_PER_YEAR * years)


def draw_frailty(world: World, name: str, shape: float) -> np.ndarray:
    """What a person's rates are multiplied by for life: gamma with mean 1."""
    return stream(world.seed, "frailty", name).gamma(shape, 1 / shape, len(world.people))


def hospital_register(world: World) -> Register:
    """Acute and planned, physical and virtual contacts; from entry on also with the contract's own units."""
    own_units = world.contract.cohort.own_units
    units = [*(unit for unit in UNITS if unit not in own_units), *own_units]
    parts = [_hospital_rows(world, kind, events, units) for kind, events in _hospital_events(world)]
    rows = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.lexsort((rows["person"], rows["started"]))
    rows = {name: values[order] for name, values in rows.items()}
    columns: dict[str, Values] = {
        "person_id": pick(world.people.ids, rows["person"]),
        "contact_id": numbered("H", len(order)),
        "started_on": rows["day"].astype("datetime64[D]"),
        "started_at": rows["started"].astype("datetime64[m]"),
        "ended_at": rows["ended"].astype("datetime64[m]"),
        "priority": pick(("ATA3", "ATA1"), rows["is_acute"]),
        "form": pick(("ALCA00", "ALCA03"), rows["is_virtual"]),
        "unit": pick(units, rows["unit"]),
    }
    known_on = _known_on(world, "hospital", rows["person"], rows["day"])
    return Register(columns, known_on, {"ended_at": Later(rows["ended"] // MINUTES_PER_DAY)})


def _hospital_events(world: World) -> list[tuple[str, Events]]:
    """The events of each kind of hospital contact. A person's frailty is the same for all of them."""
    has_own_units = bool(world.contract.cohort.own_units)
    factors, pattern = hospital_factors(world.effects, has_own_units), rates.HOSPITAL_PATTERN
    frailty = draw_frailty(world, "hospital", pattern.frailty)
    kinds = [
        (kind, draw_events(world, kind, replace(pattern, rate=rate), factors[kind], frailty=frailty))
        for kind, rate in rates.HOSPITAL.items()
    ]
    if has_own_units:
        own = draw_events(world, "own", replace(pattern, rate=rates.OWN_UNIT_RATE), 1.0, frailty=frailty)
        after = own.day >= world.entries.treated_from[own.person]
        kinds.append(("own", Events(own.person[after], own.day[after])))
    return kinds


def _hospital_rows(world: World, kind: str, events: Events, units: list[str]) -> dict[str, np.ndarray]:
    """The contacts of one kind: start and end in local minutes since 1970, and what is recorded with them."""
    rng, count = stream(world.seed, "hospital", kind), len(events)
    # The boundary of 12 hours is kept clear: what counts just there is for tests of the rule, not for chance.
    long_stay = 13 * 60 + rng.exponential(55 * 60, count)
    short_stay = 20 + rng.beta(1.5, 3.0, count) * 600
    visit = 15 + rng.exponential(40, count).clip(max=400)
    is_stay = rng.random(count) < STAY_SHARE[kind]
    is_virtual = (rng.random(count) < VIRTUAL_SHARE[kind]) & ~is_stay
    length = np.where(is_stay, long_stay, short_stay if kind == "other_acute" else visit)
    length = np.where(is_virtual, 5 + rng.random(count) * 30, length).astype(np.int64)
    by_clock = rng.random(count)
    minute = by_clock * MINUTES_PER_DAY if ACUTE_SHARE[kind] == 1.0 else (8 + by_clock * 8) * 60
    started = events.day * MINUTES_PER_DAY + minute.astype(np.int64)
    last = world.people.died[events.person] * MINUTES_PER_DAY
    started, ended = _clear_of_clock_changes(started, np.minimum(started + length, last), world.time.timezone)
    first_own = len(units) - len(world.contract.cohort.own_units)
    return {
        "person": events.person,
        "day": events.day,
        "started": started,
        "ended": ended,
        "is_acute": rng.random(count) < ACUTE_SHARE[kind],
        "is_virtual": is_virtual,
        "unit": rng.integers(*((first_own, len(units)) if kind == "own" else (0, first_own)), count),
    }


def _clear_of_clock_changes(started: np.ndarray, ended: np.ndarray, timezone: str) -> tuple[np.ndarray, np.ndarray]:
    """Move times that do not exist, or exist twice, an hour out of the way: starts back, ends on."""
    moved = []
    for minutes, way in ((started, -60), (ended, 60)):
        local = pd.DatetimeIndex((minutes * 60).astype("datetime64[s]"))
        unclear = np.asarray(local.tz_localize(timezone, ambiguous="NaT", nonexistent="NaT").isna())
        moved.append(np.where(unclear, minutes + way, minutes))
    return moved[0], moved[1]


def gp_register(world: World) -> Register:
    """Daytime and out-of-hours contacts by billing week. Everything depends on the Thursday of that week."""
    factor = world.effects.factor(GP_CONTACTS)
    parts = []
    for name, pattern, times in (
        ("daytime", rates.GP, 1.0 if factor is None else factor),
        ("out_of_hours", rates.OUT_OF_HOURS, 1.0),
    ):
        frailty = draw_frailty(world, name, pattern.frailty)
        events = draw_events(world, name, pattern, times, frailty=frailty, weekly=True)
        mine = [i for i, service in enumerate(GP_SERVICES) if service.clinic == name]
        shares = [GP_SERVICES[i].share for i in mine]
        parts.append((events.person, events.day, stream(world.seed, "forms", name).choice(mine, len(events), p=shares)))
    person, day, service = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((person, day))
    person, day, service = person[order], day[order], service[order]
    weeks, week = np.unique(day, return_inverse=True)
    columns: dict[str, Values] = {
        "person_id": pick(world.people.ids, person),
        "contact_id": numbered("P", len(person)),
        "started_on": day.astype("datetime64[D]"),
        "billing_week": pick([week_name(thursday - 3) for thursday in weeks], week),
        "specialty": pick([service.code for service in GP_SERVICES], service),
        "form": pick([service.form for service in GP_SERVICES], service),
    }
    return Register(columns, _known_on(world, "gp", person, day))


def _known_on(world: World, name: str, person: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Some contacts are registered late, and nobody is in a register before being in the area."""
    rng = stream(world.seed, "late", name)
    delay = rng.integers(1, rates.LATE_DAYS + 1, len(day)) * (rng.random(len(day)) < rates.LATE_SHARE)
    return np.maximum(day + delay, world.lived.known_from[person])
