"""Scales: answers to the items of a survey scale become a score, by the scale's own definition."""

from __future__ import annotations

import pandas as pd

from maalbar.definitions import Scale


def score(answers: pd.DataFrame, scale: Scale) -> pd.DataFrame:
    """One row per person × window whose answers are enough for a score.

    `answers`: person_id, arm, window_id, phase, item, answer. Answers outside the scale's range, or to items that are
    not the scale's, count as missing. Result: person_id, arm, window_id, phase, score (float, in the scale's unit).
    """
    valid = answers[answers["item"].isin(scale.items) & answers["answer"].between(scale.lowest, scale.highest)].copy()
    turned = valid["item"].isin(scale.reversed)
    valid["answer"] = valid["answer"].where(~turned, scale.lowest + scale.highest - valid["answer"])
    if scale.score == "share":
        valid["point"] = (valid["answer"] >= scale.share_from) * 100.0
    else:
        valid["point"] = valid["answer"].astype("float64")
    keys = ["person_id", "arm", "window_id", "phase"]
    scored = valid.groupby(keys, sort=True)["point"].agg(["mean", "size"]).reset_index()
    enough = scored[scored["size"] >= scale.min_valid_items]
    return enough.rename(columns={"mean": "score"})[[*keys, "score"]].reset_index(drop=True)
