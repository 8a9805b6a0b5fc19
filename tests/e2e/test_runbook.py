"""An installation of docker-compose.yml from its first start to its end, on two workers where the machine has a broker."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from maalbar.contract import Contract, load_contract
from maalbar.deployment.secrets import complete
from maalbar.local.rest import ENDED, Airflow, wait_until
from maalbar.settings import PROJECT
from maalbar.simulate.run import simulate
from tests.e2e.docker import Machine

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]
HAS_BROKER = shutil.which("redis-server") is not None
WORKERS = "COMPOSE_PROFILES=celery\nAIRFLOW_EXECUTOR=CeleryExecutor\n"
"""What a machine's `.env` says for tasks to run on workers; nothing else is another."""
CONTRACT, TWIN, NEWEST = "tiny", "twin", "2"
PEOPLE, SEED = 60, 1
DOCKER = '#!/bin/sh\nPYTHONPATH="{project}" exec "{python}" -m tests.e2e.docker "$@"\n'


@dataclass(frozen=True)
class Installation:
    """A machine that has a contract and its twin: the same terms, people and deliveries under another name."""

    folder: Path
    contracts: dict[str, Contract]

    @property
    def airflow(self) -> Airflow:
        machine = Machine.of(self.folder)
        return Airflow(machine.composed.url, "admin", machine.secrets["AIRFLOW_ADMIN_PASSWORD"])

    def shell(self, text: str) -> subprocess.CompletedProcess[str]:
        """Run a line as the operator of the machine does, with `docker` being `tests.e2e.docker`."""
        env = {"PATH": f"{self.folder / 'bin'}:{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"}
        return subprocess.run(
            ["sh", "-c", text], env=env, cwd=self.folder, capture_output=True, text=True, timeout=300, check=False
        )

    def deliver(self, contract_id: str, period_id: str) -> None:
        """What the senders of a contract put into their folders for a period."""
        senders = self.folder / "var/lib/senders" / contract_id
        simulate(
            self.contracts[contract_id], senders, people=PEOPLE, effect=0.2, seed=SEED, periods=[period_id]
        )  # fmt: skip

    def start_measuring(self, contract_id: str) -> None:
        """Let a contract run: without a backfill it measures the newest period that has ended, and that alone."""
        self.airflow.pause(f"{contract_id}__measure", paused=False)

    def tasks(self, contract_id: str) -> dict[str, dict[str, Any]]:
        """The tasks of the newest measuring run of a contract."""
        runs = self.airflow.runs(f"{contract_id}__measure")
        found = self.airflow.task_instances(f"{contract_id}__measure", runs[-1]["dag_run_id"]) if runs else []
        return {one["task_id"]: one for one in found}

    def rest(self) -> None:
        """Let no DAG run by itself, and wait until no task is at work."""
        client = self.airflow
        client.call("PATCH", "/dags?dag_id_pattern=~", {"is_paused": True})
        paused = time.time()
        # What the scheduler was queueing meanwhile is queued when it next says that it lives.
        wait_until(lambda: client.is_healthy(since=paused), seconds=120, what="the scheduler to hear of it")
        active = "/dags/~/dagRuns/~/taskInstances?state=running&state=queued"
        wait_until(lambda: not client.call("GET", active)["total_entries"], seconds=120, what="the tasks to end")

    def database(self) -> psycopg.Connection:
        """The results database, as the administrator of its server."""
        machine = Machine.of(self.folder)
        at, password = str(machine.composed.socket_folder), machine.secrets["POSTGRES_PASSWORD"]
        return psycopg.connect(host=at, user="postgres", password=password, dbname="maalbar", autocommit=True)


@pytest.fixture(scope="module")
def installed() -> Iterator[Installation]:
    """The services up, on workers where a broker can be had."""
    folder = Path(tempfile.mkdtemp(prefix="maalbar-run-"))
    copies = folder / "investments"
    copies.mkdir()
    text = (PROJECT / "tests/contracts/tiny.yaml").read_text(encoding="utf-8")
    (copies / f"{CONTRACT}.yaml").write_text(text)
    (copies / f"{TWIN}.yaml").write_text(text.replace(f"\nid: {CONTRACT}\n", f"\nid: {TWIN}\n"))
    made = Installation(folder, {path.stem: load_contract(path) for path in copies.iterdir()})
    (folder / "bin").mkdir()
    (folder / "bin/docker").write_text(DOCKER.format(project=PROJECT, python=sys.executable))
    (folder / "bin/docker").chmod(0o755)
    (folder / ".env").write_text(WORKERS if HAS_BROKER else "")
    complete(folder / ".env")
    try:
        done = made.shell("docker compose up --detach")
        assert done.returncode == 0, done.stdout + done.stderr
        yield made
    finally:
        made.shell("docker compose down --volumes")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.skipif(not HAS_BROKER, reason="no redis-server here")
def test_two_workers_measure_at_the_same_time_and_come_to_the_same(installed):
    for contract_id in (CONTRACT, TWIN):
        installed.deliver(contract_id, NEWEST)
    installed.rest()
    with installed.database() as link:
        # While someone else works at the contract, its task waits, and with it the worker that has the task.
        link.execute("select pg_advisory_lock(hashtextextended(%s, 0))", [f"maalbar/{CONTRACT}"])
        installed.start_measuring(CONTRACT)
        waiting = wait_until(lambda: _waits(link) and running(installed, CONTRACT), seconds=120, what="a task to wait")
        installed.start_measuring(TWIN)
        wait_until(lambda: is_measured(installed, TWIN), seconds=120, what="the twin to be measured")
        still = running(installed, CONTRACT)
    assert (waiting["task_id"], waiting["hostname"]) == (still["task_id"], still["hostname"])
    wait_until(lambda: is_measured(installed, CONTRACT), seconds=120, what="the contract to be measured")

    assert {waiting["hostname"]} | {one["hostname"] for one in installed.tasks(TWIN).values()} == {"worker-1", "worker-2"}
    assert {one["hostname"] for one in installed.tasks(TWIN).values()} == {"worker-1", "worker-2"} - {waiting["hostname"]}
    query = "select source, sha256, rows_accepted from delivery where contract = %s order by source"
    with installed.database() as link:
        ours, theirs = (link.execute(query, [one]).fetchall() for one in (CONTRACT, TWIN))
    assert len(ours) == len(installed.contracts[CONTRACT].deliveries) and ours == theirs


def _waits(link: psycopg.Connection) -> bool:
    """Whether anyone waits for the lock that `link` holds."""
    return bool(link.execute("select 1 from pg_locks where locktype = 'advisory' and not granted").fetchone())


def running(installed: Installation, contract_id: str) -> dict[str, Any] | None:
    """The task of a contract's measuring run that is at work."""
    return next((one for one in installed.tasks(contract_id).values() if one["state"] == "running"), None)


def is_measured(installed: Installation, contract_id: str) -> bool:
    runs = installed.airflow.runs(f"{contract_id}__measure")
    assert all(run["state"] != "failed" for run in runs), installed.tasks(contract_id)
    return all(run["state"] in ENDED for run in runs)
