"""The services of docker-compose.yml as processes of this machine: their commands, their environment, and nothing else.

What a container would be is put in its place: the host `postgres` is an embedded server that asks for passwords, `api-server`
is a port of 127.0.0.1, and the folders of the image and its volumes lie below one folder.
"""

from __future__ import annotations

import os
import re
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml

from maalbar.settings import PROJECT

BIN = Path(sys.executable).parent


def services(env: dict[str, str]) -> dict[str, dict[str, Any]]:
    """The services with every `${NAME}` filled in from `env`, and a variable that is a name alone where it is set there.

    Raises KeyError where a required one is not there.
    """

    def word(found: re.Match[str]) -> str:
        name, operator, default = found.groups()
        if operator == ":-":
            return env.get(name) or str(default)
        return env[name]

    def filled(part: Any) -> Any:
        if isinstance(part, dict):
            return {name: filled(one) for name, one in part.items()}
        if isinstance(part, list):
            return [filled(one) for one in part]
        if isinstance(part, str):
            return re.sub(r"\$\{(\w+)(?:(:[-?])([^}]*))?\}", word, part).replace("$$", "$")
        return part

    made = filled(yaml.safe_load((PROJECT / "docker-compose.yml").read_text(encoding="utf-8"))["services"])
    for one in made.values():
        own = one.get("environment", {})
        handed_on = {name: env[name] for name, value in own.items() if value is None and name in env}
        one["environment"] = {name: value for name, value in own.items() if value is not None} | handed_on
    return dict(made)


@dataclass
class Composed:
    """The services below `folder`: where each is reached, what it is started by, and what it knows."""

    folder: Path
    secrets: dict[str, str]
    url: str
    socket_folder: Path
    broker_port: int = 6379

    def here(self, value: str) -> str:
        """A command's or an environment's word, with what is in the image put where it is here."""
        value = re.sub(r"@postgres/(\w+)", rf"@/\1?host={quote(str(self.socket_folder), safe='')}", value)
        value = value.replace("http://api-server:8080", self.url).replace("http://localhost:8080", self.url)
        value = re.sub(r"(?<=@)redis(?=:6379)", "127.0.0.1", value).replace("port 6379", "bind 127.0.0.1\nport 6379")
        value = re.sub(r"(?<=[: ])6379\b", str(self.broker_port), value)
        for place in (
            "/var/lib/maalbar",
            "/var/lib/senders",
            "/var/lib/scratch",
            "/var/log/airflow",
            "/var/backups/maalbar",
            "/opt/airflow",
        ):
            value = value.replace(place, str(self.folder / place.strip("/")))
        value = value.replace("/opt/maalbar/investments", str(self.folder / "contracts"))
        return str(PROJECT) if value == "/opt/maalbar" else value.replace("/opt/maalbar/", f"{PROJECT}/")

    def environment(self, service: str) -> dict[str, str]:
        """What the image and the service set, the person's own environment left out."""
        own = services(self.secrets)[service]["environment"]
        of_image = _of_image()
        machine = {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "HOME": str(self.folder), "LANG": "C.UTF-8"}
        return machine | {name: self.here(str(value)) for name, value in (of_image | own).items()}

    def command(self, words: list[str]) -> list[str]:
        """A command of a container as one of this machine."""
        port = self.url.rpartition(":")[2]
        return [port if word == "8080" else self.here(word) for word in words]


def _of_image() -> dict[str, str]:
    """The environment that the Dockerfile sets."""
    text = (PROJECT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    return dict(
        word.split("=", 1) for line in text.splitlines() if line.startswith("ENV ") for word in line.split()[1:]
    )


def free_port() -> int:
    """A port of 127.0.0.1 that nobody has."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
