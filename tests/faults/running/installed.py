"""An Airflow and a PostgreSQL of the tests' own, of which anything may be killed and is started again."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
from psycopg import OperationalError

from maalbar import database
from maalbar.contract import Contract, load_contract
from maalbar.errors import SetupError
from maalbar.local import airflow, postgres
from maalbar.local.backfill import ANSWER
from maalbar.local.rest import Json, RestError, wait_until
from maalbar.settings import PROJECT
from tests.faults.running.sent import write_contract

VICTIMS = ("scheduler", "task", "api-server", "database")
SOON = {
    # What has died is looked for after seconds here, and after minutes by default.
    "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_THRESHOLD": "20",
    "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "5",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "60",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "5",
    "AIRFLOW__SCHEDULER__JOB_HEARTBEAT_SEC": "2",
    "AIRFLOW__CORE__PARALLELISM": "4",
}


@dataclass
class Installed:
    """A running installation below `home`."""

    home: Path
    airflow: airflow.Airflow
    told: list[str] = field(default_factory=list)

    def contract(self, contract_id: str) -> Contract:
        return load_contract(self.home / "investments" / f"{contract_id}.yaml")

    def kill(self, victim: str) -> bool:
        """End one of the victims without a word; whether there was one (no task may be at work just now)."""
        pids = self._pids(victim)
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for name, process in self.airflow.processes.items():
            if name == victim:
                process.wait(10)
        if pids:
            self.told.append(f"killed: {victim}")
        return bool(pids)

    def revive(self) -> None:
        """Start again whatever does not run, the database first."""
        wait_until(self._has_database, seconds=60, what=f"the database ({self.home / 'postgres' / 'log'})")
        self.told += [f"started again: {name}" for name in self.airflow.revive()]

    def _has_database(self) -> bool:
        try:
            postgres.start(self.home / "postgres")
        except (SetupError, OperationalError):  # what it was made of is not gone yet, or it is still mending itself
            return False
        return True

    def _pids(self, victim: str) -> list[int]:
        if victim == "database":
            first = int((self.home / "postgres" / "postmaster.pid").read_text().splitlines()[0])
            # With its children, which would hold its memory for a while: as when a container is killed.
            return [first, *(child.pid for child in psutil.Process(first).children(recursive=True))]
        if victim != "task":
            return [self.airflow.processes[victim].pid]
        scheduler = psutil.Process(self.airflow.processes["scheduler"].pid)
        # The scheduler forks workers, and a worker forks the process of a task.
        return [task.pid for worker in scheduler.children() for task in worker.children()][:1]


@contextmanager
def installed(home: Path, contract_ids: list[str]) -> Iterator[Installed]:
    """Everything up, with contracts of those ids; the environment points there; taken down in the end."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MAALBAR_HOME", str(home))
        patch.setenv("MAALBAR_INVESTMENTS", str(home / "investments"))
        contracts = [write_contract(home / "investments", contract_id) for contract_id in contract_ids]
        server = postgres.start(home / "postgres")
        try:
            patch.setenv("MAALBAR_DATABASE_URL", server.url("maalbar"))
            database.migrate()
            made = airflow.prepare(
                home / "airflow", database_url=server.url("airflow"), dags=PROJECT / "dags", plugins=PROJECT / "plugins",
                users=sorted({user for contract in contracts for user in approvers(contract).values()}), port=0,
                environment={"PYTHONPATH": os.pathsep.join((str(PROJECT), str(PROJECT / "plugins"))), **SOON},
            )  # fmt: skip
            made.migrate()
            made.start()
            made.wait_ready([f"{one}__{step}" for one in contract_ids for step in ("measure", "settle")])
            yield Installed(home, made)
        finally:
            database.close()
            airflow.stop(home / "airflow")
            postgres.stop(home / "postgres")


def approvers(contract: Contract) -> dict[str, str]:
    """Party → the first who answers for it."""
    return {party_id: party.approvers[0].user for party_id, party in contract.answering.items()}


class Chaos:
    """Kills each victim once, in an order and at moments that follow from a seed, and has it started again soon after.

    A moment is so many seconds after so many periods were measured, the last but one at most: what is killed has work left.
    """

    def __init__(self, place: Installed, seed: int) -> None:
        self._place, rng = place, random.Random(seed)
        moments = sorted((rng.randint(0, 4), rng.uniform(0, 3)) for _ in VICTIMS)
        downs = [rng.uniform(0, 3) for _ in VICTIMS]
        self._due = list(zip(moments, rng.sample(VICTIMS, len(VICTIMS)), downs, strict=True))
        self._since: dict[int, float] = {}

    def come(self, measured: int) -> None:
        """Kill who is due, if anyone is. `measured`: so many periods are."""
        if not self._due:
            return
        ((after, seconds), victim, down_s) = self._due[0]
        since = self._since.setdefault(measured, time.monotonic())
        if measured < after or (measured == after and time.monotonic() - since < seconds):
            return
        if self._place.kill(victim):  # or no task is at work just now, and the next one is killed
            time.sleep(down_s)
            self._place.revive()
            self._due.pop(0)


class Backfill:
    """Five periods measured, and then the newest proposal answered by its people: one settlement of all."""

    def __init__(self, place: Installed, contract: Contract) -> None:
        self._place, self._contract = place, contract
        self._seen: dict[str, float] = {}
        self.measured = 0

    def is_done(self) -> bool:
        """Whether all is posted and told of; answers what can be answered. Raises AssertionError where a run failed."""
        self._place.revive()
        try:
            return self._is_measured() and self._is_settled()
        except SetupError:  # nobody answers just now
            return False
        except RestError as error:
            if error.status < 500 and error.status not in (404, 409):
                raise
            return False

    def _is_measured(self) -> bool:
        self.measured = sum(run["state"] == "success" for run in self._runs("measure"))
        return self.measured == len(self._contract.calendar.periods)

    def _is_settled(self) -> bool:
        last = self._contract.calendar.periods[-1].id
        newest = [run for run in self._runs("settle") if str(run["partition_key"]).endswith(f"|{last}")]
        self._answer([run["dag_run_id"] for run in newest])
        return bool(newest) and all(run["state"] == "success" for run in newest)

    def _answer(self, runs: list[str]) -> None:
        people = approvers(self._contract)
        for question in self._place.airflow.client().open_approvals(f"{self._contract.id}__settle"):
            task = question["task_instance"]
            first = self._seen.setdefault(f"{task['id']} {task['try_number']}", time.monotonic())
            # An answer that overtakes the report of the task at rest is lost.
            if task["dag_run_id"] in runs and time.monotonic() - first > 2:
                user = people[task["task_id"].removeprefix("approve_")]
                self._place.airflow.client(user).answer(question, ANSWER, {"comment": None})

    def _runs(self, step: str) -> list[Json]:
        runs = self._place.airflow.client().runs(f"{self._contract.id}__{step}")
        failed = [run["dag_run_id"] for run in runs if run["state"] == "failed"]
        assert not failed, f"{failed} failed; {self._place.told}"
        return runs
