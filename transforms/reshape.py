"""Reshape: what registers deliver wide, or in a form of their own, becomes one row per fact."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from maalbar import periods
from maalbar.errors import DeliveryRefused

NO_REASONS = pd.DataFrame({"row_number": pd.Series(dtype="int64"), "reason": pd.Series(dtype="object")})


def weekly(named: pd.DataFrame, cells: pd.DataFrame, prefix: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One column per ISO week (`<prefix>YYWW`, empty: no benefit) to one row per unbroken run of one code.

    Returns the named columns with `code`, `week_from` and `week_to` (Mondays, half open), and reasons (none yet; a week
    column that is no week is a fault of the file, and Python's calendar says which weeks exist).
    """
    weeks = sorted((_monday(name, prefix), name) for name in cells.columns if name.startswith(prefix))
    mondays = [monday for monday, _ in weeks]
    ends = [periods.next_monday(monday) for monday in mondays]
    codes = cells[[name for _, name in weeks]].fillna("").to_numpy(dtype=object)
    # A run begins where the code differs from the week before, or where a week column is missing between the two.
    gap = np.array([True] + [mondays[i] != ends[i - 1] for i in range(1, len(mondays))])
    begins = np.ones_like(codes, dtype=bool)
    begins[:, 1:] = (codes[:, 1:] != codes[:, :-1]) | gap[1:]
    person, week = np.nonzero(begins)
    last = np.append(week[1:] - 1, codes.shape[1] - 1)
    last[np.append(person[1:] != person[:-1], True)] = codes.shape[1] - 1
    found = codes[person, week]
    kept = found != ""
    long = named.iloc[person[kept]].reset_index(drop=True)
    long["code"] = found[kept]
    long["week_from"] = pd.Series(np.array(mondays, dtype="datetime64[s]")[week[kept]])
    long["week_to"] = pd.Series(np.array(ends, dtype="datetime64[s]")[last[kept]])
    return long, NO_REASONS


def _monday(name: str, prefix: str) -> date:
    text = name.removeprefix(prefix)
    try:
        if len(text) != 4 or not text.isdigit():
            raise ValueError
        return periods.iso_monday(*periods.two_digit_week(text))
    except ValueError:
        raise DeliveryRefused(
            "a weekly column is named after no ISO week", where="header", mend=f"name it {prefix}YYWW"
        ) from None


def items(named: pd.DataFrame, cells: pd.DataFrame, scales: Mapping[str, Mapping[str, str]]) -> pd.DataFrame:
    """One column per survey item to one row per answered item."""
    parts = []
    for scale, columns in scales.items():
        for item, column in columns.items():
            answered = cells[column].notna()
            part = named[answered].copy()
            part["scale"], part["item"], part["answer"] = (
                scale,
                item,
                cells.loc[answered, column].astype("object"),
            )
            parts.append(part)
    return pd.concat(parts, ignore_index=True).sort_values(["row_number", "scale", "item"], ignore_index=True)


def measures(named: pd.DataFrame, cells: pd.DataFrame, columns: Mapping[str, str]) -> pd.DataFrame:
    """One column per measure to one row per measure; an empty cell is a row with an empty quantity, to be set aside."""
    parts = [named.assign(measure=measure, quantity=cells[column]) for measure, column in columns.items()]
    return pd.concat(parts, ignore_index=True).sort_values(["row_number", "measure"], ignore_index=True)


def billed(named: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Date billed contacts (`billing_week`, YYWW) by the Thursday of their week; specialty is the first two of six digits."""
    weeks = named["billing_week"].dropna().unique()
    days = {week: _thursday(week) for week in weeks}
    named["started_on"] = pd.to_datetime(named["billing_week"].map(days))
    unread = named["billing_week"].notna() & named["started_on"].isna()
    reasons = pd.DataFrame({"row_number": named.loc[unread, "row_number"], "reason": "billing_week: no ISO week"})
    named["specialty"] = named["specialty"].str.slice(0, 2).where(named["specialty"].str.len() == 6, None)
    return named, reasons


def _thursday(week: str) -> date | None:
    try:
        return periods.billing_day(*periods.two_digit_week(week))
    except ValueError:
        return None


def minutes_since_1970(times: pd.Series) -> pd.Series:
    """Whole minutes since 1970 in UTC, each begun minute left out; missing where there is no time."""
    return ((times - pd.Timestamp("1970-01-01", tz="UTC")).dt.total_seconds() // 60).astype("Int64")
