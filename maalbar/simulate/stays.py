"""Stays: acute admissions, of which some are followed by another within weeks, and some go through several units.

An effect prevents whole episodes: admissions of which none lies more than 30 days after the one before. Whatever it
leaves has as many readmissions as before, so admissions, readmissions and their bed days all change by the planted
proportion exactly in expectation. Thinned one by one, two admissions would stay a pair in fewer cases than one stays.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from maalbar.simulate.chance import stream
from maalbar.simulate.events import draw_events
from maalbar.simulate.rates import Contacts, Stays
from maalbar.simulate.surroundings import Surroundings

MINUTES_PER_DAY = 1440
LONG, AMBULATORY = 13 * 60, 8 * 60
"""Minutes: the shortest part of an admission that is one by itself, the longest in an acute ward. The boundary of 12
hours is kept clear: what counts just there is for tests of the rule, not for chance."""
TRANSFER = 120
"""Minutes between two parts of a stay at most, an hour less than four even where the clocks are changed."""
APART = 6 * 60
"""Minutes from discharge to the next admission at least."""
EPISODE_DAYS = 31


@dataclass(frozen=True)
class Parts:
    """Contacts that admissions are made of: local minutes since 1970, and the mark of the episode."""

    person: np.ndarray
    started: np.ndarray
    ended: np.ndarray
    mark: np.ndarray


def draw_admissions(around: Surroundings, pattern: Contacts, factor: float, frailty: np.ndarray) -> Parts:
    """The contacts of all acute admissions, `pattern.rate` of them per person-year, by person and time."""
    stays = Stays()
    rate = pattern.rate * (1 - stays.again) / stays.contacts
    first = draw_events(around, "admission", replace(pattern, rate=rate), factor, frailty=frailty)
    drawn = _chains(around, first.person, first.day, stays)
    person, times = drawn[0], drawn[1:]
    episode = _episodes(person, times[0], times[-1])
    mark = stream(around.seed, "episodes").random(len(person))[episode]
    died = around.people.died[person] * MINUTES_PER_DAY
    started = np.concatenate([np.minimum(times[i], died) for i in (0, 2, 4)])
    ended = np.concatenate([np.minimum(times[i], died) for i in (1, 3, 5)])
    real = started < ended
    return Parts(np.tile(person, 3)[real], started[real], ended[real], np.tile(mark, 3)[real])


def _chains(around: Surroundings, person: np.ndarray, day: np.ndarray, stays: Stays) -> np.ndarray:
    """Admissions and what follows on their discharge, and on that, until nothing does; by person and start.

    Rows: person, and where each part starts and ends; a part that is not there takes no time.
    """
    rng, found = stream(around.seed, "stays"), []
    started = day * MINUTES_PER_DAY + _minutes(rng.random(len(day)) * MINUTES_PER_DAY)
    while True:
        count = len(person)
        length = _minutes(LONG + rng.exponential(55 * 60, (2, count)))
        gap = _minutes(TRANSFER * rng.random((2, count)))
        first, last = rng.random(count) < stays.from_ward, rng.random(count) < stays.to_ward
        ward_end = started + first * _minutes(60 + rng.random(count) * (AMBULATORY - 60))
        main = ward_end + first * gap[0]
        main_end = main + length[0]
        onward = main_end + last * gap[1]
        ended = onward + last * length[1]
        found.append(np.stack([person, started, ward_end, main, main_end, onward, ended]))
        again = ended + _minutes(APART + rng.exponential(stays.days_until * MINUTES_PER_DAY, count))
        day = again // MINUTES_PER_DAY
        follows = (rng.random(count) < stays.again) & (day < around.time.stop) & around.people.is_here(day, person)
        person, started = person[follows], again[follows]
        if not len(person):
            break
    drawn = np.concatenate(found, axis=1)
    return drawn[:, np.lexsort((drawn[6], drawn[1], drawn[0]))]


def _minutes(values: np.ndarray) -> np.ndarray:
    return values.astype(np.int64)


def _episodes(person: np.ndarray, started: np.ndarray, ended: np.ndarray) -> np.ndarray:
    """The number of each admission's episode; admissions by person and start."""
    is_new = np.ones(len(person), dtype=bool)
    is_new[1:] = (person[1:] != person[:-1]) | (
        started[1:] > latest_end(person, ended)[:-1] + EPISODE_DAYS * MINUTES_PER_DAY
    )
    return np.cumsum(is_new) - 1


def latest_end(person: np.ndarray, ended: np.ndarray) -> np.ndarray:
    """The latest end of a person's contacts so far; `person` ascending."""
    lift = person.astype(np.int64) * 2**34  # more minutes than there are, so that nobody reaches the next person
    return np.maximum.accumulate(ended + lift) - lift
