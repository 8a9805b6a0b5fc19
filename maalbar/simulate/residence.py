"""Residence: who lived where from when to when, as the population register tells it at any cut."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from maalbar.simulate.people import People
from maalbar.simulate.register import Later, Register, Values, pick
from maalbar.simulate.timeline import NEVER


@dataclass(frozen=True)
class Residence:
    """Half-open intervals by person and time. `person`, `area`: positions. An open end is NEVER.

    `unbroken_since`: from when the person has lived in that area until this interval, at whatever address.
    """

    person: np.ndarray
    area: np.ndarray
    start: np.ndarray
    end: np.ndarray
    unbroken_since: np.ndarray
    is_care_home: np.ndarray
    known_from: np.ndarray
    """Per person, not per interval: the first day in one of the areas; earlier extracts have not heard of
    them.
    """


def residence(people: People) -> Residence:
    """Cut each life into intervals: elsewhere, at home, in a care home of the same area, and after moving on.

    Whoever is abroad for a time lives nowhere then, and afterwards where the life would have gone on.
    """
    elsewhere, exits = len(people.areas) - 1, people.exit
    in_care = people.to_care_home < people.moved_out
    out = np.where(in_care, NEVER, people.moved_out)
    care = np.where(in_care, np.maximum(people.to_care_home, people.moved_in), NEVER)
    blocks = (
        (np.full(len(people), elsewhere), people.lived_before, people.moved_in, False),
        (people.home, people.moved_in, np.minimum(care, out), False),
        (people.home, care, np.full(len(people), NEVER), True),
        (people.onward, out, np.full(len(people), NEVER), False),
    )
    person = np.tile(np.arange(len(people)), len(blocks))
    area = np.concatenate([block[0] for block in blocks])
    start = np.concatenate([block[1] for block in blocks])
    end = np.minimum(np.concatenate([block[2] for block in blocks]), np.tile(exits, len(blocks)))
    is_care_home = np.repeat([block[3] for block in blocks], len(people))
    gone, back = (np.tile(days, len(blocks)) for days in (people.emigrated, people.returned))
    person, area, is_care_home = (np.tile(cells, 2) for cells in (person, area, is_care_home))
    start, end = np.concatenate([start, np.maximum(start, back)]), np.concatenate([np.minimum(end, gone), end])
    real = np.flatnonzero((start < end) & (start < NEVER))
    order = real[np.lexsort((start[real], person[real]))]
    person, area, start, end = person[order], area[order], start[order], end[order]
    known_from = np.full(len(people), NEVER)
    inside = area != elsewhere
    np.minimum.at(known_from, person[inside], start[inside])
    return Residence(
        person, area, start, end, _unbroken_since(person, area, start, end), is_care_home[order], known_from
    )


def _unbroken_since(person: np.ndarray, area: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """The start of the first of the intervals in the same area that each one follows without a day between."""
    is_new = np.ones(len(person), dtype=bool)
    is_new[1:] = (person[1:] != person[:-1]) | (area[1:] != area[:-1]) | (start[1:] != end[:-1])
    return start[np.maximum.accumulate(np.where(is_new, np.arange(len(person)), 0))]


def population_register(people: People, lived: Residence) -> Register:
    """All intervals of everyone who has lived in one of the areas; what comes after the cut is not known."""
    who = lived.person
    died = people.died[who]
    emigrated = np.where(lived.start >= people.returned[who], NEVER, people.emigrated[who])
    municipality, codes = _municipalities(people, lived)
    columns: dict[str, Values] = {
        "person_id": pick(people.ids, who),
        "sex": pick(("F", "M"), people.is_male[who]),
        "birth_month": people.born[who].astype("datetime64[D]"),
        "area": pick(people.areas, lived.area),
        "municipality": pick(codes, municipality),
        "resident_from": lived.start.astype("datetime64[D]"),
        "resident_to": lived.end.astype("datetime64[D]"),
        "died_on": died.astype("datetime64[D]"),
        "emigrated_on": emigrated.astype("datetime64[D]"),
        "is_care_home": lived.is_care_home,
    }
    later = {"resident_to": Later(lived.end), "died_on": Later(died), "emigrated_on": Later(emigrated)}
    return Register(columns, np.maximum(lived.start, lived.known_from[who]), later)


def _municipalities(people: People, lived: Residence) -> tuple[np.ndarray, tuple[str, ...]]:
    """Of each interval the position of its municipality in the codes. Some who leave the areas stay near."""
    elsewhere, who = len(people.areas) - 1, lived.person
    is_near = (lived.area == elsewhere) & (lived.start >= people.moved_out[who]) & people.moves_near[who]
    area = np.where(is_near, people.home[who], lived.area)
    return area, people.municipality_of
