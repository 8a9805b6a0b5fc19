"""Time: every date of a contract that the simulation needs, as whole days since 1970 in local time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from maalbar import periods
from maalbar.contract import Contract
from maalbar.contract.measuring import Period

NEVER = 1_000_000
"""A day that does not come: what has not happened has happened then."""

HISTORY_MONTHS = 12
"""How long before the first baseline window the registers begin, at least."""


@dataclass(frozen=True)
class WaveDays:
    """The days one wave is judged by. `born_until`: the latest birth month of age; -NEVER: age does not
    count. `used_since`: the first day of which earlier use counts.
    """

    id: str
    entry: int
    resident_since: int
    index_monday: int
    born_until: int
    used_since: int


@dataclass(frozen=True)
class Timeline:
    """`start` and `stop` bound everything that happens; `anchor` is the day the population is drawn for."""

    start: int
    anchor: int
    stop: int
    timezone: str
    waves: tuple[WaveDays, ...]
    mondays: np.ndarray
    survey_opens: tuple[int, ...]

    @property
    def years(self) -> float:
        return (self.stop - self.start) / 365.25


def timeline(contract: Contract, survey_month_day: tuple[int, int], survey_days: int) -> Timeline:
    """Lay out a contract's dates. An open cohort is entered on the first followed day."""
    first = min(window.start for window in contract.baseline.windows)
    start = periods.add_months(first, -_history(contract))
    stop = max(cut(period) for period in contract.calendar.periods)
    waves = tuple(_wave(contract, wave.id, wave.entry) for wave in contract.cohort.waves)
    anchor = waves[0].entry if waves else day_number(contract.calendar.followed[0].start)
    opens = _survey_opens(contract, survey_month_day, survey_days)
    mondays = np.array([day_number(monday) for monday in periods.iso_weeks(start, stop)], dtype=np.int64)
    return Timeline(day_number(start), anchor, day_number(stop), contract.calendar.timezone, waves, mondays, opens)


def cut(period: Period) -> date:
    """The day a period's extracts are drawn: they hold what happened before it begins and is registered."""
    return period.run_after


def day_number(day: date) -> int:
    return int(np.datetime64(day, "D").astype(np.int64))


def day_of(number: int) -> date:
    return np.datetime64(int(number), "D").item()


def week_name(monday: int) -> str:
    """YYWW: the ISO week of a Monday with a two-digit year, as DREAM and the health insurance write it."""
    year, week, _ = day_of(monday).isocalendar()
    return f"{year % 100:02d}{week:02d}"


def week_start(days: np.ndarray) -> np.ndarray:
    """The Monday of the week of each day. Day 0 was a Thursday."""
    return days - (days + 3) % 7


def _wave(contract: Contract, wave_id: str, entry: date) -> WaveDays:
    rule = contract.cohort.eligibility
    since = periods.add_months(entry, -rule.residence_months) if rule else entry
    if rule is None or (rule.min_age is None and not rule.benefit_codes):
        born_until = NEVER
    elif rule.min_age is None:
        born_until = -NEVER
    else:
        born_until = day_number(periods.latest_birth_month(entry, rule.min_age))
    use = rule.earlier_use if rule else None
    used_since = periods.add_months(entry, -use.months) if use else entry
    entered, resident, monday, used = (day_number(d) for d in (entry, since, periods.week_of(entry), used_since))
    return WaveDays(wave_id, entered, resident, monday, born_until, used)


def _history(contract: Contract) -> int:
    """Months before the first baseline window: as many as whoever would have entered then is looked at over."""
    rule = contract.cohort.eligibility
    return max(HISTORY_MONTHS, rule.earlier_use.months if rule and rule.earlier_use else 0)


def _survey_opens(contract: Contract, month_day: tuple[int, int], days: int) -> tuple[int, ...]:
    """The first days of the yearly rounds that lie whole in the last baseline window or the periods."""
    begin, end = contract.baseline.windows[-1].start, contract.calendar.periods[-1].end
    opens = [date(year, *month_day) for year in range(begin.year, end.year + 1)]
    return tuple(day_number(day) for day in opens if begin <= day and day_number(day) + days <= day_number(end))
