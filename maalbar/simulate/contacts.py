"""Contacts as registers: with hospitals in the shape of LPR3, with general practice in that of the health insurance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from maalbar.simulate import rates
from maalbar.simulate.chance import stream
from maalbar.simulate.effects import GP_CONTACTS
from maalbar.simulate.events import draw_events, draw_frailty, is_felt
from maalbar.simulate.register import Later, Register, Values, numbered, pick
from maalbar.simulate.stays import MINUTES_PER_DAY
from maalbar.simulate.timeline import week_name
from maalbar.simulate.world import World


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


def hospital_register(world: World) -> Register:
    """The contacts that come about with the planted effect; those that last past a data cut are open there."""
    drawn = world.hospital
    kept = np.flatnonzero(drawn.under(world.entries.treated_from))
    person, day, ended = drawn.person[kept], drawn.day[kept], drawn.ended[kept]
    columns: dict[str, Values] = {
        "person_id": pick(world.people.ids, person),
        "contact_id": numbered("H", len(kept)),
        "started_on": day.astype("datetime64[D]"),
        "started_at": drawn.started[kept].astype("datetime64[m]"),
        "ended_at": ended.astype("datetime64[m]"),
        "priority": pick(("ATA3", "ATA1"), drawn.is_acute[kept]),
        "form": pick(("ALCA00", "ALCA03"), drawn.is_virtual[kept]),
        "unit": pick(drawn.units, drawn.unit[kept]),
    }
    known_on = _known_on(world, "hospital", person, day)
    return Register(columns, known_on, {"ended_at": Later(ended // MINUTES_PER_DAY)})


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
        felt = is_felt(events.mark, times, events.day >= world.entries.treated_from[events.person])
        mine = [i for i, service in enumerate(GP_SERVICES) if service.clinic == name]
        shares = [GP_SERVICES[i].share for i in mine]
        forms = stream(world.seed, "forms", name).choice(mine, len(events), p=shares)
        parts.append((events.person[felt], events.day[felt], forms[felt]))
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
