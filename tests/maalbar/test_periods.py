"""Dates: ages by birth month, half-open windows, ISO weeks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maalbar import periods
from maalbar.periods import Window

days = st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 12, 31))
first_days = days.map(lambda day: day.replace(day=1))


@pytest.mark.parametrize(
    ("born", "age"),
    [
        (date(1966, 6, 1), 60),
        (date(1966, 7, 1), 60),  # turns 60 at some time in the index month, and counts from its first
        (date(1966, 8, 1), 59),
    ],
)
def test_age_counts_from_the_first_of_the_birth_month(born, age):
    assert periods.age_on(date(2026, 7, 1), born) == age


def test_the_day_before_the_birth_month_is_a_year_younger():
    assert periods.age_on(date(2026, 6, 30), date(1966, 7, 1)) == 59


def test_sixty_year_olds_on_the_first_of_july_were_born_by_july():
    assert periods.latest_birth_month(date(2026, 7, 1), 60) == date(1966, 7, 1)


def test_who_is_born_in_february_of_a_leap_year_is_of_age_on_the_first_of_february():
    assert periods.age_on(date(2026, 1, 31), date(1964, 2, 1)) == 61
    assert periods.age_on(date(2026, 2, 1), date(1964, 2, 1)) == 62


def test_an_index_on_29_february_finds_the_birth_month_sixty_one_years_before():
    # 29 February 2028 less 61 years is 28 February 1967; its month is February.
    assert periods.latest_birth_month(date(2028, 2, 29), 61) == date(1967, 2, 1)


@given(days, st.integers(0, 110))
def test_the_latest_birth_month_is_of_age_and_the_next_is_not(index, age):
    latest = periods.latest_birth_month(index, age)
    assert periods.age_on(index, latest) == age
    assert periods.age_on(index, periods.add_months(latest, 1)) == age - 1


def test_years_from_29_february_end_on_28_february_where_there_is_no_29():
    entry = date(2028, 2, 29)
    ends = [periods.add_years(entry, years) for years in range(6)]
    assert ends == [
        entry,
        date(2029, 2, 28),
        date(2030, 2, 28),
        date(2031, 2, 28),
        date(2032, 2, 29),
        date(2033, 2, 28),
    ]


@given(days, st.integers(1, 10))
def test_followed_years_tile_without_gap_or_overlap(entry, years):
    bounds = [periods.add_years(entry, n) for n in range(years + 1)]
    windows = [Window(str(n), bounds[n], bounds[n + 1]) for n in range(years)]
    assert sum(window.days for window in windows) == (bounds[-1] - bounds[0]).days
    assert all(window.days in (365, 366) for window in windows)


def test_a_month_later_than_the_31st_is_the_last_day_of_the_month():
    assert periods.add_months(date(2027, 1, 31), 1) == date(2027, 2, 28)
    assert periods.add_months(date(2028, 1, 31), 1) == date(2028, 2, 29)
    assert periods.add_months(date(2027, 3, 31), -1) == date(2027, 2, 28)
    assert periods.add_months(date(2027, 12, 31), 2) == date(2028, 2, 29)


@given(st.integers(1900, 2100), st.integers(1, 12))
def test_a_month_has_the_days_it_has_to_the_next_first(year, month):
    first = date(year, month, 1)
    assert periods.days_in_month(year, month) == (periods.add_months(first, 1) - first).days


def test_a_window_holds_its_first_day_and_not_its_last():
    # 1 July 2027 to 1 July 2028 holds 29 February 2028 and not 1 July 2028: 366 days.
    assert Window("2", date(2027, 7, 1), date(2028, 7, 1)).days == 366
    assert Window("1", date(2026, 7, 1), date(2027, 7, 1)).days == 365


def test_a_window_of_july_to_june_is_one_year_leap_or_not():
    assert Window("1", date(2026, 7, 1), date(2027, 7, 1)).years == 1
    assert Window("2", date(2027, 7, 1), date(2028, 7, 1)).years == 1


def test_a_window_of_eighteen_months_is_one_and_a_half_years():
    assert Window("x", date(2026, 7, 1), date(2028, 1, 1)).years == Fraction(3, 2)


@given(first_days, st.integers(0, 200))
def test_whole_months_are_those_added(start, months):
    assert periods.whole_months(start, periods.add_months(start, months)) == months


def test_a_window_that_is_not_made_of_whole_months_has_no_length_in_years():
    with pytest.raises(ValueError, match="whole months"):
        _ = Window("x", date(2026, 7, 1), date(2027, 6, 30)).years


def test_week_53_is_a_week_of_the_years_that_have_one():
    # 1 January 2027 is a Friday: it lies in week 53 of 2026, which begins on Monday 28 December 2026.
    assert periods.iso_monday(2026, 53) == date(2026, 12, 28)
    with pytest.raises(ValueError):
        periods.iso_monday(2027, 53)


def test_a_billing_week_is_dated_by_its_thursday():
    # Week 1 of 2026 begins on Monday 29 December 2025; its Thursday is the first day of the year it is named for.
    assert periods.billing_day(*periods.two_digit_week("2601")) == date(2026, 1, 1)


@given(st.integers(1970, 2069), st.integers(1, 53))
def test_a_billing_day_lies_in_the_year_its_week_is_named_for(year, week):
    if week == 53 and date(year, 12, 28).isocalendar().week == 52:
        with pytest.raises(ValueError):
            periods.billing_day(year, week)
    else:
        assert periods.billing_day(year, week).year == year


@given(days)
def test_the_week_of_a_day_begins_on_the_monday_at_or_before_it(day):
    monday = periods.week_of(day)
    assert monday.isoweekday() == 1
    assert timedelta(0) <= day - monday < timedelta(7)
    assert periods.iso_monday(*monday.isocalendar()[:2]) == monday


@given(days, st.integers(0, 800), st.integers(0, 800))
def test_the_weeks_of_adjoining_windows_tile(start, first, second):
    middle, end = start + timedelta(first), start + timedelta(first + second)
    weeks = [*periods.iso_weeks(start, middle), *periods.iso_weeks(middle, end)]
    assert weeks == list(periods.iso_weeks(start, end))
    assert weeks == [day for day in (start + timedelta(n) for n in range(first + second)) if day.isoweekday() == 1]


@given(days)
def test_the_next_monday_is_a_week_later(day):
    assert periods.next_monday(periods.week_of(day)) == periods.week_of(day + timedelta(7))


@pytest.mark.parametrize(
    ("text", "week"),
    [
        ("2601", (2026, 1)),
        ("6952", (2069, 52)),
        ("7001", (1970, 1)),
        ("9953", (1999, 53)),
        ("0001", (2000, 1)),
    ],
)
def test_a_register_week_has_a_year_of_two_digits(text, week):
    assert periods.two_digit_week(text) == week


@pytest.mark.parametrize("text", ["", "261", "26001", "2026-01", " 261", "26w1", "٢٦٠١"])
def test_what_is_not_four_digits_is_no_week(text):
    with pytest.raises(ValueError, match="YYWW"):
        periods.two_digit_week(text)


def test_a_local_day_begins_at_local_midnight_summer_and_winter():
    # Copenhagen is one hour ahead of UTC in winter and two in summer.
    assert periods.at_midnight(date(2027, 1, 1), "Europe/Copenhagen").astimezone(UTC) == datetime(
        2026, 12, 31, 23, tzinfo=UTC
    )
    assert periods.at_midnight(date(2027, 7, 1), "Europe/Copenhagen").astimezone(UTC) == datetime(
        2027, 6, 30, 22, tzinfo=UTC
    )


def test_a_day_is_known_by_its_last_instant_in_the_time_zone_of_the_contract():
    # Midnight in Copenhagen is 22:00 UTC in summer and 23:00 in winter.
    assert periods.moment("2028-08-01", "Europe/Copenhagen") == datetime(2028, 8, 1, 21, 59, 59, 999999, tzinfo=UTC)
    assert periods.moment("2028-01-01", "Europe/Copenhagen") == datetime(2028, 1, 1, 22, 59, 59, 999999, tzinfo=UTC)


@given(st.dates(max_value=date(9999, 12, 30)), st.sampled_from(["Europe/Copenhagen", "UTC"]))
def test_the_end_of_a_day_is_told_as_the_day_and_any_other_instant_as_it_is(day, timezone):
    known = periods.moment(day.isoformat(), timezone)
    assert periods.moment_told(known, timezone) == day.isoformat()
    assert periods.moment_told(known - timedelta(microseconds=1), timezone).startswith(
        (known - timedelta(microseconds=1)).isoformat()
    )


def test_an_instant_is_written_with_its_offset():
    assert periods.moment("2028-08-01T12:00:00+02:00", "UTC") == datetime(2028, 8, 1, 10, tzinfo=UTC)
    for text in ("2028-08-01T12:00:00", "yesterday", "2028-13-01", "20280801", "9999-12-31"):
        with pytest.raises(ValueError):
            periods.moment(text, "UTC")
