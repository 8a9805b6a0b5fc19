"""One backfill over a contract's periods on a running Airflow: order it, have its proposals answered, wait for its end."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from maalbar.contract import Contract
from maalbar.contract.measuring import Period
from maalbar.errors import MaalbarError, SetupError
from maalbar.local.airflow import Airflow
from maalbar.local.rest import ENDED, Json, RestError, wait_until
from maalbar.periods import at_midnight

ANSWER, COMMENT = "Godkend", "DEMO: besvaret af demonstrationen"
_POLL_S = 0.8
# A task that has just gone to rest still has a process reporting so; an answer that overtakes the report waits for hours.
_SETTLED_IN_S = 2.0
# Between a measured proposal and the run that puts it to people.
_HANDOVER_S = 15.0


class RunFailed(MaalbarError):
    """A run of Airflow failed; the line is that of the task that failed."""

    exit_code = 10


def order(airflow: Airflow, contract: Contract, periods: Sequence[Period]) -> int:
    """Order one backfill of the periods, one at a time in order, and only then let the DAG run; the number of runs to come.

    A DAG without catch-up starts the newest ended period as soon as it is let go, before those the backfill asks for. By
    then the backfill's runs exist, and Airflow makes no second run of a period. Periods already run are left as they are,
    failed ones run again.
    """
    client, dag_id = airflow.client(), f"{contract.id}__measure"
    zone = contract.calendar.timezone
    first, last = (at_midnight(period.start, zone).astimezone(UTC) for period in (periods[0], periods[-1]))

    def ordered() -> bool:
        try:
            client.backfill(dag_id, first, last)
        except RestError as error:
            if error.status != 409:  # one is open still, from a demonstration that was stopped or has just ended
                raise
            return len(client.runs(dag_id)) >= len(periods)
        return True

    wait_until(ordered, seconds=90, what=f"an earlier backfill of {dag_id} to close", pause=2.0)
    to_come = sum(run["state"] not in ENDED for run in client.runs(dag_id))
    client.pause(dag_id, paused=False)
    return to_come


class Following:
    """Watches the runs of a contract until all have ended; the named approvers say yes to the periods in `answered`.

    Each proposal is settled before the next one is made, as in real years: a newer one would supersede it. So while one is
    open, the measuring DAG is paused as soon as the next period's run is at work. A proposal through a period outside
    `answered` is left to people.
    """

    def __init__(
        self, airflow: Airflow, contract: Contract, tell: Callable[[str], None], *, answered: Collection[str]
    ) -> None:
        self._airflow, self._contract, self._tell, self._answered = airflow, contract, tell, answered
        self._zone = contract.calendar.timezone
        self._client = airflow.client()
        self._clients = {user: airflow.client(user) for user in airflow.passwords}
        self._seen: dict[str, float] = {}
        self._told = {
            self._name(step, run)
            for step in ("measure", "settle")
            for run in self._client.runs(f"{contract.id}__{step}")
            if run["state"] == "success"
        }
        self._proposed: dict[str, bool] = {}
        self._is_held = False

    def until_done(self, count: int, *, seconds: float) -> None:
        """Wait until `count` measuring runs and the settling runs of their proposals have ended.

        A proposal that is left to people counts as done when all its questions are put. Raises RunFailed.
        """
        wait_until(lambda: self._is_done(count), seconds=seconds, what="the approvals and postings", pause=_POLL_S)

    def _is_done(self, count: int) -> bool:
        self._airflow.check()
        measured, settled = self._runs("measure"), self._runs("settle")
        ended = [run for run in settled if run["state"] in ENDED]
        waiting = [run for run in settled if run["state"] not in ENDED]
        left = {run["dag_run_id"]: 0 for run in waiting if _through(run) not in self._answered}
        if waiting:
            for question in self._client.open_approvals(f"{self._contract.id}__settle"):
                if (run_id := question["task_instance"]["dag_run_id"]) in left:
                    left[run_id] += 1
                else:
                    self._answer(question)
        self._hold(sum(map(self._has_proposed, measured)) > len(ended) and any(map(self._is_at_work, measured)))
        are_put = all(open_ == len(self._contract.answering) for open_ in left.values())
        return self._are_measured(measured, settled, count) and len(waiting) == len(left) and are_put

    def _are_measured(self, measured: list[Json], settled: list[Json], count: int) -> bool:
        if sum(run["state"] in ENDED for run in measured) < max(count, len(measured)):
            return False
        if len(settled) >= sum(map(self._has_proposed, measured)):
            return True
        # Two proposals of one period may share a run, so the missing one is waited for, not insisted on.
        newest = max(datetime.fromisoformat(run["end_date"]).timestamp() for run in measured)
        return time.time() - newest > _HANDOVER_S

    def _runs(self, step: str) -> list[Json]:
        runs = self._client.runs(f"{self._contract.id}__{step}")
        for run in runs:
            if run["state"] == "failed":
                raise self._failure(run)
            if run["state"] == "success":
                self._tell_once(self._name(step, run))
        return runs

    def _name(self, step: str, run: Json) -> str:
        if step == "settle":
            return f"period {_through(run)}: approved, posted, statement issued"
        start = datetime.fromisoformat(run["data_interval_start"])
        period = next(p for p in self._contract.calendar.periods if at_midnight(p.start, self._zone) == start)
        return f"period {period.id}: measured"

    def _has_proposed(self, run: Json) -> bool:
        if run["state"] != "success":
            return False
        key = run["dag_run_id"]
        if key not in self._proposed:
            tasks = self._client.task_instances(run["dag_id"], key)
            self._proposed[key] = any(t["task_id"] == "propose" and t["state"] == "success" for t in tasks)
        return self._proposed[key]

    def _is_at_work(self, run: Json) -> bool:
        # Far enough to measure while people answer, not so far as to propose.
        if run["state"] != "running":
            return False
        tasks = self._client.task_instances(run["dag_id"], run["dag_run_id"])
        return any(t["task_id"] == "take_in" and t["state"] in ("running", "success") for t in tasks)

    def _answer(self, question: Json) -> None:
        task = question["task_instance"]
        key = f"{task['id']} {task['try_number']}"
        if time.monotonic() - self._seen.setdefault(key, time.monotonic()) < _SETTLED_IN_S:
            return
        user = question["assigned_users"][0]["id"]
        try:
            self._clients[user].answer(question, ANSWER, {"comment": COMMENT})
        except RestError as error:
            if error.status not in (404, 409):  # it has moved on by itself
                raise

    def _hold(self, is_held: bool) -> None:
        if is_held != self._is_held:
            self._client.pause(f"{self._contract.id}__measure", paused=is_held)
            self._is_held = is_held

    def _failure(self, run: Json) -> RunFailed:
        tasks = self._client.task_instances(run["dag_id"], run["dag_run_id"])
        failed = [task for task in tasks if task["state"] == "failed"]
        task: Any = min(failed, key=lambda task: task["end_date"] or "", default=None)
        where = f"{run['dag_id']} {task['task_id'] if task else ''} ({run.get('partition_key') or run['dag_run_id']})"
        try:
            line = self._client.error_line(task) if task else ""
        except SetupError:
            line = ""
        return RunFailed(line or "the run failed", where=where, mend=f"logs: {self._airflow.home / 'logs' / 'tasks'}")

    def _tell_once(self, text: str) -> None:
        if text not in self._told:
            self._told.add(text)
            self._tell(text)


def _through(run: Json) -> str:
    """The period that a settling run's proposal settles through: its partition is `contract|period`."""
    return str(run["partition_key"]).rsplit("|", 1)[-1]
