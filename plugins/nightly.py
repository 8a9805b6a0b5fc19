"""Nights: when what is done every night is done. An installation that has just started does none of a night before it."""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import CronTriggerTimetable


def nightly(at: str) -> CronTriggerTimetable:
    """Every night at a time in UTC, `HH:MM`, for a DAG without a `start_date`.

    The first night is the one to come; one that was missed since then is made good once.
    """
    hour, minute = map(int, at.split(":"))
    to_come = timedelta()  # of the nights before the first look, not even the last is run
    return CronTriggerTimetable(f"{minute} {hour} * * *", timezone="UTC", run_immediately=to_come)
