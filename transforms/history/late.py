"""Late: the newest months of a register are not registered in full when an extract is drawn.

How full a month was, so many months before the day of a delivery, is seen when the next one tells of the same month: rows then
over rows now. The newer delivery also tells of persons who have come since; what it has more of in months long past is taken out.
"""

from __future__ import annotations

from datetime import date, timedelta

from transforms.history.figures import Cell, Figures, by_month, month_of
from transforms.history.look import Look, percent, untested

ENOUGH = 100
"""Rows that a comparison of months needs."""
LONG_PAST = range(13, 25)
"""Lags, in months, at which a register is taken to be full."""
SMOOTHED = 3
"""Months that are put together, since one month says little."""


def registered(earlier: Figures, now: Figures) -> dict[int, float]:
    """Lag in months before the day of a delivery → the part of the rows that were there by then. Lag 0 is the month of that day.

    Empty where the two do not tell of enough months together.
    """
    before, after, cut = by_month(earlier), by_month(now), month_of(earlier.as_of)
    past = [cut - lag for lag in LONG_PAST]
    base = _part(before, after, past)
    if base is None or sum(before[month].rows for month in past if month in before) < ENOUGH:
        return {}
    parts = {}
    for lag in range(1, LONG_PAST.start):
        part = _part(before, after, [cut - lag - more for more in range(SMOOTHED)])
        if part is not None:
            parts[lag] = min(part / base, 1.0)
    return parts


def late(earlier: Figures, now: Figures, period_end: date, complete: float, stops: bool) -> Look:
    """Whether the last months of the period can be expected to be there in full. Warns, or stops where the contract says so."""
    name = "late_registration"
    parts = registered(earlier, now)
    lag = month_of(now.as_of) - month_of(period_end - timedelta(days=1))
    if lag not in parts:
        return untested(name, "the delivery before does not tell how late the register is")
    part, full_at = parts[lag], next((k for k in sorted(parts) if parts[k] >= complete), None)
    waits = f"{full_at} months" if full_at is not None else f"more than {max(parts)} months"
    missing = max(0.0, 1 - part)
    return Look(
        name,
        value=missing,
        warn=None if stops else 1 - complete,
        stop=1 - complete if stops else None,
        found=f"{lag} months after it, {percent(part)} of the rows of a month were there in the delivery of {earlier.as_of}",
        expected=f"{percent(complete)}, which this register needs {waits} for",
        ask="draw the extract later, or let `data_due` and `run_after` leave more time",
        figures={"lag_months": lag, "there": round(part, 4), "full_after": waits},
    )


def _part(before: dict[int, Cell], after: dict[int, Cell], months: list[int]) -> float | None:
    """Rows then over rows now; a month that was not told of then, since few persons had rows in it, had none."""
    told = [month for month in months if month in after and month >= min(before, default=month)]
    rows = sum(after[month].rows for month in told)
    if rows < ENOUGH:
        return None
    return sum(before[month].rows for month in told if month in before) / rows
