"""The timetable over a contract's own periods, which every part of Airflow loads as a plugin.

A contract lists its periods; they need not be calendar years, nor equally long, nor run on the day they end. The rows are
all this timetable knows: it is stored with the DAG and asks nothing else when it schedules.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

import pendulum
from airflow.plugins_manager import AirflowPlugin
from airflow.timetables.base import DagRunInfo, DataInterval, TimeRestriction, Timetable

from maalbar.periods import at_midnight


class Row(Protocol):
    """One period: the window `[start, end)` and the first day it may run, as local dates."""

    @property
    def id(self) -> str: ...
    @property
    def start(self) -> date: ...
    @property
    def end(self) -> date: ...
    @property
    def run_after(self) -> date: ...


@dataclass(frozen=True)
class PeriodRow:
    """A row as it is stored with the DAG."""

    id: str
    start: date
    end: date
    run_after: date


class CalendarTimetable(Timetable):
    """One run per period: its data interval is the period's window, and it runs on the day the contract says.

    Days begin at midnight in `timezone` (an IANA name).
    """

    def __init__(self, rows: Iterable[Row], timezone: str) -> None:
        self.rows = sorted((PeriodRow(r.id, r.start, r.end, r.run_after) for r in rows), key=lambda row: row.start)
        self.timezone = timezone
        self.description = f"{self.summary} ({timezone})"

    @property
    def summary(self) -> str:
        return f"{len(self.rows)} periods" + (f", {self.rows[0].start} to {self.rows[-1].end}" if self.rows else "")

    def instant(self, day: date) -> pendulum.DateTime:
        """The beginning of a local day, in UTC."""
        return pendulum.instance(at_midnight(day, self.timezone)).in_timezone("UTC")

    def interval(self, row: Row) -> DataInterval:
        """The window of a period as Airflow's data interval, in UTC."""
        return DataInterval(self.instant(row.start), self.instant(row.end))

    def period_of(self, start: datetime, end: datetime) -> str:
        """The id of the period with that data interval. Raises LookupError when the calendar has none."""
        for row in self.rows:
            if self.interval(row) == (start, end):
                return row.id
        raise LookupError(f"no period of the calendar has the window {start} to {end}")

    def next_dagrun_info(
        self, *, last_automated_data_interval: DataInterval | None, restriction: TimeRestriction
    ) -> DagRunInfo | None:
        """The period after the last one. Without catch-up nothing before the newest period that is due by now."""
        rows = [row for row in self.rows if _is_allowed(self.instant(row.start), restriction)]
        if not restriction.catchup:
            now = pendulum.now("UTC")
            due = [row for row in rows if self.instant(row.run_after) <= now and self.instant(row.end) <= now]
            rows = [row for row in rows if not due or row.start >= due[-1].start]
        last = last_automated_data_interval
        for row in rows:
            if last is None or self.instant(row.start) > last.start:
                return DagRunInfo(run_after=self.instant(row.run_after), data_interval=self.interval(row))
        return None

    def infer_manual_data_interval(self, *, run_after: pendulum.DateTime) -> DataInterval:
        """The newest period that has ended by then, else the first."""
        ended = [row for row in self.rows if self.instant(row.end) <= run_after]
        return self.interval(ended[-1] if ended else self.rows[0])

    def serialize(self) -> dict[str, Any]:
        rows = [[row.id, *(day.isoformat() for day in (row.start, row.end, row.run_after))] for row in self.rows]
        return {"timezone": self.timezone, "rows": rows}

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> CalendarTimetable:
        rows = [PeriodRow(period_id, *map(date.fromisoformat, days)) for period_id, *days in data["rows"]]
        return cls(rows, data["timezone"])


def _is_allowed(start: pendulum.DateTime, restriction: TimeRestriction) -> bool:
    return (restriction.earliest is None or start >= restriction.earliest) and (
        restriction.latest is None or start <= restriction.latest
    )


class CalendarTimetablePlugin(AirflowPlugin):
    """Registers the timetable, so that a stored DAG finds it again."""

    name = "calendar_timetable"
    timetables = [CalendarTimetable]
