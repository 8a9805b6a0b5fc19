"""An Airflow and a PostgreSQL of the tests' own, of which anything may be killed and is started again."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
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
from maalbar.local.rest import wait_until
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


CLOCK = Path(__file__).parent / "clock"
"""What gives Python a clock of its own when it is on the path."""
_MEETS_A_TASK_IN_S = 5.0
A_MINUTE_S = 60.0
"""How long the database is gone in every third round."""


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
        forked = psutil.Process(pids[0]).children(recursive=True) if victim == "scheduler" else []
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for name, process in self.airflow.processes.items():
            if name == victim:
                process.wait(10)
        # What a killed scheduler leaves would hold its connection open, and the next one would wait for its locks for good.
        wait_until(
            lambda: not any(map(_is_alive, forked)), seconds=20, what=f"what a killed scheduler forked: {forked}"
        )
        return bool(pids)

    def revive(self) -> None:
        """Start again whatever does not run, the database first."""
        wait_until(self._has_database, seconds=60, what=f"the database ({self.home / 'postgres' / 'log'})")
        self.told += [f"started again: {name}" for name in self.airflow.revive()]

    @contextmanager
    def second_scheduler(self) -> Iterator[None]:
        """One more scheduler beside the first, for the length of a block."""
        environment = self.airflow.environment | {"AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": "0"}
        log = (self.home / "second_scheduler.log").open("wb")
        process = subprocess.Popen(
            [sys.executable, "-m", "maalbar.local.scheduler"],
            env=environment, cwd=self.home, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
        try:
            yield
            assert process.poll() is None, "it has run all the time"
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            process.wait(60)
            log.close()

    @contextmanager
    def clock(self) -> Iterator[Callable[[float], None]]:
        """Airflow's services started anew on a clock that can be set meanwhile, to so many seconds before the machine's."""
        told, ours = self.home / "clock", self.airflow.environment

        def set_clock(seconds: float) -> None:
            told.with_suffix(".new").write_text(str(seconds))
            told.with_suffix(".new").rename(told)
            self.told.append(f"clock: {seconds} s")

        set_clock(0)
        path = os.pathsep.join((str(CLOCK), ours["PYTHONPATH"]))
        self._restart(ours | {"PYTHONPATH": path, "SET_CLOCK": str(told)})
        try:
            yield set_clock
        finally:
            self._restart(ours)

    def _restart(self, environment: dict[str, str]) -> None:
        airflow.stop(self.airflow.home)
        self.airflow.environment = environment
        self.airflow.start()
        self.airflow.wait_ready()

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


def _is_alive(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


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


def killed_by(seed: int) -> str:
    """What a line begins with that tells of a kill for a seed."""
    return f"killed by {seed}: "


class Chaos:
    """Kills each victim once, in an order and at moments that follow from a seed, and has it started again soon after.

    A moment is so many seconds after so many periods were measured, the last but one at most: what is killed has work left.
    """

    def __init__(self, place: Installed, seed: int) -> None:
        self._place, self._seed, rng = place, seed, random.Random(seed)
        moments = sorted((rng.randint(0, 4), rng.uniform(0, 3)) for _ in VICTIMS)
        victims = rng.sample(VICTIMS, len(VICTIMS))
        # A database that is gone for longer takes others with it, which are started again when it is back.
        gone_s = rng.uniform(4, 10) if seed % 3 else A_MINUTE_S
        downs = [gone_s if victim == "database" else rng.uniform(0, 3) for victim in victims]
        self._due = list(zip(moments, victims, downs, strict=True))
        self._since: dict[int, float] = {}

    def come(self, measured: int) -> None:
        """Kill who is due, if anyone is. `measured`: so many periods are."""
        if not self._due:
            return
        ((after, seconds), victim, down_s) = self._due[0]
        since = self._since.setdefault(measured, time.monotonic())
        if measured < after or (measured == after and time.monotonic() - since < seconds):
            return
        # No task may be at work just now: with periods left one will be, and is looked for closely.
        until = time.monotonic() + _MEETS_A_TASK_IN_S
        while not (is_killed := self._place.kill(victim)) and time.monotonic() < until:
            time.sleep(0.02)
        if is_killed:
            self._due.pop(0)
            self._place.told.append(f"{killed_by(self._seed)}{victim} with {measured} measured, for {down_s:.1f} s")
            time.sleep(down_s)

    @property
    def is_over(self) -> bool:
        """Whether every victim was killed, a task at work among them."""
        return not self._due
