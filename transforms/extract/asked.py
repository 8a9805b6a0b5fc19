"""Who answered a survey, of how many who could have, and the mean of their scores."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from decimal import Decimal

import pandas as pd

from maalbar import definitions
from maalbar.contract.outcomes import Outcome
from maalbar.definitions import SurveyIndicator
from transforms import totals
from transforms.disclosure import Quantity, Ratio, key
from transforms.disclosure.drafts import Piece
from transforms.observed import Observed, is_survey
from transforms.scales import part_of

HUNDREDTHS = 100


def asked(seen: Observed, outcomes: Collection[str]) -> Iterator[Piece]:
    """By outcome, arm and window. Before entry nobody counted who could have answered."""
    for outcome_id, outcome in seen.contract.outcomes.items():
        if outcome_id not in outcomes or not is_survey(outcome) or seen.is_open:
            continue
        scores = seen.scores(outcome)
        baseline = [b.id for b in seen.contract.baseline.windows]
        shown = scores[scores["window_id"].isin(baseline) | (scores["phase"] == "after")]
        invited = {
            (row["window_id"], row["arm"]): row["invited"]
            for row in totals.of_scores(outcome_id, shown, seen.invited(scores))
        }
        for (window, arm), cell in shown.groupby(["window_id", "arm"], sort=True):
            at = {"outcome": outcome_id, "arm": str(arm), "window": str(window)}
            yield from _cell(at, outcome, cell, invited[str(window), str(arm)])


def _cell(at: dict[str, str], outcome: Outcome, cell: pd.DataFrame, invited: int | None) -> Iterator[Piece]:
    answers = Quantity(key("answers", at), len(cell))
    yield answers
    if invited and len(cell) <= invited:
        yield Quantity(key("invited", at), int(invited), is_shown=False, is_known=True)
        yield Ratio(
            key("response", at), answers.key, key("invited", at), Decimal(100), digits=0, is_share=True
        )  # fmt: skip
    hundredths = int((cell["score"] * HUNDREDTHS).round().astype("int64").sum())
    lowest = int((cell["score"] * HUNDREDTHS).round().min())
    yield Quantity(key("scores", at), hundredths, "amount", persons=len(cell), is_shown=False, is_signed=lowest < 0)
    yield Ratio(
        key("mean", at), key("scores", at), answers.key, Decimal(1) / HUNDREDTHS, digits=2, scale=_scale(outcome)
    )


def _scale(outcome: Outcome) -> tuple[int, int] | None:
    """The lowest and highest score of one person, in hundredths; None where what is scored is a group that one is in."""
    found = definitions.indicator(outcome.indicator)
    assert isinstance(found, SurveyIndicator)
    if found.groups:
        return None
    ends = part_of(definitions.scale(found.scale), found)
    return round(ends.score_from * HUNDREDTHS), round(ends.score_to * HUNDREDTHS)
