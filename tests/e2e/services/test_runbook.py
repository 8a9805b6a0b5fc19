"""An installation of docker-compose.yml from its first start to its end, on two workers where the machine has a broker."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
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
from maalbar.local.rest import ENDED, Airflow, wait_until
from maalbar.settings import PROJECT
from maalbar.simulate.run import simulate
from tests.e2e.docker import Machine

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1500)]
HAS_BROKER = shutil.which("redis-server") is not None
WORKERS = "COMPOSE_PROFILES=celery\nAIRFLOW_EXECUTOR=CeleryExecutor\n"
"""What a machine's `.env` says for tasks to run on workers; nothing else is another."""
CONTRACT, TWIN, NEWEST = "one", "twin", "2"
PEOPLE, SEED = 60, 1
BIN = Path(sys.executable).parent
MAKE = f'/usr/bin/make --silent --file "{PROJECT}/Makefile" BIN="{BIN}" READY='
PROGRAMS = {
    "docker": f'PYTHONPATH="{PROJECT}" exec "{BIN}/python" -m tests.e2e.docker "$@"',
    "make": f'PYTHONPATH="{PROJECT}" exec {MAKE} "$@"',
}
"""What stands before everything else on the operator's PATH."""
TYPED = "a password of hers\n" * 2
"""What is typed where a password is asked for, twice."""


@dataclass(frozen=True)
class Installation:
    """A machine that has a contract and its twin: the same terms, people and deliveries under another name."""

    folder: Path
    contracts: dict[str, Contract]

    @property
    def airflow(self) -> Airflow:
        machine = Machine.of(self.folder)
        return Airflow(machine.composed.url, "admin", machine.secrets["AIRFLOW_ADMIN_PASSWORD"])

    def shell(self, text: str, **known: str) -> subprocess.CompletedProcess[str]:
        """Run a line as the operator of the machine does, with `docker` being `tests.e2e.docker`."""
        env = {"PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}", "HOME": str(self.folder), **known}
        return subprocess.run(
            ["sh", "-c", text], env=env, cwd=self.folder, input=TYPED, capture_output=True, text=True, timeout=600,
            check=False, start_new_session=True,
        )  # fmt: skip

    def add(self, contract_id: str) -> None:
        """Put the smallest contract into the folder of contracts, under a name."""
        text = (PROJECT / "tests/contracts/tiny.yaml").read_text(encoding="utf-8")
        path = self.folder / "investments" / f"{contract_id}.yaml"
        path.write_text(text.replace("\nid: tiny\n", f"\nid: {contract_id}\n"), encoding="utf-8")
        self.contracts[contract_id] = load_contract(path)

    def deliver(self, contract_id: str, *periods: str) -> None:
        """What the senders of a contract put into their folders for some periods."""
        simulate(
            self.contracts[contract_id], self.folder / "landing" / contract_id,
            people=PEOPLE, effect=0.2, seed=SEED, periods=periods,
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


@dataclass(frozen=True)
class Command:
    """A line of a fence of the runbook, and the code that it is said to end with."""

    section: str
    text: str
    ends_with: int


def commands(page: str) -> list[Command]:
    """Every command of a page, in its order. A fence that is no `console` would be run by nobody: it is a fault of the page."""
    found: list[Command] = []
    for section, text in re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL):
        for kind, fenced in re.findall(r"^```(.*?)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
            assert kind == "console", f"{section}: a fence of {kind or 'nothing'}"
            for line in fenced.splitlines():
                command, _, code = line.partition("  # ")
                found.append(Command(section, command, int(code or 0)))
    return found


RUNBOOK = commands((PROJECT / "docs/runbook.md").read_text(encoding="utf-8"))
SECTIONS = list(dict.fromkeys(one.section for one in RUNBOOK))


def walk(installed: Installation, section: str, **known: str) -> None:
    """Run the commands of a section, each of which must end as the page says. Without a broker there is no worker."""
    for one in RUNBOOK:
        if one.section == section and (HAS_BROKER or not one.text.endswith(" worker")):
            done = installed.shell(one.text, **known)
            told = f"{section}: {one.text}\nended with {done.returncode}: {(done.stdout + done.stderr)[-3000:]}"
            assert done.returncode == one.ends_with, told


@pytest.fixture(scope="module")
def installed() -> Iterator[Installation]:
    """The services up, on workers where a broker can be had."""
    folder = Path(tempfile.mkdtemp(prefix="maalbar-run-"))
    (folder / "investments").mkdir()
    made = Installation(folder, {})
    for contract_id in (CONTRACT, TWIN):
        made.add(contract_id)
    (folder / "bin").mkdir()
    for name, command in PROGRAMS.items():
        (folder / "bin" / name).write_text(f"#!/bin/sh\n{command}\n")
        (folder / "bin" / name).chmod(0o755)
    (folder / ".env").write_text(WORKERS if HAS_BROKER else "")
    try:
        walk(made, "First start", APPROVER="rita")
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

    assert {waiting["hostname"]} | {one["hostname"] for one in installed.tasks(TWIN).values()} == {
        "worker-1",
        "worker-2",
    }
    assert {one["hostname"] for one in installed.tasks(TWIN).values()} == {"worker-1", "worker-2"} - {
        waiting["hostname"]
    }
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


def is_measured(installed: Installation, contract_id: str, *, runs: int = 1) -> bool:
    """Whether so many measuring runs of a contract have ended well."""
    found = installed.airflow.runs(f"{contract_id}__measure")
    assert all(run["state"] != "failed" for run in found), installed.tasks(contract_id)
    return len(found) >= runs and all(run["state"] in ENDED for run in found)


NEW = "tiny"
KNOWN = {
    "CONTRACT": NEW, "PERIOD": "1", "FIRST": "2021-07-01T00:00+02:00", "LAST": "2021-07-01T00:00+02:00",
    "NAME": "Rita Region", "WHY": "it was counted twice",
}  # fmt: skip


def test_every_command_of_the_runbook_does_what_it_says(installed):
    installed.rest()
    proved: list[tuple[object, ...]] = []
    for section in SECTIONS[1:]:
        known = dict(KNOWN)
        if section == "A new contract":
            installed.add(NEW)
            installed.deliver(NEW, "1", "2")
            wait_until(lambda: f"{NEW}__measure" in installed.airflow.dag_ids(), seconds=180, what="the DAGs")
        elif section == "Every day":
            wait_until(lambda: is_measured(installed, NEW, runs=2), seconds=240, what="its periods to be measured")
            installed.rest()
        elif section == "A delivery is refused":
            correct(installed, heading="another")
        elif section == "A delivery is corrected":
            known["DELIVERY"] = correct(installed, heading="contact")
        elif section == "Someone is to be erased":
            (population,) = (installed.folder / "landing" / NEW / "population").glob("*__2022*.csv")
            (installed.folder / "persons.txt").write_text(population.read_text().splitlines()[1].split(";")[0] + "\n")
        elif section == "A worker is lost":
            kill(installed, "worker-1" if HAS_BROKER else "scheduler")
        elif section == "The database is lost":
            kill(installed, "postgres")
        elif section == "Restore":
            proved = state(installed)
        walk(installed, section, **known)
    assert proved and state(installed) == proved


def correct(installed: Installation, *, heading: str) -> str:
    """A sender's file in the place of another of the period, one row shorter; the hash by which it is named."""
    folder = installed.folder / "landing" / NEW / "contacts"
    old, new = folder / "contacts__2022-10-15.csv", folder / "corrected.csv"
    columns, *rows = old.read_text().splitlines()
    new.write_text("\n".join([columns.replace("contact;", f"{heading};"), *rows[:-1]]) + "\n")
    told = json.loads((folder / "contacts__2022-10-15.manifest.json").read_text())
    sha256 = hashlib.sha256(new.read_bytes()).hexdigest()
    told |= {"file": new.name, "bytes": new.stat().st_size, "rows": len(rows) - 1, "sha256": sha256}
    told |= {"supersedes": hashlib.sha256(old.read_bytes()).hexdigest()}
    (folder / "corrected.manifest.json").write_text(json.dumps(told))
    return sha256


def kill(installed: Installation, name: str) -> None:
    machine = Machine.of(installed.folder)
    machine.end([name], signal.SIGKILL)
    assert not machine.containers[name].is_up()


def state(installed: Installation) -> list[tuple[object, ...]]:
    """What was taken in, measured and proposed."""
    queries = (
        "select delivery_id, canonical_sha256, rows_accepted from delivery order by 1",
        "select measurement_id, result_digest from measured order by 1",
        "select * from proposal order by 1, 2",
    )
    with installed.database() as link:
        return [row for query in queries for row in link.execute(query).fetchall()]
