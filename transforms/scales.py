"""Scales: answers to the items of a survey scale become a score, by the scale's own definition.

`answers` throughout: person_id, arm, window_id, phase, item, answer; one row per item that was answered. Scores are exact until
they are handed on as floats.
"""

from __future__ import annotations

from fractions import Fraction
from math import floor

import pandas as pd

from maalbar.definitions import Scale, SurveyIndicator

KEYS = ["person_id", "arm", "window_id", "phase"]


def score(answers: pd.DataFrame, scale: Scale) -> pd.DataFrame:
    """One row per person × window whose answers are enough for a score.

    Answers outside the scale's range, or to items that are not the scale's, count as missing. Result: person_id, arm,
    window_id, phase, score (float, in the scale's unit).
    """
    summed = _summed(answers, scale)
    known = {pair: float(exact(*pair, scale)) for pair in _pairs(summed)}
    return summed.assign(score=pd.Series(_pairs(summed), index=summed.index).map(known).astype("float64"))[
        [*KEYS, "score"]
    ]


def measured(answers: pd.DataFrame, scale: Scale, indicator: SurveyIndicator) -> pd.DataFrame:
    """What a survey indicator says of everyone who has a score, in the columns of `score`.

    The score on the scale or its domain; with `groups`, 100 for a person in one of them and 0 for any other.
    """
    part = part_of(scale, indicator)
    if not indicator.groups:
        return score(answers, part)
    found = groups(answers, part)
    is_in = found.pop("group").isin(indicator.groups)
    return found.assign(score=100.0 * is_in)


def part_of(scale: Scale, indicator: SurveyIndicator) -> Scale:
    """The scale that an indicator is scored by: the whole, or its domain."""
    return scale.domain(indicator.domain) if indicator.domain else scale


def exact(points: int, valid: int, scale: Scale) -> Fraction:
    """The score of a person with so many points on so many valid answers, which are enough for one.

    The one place where a partly answered scale becomes a score: `points / valid` is the person's mean, and stands for every
    item left out. With every item answered this is the sum itself.
    """
    mean = Fraction(points, valid)
    if scale.score == "converted":
        whole = floor(mean * len(scale.items) + Fraction(1, 2))
        return Fraction(scale.conversion[whole])
    times = {"mean": 1, "share": 100, "sum": len(scale.items) * scale.factor, "count": len(scale.items)}
    return mean * times[scale.score]


def groups(answers: pd.DataFrame, scale: Scale) -> pd.DataFrame:
    """The band or category of everyone who has a score. Result: person_id, arm, window_id, phase, group (its id).

    Raises ValueError for a scale with neither.
    """
    if scale.categories:
        return _categories(answers, scale)
    if not scale.bands:
        raise ValueError(f"{scale.ref} has neither bands nor categories")
    summed = _summed(answers, scale)
    known = {pair: band(exact(*pair, scale), scale) for pair in _pairs(summed)}
    return summed.assign(group=pd.Series(_pairs(summed), index=summed.index).map(known).astype("object"))[
        [*KEYS, "group"]
    ]


def band(score: Fraction, scale: Scale) -> str:
    """The last band that begins at or below the score."""
    return [found.id for found in scale.bands if found.start <= score][-1]


def valid_answers(answers: pd.DataFrame, scale: Scale) -> pd.DataFrame:
    """The answers that count, those of reversed items turned: lowest + highest - answer."""
    valid = answers[answers["item"].isin(scale.items) & answers["answer"].between(scale.lowest, scale.highest)].copy()
    turned = valid["item"].isin(scale.reversed)
    valid["answer"] = valid["answer"].where(~turned, scale.lowest + scale.highest - valid["answer"])
    return valid


def _summed(answers: pd.DataFrame, scale: Scale) -> pd.DataFrame:
    """`KEYS`, points, valid: those with enough valid answers, in the order of the keys."""
    given = valid_answers(answers, scale)
    counts = given["answer"] if scale.share_from is None else given["answer"] >= scale.share_from
    given["points"] = counts.astype("int64")
    summed = given.groupby(KEYS, sort=True)["points"].agg(["sum", "size"]).reset_index()
    summed = summed.rename(columns={"sum": "points", "size": "valid"})
    return summed[summed["valid"] >= scale.min_valid_items].reset_index(drop=True)


def _pairs(summed: pd.DataFrame) -> list[tuple[int, int]]:
    return [(int(p), int(v)) for p, v in zip(summed["points"], summed["valid"], strict=True)]


def _categories(answers: pd.DataFrame, scale: Scale) -> pd.DataFrame:
    given = valid_answers(answers, scale)
    found = given.groupby(KEYS, sort=True)["answer"].agg(list).reset_index()
    found = found[found["answer"].map(len) >= scale.min_valid_items].reset_index(drop=True)
    named = [category([int(answer) for answer in each], scale) for each in found["answer"]]
    return found.assign(group=pd.Series(named, dtype="object"))[[*KEYS, "group"]]


def category(answers: list[int], scale: Scale) -> str:
    """The first category whose conditions all hold for one person's valid answers, reversed items turned."""
    number = len(answers)
    return next(
        found.id
        for found in scale.categories
        if all(rule.holds(sum(answer in rule.answers for answer in answers), number) for rule in found.when)
    )
