"""Events: a Poisson process for each person, thinned by age, trend and what befalls the area; and how an effect takes some away.

What is drawn is what there would be without an effect (`highest` times as much, where an effect adds). Each event
has a mark of its own, so that the same seed gives the same events with an effect as without but for those it prevents.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from maalbar.simulate import rates
from maalbar.simulate.chance import stream
from maalbar.simulate.rates import DAYS_PER_YEAR, Contacts
from maalbar.simulate.surroundings import Surroundings
from maalbar.simulate.timeline import week_start


@dataclass(frozen=True)
class Events:
    """Who, on which day, and the mark that says how soon an effect prevents it: uniform from 0 to 1, high ones first."""

    person: np.ndarray
    day: np.ndarray
    mark: np.ndarray

    def __len__(self) -> int:
        return len(self.person)


def draw_events(
    around: Surroundings, name: str, pattern: Contacts, factor: float, *, frailty: np.ndarray, weekly: bool = False
) -> Events:
    """Events of one kind over all time, so many that there are enough where an effect multiplies them by `factor`.

    `weekly`: dated by the Thursday of their week before anything depends on the day.
    """
    rng, people, time = stream(around.seed, "events", name), around.people, around.time
    until = np.minimum(people.exit, time.stop)
    peak = pattern.rate * frailty * around.level * _course(pattern, around, until)
    peak *= np.exp(around.shocks.highest) * max(1.0, factor)
    count = rng.poisson(peak * np.maximum(until - time.start, 0) / DAYS_PER_YEAR)
    person = np.repeat(np.arange(len(people)), count)
    day = (time.start + rng.random(len(person)) * (until - time.start)[person]).astype(np.int64)
    if weekly:
        day = week_start(day) + 3
    chance = _course(pattern, around, day, person) / _course(pattern, around, until)[person]
    chance *= np.exp(around.shocks.at(people.home[person], day) - around.shocks.highest)
    kept = (rng.random(len(person)) < chance) & people.is_here(day, person)
    mark = stream(around.seed, "marks", name).random(len(person))
    return Events(person[kept], day[kept], mark[kept])


def is_felt(mark: np.ndarray, factor: np.ndarray | float, is_treated: np.ndarray | bool) -> np.ndarray:
    """Which of the drawn events come about: all of them untreated, `factor` times as many of the treated."""
    return mark * np.maximum(1.0, factor) < np.where(is_treated, factor, 1.0)


def draw_frailty(around: Surroundings, name: str, shape: float) -> np.ndarray:
    """What a person's rates are multiplied by for life: gamma with mean 1."""
    return stream(around.seed, "frailty", name).gamma(shape, 1 / shape, len(around.people))


def _course(
    pattern: Contacts, around: Surroundings, day: np.ndarray, person: np.ndarray | slice = slice(None)
) -> np.ndarray:
    """How the rate goes with age and calendar time, for those persons on those days."""
    age = (day - around.people.born[person]) / DAYS_PER_YEAR
    years = (day - around.time.start) / DAYS_PER_YEAR
    return np.exp(pattern.age_slope * (age - rates.REFERENCE_AGE) + rates.TREND_PER_YEAR * years)
