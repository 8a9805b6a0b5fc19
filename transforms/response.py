"""Response: how many of those who could answer a survey did, and when that is too few to show a figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import pandas as pd

from maalbar.contract.measuring import Quality
from transforms.effect import Diagnostic, NotMeasurable

Cell = tuple[str, str]
ARMS = ("treated", "comparison")


def response(rows: pd.DataFrame, invited: pd.DataFrame) -> dict[Cell, int]:
    """Those who could have answered, by (window, arm), as `nonresponse.invited` counts them.

    Before entry nobody was followed, and no count is given.
    """
    answered = set(zip(rows["window_id"], rows["arm"], strict=True))
    found = {(r["window_id"], r["arm"]): int(r["invited"]) for r in invited.to_dict("records")}
    return {cell: count for cell, count in found.items() if cell in answered}


def response_table(rows: pd.DataFrame, invited: pd.DataFrame, after: Sequence[str]) -> pd.DataFrame:
    """Response after entry, one row per window of `after` × arm, also where nobody answered.

    `rows`: one per answer with window_id, arm, phase. `invited`: window_id, arm, invited. Result: window_id, arm,
    invited, answered, response (their ratio; missing where nobody could answer).
    """
    asked = invited[invited["window_id"].isin(after) & invited["arm"].isin(ARMS)]
    present = asked.groupby(["window_id", "arm"])["invited"].sum()
    answers = rows[rows["phase"] == "after"].groupby(["window_id", "arm"]).size()
    cells = pd.MultiIndex.from_product([list(after), ARMS], names=["window_id", "arm"])
    found = pd.DataFrame({"invited": present.reindex(cells), "answered": answers.reindex(cells)})
    found = found.fillna(0).astype("int64").reset_index()
    return found.assign(response=found["answered"] / found["invited"].where(found["invited"] > 0))


def survey_refusal(
    rows: pd.DataFrame, invited: pd.DataFrame, after: list[str], quality: Quality
) -> NotMeasurable | None:
    """Why a survey cannot carry a figure over the windows `after`, or None when it can.

    Needs an answer before entry in both arms, the contract's least response in each arm, and arms not further apart than
    it allows. Response is pooled over the windows.
    """
    before = rows[rows["phase"] == "before"]
    if before["arm"].nunique() < len(ARMS):
        return NotMeasurable("no_survey_before")
    rates = {}
    for arm, (asked, answers) in _pooled(rows, invited, after).items():
        if asked == 0 or answers == 0:
            return NotMeasurable("no_answers")
        rates[arm] = Fraction(answers, asked)
    if min(rates.values()) < Fraction(quality.min_response):
        low = round(min(rates.values()) * 100)
        return NotMeasurable("low_response", (str(low), f"{quality.min_response * 100:.0f}"))
    if abs(rates["treated"] - rates["comparison"]) > Fraction(quality.max_response_gap):
        return NotMeasurable("response_gap", (f"{quality.max_response_gap * 100:.0f}",))
    return None


def check_response(
    rows: pd.DataFrame,
    invited: pd.DataFrame,
    after: list[str],
    quality: Quality,
    beside: Mapping[str, float | int | str | None] | None = None,
) -> Diagnostic:
    """`check.response`: those who could answer, did, and their proportion, per arm over the windows `after`.

    `held` or `broken` by the contract's least response and widest gap; `untested`, with `why`, where there is nothing to
    compare. `beside`: further figures to show with it (of items left out, of weights).
    """
    figures: dict[str, float | int | str | None] = {}
    for arm, (asked, answers) in _pooled(rows, invited, after).items():
        figures |= {f"invited_{arm}": asked, f"answered_{arm}": answers}
        figures[f"response_{arm}"] = answers / asked if asked else None
    figures |= {"min_response": float(quality.min_response), "max_gap": float(quality.max_response_gap)}
    figures |= beside or {}
    refused = survey_refusal(rows, invited, after, quality)
    if refused is None:
        return Diagnostic("check.response", "held", figures)
    is_judged = refused.code in ("low_response", "response_gap")
    return Diagnostic("check.response", "broken" if is_judged else "untested", figures | {"why": refused.reason})


def _pooled(rows: pd.DataFrame, invited: pd.DataFrame, after: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Arm → (could answer, answered) over the windows together."""
    sums = response_table(rows, invited, after).groupby("arm")[["invited", "answered"]].sum()
    return {str(arm): (int(asked), int(answers)) for arm, asked, answers in sums.loc[list(ARMS)].itertuples()}
