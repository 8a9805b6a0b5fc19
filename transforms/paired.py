"""Paired answers: the change of those who answered both before and after, beside that of everyone who answered at either time.

`scores` throughout: person_id, arm, window_id, phase (`before` or `after` the person's entry), score; one row per answer.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from maalbar.definitions import Scale
from transforms.effect import NotMeasurable
from transforms.response import ARMS


def looked_at(scores: pd.DataFrame, after: Sequence[str]) -> pd.DataFrame:
    """The answers before entry, in whatever window, and those after it in the windows `after`."""
    return scores[(scores["phase"] == "before") | scores["window_id"].isin(after)]


def paired(scores: pd.DataFrame) -> pd.DataFrame:
    """The answers of those who have one of each, in the columns and the order they came in.

    A person may have several before or after; all are kept, and count in the mean of their own time.
    """
    times = scores.groupby("person_id")["phase"].nunique()
    return scores[scores["person_id"].isin(times[times == 2].index)]


def changes(scores: pd.DataFrame) -> pd.DataFrame:
    """Mean scores and their change by arm: unpaired for all scores, paired for those of `paired`.

    One row per arm: persons_before, persons_after, before, after (means over answers), change = after - before. Means that
    nobody has answered for, and their change, are missing.
    """
    cells = pd.MultiIndex.from_product([ARMS, ("before", "after")], names=["arm", "phase"])
    grouped = scores.groupby(["arm", "phase"])
    means = grouped["score"].mean().reindex(cells).unstack("phase")
    persons = grouped["person_id"].nunique().reindex(cells, fill_value=0).astype("int64").unstack("phase")
    found = pd.DataFrame(
        {
            "persons_before": persons["before"],
            "persons_after": persons["after"],
            "before": means["before"],
            "after": means["after"],
            "change": means["after"] - means["before"],
        }
    )
    return found.loc[list(ARMS)].rename_axis("arm").reset_index()


def few_answers(scores: pd.DataFrame, scale: Scale) -> NotMeasurable | None:
    """Refuses a scale that asks for more persons with answers at both times than an arm has; None where it does not.

    How many there are is not said: a handful of persons would be a small cell.
    """
    least = scale.minimum_persons or 0
    persons = paired(scores).groupby("arm")["person_id"].nunique().reindex(ARMS, fill_value=0)
    return NotMeasurable("few_answers", (str(least),)) if persons.min() < least else None
