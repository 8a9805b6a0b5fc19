"""Non-response: who did not answer, which items were left out, and weights that let answers count for those who gave none.

Weights are inverse response rates within age band × sex × benefit × arm (cell weighting: Little & Rubin, Statistical Analysis
with Missing Data, ch. 3). They assume that within such a stratum those who answered are like those who did not.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from maalbar.definitions import Scale
from transforms.scales import valid_answers

ROUND = ["window_id", "phase", "arm"]
"""One round of a survey in one arm, of those who had not entered yet or of those who had."""
STRATUM = ["age_band", "sex", "has_benefit"]


def could_answer(
    members: pd.DataFrame, person_time: pd.DataFrame, windows: pd.DataFrame, scores: pd.DataFrame
) -> pd.DataFrame:
    """Everyone who could have answered in a round in which someone did: person_id, window_id, phase, arm, age, sex, has_benefit.

    `members`: person_id, arm, entry_on, age, sex, has_benefit, as on the day of entry. `person_time`: person_id, window_id,
    to_on. `windows`: window_id, start_on, end_on. `scores`: person_id, window_id, phase, arm.
    Before entry: members who enter after the window has begun. After it: members alive and in the country at its end, for
    the dead are no non-response. Whoever answered could, and is counted also if they died later in the window.
    """
    dated = person_time.merge(windows[["window_id", "end_on"]], on="window_id")
    present = dated.loc[dated["to_on"] == dated["end_on"], ["person_id", "window_id"]].assign(phase="after")
    each = members[["person_id", "entry_on"]].merge(windows[["window_id", "start_on"]], how="cross")
    waiting = each.loc[each["entry_on"] > each["start_on"], ["person_id", "window_id"]].assign(phase="before")
    asked = pd.concat([present, waiting, scores[["person_id", "window_id", "phase"]]], ignore_index=True)
    found = asked.drop_duplicates().merge(
        members[["person_id", "arm", "age", "sex", "has_benefit"]], on="person_id", how="inner"
    )
    # Nobody has answered after entry in a window of the baseline: it is no such round, and falls away here.
    held = found.merge(scores[ROUND].drop_duplicates(), on=ROUND, how="inner")
    return held.sort_values([*ROUND, "person_id"], ignore_index=True)


def invited(person_time: pd.DataFrame, windows: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """How many could have answered after entry, also where nobody did: window_id, arm, invited; counted as by `could_answer`.

    `person_time`: person_id, arm, window_id, phase, to_on. `windows`: window_id, end_on. `scores`: person_id,
    window_id, phase, arm.
    """
    dated = person_time[person_time["phase"] != "baseline"].merge(windows[["window_id", "end_on"]], on="window_id")
    columns = ["person_id", "window_id", "arm"]
    asked = pd.concat(
        [dated.loc[dated["to_on"] == dated["end_on"], columns], scores.loc[scores["phase"] == "after", columns]]
    )
    return asked.drop_duplicates().groupby(["window_id", "arm"], sort=True).size().rename("invited").reset_index()


def strata(scores: pd.DataFrame, candidates: pd.DataFrame, age_bands: Sequence[int]) -> pd.DataFrame:
    """One row per round × stratum of those who could answer: invited, answered, merged, weight.

    `candidates` as from `could_answer`; `age_bands`: the lowest age of each band. A stratum in which nobody answered is
    `merged`: its persons are answered for by the nearest stratum of the same round and arm in which someone did. Nearest is of
    the same benefit status if there is one, then of the same sex, then of the closest age band, the younger of two.
    `weight` is (invited + those merged into it) / answered, scaled so that the weights of a round in an arm add up to its number
    of answers; 0 where nobody answered.
    """
    placed = _placed(candidates, age_bands)
    given = scores[["person_id", "window_id", "phase"]].drop_duplicates().assign(is_answered=1)
    placed = placed.merge(given, on=["person_id", "window_id", "phase"], how="left")
    placed["is_answered"] = placed["is_answered"].fillna(0).astype("int64")
    counted = placed.groupby([*ROUND, *STRATUM], sort=True)["is_answered"].agg(["size", "sum"]).reset_index()
    counted = counted.rename(columns={"size": "invited", "sum": "answered"})
    counted["merged"] = counted["answered"] == 0
    parts = [_weighed(part) for _, part in counted.groupby(ROUND, sort=True) if part["answered"].sum() > 0]
    return pd.concat(parts, ignore_index=True) if parts else counted.iloc[:0].assign(weight=0.0)


def weights(scores: pd.DataFrame, candidates: pd.DataFrame, age_bands: Sequence[int]) -> pd.Series:
    """The weight of each answer, on the index of `scores`; in each round and arm they add up to the number of answers.

    Raises ValueError when an answer is by someone who is not among the candidates.
    """
    found = _placed(candidates, age_bands).merge(strata(scores, candidates, age_bands), on=[*ROUND, *STRATUM])
    joined = scores[["person_id", "window_id", "phase"]].merge(
        found[["person_id", "window_id", "phase", "weight"]], on=["person_id", "window_id", "phase"], how="left"
    )
    if joined["weight"].isna().any():
        raise ValueError(f"{int(joined['weight'].isna().sum())} answers are by persons who could not answer")
    return pd.Series(joined["weight"].to_numpy(float), index=scores.index, name="weight")


def weighted(scores: pd.DataFrame, weight: pd.Series) -> pd.DataFrame:
    """Scores as rows of an effect: the columns of `scores` with quantity = score × weight and exposure = weight.

    quantity / exposure is the score again, and sums of both give weighted means. All weights 1 is no weighting.
    """
    return scores.assign(quantity=scores["score"] * weight, exposure=weight)


def weight_figures(found: pd.DataFrame) -> dict[str, float | int | str | None]:
    """What weighting did, from the `strata` of the rounds that are looked at, for a diagnostic.

    Per arm: the effective number of answers (Kish 1965: the square of the sum of weights over the sum of their squares), the
    largest weight, and how many strata were merged into another.
    """
    figures: dict[str, float | int | str | None] = {}
    for arm, part in found.groupby("arm", sort=True):
        total = float((part["answered"] * part["weight"]).sum())
        squares = float((part["answered"] * part["weight"] ** 2).sum())
        figures[f"effective_{arm}"] = total**2 / squares
        figures[f"largest_weight_{arm}"] = float(part["weight"].max())
        figures[f"merged_strata_{arm}"] = int(part["merged"].sum())
    return figures


def item_non_response(answers: pd.DataFrame, scale: Scale) -> pd.DataFrame:
    """How often each item was left out, of the questionnaires in which the scale was begun.

    `answers`: person_id, arm, window_id, phase, item, answer. One row per round × item, in the scale's order of items: window_id,
    phase, arm, item, begun (questionnaires with an answer to any item), missing (without a valid one to this), share.
    """
    begun = _begun(answers, scale)
    valid = valid_answers(answers, scale).groupby([*ROUND, "item"]).size().rename("valid").reset_index()
    found = begun.groupby(ROUND, sort=True).size().rename("begun").reset_index()
    found = found.merge(pd.DataFrame({"item": list(scale.items)}), how="cross").merge(
        valid, on=[*ROUND, "item"], how="left"
    )
    found["missing"] = found["begun"] - found["valid"].fillna(0).astype("int64")
    return found.assign(share=found["missing"] / found["begun"]).drop(columns="valid")


def too_few_items(answers: pd.DataFrame, scale: Scale) -> pd.DataFrame:
    """How many questionnaires in which the scale was begun lack too many items for a score.

    One row per round: window_id, phase, arm, begun, without_score, share.
    """
    begun = _begun(answers, scale)
    begun["is_without"] = begun["valid"] < scale.min_valid_items
    found = begun.groupby(ROUND, sort=True)["is_without"].agg(["size", "sum"]).reset_index()
    found = found.rename(columns={"size": "begun", "sum": "without_score"}).astype({"without_score": "int64"})
    return found.assign(share=found["without_score"] / found["begun"])


def _begun(answers: pd.DataFrame, scale: Scale) -> pd.DataFrame:
    """`ROUND`, person_id, valid: every questionnaire with an answer to an item of the scale, valid or not."""
    mine = answers[answers["item"].isin(scale.items)]
    is_valid = mine["answer"].between(scale.lowest, scale.highest)
    return (
        mine.assign(valid=is_valid.astype("int64"))
        .groupby([*ROUND, "person_id"], sort=True)["valid"]
        .sum()
        .reset_index()
    )


def _placed(candidates: pd.DataFrame, age_bands: Sequence[int]) -> pd.DataFrame:
    """The candidates with the number of their age band. Younger than the first band is the first."""
    edges = np.asarray(sorted(age_bands))
    number = np.searchsorted(edges, candidates["age"].to_numpy(), side="right") - 1
    return candidates.assign(age_band=np.maximum(number, 0))


def _weighed(part: pd.DataFrame) -> pd.DataFrame:
    """The strata of one round and arm, in order, with their weights."""
    found = part.reset_index(drop=True)
    answering = found.index[~found["merged"]]
    answers_for = found["invited"].to_numpy(float).copy()
    for empty in found.index[found["merged"]]:
        answers_for[min(answering, key=lambda other: _distance(found, empty, other))] += answers_for[empty]
    answered = found["answered"].to_numpy(float)
    raw = np.divide(answers_for, answered, out=np.zeros(len(found)), where=answered > 0)
    return found.assign(weight=raw * answered.sum() / found["invited"].sum())


def _distance(found: pd.DataFrame, one: int, other: int) -> tuple[bool, bool, int, int]:
    """How unlike another stratum is; of two that are equally unlike the younger is nearer."""
    band, sex, benefit = (found[name].tolist() for name in STRATUM)
    return benefit[one] != benefit[other], sex[one] != sex[other], abs(band[one] - band[other]), band[other]
