"""Volume: as many rows and persons as before for the same time, and about as many for the last year.

A fall by more than a fifth is the fault that made the reference write down row counts (F23): half a file is a whole file to
everything else. Months near the day of the earlier delivery are left out, since they were not yet registered in full then.
"""

from __future__ import annotations

from datetime import date

from transforms.history.figures import Cell, Figures, by_month, month_name, month_of
from transforms.history.look import Look, percent, untested

ENOUGH = 100
"""Fewer rows or persons than this before, and a change by a fifth is within what chance does (two standard deviations)."""
UNSETTLED = 3
"""Months before the day of a delivery that may not be registered in full; `late` looks at those."""
WHOLE = "ask the sender whether the extract is whole"


def same_time(earlier: Figures, now: Figures, first_needed: date, limit: float, name: str = "volume") -> Look:
    """Rows and persons of the time that both tell of, from the first month that is needed. Stops above `limit`."""
    if "resident" in earlier.cells:
        pairs, span = _stocks(earlier, now), ""
    elif "window" in earlier.cells:
        pairs, span = _windows(earlier, now), ""
    else:
        pairs, span = _months(earlier, now, first_needed)
    pairs = [(before, after, what) for before, after, what in pairs if before >= ENOUGH]
    if not pairs:
        return untested(name, f"fewer than {ENOUGH} rows before for the same time")
    before, after, what = max(pairs, key=lambda pair: (abs(pair[1] / pair[0] - 1), pair))
    change = after / before - 1
    return Look(
        name,
        value=abs(change),
        stop=limit,
        found=f"{after} {what}{span}, where {before} stood as of {earlier.as_of} ({change * 100:+.0f} %)",
        expected=f"a change of at most {percent(limit)}",
        ask=f"{WHOLE}, and from the same persons and time as before",
        figures={"before": before, "now": after, "change": round(change, 4), "of": what, "since": f"{earlier.as_of}"},
    )  # fmt: skip


def last_year(earlier: Figures, now: Figures, limit: float) -> Look:
    """The rows of the last year, as each delivery knew it on its day: the same months missing from both. Warns above `limit`;
    twice as large a fall stops, since half of the new rows may be missing where all the old are there."""
    name = "volume_last_year"
    before, after = earlier.all.recent, now.all.recent
    if before < ENOUGH:
        return untested(name, f"fewer than {ENOUGH} rows in the last year as of {earlier.as_of}")
    change = after / before - 1
    return Look(
        name,
        value=abs(change),
        warn=limit,
        stop=2 * limit if change < 0 else None,
        found=f"{after} rows of the year before {now.as_of}, {before} of the year before {earlier.as_of} ({change * 100:+.0f} %)",
        expected=f"a change of at most {percent(limit)}",
        ask=f"{WHOLE} for the last year, and whether the register has changed",
        figures={"before": before, "now": after, "change": round(change, 4)},
    )


def silent_months(now: Figures) -> Look:
    """Months of the last settled year with less than half the rows of the same month a year before. Warns of any."""
    name = "silent_months"
    months = by_month(now)
    last = month_of(now.as_of) - UNSETTLED
    pairs = [(month, months[month - 12].rows) for month in range(last - 12, last) if month - 12 in months]
    pairs = [(month, before) for month, before in pairs if before >= ENOUGH]
    if not pairs:
        return untested(name, f"no month with {ENOUGH} rows a year before")
    silent = [month_name(month) for month, before in pairs if months.get(month, Cell(0, 0, 0)).rows * 2 < before]
    return Look(
        name,
        value=len(silent) / len(pairs),
        warn=0.0,
        found=f"{len(silent)} of {len(pairs)} months have less than half the rows of a year before"
        + (f" ({', '.join(silent)})" if silent else ""),
        expected="none",
        ask="ask the sender whether anything is missing from those months",
        figures={"silent": len(silent), "of": len(pairs)},
    )


def _months(earlier: Figures, now: Figures, first_needed: date) -> tuple[list[tuple[int, int, str]], str]:
    before, after = by_month(earlier), by_month(now)
    until = month_of(earlier.as_of) - UNSETTLED
    span = [month for month in before if month_of(first_needed) <= month < until]
    if not span:
        return [], ""
    there = [after.get(month, Cell(0, 0, 0)) for month in span]
    rows = (sum(before[month].rows for month in span), sum(cell.rows for cell in there), "rows")
    persons = (
        sum(before[month].persons for month in span),
        sum(cell.persons for cell in there),
        "persons, month by month,",
    )
    return [rows, persons], f" from {month_name(min(span))} to {month_name(max(span))}"


def _stocks(earlier: Figures, now: Figures) -> list[tuple[int, int, str]]:
    """Residents on the days that the earlier delivery knew."""
    days = [day for day in earlier.of("resident") if day[:4].isdigit() and date.fromisoformat(day) < earlier.as_of]
    return [
        (earlier.of("resident")[day].persons, now.of("resident").get(day, Cell(0, 0, 0)).persons, f"residents on {day}")
        for day in days
    ]


def _windows(earlier: Figures, now: Figures) -> list[tuple[int, int, str]]:
    names = [name for name in earlier.of("window") if name in now.of("window")]
    return [(earlier.of("window")[name].rows, now.of("window")[name].rows, f"rows of window {name}") for name in names]
