"""Airflow on this machine: its home folder, its three processes, their start and their end. Nothing here knows a contract.

    prepare()  →  Airflow.migrate()  →  Airflow.start()  →  Airflow.wait_ready()  →  stop()

The api-server, the scheduler and the dag-processor each lead a process group of their own, so that Ctrl-C reaches only the
command that started them and that command ends them in order. No triggerer: approvals park without one.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import psutil

from maalbar.errors import SetupError
from maalbar.local.airflow_configuration import configuration, write_private
from maalbar.local.rest import Airflow as Rest
from maalbar.local.rest import wait_until

ADMINISTRATOR = "admin"
PORT = 8080
_COMMANDS = {
    "api-server": ("-m", "airflow", "api-server"),
    "dag-processor": ("-m", "airflow", "dag-processor"),
    "scheduler": ("-m", "maalbar.local.scheduler"),
}
_TERM_S, _TERM_AGAIN_S = 20.0, 1.5


@dataclass
class Airflow:
    """An installation under `home` (AIRFLOW_HOME). `environment` is what its processes and its command line need."""

    home: Path
    url: str
    passwords: dict[str, str]
    environment: dict[str, str]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def passwords_file(self) -> Path:
        return self.home / "passwords.json"

    def client(self, user: str = ADMINISTRATOR) -> Rest:
        """The REST client of one of the users."""
        return Rest(self.url, user, self.passwords[user])

    def migrate(self) -> None:
        """Bring Airflow's metadata database to this version's schema, with the pool of heavy tasks. Raises SetupError."""
        log = self._log("migrate")
        with log.open("wb") as out:
            done = subprocess.run(
                [sys.executable, "-m", "maalbar.local.pool"],
                env=self.environment, stdout=out, stderr=subprocess.STDOUT, timeout=300, check=False,
            )  # fmt: skip
        if done.returncode:
            raise SetupError("Airflow's database could not be migrated", where=str(log), mend=_tail(log))

    def start(self, *, background: bool = False) -> None:
        """Start the processes. They outlive this one until `stop`; in the background they are meant to."""
        for name in _COMMANDS:
            self._launch(name)
        self._note(background)

    def revive(self) -> list[str]:
        """Start again what has ended by itself or was killed, as a supervisor of services would; the names of what was."""
        ended = [name for name, process in self.processes.items() if process.poll() is not None]
        for name in ended:
            self._launch(name)
        if ended:
            self._note(background=False)
        return ended

    def _launch(self, name: str) -> None:
        with self._log(name).open("ab") as out:
            self.processes[name] = subprocess.Popen(
                [sys.executable, *_COMMANDS[name]],
                env=self.environment, cwd=self.home, stdin=subprocess.DEVNULL, stdout=out,
                stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip

    def _note(self, background: bool) -> None:
        record = {
            "url": self.url,
            "processes": {name: [process.pid, _born(process.pid)] for name, process in self.processes.items()},
            "owner": None if background else [os.getpid(), _born(os.getpid())],
        }
        write_private(_record(self.home), json.dumps(record))

    def wait_ready(self, dag_ids: Iterable[str] = (), *, seconds: float = 180) -> None:
        """Wait until every process reports healthy and the DAGs are stored. Raises SetupError after `seconds`."""
        client, wanted = self.client(), set(dag_ids)
        started = max((_born(p.pid) or 0.0 for p in self.processes.values()), default=0.0)

        def ready() -> bool:
            self.check()
            return client.is_healthy(since=started) and wanted <= client.dag_ids()

        wait_until(ready, seconds=seconds, what=f"Airflow to be ready (logs: {self.home / 'logs'})")

    def check(self) -> None:
        """Raise SetupError, with the end of its log, if one of the processes has ended."""
        for name, process in self.processes.items():
            if process.poll() is not None:
                log = self._log(name)
                raise SetupError(f"Airflow's {name} ended by itself", where=str(log), mend=_tail(log))

    def _log(self, name: str) -> Path:
        folder = self.home / "logs"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{name}.log"


def prepare(
    home: Path,
    *,
    database_url: str,
    dags: Path,
    plugins: Path,
    users: Iterable[str],
    environment: dict[str, str],
    port: int = PORT,
) -> Airflow:
    """Write an AIRFLOW_HOME: configuration and passwords (private files), free ports, secrets kept from last time.

    `users` get an account each beside the administrator; `environment` is added to that of the processes.
    `port`: where its pages are to be, another where that is taken; 0: any that is free.
    """
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    port, log_port = _free_port(port), _free_port()
    url = f"http://127.0.0.1:{port}"
    names = sorted({ADMINISTRATOR, *users})
    passwords_file = home / "passwords.json"
    known = json.loads(passwords_file.read_text()) if passwords_file.exists() else {}
    passwords = {name: known.get(name) or secrets.token_urlsafe(12) for name in names}
    write_private(passwords_file, json.dumps(passwords, indent=1))
    roles = ",".join(f"{name}:{'admin' if name == ADMINISTRATOR else 'user'}" for name in names)
    settings = {
        ("core", "dags_folder"): str(dags),
        ("core", "plugins_folder"): str(plugins),
        ("core", "simple_auth_manager_users"): roles,
        ("core", "simple_auth_manager_passwords_file"): str(passwords_file),
        ("core", "execution_api_server_url"): f"{url}/execution/",
        ("database", "sql_alchemy_conn"): database_url,
        ("api", "port"): str(port),
        ("api", "base_url"): url,
        ("logging", "worker_log_server_port"): str(log_port),
        ("logging", "base_log_folder"): str(home / "logs" / "tasks"),
        ("logging", "dag_processor_child_process_log_directory"): str(home / "logs" / "parsing"),
    }
    write_private(home / "airflow.cfg", configuration(home / "airflow.cfg", settings))
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("AIRFLOW")}
    ours = {
        "AIRFLOW_HOME": str(home),
        "GX_ANALYTICS_ENABLED": "false",
        "OPENBLAS_NUM_THREADS": "1",  # its threads would stand in the scheduler before it forks
        "PYTHONUNBUFFERED": "1",
        "NO_COLOR": "1",
    }
    return Airflow(home, url, passwords, inherited | ours | environment)


def running_url(home: Path) -> str | None:
    """The URL of the Airflow that runs from `home`, or None."""
    record = _recorded(home)
    if record and any(_born(pid) == born for pid, born in record["processes"].values()):
        return str(record["url"])
    return None


def is_abandoned(home: Path) -> bool:
    """Whether the command that started an Airflow from `home` was killed before it could stop it."""
    record = _recorded(home)
    return bool(record and record["owner"] and _born(record["owner"][0]) != record["owner"][1])


def stop(home: Path) -> None:
    """End the processes recorded in `home`, whoever started them: SIGTERM to each group, SIGKILL to what stays too long."""
    record = _recorded(home)
    if record is None:
        return
    # A process number may belong to someone else by now; its time of birth tells.
    ours = {name: pid for name, (pid, born) in record["processes"].items() if _born(pid) == born}
    # Tasks that end still report to the api-server, so it goes last.
    _end([pid for name, pid in ours.items() if name != "api-server"])
    _end([pid for name, pid in ours.items() if name == "api-server"])
    _record(home).unlink()


def _end(groups: list[int]) -> None:
    alive, end = groups, time.monotonic() + _TERM_S
    while alive and time.monotonic() < end:
        # Asked again and again: a scheduler that is told while it starts may swallow it.
        for group in alive:
            _signal(group, signal.SIGTERM)
        again = time.monotonic() + _TERM_AGAIN_S
        while alive and time.monotonic() < again:
            time.sleep(0.05)
            alive = [group for group in alive if _is_alive(group)]
    for group in groups:
        _signal(group, signal.SIGKILL)  # what stayed too long, and what outlived its leader


def _record(home: Path) -> Path:
    return home / "running.json"


def _recorded(home: Path) -> dict[str, Any] | None:
    try:
        return cast(dict[str, Any], json.loads(_record(home).read_text()))
    except FileNotFoundError:
        return None


def _born(pid: int) -> float | None:
    try:
        return psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        return None


def _is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _signal(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _free_port(wished: int = 0) -> int:
    for port in (wished, 0):
        with socket.socket() as door, suppress(OSError):
            door.bind(("127.0.0.1", port))
            return int(door.getsockname()[1])
    raise SetupError("no free port on 127.0.0.1")


def _tail(log: Path, lines: int = 3) -> str:
    return " / ".join(log.read_text(errors="replace").strip().splitlines()[-lines:])
