"""Dates: the one module that does date arithmetic. Everything else joins the tables made here.

All intervals are half open, `[start, end)`. Dates are local calendar dates of the contract's time zone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Window:
    """A stretch of time in which something is counted: a baseline window or the window of a period."""

    id: str
    start: date
    end: date

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    @property
    def last(self) -> date:
        """The last day inside."""
        return self.end - timedelta(days=1)

    @property
    def years(self) -> Fraction:
        """Length in years by whole months, so that a July–June window is exactly 1, leap year or not.

        Raises ValueError when the window is not made of whole months.
        """
        return Fraction(whole_months(self.start, self.end), 12)


def whole_months(start: date, end: date) -> int:
    """The number of whole months from `start` to `end`, which must fall on the same day of the month."""
    if start.day != end.day:
        raise ValueError("a window must be made of whole months")
    return (end.year - start.year) * 12 + end.month - start.month


def add_months(day: date, months: int) -> date:
    """The same day `months` later (or earlier); the last day of the month where that month is shorter."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(years, month + 1, min(day.day, days_in_month(years, month + 1)))


def add_days(day: date, days: int) -> date:
    """The day so many days later."""
    return day + timedelta(days=days)


def add_years(day: date, years: int) -> date:
    """The same day `years` later (or earlier); 28 February where 29 does not exist."""
    return add_months(day, 12 * years)


def days_in_month(year: int, month: int) -> int:
    """28 to 31."""
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - timedelta(days=1)).day


def first_of_month(day: date) -> date:
    return day.replace(day=1)


def latest_birth_month(index: date, age: int) -> date:
    """The latest birth month of persons who are `age` on `index`. Age counts from the first of the birth month."""
    return first_of_month(add_years(index, -age))


def age_on(day: date, birth_month: date) -> int:
    """Whole years of age on `day`, counted from the first of the birth month."""
    return day.year - birth_month.year - (day.month < birth_month.month)


def iso_monday(year: int, week: int) -> date:
    """The Monday of an ISO week. Raises ValueError when the year has no such week."""
    return date.fromisocalendar(year, week, 1)


def billing_day(year: int, week: int) -> date:
    """The Thursday of an ISO week: the day a billing week is dated by, so that a week lies in the year it is named for."""
    return date.fromisocalendar(year, week, 4)


def week_of(day: date) -> date:
    """The Monday of the ISO week that `day` lies in."""
    return day - timedelta(days=day.weekday())


def iso_weeks(start: date, end: date) -> Iterator[date]:
    """The Mondays of all ISO weeks that begin in `[start, end)`."""
    monday = week_of(start)
    if monday < start:
        monday += timedelta(days=7)
    while monday < end:
        yield monday
        monday += timedelta(days=7)


def at_midnight(day: date, timezone: str) -> datetime:
    """The instant at which a local day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(timezone))


def local_day(at: datetime, timezone: str) -> date:
    """The local day in which an instant lies."""
    return at.astimezone(ZoneInfo(timezone)).date()


def end_of_day(day: date, timezone: str) -> datetime:
    """The last instant of a local day, to the microsecond in which a database tells times."""
    return at_midnight(day + timedelta(days=1), timezone).astimezone(UTC) - timedelta(microseconds=1)


def moment(text: str, timezone: str) -> datetime:
    """An instant as people write it: a day, which is known by its end, or ISO 8601 with its offset from UTC.

    Raises ValueError for anything else; a time of day without an offset happens twice on one night of the year.
    """
    if len(text) == len("YYYY-MM-DD"):
        day = date.fromisoformat(text)
        if day == date.max:
            raise ValueError("there is no day after it")
        return end_of_day(day, timezone)
    told = datetime.fromisoformat(text)
    if told.tzinfo is None:
        raise ValueError("a time is written with its offset")
    return told


def moment_told(instant: datetime, timezone: str) -> str:
    """An instant as people write it, as `moment` reads it: the day alone where it is the end of one."""
    day = instant.astimezone(ZoneInfo(timezone)).date()
    is_end = day < date.max and instant == end_of_day(day, timezone)
    return day.isoformat() if is_end else instant.isoformat()


def next_monday(monday: date) -> date:
    """The Monday a week after."""
    return monday + timedelta(days=7)


def two_digit_week(text: str) -> tuple[int, int]:
    """Read YYWW: registers write the year with two digits; 00–69 are 2000–2069, 70–99 are 1970–1999.

    Raises ValueError for anything but four digits.
    """
    if len(text) != 4 or not text.isascii() or not text.isdigit():
        raise ValueError("a week is written YYWW")
    year = int(text[:2])
    return year + (2000 if year < 70 else 1900), int(text[2:])
