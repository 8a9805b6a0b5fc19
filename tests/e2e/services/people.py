"""People before a running Airflow: what each of them is answered, whatever address they ask for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import yaml

from maalbar.local.rest import Airflow, Json
from tests.e2e.services.composed import Composed

DESCRIBED = ("v2-rest-api-generated.yaml", "_private_ui.yaml")
"""What Airflow says of its own addresses: those for programs, and those behind its pages."""


@dataclass(frozen=True)
class Told:
    """What the server answered: JSON laid out with its letters as they are, anything else as it came."""

    status: int
    text: str


@dataclass
class Person:
    """One user of the Airflow at `url`."""

    url: str
    user: str
    password: str = field(repr=False)
    api: Airflow = field(init=False)
    _token: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        self.api = Airflow(self.url, self.user, self.password)

    def ask(self, method: str, path: str, body: Json | None = None) -> Told:
        """Any request to the server, whatever the answer."""
        if not self._token:
            told = self._send("POST", "/auth/token", {"username": self.user, "password": self.password}, {})
            self._token = json.loads(told.text)["access_token"]
        return self._send(method, path, body, {"Authorization": f"Bearer {self._token}"})

    def _send(self, method: str, path: str, body: Json | None, headers: dict[str, str]) -> Told:
        data = None if body is None else json.dumps(body).encode()
        request = Request(self.url + path, data, headers | {"Content-Type": "application/json"}, method=method)
        try:
            with urlopen(request, timeout=30) as answer:
                return Told(answer.status, _text(answer.read()))
        except HTTPError as refused:
            return Told(refused.code, _text(refused.read()))

    def status(self, method: str, path: str, body: Json | None = None) -> int:
        return self.ask(method, path, body).status

    def told(self, task: Json) -> Iterator[tuple[str, str]]:
        """(address, text) of everything that Airflow tells this person, asked for at the place of a task instance."""
        for path in every_address(task):
            answer = self.ask("GET", path)
            if answer.status == 200:
                yield path, answer.text
        assert self.status("GET", "/ui/auth/me") == 200, "the person is signed in to the end"


def make_account(stack: Composed, user: str, role: str) -> None:
    """As an administrator does."""
    told = {
        "username": user, "password": f"pass of {user}", "first_name": "A", "last_name": "Person",
        "email": f"{user}@localhost.invalid", "roles": [{"name": role}],
    }  # fmt: skip
    assert person(stack, "admin").status("POST", "/auth/fab/v1/users", told) in (200, 201)


@cache
def _person(_installation: Path, url: str, user: str, password: str) -> Person:
    return Person(url, user, password)


def person(stack: Composed, user: str) -> Person:
    """A user, signed in once."""
    password = stack.secrets["AIRFLOW_ADMIN_PASSWORD"] if user == "admin" else f"pass of {user}"
    return _person(stack.folder, stack.url, user, password)


@cache
def described() -> list[str]:
    """The addresses that can be looked at; not that by which one goes out again."""
    found: list[str] = []
    for name in DESCRIBED:
        text = files("airflow.api_fastapi.core_api.openapi").joinpath(name).read_text()
        paths = yaml.load(text, yaml.CSafeLoader)["paths"]
        found += [path for path, methods in paths.items() if "get" in methods and "/auth/log" not in path]
    return found


def every_address(task: Json) -> list[str]:
    """Every address that Airflow describes, those of things filled in with the task's own."""
    run, number = str(task["dag_run_id"]), max(int(task["try_number"]), 1)
    names = {
        "dag_id": task["dag_id"], "dag_run_id": run, "run_id": run, "task_id": task["task_id"], "map_index": -1,
        "try_number": number, "task_try_number": number, "xcom_key": "return_value", "version_number": 1,
    }  # fmt: skip
    found = [
        re.sub(r"\{(\w+)\}", lambda word: str(names.get(word[1], 1)).replace("+", "%2B"), one) for one in described()
    ]
    present = f"/api/v2/dags/{task['dag_id']}/dagRuns/{run.replace('+', '%2B')}/taskInstances/present/xcomEntries/return_value"
    everywhere = [f"/api/v2/dags/~/dagRuns/~/{what}" for what in ("hitlDetails", "taskInstances")]
    return [*found, present, *everywhere, "/ui/dags?has_pending_actions=true", f"/ui/dags?dag_ids={task['dag_id']}"]


def _text(answer: bytes) -> str:
    text = answer.decode("utf-8", "replace")
    try:
        return json.dumps(json.loads(text), ensure_ascii=False)
    except ValueError:
        return text
