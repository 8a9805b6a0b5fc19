"""Nights: the first is the one to come, and one that was missed is made good once."""

from __future__ import annotations

from typing import Any

import pendulum
import pytest

import tests.airflow_home  # noqa: F401


@pytest.fixture
def at_three() -> Any:
    """The timetable of three in the night, as the scheduler has it."""
    from airflow.serialization.encoders import coerce_to_core_timetable
    from nightly import nightly

    return coerce_to_core_timetable(nightly("03:00"))


def _next(timetable: Any, now: str, monkeypatch: pytest.MonkeyPatch, last: str | None = None) -> str:
    from airflow.timetables.base import DataInterval, TimeRestriction

    monkeypatch.setattr("airflow.timetables.trigger.utcnow", lambda: pendulum.parse(now))
    found = timetable.next_dagrun_info(
        last_automated_data_interval=DataInterval.exact(pendulum.parse(last)) if last else None,
        restriction=TimeRestriction(earliest=None, latest=None, catchup=False),
    )
    return found.run_after.isoformat()[:16]


@pytest.mark.parametrize("now", ["2031-05-04T03:00:01Z", "2031-05-04T11:00:00Z", "2031-05-05T02:59:00Z"])
def test_whoever_starts_waits_for_the_night_to_come(at_three, monkeypatch, now):
    assert _next(at_three, now, monkeypatch) == "2031-05-05T03:00"


def test_of_nights_that_were_missed_the_last_is_made_good(at_three, monkeypatch):
    assert _next(at_three, "2031-05-09T11:00:00Z", monkeypatch, last="2031-05-04T03:00:00Z") == "2031-05-09T03:00"
