"""People: who lives in the areas of both arms, when they come and go, and when they die. Nobody here is real.

The arms are drawn alike but for their size: same ages, same mortality, same moves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from maalbar.contract import Contract
from maalbar.errors import ContractError
from maalbar.simulate.chance import stream
from maalbar.simulate.rates import (
    AREAS_PER_MUNICIPALITY,
    COMPARISON_PER_TREATED,
    DAYS_PER_YEAR,
    PERMANENT_BENEFITS,
    Composition,
    Mortality,
    Moves,
)
from maalbar.simulate.timeline import NEVER, Timeline

Positions: TypeAlias = "np.ndarray | slice | tuple[slice, None]"
EACH_DAY = (slice(None), np.newaxis)
"""All persons as a column, to be set against a row of days."""

TREATED, COMPARISON = 0, 1
ELSEWHERE, OTHER_MUNICIPALITY = "elsewhere", "899"
"""The area code of everywhere outside the arms, and the municipality of most of it."""


@dataclass(frozen=True)
class People:
    """One entry per person in every array, in order of `ids`. Days as in `timeline`; NEVER: does not happen.

    `home` and `onward` are positions in `areas`, of which the last is elsewhere; `municipality_of` gives each
    area's municipality, elsewhere last. `moves_near`: whoever moves elsewhere stays in the municipality.
    `on_benefit` belong to the target group by benefit on the anchor day.
    """

    areas: tuple[str, ...]
    municipality_of: tuple[str, ...]
    ids: np.ndarray
    is_male: np.ndarray
    born: np.ndarray
    arm: np.ndarray
    home: np.ndarray
    onward: np.ndarray
    lived_before: np.ndarray
    moved_in: np.ndarray
    moved_out: np.ndarray
    to_care_home: np.ndarray
    died: np.ndarray
    emigrated: np.ndarray
    returned: np.ndarray
    moves_near: np.ndarray
    on_benefit: np.ndarray

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def exit(self) -> np.ndarray:
        """Death, or emigration without return, whichever comes."""
        return np.minimum(self.died, np.where(self.returned < NEVER, NEVER, self.emigrated))

    def is_here(self, day: np.ndarray, person: Positions = slice(None)) -> np.ndarray:
        """Whether those persons are alive and in the country on those days; `EACH_DAY` sets all against all."""
        abroad = (day >= self.emigrated[person]) & (day < self.returned[person])
        return (day < self.died[person]) & ~abroad


def draw_people(contract: Contract, people: int, seed: int, time: Timeline) -> People:
    """Draw residents so that about `people` of the target group live in the treated areas on the anchor day.

    Raises ContractError where the arms are not given by areas.
    """
    arms = contract.cohort.arms
    if not arms.treated.areas or not arms.comparison.areas:
        raise ContractError("only arms given by areas can be simulated", mend="list `areas` in both arms")
    rng = stream(seed, "people")
    moves = Moves()
    arm, moved_in, moved_out, present_on = _stays(people, time, moves, rng)
    count = len(arm)
    age, on_benefit = _ages(contract, count, rng)
    born = _month_start(present_on - age * DAYS_PER_YEAR)
    # Those drawn for another day than the anchor were as old as that on the day they are known to be alive.
    died = present_on + _years_left(age, Mortality(), rng)
    emigrated = present_on + _days(moves.emigrating, count, rng)
    returned = _returns(died, emigrated, moves, seed)
    own, other = _areas_of_arms(len(arms.treated.areas), len(arms.comparison.areas), arm)
    drawn = {
        "ids": _ids(count, rng),
        "is_male": rng.random(count) < 0.48,
        "born": born,
        "arm": arm,
        "home": _one_of(own, rng),
        "onward": _onward(own, other, moves, rng),
        "lived_before": np.maximum(born, moved_in - rng.integers(365, 15 * 365, count)),
        "moved_in": np.maximum(moved_in, born + 1),
        "moved_out": moved_out,
        "to_care_home": _to_care_home(age, present_on, moves, rng),
        "died": np.where((died <= emigrated) | (returned < NEVER), died, NEVER),
        "emigrated": np.where(emigrated < died, emigrated, NEVER),
        "returned": returned,
        "moves_near": stream(seed, "moves_near").random(count) < moves.within_municipality,
        "on_benefit": on_benefit,
    }
    order = np.argsort(drawn["ids"])
    areas = (*arms.treated.areas, *arms.comparison.areas, ELSEWHERE)
    municipality_of = (*_municipalities(len(arms.treated.areas), len(arms.comparison.areas)), OTHER_MUNICIPALITY)
    return People(areas, municipality_of, **{name: values[order] for name, values in drawn.items()})


def _returns(died: np.ndarray, emigrated: np.ndarray, moves: Moves, seed: int) -> np.ndarray:
    """The day of coming back, for the few who do before they would have died."""
    rng = stream(seed, "returns")
    back = emigrated + 30 + _days(1 / moves.years_abroad, len(emigrated), rng)
    comes_back = (rng.random(len(emigrated)) < moves.returning) & (back < died)
    return np.where(comes_back, back, NEVER)


def _municipalities(treated: int, comparison: int) -> list[str]:
    """The code of each area's municipality: neighbours in the contract's list share one, the arms never do.

    No real municipality has a code from 900 on.
    """
    first_comparison = -(-treated // AREAS_PER_MUNICIPALITY)
    numbers = [i // AREAS_PER_MUNICIPALITY for i in range(treated)]
    numbers += [first_comparison + i // AREAS_PER_MUNICIPALITY for i in range(comparison)]
    return [str(900 + number) for number in numbers]


def _to_care_home(age: np.ndarray, present_on: np.ndarray, moves: Moves, rng: np.random.Generator) -> np.ndarray:
    """The day of moving to a care home: sooner for the old, long ago for a few, for most after death."""
    haste = np.where(age > 80, 3.0, np.where(age > 67, 1.0, 0.1))
    days = present_on + (_days(moves.to_care_home, len(age), rng) / haste).astype(np.int64)
    is_there = rng.random(len(age)) < moves.in_care_home * (age > 67)
    return np.where(is_there, -NEVER, days)


def _stays(people: int, time: Timeline, moves: Moves, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Residents, newcomers and former residents of both arms.

    Arm, days of moving in and out, and a day on which the person is known to be alive.
    """
    residents = round(people * (1 + Composition().ineligible + moves.in_care_home))
    before, after = (time.anchor - time.start) / DAYS_PER_YEAR, (time.stop - time.anchor) / DAYS_PER_YEAR
    parts = []
    for arm, size in ((TREATED, residents), (COMPARISON, residents * COMPARISON_PER_TREATED)):
        came = time.anchor - 1 - _days(1 / moves.tenure_years, size, rng)
        newcomers = rng.integers(time.anchor, time.stop, round(size * moves.newcomers * after))
        former = round(size * moves.former * before)
        left = rng.integers(time.start + 1, time.anchor, former)
        came_former = time.start - 1 - _days(1 / moves.tenure_years, former, rng)
        moved_in = np.concatenate([came, newcomers, came_former])
        stayed = np.concatenate([np.full(size, time.anchor), newcomers])
        moved_out = np.concatenate([stayed + 1 + _days(moves.leaving, len(stayed), rng), left])
        present_on = np.concatenate([stayed, np.full(former, time.start)])
        parts.append((np.full(len(moved_in), arm, dtype=np.int8), moved_in, moved_out, present_on))
    return tuple(np.concatenate(column) for column in zip(*parts, strict=True))


def _ages(contract: Contract, count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Age in years, and who belongs to the target group by benefit, under the contract's eligibility."""
    rule, shares = contract.cohort.eligibility, Composition()
    codes, min_age = (rule.benefit_codes, rule.min_age) if rule else ((), None)
    oldest_by_benefit = min(min_age or 66, 66)
    kind = rng.random(count) * (1 + shares.ineligible)
    is_outside = kind > 1
    by_benefit = 1.0 if min_age is None and codes else shares.by_benefit if codes else 0.0
    on_benefit = (kind < by_benefit) & ~is_outside
    youngest = 18 if min_age is None else min_age
    span = shares.oldest - youngest
    of_age = youngest + span * rng.beta(1.1, 2.2, count)
    lowest = 30 if any(code in PERMANENT_BENEFITS for code in codes) else 20
    working_age = lowest + (oldest_by_benefit - lowest) * rng.random(count)
    is_working_age = on_benefit | (is_outside & bool(codes or min_age))
    return np.where(is_working_age, working_age, of_age), on_benefit


def _years_left(age: np.ndarray, law: Mortality, rng: np.random.Generator) -> np.ndarray:
    """Days until death of persons alive at that age, by inverting the Gompertz survival function."""
    now = law.rate * np.exp(law.slope * (age - law.reference_age))
    years = np.log1p(rng.exponential(size=len(age)) * law.slope / now) / law.slope
    return 1 + (years * DAYS_PER_YEAR).astype(np.int64)


def _days(yearly: float, count: int, rng: np.random.Generator) -> np.ndarray:
    """Days until something with a constant yearly hazard happens."""
    return (rng.exponential(DAYS_PER_YEAR / yearly, count)).astype(np.int64)


def _month_start(days: np.ndarray) -> np.ndarray:
    months = days.astype(np.int64).astype("datetime64[D]").astype("datetime64[M]")
    return months.astype("datetime64[D]").astype(np.int64)


def _areas_of_arms(treated: int, comparison: int, arm: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each person the positions `[first, after last)` of the areas of the own arm, and of the other."""
    bounds = np.array([[0, treated], [treated, treated + comparison]])
    return bounds[arm], bounds[1 - arm]


def _one_of(bounds: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return rng.integers(bounds[:, 0], bounds[:, 1])


def _onward(own: np.ndarray, other: np.ndarray, moves: Moves, rng: np.random.Generator) -> np.ndarray:
    """Where a mover goes: mostly elsewhere, at times to an area of the same arm, seldom to one of the other."""
    draw, elsewhere = rng.random(len(own)), np.maximum(own[:, 1], other[:, 1])
    within, across = _one_of(own, rng), _one_of(other, rng)
    return np.select(
        [draw < moves.within_arm, draw < moves.within_arm + moves.to_other_arm], [within, across], elsewhere
    )


def _ids(count: int, rng: np.random.Generator) -> np.ndarray:
    """Opaque ids of 16 hexadecimal signs. Every other one is a letter: no run of digits can be a CPR number."""
    letters = np.frombuffer(b"abcdef", dtype=np.uint8)[rng.integers(0, 6, (count, 8))]
    signs = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)[rng.integers(0, 16, (count, 8))]
    ids = np.stack([letters, signs], axis=2).reshape(count, 16).view("S16").ravel().astype("U16")
    if len(np.unique(ids)) < count:  # pragma: no cover - one chance in 10^7 at 10,000 persons
        raise RuntimeError("two persons drew the same id")
    return ids
