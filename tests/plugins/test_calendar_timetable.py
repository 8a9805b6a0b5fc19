"""The timetable over a contract's periods, without a scheduler."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pendulum
import pytest
from airflow.timetables.base import DagRunInfo, TimeRestriction
from calendar_timetable import CalendarTimetable, PeriodRow

ZONE = "Europe/Copenhagen"
JULY_TO_JUNE = [PeriodRow(str(n), date(2019 + n, 7, 1), date(2020 + n, 7, 1), date(2020 + n, 10, 15)) for n in range(4)]
EIGHTEEN_MONTHS = [
    PeriodRow("a", date(2018, 1, 1), date(2019, 7, 1), date(2019, 9, 1)),
    PeriodRow("b", date(2019, 7, 1), date(2021, 1, 1), date(2021, 3, 1)),
    PeriodRow("c", date(2021, 1, 1), date(2022, 7, 1), date(2022, 9, 1)),
]


def following(timetable: CalendarTimetable, *, catchup: bool = True) -> Iterator[DagRunInfo]:
    """Every run the timetable would make, one after the other, as the scheduler asks for them."""
    last = None
    while info := timetable.next_dagrun_info(
        last_automated_data_interval=last, restriction=TimeRestriction(None, None, catchup)
    ):
        last = info.data_interval
        yield info


def now_is(monkeypatch: pytest.MonkeyPatch, when: str) -> None:
    moment = pendulum.parse(when)
    monkeypatch.setattr(pendulum, "now", lambda zone: moment.in_timezone(zone))  # type: ignore[union-attr]


def test_windows_from_july_to_june_begin_at_local_midnight_and_run_on_the_day_the_contract_says() -> None:
    first, second, *_ = following(CalendarTimetable(JULY_TO_JUNE, ZONE))

    assert first.data_interval == (pendulum.datetime(2019, 6, 30, 22), pendulum.datetime(2020, 6, 30, 22))
    assert first.run_after == pendulum.datetime(2020, 10, 14, 22)
    assert second.data_interval is not None
    assert second.data_interval.start == first.data_interval.end


def test_windows_of_eighteen_months_cross_the_change_of_the_clock() -> None:
    timetable = CalendarTimetable(EIGHTEEN_MONTHS, ZONE)

    assert [info.data_interval.start for info in following(timetable)] == [
        pendulum.datetime(2017, 12, 31, 23),
        pendulum.datetime(2019, 6, 30, 22),
        pendulum.datetime(2020, 12, 31, 23),
    ]


@pytest.mark.parametrize("rows", [JULY_TO_JUNE, EIGHTEEN_MONTHS])
def test_a_period_is_found_from_its_data_interval(rows: list[PeriodRow]) -> None:
    timetable = CalendarTimetable(rows, ZONE)

    assert [timetable.period_of(*info.data_interval) for info in following(timetable)] == [row.id for row in rows]


def test_an_interval_of_no_period_is_refused() -> None:
    timetable = CalendarTimetable(JULY_TO_JUNE, ZONE)

    with pytest.raises(LookupError, match="no period of the calendar"):
        timetable.period_of(pendulum.datetime(2019, 6, 30, 22), pendulum.datetime(2020, 6, 30, 21))


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2020-01-01", ["0", "1", "2", "3"]),  # none has ended: wait for the first
        ("2022-10-15", ["2", "3"]),  # the newest that is due, and none before it
        ("2022-08-01", ["1", "2", "3"]),  # period 2 has ended and is not due: period 1 is the newest due
        ("2030-01-01", ["3"]),
    ],
)
def test_without_catchup_only_the_newest_due_period_and_later_ones_run(
    monkeypatch: pytest.MonkeyPatch, now: str, expected: list[str]
) -> None:
    now_is(monkeypatch, now)
    timetable = CalendarTimetable(JULY_TO_JUNE, ZONE)

    found = [timetable.period_of(*info.data_interval) for info in following(timetable, catchup=False)]

    assert found == expected


def test_a_backfill_takes_the_periods_that_start_within_its_dates() -> None:
    timetable = CalendarTimetable(JULY_TO_JUNE, ZONE)
    bounds = TimeRestriction(timetable.instant(date(2020, 7, 1)), timetable.instant(date(2021, 7, 1)), catchup=True)

    first = timetable.next_dagrun_info(last_automated_data_interval=None, restriction=bounds)
    assert first is not None
    second = timetable.next_dagrun_info(last_automated_data_interval=first.data_interval, restriction=bounds)
    assert second is not None
    third = timetable.next_dagrun_info(last_automated_data_interval=second.data_interval, restriction=bounds)

    assert [timetable.period_of(*info.data_interval) for info in (first, second)] == ["1", "2"]
    assert third is None


def test_a_run_by_hand_would_take_the_newest_period_that_has_ended() -> None:
    timetable = CalendarTimetable(JULY_TO_JUNE, ZONE)

    ended = timetable.infer_manual_data_interval(run_after=pendulum.datetime(2021, 9, 1))
    early = timetable.infer_manual_data_interval(run_after=pendulum.datetime(2000, 1, 1))

    assert (timetable.period_of(*ended), timetable.period_of(*early)) == ("1", "0")


@pytest.mark.parametrize("rows", [JULY_TO_JUNE, EIGHTEEN_MONTHS, []])
def test_it_is_the_same_after_storing_and_reading(rows: list[PeriodRow]) -> None:
    timetable = CalendarTimetable(rows, ZONE)

    stored: dict[str, Any] = timetable.serialize()
    again = CalendarTimetable.deserialize(stored)

    assert (again.rows, again.timezone, again.serialize()) == (timetable.rows, timetable.timezone, stored)
    assert list(following(again)) == list(following(timetable))


def test_airflow_knows_it_as_a_plugin() -> None:
    from airflow.plugins_manager import get_timetables_plugins

    assert "calendar_timetable.CalendarTimetable" in get_timetables_plugins()
