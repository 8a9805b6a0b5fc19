"""People before a running Airflow: what each of them is answered, whatever address they ask for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.resources import files

import httpx
import yaml

from maalbar.local.rest import Airflow, Json

DESCRIBED = ("v2-rest-api-generated.yaml", "_private_ui.yaml")
"""What Airflow says of its own addresses: those for programs, and those behind its pages."""


@dataclass
class Person:
    """One user of the Airflow at `url`."""

    url: str
    user: str
    password: str
    api: Airflow = field(init=False)
    _client: httpx.Client = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.api = Airflow(self.url, self.user, self.password)
        self._client = httpx.Client(base_url=self.url, timeout=30)

    def ask(self, method: str, path: str, body: Json | None = None) -> httpx.Response:
        """Any request to the server, whatever the answer."""
        if "Authorization" not in self._client.headers:
            told = self._client.post("/auth/token", json={"username": self.user, "password": self.password})
            self._client.headers["Authorization"] = f"Bearer {told.raise_for_status().json()['access_token']}"
        return self._client.request(method, path, json=body)

    def status(self, method: str, path: str, body: Json | None = None) -> int:
        return self.ask(method, path, body).status_code

    def told(self, task: Json) -> Iterator[tuple[str, str]]:
        """(address, text) of everything that Airflow tells this person, asked for at the place of a task instance."""
        for path in every_address(task):
            answer = self.ask("GET", path)
            if answer.status_code == 200:
                yield path, _text(answer)
        assert self.status("GET", "/ui/auth/me") == 200, "the person is signed in to the end"


def every_address(task: Json) -> list[str]:
    """Every address that Airflow describes, those of things filled in with the task's own."""
    run, number = str(task["dag_run_id"]), max(int(task["try_number"]), 1)
    names = {
        "dag_id": task["dag_id"], "dag_run_id": run, "run_id": run, "task_id": task["task_id"], "map_index": -1,
        "try_number": number, "task_try_number": number, "xcom_key": "return_value", "version_number": 1,
    }  # fmt: skip
    found = []
    for name in DESCRIBED:
        described = yaml.load(
            files("airflow.api_fastapi.core_api.openapi").joinpath(name).read_text(), yaml.CSafeLoader
        )
        gets = [path for path, methods in described["paths"].items() if "get" in methods and "/auth/log" not in path]
        found += [re.sub(r"\{(\w+)\}", lambda word: str(names.get(word[1], 1)).replace("+", "%2B"), p) for p in gets]
    present = f"/api/v2/dags/{task['dag_id']}/dagRuns/{run.replace('+', '%2B')}/taskInstances/present/xcomEntries/return_value"
    everywhere = [f"/api/v2/dags/~/dagRuns/~/{what}" for what in ("hitlDetails", "taskInstances")]
    return [*found, present, *everywhere, "/ui/dags?has_pending_actions=true", f"/ui/dags?dag_ids={task['dag_id']}"]


def _text(answer: httpx.Response) -> str:
    try:
        return json.dumps(answer.json(), ensure_ascii=False)
    except ValueError:
        return answer.text
