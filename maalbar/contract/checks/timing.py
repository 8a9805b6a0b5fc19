"""Faults of time: periods, baseline windows, waves."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from zoneinfo import ZoneInfo

from maalbar.contract.checks.fault import Fault
from maalbar.contract.model import Agreement, Contract
from maalbar.contract.yamlfile import Key
from maalbar.periods import Window


def calendar(contract: Agreement) -> Iterator[Fault]:
    rows = contract.calendar.periods
    if len(rows) < 2:
        yield Fault(
            ("calendar", "periods"),
            "fewer than two periods",
            "list period 0 and at least one followed period",
        )
    for position, row in enumerate(rows):
        key: Key = ("calendar", "periods", position)
        if row.end <= row.start:
            yield Fault((*key, "to"), f"period {row.id} ends before it begins", "put `to` after `from`")
        if not row.end <= row.run_after <= row.data_due <= row.pay_by:
            yield Fault(
                key,
                f"period {row.id} is not in the order to, run_after, data_due, pay_by",
                "put the dates in that order",
            )
        yield from _made_of_months(row.window, (*key, "to"))
    try:
        ZoneInfo(contract.calendar.timezone)
    except (OSError, ValueError, KeyError):
        what = f"there is no time zone `{contract.calendar.timezone}`"
        yield Fault(("calendar", "timezone"), what, "write one like `Europe/Copenhagen`")
    for position, (before, row) in enumerate(pairwise(rows), start=1):
        if row.start != before.end:
            what = f"period {row.id} does not begin where period {before.id} ends"
            yield Fault(("calendar", "periods", position, "from"), what, f"write {before.end}")
    if len({row.id for row in rows}) < len(rows):
        yield Fault(("calendar", "periods"), "two periods have the same id", "give each its own")


def budget_years(contract: Agreement) -> Iterator[Fault]:
    """The periods of a budget year stand together, so that what a yearly cap counts is one stretch of time."""
    years = [row.year for row in contract.calendar.periods]
    for position, year in enumerate(years):
        if position and years[position - 1] != year and year in years[:position]:
            what = f"budget year {year} comes back after another"
            yield Fault(("calendar", "periods", position), what, "keep the periods of a budget year together")


def baseline(contract: Contract) -> Iterator[Fault]:
    if not contract.baseline.windows:
        yield Fault(("baseline", "windows"), "no baseline window", "give at least one")
    first = contract.calendar.followed[0].start if contract.calendar.followed else None
    ids = {row.id for row in contract.calendar.periods}
    for position, row in enumerate(contract.baseline.windows):
        key: Key = ("baseline", "windows", position)
        if row.end <= row.start:
            yield Fault((*key, "to"), "ends before it begins", "put `to` after `from`")
        if first and row.end > first:
            yield Fault((*key, "to"), "reaches into the follow-up", f"end it on {first} at the latest")
        if row.id in ids:
            yield Fault((*key, "id"), f"`{row.id}` is also a period", "give the window an id of its own")
        yield from _made_of_months(row.window, (*key, "to"))
    windows = contract.baseline.windows
    for position, (before, row) in enumerate(pairwise(windows), start=1):
        if row.start < before.end:
            what = f"window {row.id} begins before window {before.id} ends"
            yield Fault(("baseline", "windows", position, "from"), what, f"begin it on {before.end} or later")
    if len({row.id for row in windows}) < len(windows):
        yield Fault(("baseline", "windows"), "two windows have the same id", "give each its own")


def waves(contract: Contract) -> Iterator[Fault]:
    """Waves enter in order, within the calendar, and not before the baseline has ended: treated time is no baseline."""
    rows, calendar = contract.cohort.waves, contract.calendar.periods
    # A window that reaches into the follow-up is told by `baseline`.
    before = [window for window in contract.baseline.windows if window.end <= calendar[1].start]
    for position, row in enumerate(rows):
        if not calendar[0].start <= row.entry < calendar[-1].end:
            what = "lies outside the calendar"
            yield Fault(("cohort", "waves", position, "entry"), what, "choose a day within the periods")
            continue
        late = next((window for window in before if row.entry < window.end), None)
        if late is not None:
            what = f"wave {row.id} enters before baseline window {late.id} has ended"
            mend = f"let it enter on {late.end} or later, or end the window before"
            yield Fault(("cohort", "waves", position, "entry"), what, mend)
    for position, (earlier, row) in enumerate(pairwise(rows), start=1):
        if row.entry <= earlier.entry:
            what = f"wave {row.id} does not enter after wave {earlier.id}"
            yield Fault(("cohort", "waves", position, "entry"), what, "list the waves in order of entry")
    if len({row.id for row in rows}) < len(rows):
        yield Fault(("cohort", "waves"), "two waves have the same id", "give each its own")


def _made_of_months(window: Window, key: Key) -> Iterator[Fault]:
    """Rates are per year by whole months, so a window begins and ends on the same day of the month."""
    if window.start.day != window.end.day:
        yield Fault(key, f"{window.id} is not made of whole months", f"end it on day {window.start.day} of a month")
