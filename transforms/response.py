"""Response: how many of those who could answer a survey did, and when that is too few to show a figure."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd

from maalbar.contract.measuring import Quality
from transforms.effect import NotMeasurable

Cell = tuple[str, str]


def response(rows: pd.DataFrame, invited: pd.DataFrame) -> dict[Cell, int]:
    """Those who could have answered, by (window, arm): members alive and in the country at the end of the window.

    The dead are no non-response. Before entry nobody was followed, and no count is given.
    """
    answered = set(zip(rows["window_id"], rows["arm"], strict=True))
    found = {(r["window_id"], r["arm"]): int(r["present_at_end"]) for r in invited.to_dict("records")}
    return {cell: count for cell, count in found.items() if cell in answered}


def survey_refusal(
    rows: pd.DataFrame, invited: pd.DataFrame, after: list[str], quality: Quality
) -> NotMeasurable | None:
    """Why a survey cannot carry a figure over the windows `after`, or None when it can.

    Needs an answer before entry in both arms, the contract's least response in each arm, and arms not further apart than
    it allows. Response is pooled over the windows.
    """
    before = rows[rows["phase"] == "before"]
    if before["arm"].nunique() < 2:
        return NotMeasurable("no_survey_before")
    rates = {}
    for arm in ("treated", "comparison"):
        asked = int(invited.loc[invited["window_id"].isin(after) & (invited["arm"] == arm), "present_at_end"].sum())
        answers = int((rows["window_id"].isin(after) & (rows["arm"] == arm) & (rows["phase"] == "after")).sum())
        if asked == 0 or answers == 0:
            return NotMeasurable("no_answers")
        rates[arm] = Fraction(answers, asked)
    if min(rates.values()) < Fraction(quality.min_response):
        low = round(min(rates.values()) * 100)
        return NotMeasurable("low_response", (str(low), f"{quality.min_response * 100:.0f}"))
    if abs(rates["treated"] - rates["comparison"]) > Fraction(quality.max_response_gap):
        return NotMeasurable("response_gap", (f"{quality.max_response_gap * 100:.0f}",))
    return None
