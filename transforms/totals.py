"""Totals: what was counted or answered in each window and arm, the figures that stand behind every effect."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd

from transforms.response import response

DIGITS = 6
"""Estimates are rounded to this many decimals before they are stored, so that they are the same on every machine."""
CELL = ["window_id", "arm"]


def of_rates(outcome_id: str, rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of `indicator_value` of a counted outcome. `rows`: person-windows with quantity, person_days and exposure (years)."""
    sums = rows.groupby(CELL, sort=True)[["person_days", "exposure", "quantity"]].sum()
    sums["persons"] = rows.groupby(CELL, sort=True).size()
    return [
        {
            "outcome": outcome_id,
            "window_id": cell["window_id"],
            "arm": cell["arm"],
            "persons": int(cell["persons"]),
            "person_days": int(cell["person_days"]),
            "person_years": rounded(cell["exposure"]),
            "quantity": rounded(cell["quantity"]),
            "value": rounded(cell["quantity"] / cell["exposure"]) if cell["exposure"] else None,
            "invited": None,
        }
        for cell in sums.reset_index().to_dict("records")
    ]


def of_scores(outcome_id: str, rows: pd.DataFrame, invited: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of `indicator_value` of a survey: answers, the sum of scores, the mean, and how many could have answered."""
    sums = rows.groupby(CELL, sort=True)["score"].agg(["size", "sum"])
    asked = response(rows, invited)
    return [
        {
            "outcome": outcome_id,
            "window_id": cell["window_id"],
            "arm": cell["arm"],
            "persons": int(cell["size"]),
            "person_days": 0,
            "person_years": rounded(0.0),
            "quantity": rounded(cell["sum"]),
            "value": rounded(cell["sum"] / cell["size"]),
            "invited": asked.get((cell["window_id"], cell["arm"])),
        }
        for cell in sums.reset_index().to_dict("records")
    ]


def rounded(number: float) -> Decimal:
    """A float as Decimal with the declared number of decimals; never -0."""
    return Decimal(f"{number:.{DIGITS}f}") + 0
