"""Surveys: a yearly round to everyone eligible or entered, in both arms alike. No answer is no row.

Any shipped scale can be answered. A planted difference holds exactly in expectation: what the shift needs is
kept free at the end of the scale, so that nothing is clipped.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from maalbar import definitions
from maalbar.contract.delivering import Delivery
from maalbar.definitions import Scale, SurveyIndicator
from maalbar.errors import ContractError
from maalbar.simulate.answers import answers, length
from maalbar.simulate.chance import stream
from maalbar.simulate.people import TREATED
from maalbar.simulate.rates import Survey
from maalbar.simulate.register import Register, Values, pick
from maalbar.simulate.world import World

MISSING = -1


TEMPERS = {"life_satisfaction": (0.85, 1.05), "hls19_q12": (0.75, 0.95)}
"""Scale → centre and spread of the logit of its scores, as a part of the way from the lowest to the highest."""
TEMPER = (0.75, 1.0)
"""That of every other scale."""
LEVEL_OF_TREATED = -0.10
"""How much lower the logit of the scores lies in the treated areas, before and after."""


@dataclass(frozen=True)
class Answers:
    """One entry per answered questionnaire."""

    person: np.ndarray
    day: np.ndarray


def surveys_register(world: World, delivery: Delivery) -> Register:
    """One row per answered questionnaire. Raises ContractError for a scale or an item that is not defined."""
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
        scale = _scale(world, name)
        unknown = [item for item in items if item not in scale.items]
        if unknown:
            raise ContractError(f"the scale `{name}` has no item `{unknown[0]}`", mend=f"use {', '.join(scale.items)}")
        given_answers = _answers_on(world, given, scale)
        for item in items:
            columns[f"{name}.{item}"] = given_answers[:, scale.items.index(item)]
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


def _scale(world: World, name: str) -> Scale:
    """The scale by that name, in the version that an outcome is scored by; else the newest."""
    found = [indicator.scale for indicator in _scored(world) if indicator.scale.partition("@")[0] == name]
    versions = [ref for ref in definitions.known("scales") if ref.partition("@")[0] == name]
    if not versions:
        scales = sorted({ref.partition("@")[0] for ref in definitions.known("scales")})
        raise ContractError(f"there is no scale `{name}`", mend=f"use one of {', '.join(scales)}")
    return definitions.scale([*versions, *found][-1])


def _scored(world: World) -> list[SurveyIndicator]:
    """The survey indicators of the contract's outcomes."""
    each = [definitions.indicator(outcome.indicator) for outcome in world.contract.outcomes.values()]
    return [found for found in each if isinstance(found, SurveyIndicator)]


def _answers_on(world: World, given: Answers, scale: Scale) -> np.ndarray:
    """Answers [questionnaire, item] on one scale, MISSING where an item was left out."""
    survey, rng = Survey(), stream(world.seed, "scale", scale.id)
    centre, spread = TEMPERS.get(scale.id, TEMPER)
    lasting = rng.standard_normal(len(world.people))[given.person]
    passing = rng.standard_normal(len(given.person))
    logit = centre + spread * (np.sqrt(survey.same_person) * lasting + np.sqrt(1 - survey.same_person) * passing)
    logit = logit + LEVEL_OF_TREATED * (world.people.arm[given.person] == TREATED)
    shift, points = _shift(world, given, scale), length(scale)
    # Both ends are kept free by as much as anyone is shifted.
    low, high = max(0.0, -shift.min(initial=0.0)), points - max(0.0, shift.max(initial=0.0))
    if low >= high:
        raise ContractError(
            f"the effect on the scale `{scale.id}` is longer than the scale", mend="plant a smaller one"
        )
    found = answers(low + (high - low) / (1 + np.exp(-logit)) + shift, scale, rng)
    found[rng.random(found.shape) < survey.item_missing] = MISSING
    return found


def _shift(world: World, given: Answers, scale: Scale) -> np.ndarray:
    """Points added by the planted effect and by what befell the area."""
    planted = {i.id for i in _scored(world) if i.scale == scale.ref and not i.groups and not i.domain}
    treated = given.day >= world.entries.treated_from[given.person]
    befell = world.shocks.at(world.people.home[given.person], given.day) * length(scale) * 0.2
    return treated * sum(world.effects.shift(indicator) for indicator in sorted(planted)) + befell
