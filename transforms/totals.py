"""Totals: what was counted or answered in each window and arm, the figures that stand behind every effect."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pandas as pd

from maalbar import definitions
from transforms import rates
from transforms.effect import NotMeasurable
from transforms.rates import Kind, Rate
from transforms.response import response

DIGITS = 6
"""Estimates are rounded to this many decimals before they are stored, so that they are the same on every machine."""
CELL = ["window_id", "arm"]
RATED = ("value", "low", "high", "standardised", "standardised_low", "standardised_high", "standardised_refused",
         "persons_with_any")  # fmt: skip


def kind_of(indicator: str) -> Kind:
    """How the interval of a rate is to be found: by events that one person may have many of, or by persons with an amount."""
    return "amount" if definitions.is_amount(indicator) else "repeated"


def of_rates(
    outcome_id: str, rows: pd.DataFrame, kind: Kind = "repeated", standard: Mapping[str, float] | None = None
) -> list[dict[str, Any]]:
    """Rows of `indicator_value` of a counted outcome: crude and standardised rates, their intervals, and who had any.

    `rows`: person-windows with person_id, stratum, quantity, person_days and exposure (years). `standard`: what each stratum
    weighs; without it nothing is standardised.
    """
    found = []
    for (window, arm), cell in rows.groupby(CELL, sort=True):
        row = _cell(outcome_id, str(window), str(arm), len(cell), float(cell["quantity"].sum()))
        row |= {"person_days": int(cell["person_days"].sum()), "person_years": rounded(float(cell["exposure"].sum()))}
        if cell["exposure"].sum() > 0:
            row["value"] = rounded(float(cell["quantity"].sum() / cell["exposure"].sum()))
        row |= {"persons_with_any": int(cell.loc[cell["quantity"] > 0, "person_id"].nunique())}
        row |= _limits(rates.crude(cell, kind), "")
        if standard is not None:
            row |= _standardised(rates.standardised(cell, standard, kind))
        found.append(row)
    return found


def of_scores(outcome_id: str, rows: pd.DataFrame, invited: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of `indicator_value` of a survey: answers, the sum of scores, the mean, and how many could have answered."""
    asked = response(rows, invited)
    found = []
    for (window, arm), cell in rows.groupby(CELL, sort=True):
        total = float(cell["score"].sum())
        row = _cell(outcome_id, str(window), str(arm), len(cell), total)
        found.append(row | {"value": rounded(total / len(cell)), "invited": asked.get((str(window), str(arm)))})
    return found


def persons(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """How many persons were seen in each window and arm, where nobody is followed from one to the next."""
    seen = rows.drop_duplicates([*CELL, "person_id"]).groupby(CELL, sort=True).size()
    return [{str(k): v for k, v in row.items()} for row in seen.rename("persons").reset_index().to_dict("records")]


def rounded(number: float) -> Decimal:
    """A float as Decimal with the declared number of decimals; never -0."""
    return Decimal(f"{number:.{DIGITS}f}") + 0


def _cell(outcome_id: str, window: str, arm: str, persons: int, quantity: float) -> dict[str, Any]:
    row: dict[str, Any] = {"outcome": outcome_id, "window_id": window, "arm": arm, "persons": persons, "person_days": 0}
    return row | {"person_years": rounded(0.0), "quantity": rounded(quantity), "invited": None} | dict.fromkeys(RATED)


def _limits(rate: Rate | NotMeasurable, prefix: str) -> dict[str, Any]:
    if isinstance(rate, NotMeasurable):
        return {}
    return {f"{prefix}low": rounded(rate.low), f"{prefix}high": rounded(rate.high)}


def _standardised(rate: Rate | NotMeasurable) -> dict[str, Any]:
    if isinstance(rate, NotMeasurable):
        return {"standardised_refused": rate.reason}
    return {"standardised": rounded(rate.value)} | _limits(rate, "standardised_")
