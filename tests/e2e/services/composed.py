"""The services of docker-compose.yml as processes of this machine: their commands, their environment, and nothing else.

What a container would be is put in its place: the host `postgres` is an embedded server that asks for passwords, `api-server`
is a port of 127.0.0.1, and the folders of the image and its volumes lie below one folder.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml

from maalbar.local import postgres
from maalbar.settings import PROJECT

BIN = Path(sys.executable).parent


def services(env: dict[str, str]) -> dict[str, dict[str, Any]]:
    """The services with every `${NAME}` filled in from `env`. Raises KeyError where a required one is not there."""

    def filled(found: re.Match[str]) -> str:
        name, operator, word = found.groups()
        if operator == ":-":
            return env.get(name) or word
        return env[name]

    text = (PROJECT / "docker-compose.yml").read_text(encoding="utf-8")
    text = re.sub(r"\$\{(\w+)(?:(:[-?])([^}]*))?\}", filled, text).replace("$$", "$")
    return yaml.safe_load(text)["services"]


@dataclass
class Composed:
    """A running copy of the services, below `folder`."""

    folder: Path
    secrets: dict[str, str]
    url: str
    socket_folder: Path
    broker_port: int = 6379
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def here(self, value: str) -> str:
        """A command's or an environment's word, with what is in the image put where it is here."""
        value = re.sub(r"@postgres/(\w+)", rf"@/\1?host={quote(str(self.socket_folder), safe='')}", value)
        value = value.replace("http://api-server:8080", self.url).replace("http://localhost:8080", self.url)
        value = re.sub(r"(?<=@)redis(?=:6379)", "127.0.0.1", value).replace("port 6379", "bind 127.0.0.1\nport 6379")
        value = re.sub(r"(?<=[: ])6379\b", str(self.broker_port), value)
        for place in (
            "/var/lib/maalbar",
            "/var/lib/senders",
            "/var/log/airflow",
            "/var/backups/maalbar",
            "/opt/airflow",
        ):
            value = value.replace(place, str(self.folder / place.strip("/")))
        value = value.replace("/opt/maalbar/investments", str(self.folder / "contracts"))
        return str(PROJECT) if value == "/opt/maalbar" else value.replace("/opt/maalbar/", f"{PROJECT}/")

    def environment(self, service: str) -> dict[str, str]:
        """What the image and the service set, the person's own environment left out."""
        own = services(self.secrets)[service].get("environment", {})
        of_image = _of_image()
        machine = {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "HOME": str(self.folder), "LANG": "C.UTF-8"}
        return machine | {name: self.here(str(value)) for name, value in (of_image | own).items()}

    def command(self, words: list[str]) -> list[str]:
        """A command of a container as one of this machine."""
        port = self.url.rpartition(":")[2]
        return [port if word == "8080" else self.here(word) for word in words]

    def run(self, service: str, words: list[str] | None = None, **more: Any) -> subprocess.CompletedProcess[str]:
        """What `docker compose run` or `exec` does: a command, that of the service by default, until it ends."""
        words = words or services(self.secrets)[service]["command"]
        return subprocess.run(
            self.command(words), env=self.environment(service), cwd=PROJECT, capture_output=True, text=True,
            check=False, timeout=300, **more,
        )  # fmt: skip

    def up(self, service: str) -> None:
        """Start a service and leave it running."""
        log = (self.folder / f"{service}.log").open("wb")
        words = self.command(services(self.secrets)[service]["command"])
        self.running[service] = subprocess.Popen(
            words, env=self.environment(service), cwd=PROJECT, stdout=log, stderr=log, start_new_session=True
        )

    def is_healthy(self, service: str) -> bool:
        """What the service's own health check says."""
        return self.run(service, services(self.secrets)[service]["healthcheck"]["test"][1:]).returncode == 0

    def wait_healthy(self, service: str, seconds: float = 180) -> None:
        """Until its health check passes."""
        until = time.monotonic() + seconds
        while not self.is_healthy(service):
            log = (self.folder / f"{service}.log").read_text(errors="replace")[-2000:]
            assert self.running[service].poll() is None, f"{service} ended: {log}"
            assert time.monotonic() < until, f"{service} is not healthy: {log}"
            time.sleep(1)

    def down(self) -> None:
        """End every service, the api-server last: tasks that end still report to it."""
        for name in sorted(self.running, key=lambda one: one == "api-server"):
            process = self.running[name]
            os.killpg(process.pid, signal.SIGTERM) if process.poll() is None else None
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(20)


def _of_image() -> dict[str, str]:
    """The environment that the Dockerfile sets."""
    text = (PROJECT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    return dict(
        word.split("=", 1) for line in text.splitlines() if line.startswith("ENV ") for word in line.split()[1:]
    )


@contextmanager
def composed(folder: Path) -> Iterator[Composed]:
    """The database up, as its image makes it: one administrator with a password, and nobody let in without one."""
    import psycopg

    from maalbar.deployment.secrets import complete

    complete(folder / ".env")
    known = dict(line.split("=", 1) for line in (folder / ".env").read_text().splitlines())
    for place in ("var/lib/maalbar", "var/lib/senders", "var/log/airflow", "opt/airflow"):
        (folder / place).mkdir(parents=True)
    shutil.copytree(PROJECT / "investments", folder / "contracts")
    server = postgres.start(folder / "pg")
    try:
        with psycopg.connect(
            host=str(server.socket_folder), user="postgres", dbname="postgres", autocommit=True
        ) as link:
            stored = link.pgconn.encrypt_password(known["POSTGRES_PASSWORD"].encode(), b"postgres", b"scram-sha-256")
            link.execute(psycopg.sql.SQL("alter role postgres password {}").format(stored.decode()))
            link.execute("drop database airflow"), link.execute("drop database maalbar")
            (folder / "pg" / "pg_hba.conf").write_text("local all all scram-sha-256\n")
            link.execute("select pg_reload_conf()")
        stack = Composed(folder, known, f"http://127.0.0.1:{free_port()}", server.socket_folder)
        try:
            yield stack
        finally:
            stack.down()
    finally:
        postgres.stop(folder / "pg")


def free_port() -> int:
    """A port of 127.0.0.1 that nobody has."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
