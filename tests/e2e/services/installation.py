"""An installation as its operator has it: a folder, a shell in it, the commands of the runbook; and what is measured there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from maalbar.contract import Contract, load_contract
from maalbar.local.rest import ENDED, Airflow, wait_until
from maalbar.settings import PROJECT
from maalbar.simulate.run import simulate
from tests.e2e.services.composed import Composed
from tests.e2e.services.docker import Machine
from tests.e2e.services.people import person

HAS_BROKER = shutil.which("redis-server") is not None
WORKERS = "COMPOSE_PROFILES=celery\nAIRFLOW_EXECUTOR=CeleryExecutor\n"
"""What a machine's `.env` says for tasks to run on workers; nothing else is another."""
CONTRACT, TWIN = "one", "twin"
"""A contract and its twin: the same terms, people and deliveries under another name."""
PEOPLE, SEED = 60, 1
BIN = Path(sys.executable).parent
MAKE = f'/usr/bin/make --silent --file "{PROJECT}/Makefile" BIN="{BIN}" READY='
PROGRAMS = {
    "docker": f'PYTHONPATH="{PROJECT}" exec "{BIN}/python" -m tests.e2e.services.docker "$@"',
    "make": f'PYTHONPATH="{PROJECT}" exec {MAKE} "$@"',
}
"""What stands before everything else on the operator's PATH."""
TYPED = "a password of hers\n" * 2
"""What is typed where a password is asked for, twice."""


@dataclass(frozen=True)
class Installation:
    """A machine, and the contracts that were added to it: each the smallest there is, under a name of its own."""

    folder: Path
    contracts: dict[str, Contract] = field(default_factory=dict)

    @property
    def stack(self) -> Composed:
        """Where its services are reached."""
        return Machine.of(self.folder).composed

    @property
    def airflow(self) -> Airflow:
        return person(self.stack, "admin").api

    def shell(self, text: str, **known: str) -> subprocess.CompletedProcess[str]:
        """Run a line as the operator of the machine does, with `docker` being `tests.e2e.services.docker`."""
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
        return self.connected("postgres", "POSTGRES_PASSWORD")

    def connected(self, login: str, secret: str, database: str = "maalbar") -> psycopg.Connection:
        """The results database, or Airflow's, as the login of a service."""
        at, password = str(self.stack.socket_folder), self.stack.secrets[secret]
        return psycopg.connect(host=at, user=login, password=password, dbname=database, autocommit=True)


def is_measured(installed: Installation, contract_id: str, *, runs: int = 1) -> bool:
    """Whether so many measuring runs of a contract have ended well."""
    found = installed.airflow.runs(f"{contract_id}__measure")
    assert all(run["state"] != "failed" for run in found), installed.tasks(contract_id)
    return len(found) >= runs and all(run["state"] in ENDED for run in found)


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


def installed_in(folder: Path) -> Installation:
    """Nothing runs yet: an operator's PATH, a folder for contracts, and what `.env` says before the first start."""
    (folder / "investments").mkdir()
    (folder / "bin").mkdir()
    for name, command in PROGRAMS.items():
        (folder / "bin" / name).write_text(f"#!/bin/sh\n{command}\n")
        (folder / "bin" / name).chmod(0o755)
    (folder / ".env").write_text(WORKERS if HAS_BROKER else "")
    return Installation(folder)
