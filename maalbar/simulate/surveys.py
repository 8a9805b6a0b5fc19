"""Surveys: a yearly round to everyone eligible or entered, in both arms alike. No answer is no row.

Answers are whole numbers, yet a planted difference holds exactly in expectation: scores are rounded up or
down by chance, and what the shift needs is kept free at the end of the scale, so that nothing is clipped.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from maalbar.contract.measuring import Delivery
from maalbar.errors import ContractError
from maalbar.simulate.chance import rounded, stream
from maalbar.simulate.effects import SURVEY_INDICATORS
from maalbar.simulate.people import TREATED
from maalbar.simulate.rates import Survey
from maalbar.simulate.register import Register, Values, pick
from maalbar.simulate.world import World

MISSING = -1


@dataclass(frozen=True)
class Scale:
    """How a score comes about: the length of the scale in `points`, `centre` and `spread` of its logit.

    `is_share`: the score is the share of items answered 3 or 4 of 1-4, in per cent; otherwise one item from 0
    up.
    """

    points: float
    centre: float
    spread: float
    is_share: bool


SCALES = {
    "life_satisfaction": Scale(points=10, centre=0.85, spread=1.05, is_share=False),
    "hls19_q12": Scale(points=100, centre=0.75, spread=0.95, is_share=True),
}
LEVEL_OF_TREATED = -0.10
"""How much lower the logit of the scores lies in the treated areas, before and after."""


@dataclass(frozen=True)
class Answers:
    """One entry per answered questionnaire."""

    person: np.ndarray
    day: np.ndarray


def surveys_register(world: World, delivery: Delivery) -> Register:
    """One row per answered questionnaire. Raises ContractError for a scale the simulator does not know."""
    given = _answers(world)
    rng, survey, count = stream(world.seed, "questionnaires"), Survey(), len(given.person)
    known = set(delivery.codes.get("mode", {}).values())
    modes = [(mode, share) for mode, share in survey.modes if not known or mode in known]
    shares = np.array([share for _, share in modes])
    columns: dict[str, Values] = {
        "person_id": pick(world.people.ids, given.person),
        "answered_on": given.day.astype("datetime64[D]"),
        "mode": pick([mode for mode, _ in modes], rng.choice(len(modes), count, p=shares / shares.sum())),
        "is_proxy": rng.random(count) < survey.proxy,
    }
    for name, items in delivery.items.items():
        if name not in SCALES:
            raise ContractError(
                f"no answers can be simulated on the scale `{name}`", mend=f"use one of {', '.join(SCALES)}"
            )
        answers = _answers_on(world, given, name, len(items))
        for item, column in zip(items, answers.T, strict=True):
            columns[f"{name}.{item}"] = column
    return Register(columns, np.maximum(given.day, world.lived.known_from[given.person]))


def _answers(world: World) -> Answers:
    """Who answers each round and when. Inclination has nothing to do with arm or score."""
    people, survey = world.people, Survey()
    rng = stream(world.seed, "response")
    habit = rng.standard_normal(len(people))
    bar = NormalDist().inv_cdf(survey.response)
    found: list[tuple[np.ndarray, np.ndarray]] = []
    for opens in world.time.survey_opens:
        mood = rng.standard_normal(len(people))
        day = opens + rng.integers(0, survey.days, len(people))
        willing = np.sqrt(survey.habit) * habit + np.sqrt(1 - survey.habit) * mood < bar
        who = np.flatnonzero(willing & _invited(world, opens) & people.is_here(day))
        found.append((who, day[who]))
    if not found:
        return Answers(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
    person, day = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.lexsort((person, day))
    return Answers(person[order], day[order])


def _invited(world: World, opens: int) -> np.ndarray:
    """Who is asked: all who have entered, and all residents of the areas in the target group on that day.

    Earlier use is not looked at: it is not known yet of those who enter later.
    """
    people, lived = world.people, world.lived
    there = (lived.area < len(people.areas) - 1) & (lived.start <= opens) & (lived.end > opens)
    rule = world.contract.cohort.eligibility
    there &= ~lived.is_care_home | (rule is None or rule.care_home_residents == "included")
    resident = np.zeros(len(people), dtype=bool)
    resident[lived.person[there]] = True
    if rule is not None and (rule.min_age is not None or rule.benefit_codes):
        monday = int(world.time.mondays[np.searchsorted(world.time.mondays, opens, side="right") - 1])
        born_until = np.datetime64(opens, "D").astype("datetime64[M]") - 12 * (rule.min_age or 0)
        of_age = people.born <= born_until.astype("datetime64[D]").astype(np.int64)
        eligible = world.benefits.has_any(rule.benefit_codes, monday) | (of_age & (rule.min_age is not None))
        resident &= eligible
    return resident | (world.entries.entered <= opens)


def _answers_on(world: World, given: Answers, name: str, items: int) -> np.ndarray:
    """Answers [questionnaire, item] on one scale, MISSING where an item was left out."""
    scale, survey, rng = SCALES[name], Survey(), stream(world.seed, "scale", name)
    lasting = rng.standard_normal(len(world.people))[given.person]
    passing = rng.standard_normal(len(given.person))
    logit = scale.centre + scale.spread * (
        np.sqrt(survey.same_person) * lasting + np.sqrt(1 - survey.same_person) * passing
    )
    logit = logit + LEVEL_OF_TREATED * (world.people.arm[given.person] == TREATED)
    shift = _shift(world, given, name, scale)
    # Both ends are kept free by as much as anyone is shifted.
    low, high = max(0.0, -shift.min(initial=0.0)), scale.points - max(0.0, shift.max(initial=0.0))
    if low >= high:
        raise ContractError(f"the effect on the scale `{name}` is longer than the scale", mend="plant a smaller one")
    score = low + (high - low) / (1 + np.exp(-logit)) + shift
    answers = _shared_items(score / scale.points, items, rng) if scale.is_share else _plain_items(score, items, rng)
    answers[rng.random(answers.shape) < survey.item_missing] = MISSING
    return answers


def _shift(world: World, given: Answers, name: str, scale: Scale) -> np.ndarray:
    """Points added by the planted effect and by what befell the area."""
    indicator = next((i for i, s in SURVEY_INDICATORS.items() if s == name), "")
    treated = given.day >= world.entries.treated_from[given.person]
    befell = world.shocks.at(world.people.home[given.person], given.day) * scale.points * 0.2
    return treated * world.effects.shift(indicator) + befell


def _plain_items(score: np.ndarray, items: int, rng: np.random.Generator) -> np.ndarray:
    return np.stack([rounded(score, 1.0, rng) for _ in range(items)], axis=1)


def _shared_items(share: np.ndarray, items: int, rng: np.random.Generator) -> np.ndarray:
    """Answers 1–4 of which that share is 3 or 4; some items are harder than others."""
    easy = rounded(share * items, 1.0, rng)
    hardness = np.linspace(-1.0, 1.0, items) + rng.logistic(size=(len(share), items))
    rank = hardness.argsort(axis=1).argsort(axis=1)
    is_easy = rank < easy[:, np.newaxis]
    strong = rng.random((len(share), items)) < np.where(is_easy, 0.35, 0.25)
    return np.where(is_easy, 3 + strong, 2 - strong).astype(np.int64)
