"""A small client of Airflow's REST API (v2): what the demo and the end-to-end test ask of a running Airflow."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

from maalbar.errors import MaalbarError, SetupError

Json = dict[str, Any]
ENDED = ("success", "failed")
_TIMEOUT_S = 20
_PAGE = 100


class RestError(MaalbarError):
    """Airflow refused a request; `status` is the HTTP status."""

    exit_code = SetupError.exit_code

    def __init__(self, status: int, what: str, where: str) -> None:
        super().__init__(what, where=where)
        self.status = status


class Airflow:
    """One user's view of a running Airflow at `url`. Signs in at the first request, and again when the token expires."""

    def __init__(self, url: str, user: str, password: str) -> None:
        self.url, self.user, self._password = url.rstrip("/"), user, password
        self._token = ""

    def is_healthy(self, *, since: float) -> bool:
        """Whether server, database, scheduler and dag-processor all work; a heartbeat from before `since` (seconds of the
        epoch) is another process's and does not count."""
        try:
            health = self._send("GET", "/api/v2/monitor/health", None)
            # The API that tasks report to builds itself at its first request, which takes seconds.
            self._send("GET", "/execution/health/ping", None)
        except (RestError, SetupError):
            return False
        for part in ("scheduler", "dag_processor"):
            beat = health[part].get(f"latest_{part}_heartbeat")
            if health[part]["status"] != "healthy" or datetime.fromisoformat(beat).timestamp() < since:
                return False
        return bool(health["metadatabase"]["status"] == "healthy")

    def dag_ids(self) -> set[str]:
        """The ids of all DAGs that are parsed and stored."""
        return {dag["dag_id"] for dag in self._all("/dags", "dags")}

    def import_errors(self) -> list[str]:
        """The last line of every DAG file's import error."""
        return [e["stack_trace"].strip().splitlines()[-1] for e in self._all("/importErrors", "import_errors")]

    def pause(self, dag_id: str, *, paused: bool) -> None:
        """Pause a DAG or let it run."""
        self.call("PATCH", f"/dags/{quote(dag_id)}", {"is_paused": paused})

    def backfill(self, dag_id: str, first: datetime, last: datetime, *, max_active_runs: int = 1) -> Json:
        """Order a backfill of the periods that start from `first` to `last`; runs that ended well stay, failed ones run again."""
        order = {
            "dag_id": dag_id,
            "from_date": first.isoformat(),
            "to_date": last.isoformat(),
            "reprocess_behavior": "failed",
            "max_active_runs": max_active_runs,
        }
        return self.call("POST", "/backfills", order)

    def trigger(self, dag_id: str, form: Json) -> str:
        """Start a run by hand with what a form asks; the id of the run. Raises RestError 400 where the form does not fit."""
        asked = {"logical_date": None, "conf": form}
        return str(self.call("POST", f"/dags/{quote(dag_id)}/dagRuns", asked)["dag_run_id"])

    def runs(self, dag_id: str) -> list[Json]:
        """All runs of a DAG, oldest first."""
        return self._all(f"/dags/{quote(dag_id)}/dagRuns", "dag_runs", order_by="run_after")

    def task_instances(self, dag_id: str, run_id: str) -> list[Json]:
        """The tasks of a run with their states."""
        return self._all(f"/dags/{quote(dag_id)}/dagRuns/{quote(run_id)}/taskInstances", "task_instances")

    def open_approvals(self, dag_id: str = "~") -> list[Json]:
        """The questions that wait for a person, of a DAG or of all. Only those at rest: an earlier answer may wait for hours."""
        path = f"/dags/{quote(dag_id)}/dagRuns/~/hitlDetails"
        return self._all(path, "hitl_details", response_received="false", state="awaiting_input")

    def answer(self, question: Json, option: str, params: Json) -> Json:
        """Answer an open question as this client's user. Raises RestError 403 for a user who is not assigned, 409 if answered."""
        task = question["task_instance"]
        path = f"/dags/{task['dag_id']}/dagRuns/{quote(task['dag_run_id'])}/taskInstances/{task['task_id']}"
        body = {"chosen_options": [option], "params_input": params}
        return self.call("PATCH", f"{path}/{task['map_index']}/hitlDetails", body)

    def error_line(self, task: Json) -> str:
        """The last error that a task instance logged, in one line; empty when it logged none."""
        path = f"/dags/{task['dag_id']}/dagRuns/{quote(task['dag_run_id'])}/taskInstances/{task['task_id']}"
        log = self.call("GET", f"{path}/logs/{max(task['try_number'], 1)}?map_index={task['map_index']}")
        return next(_errors(log.get("content") or []), "")

    def call(self, method: str, path: str, body: Json | None = None) -> Json:
        """One request to `/api/v2` as this user. Raises RestError, or SetupError when nobody answers."""
        if not self._token:
            self._sign_in()
        try:
            return self._send(method, f"/api/v2{path}", body)
        except RestError as error:
            if error.status != 401:
                raise
            self._sign_in()
            return self._send(method, f"/api/v2{path}", body)

    def _all(self, path: str, key: str, **query: str) -> list[Json]:
        found: list[Json] = []
        while True:
            page = self.call("GET", f"{path}?{urlencode({**query, 'limit': _PAGE, 'offset': len(found)})}")
            found += page[key]
            if not page[key] or len(found) >= page["total_entries"]:
                return found

    def _sign_in(self) -> None:
        self._token = ""
        reply = self._send("POST", "/auth/token", {"username": self.user, "password": self._password})
        self._token = reply["access_token"]

    def _send(self, method: str, path: str, body: Json | None) -> Json:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self._token and path.startswith("/api/"):  # the API of tasks takes no person's
            headers["Authorization"] = f"Bearer {self._token}"
        data = None if body is None else json.dumps(body).encode()
        try:
            request = Request(self.url + path, data, headers, method=method)  # noqa: S310 - our own server
            with urlopen(request, timeout=_TIMEOUT_S) as reply:  # noqa: S310
                text = reply.read()
        except HTTPError as error:
            raise RestError(error.code, f"Airflow answered {error.code}: {error.read().decode()[:300]}", path) from None
        except (URLError, OSError) as error:
            raise SetupError(f"Airflow does not answer ({type(error).__name__})", where=self.url) from None
        return json.loads(text) if text else {}


def _errors(lines: list[Any]) -> Iterator[str]:
    for line in reversed(lines):
        if not isinstance(line, dict) or line.get("level") not in ("error", "critical"):
            continue
        for fault in line.get("error_detail") or []:
            yield f"{fault['exc_type']}: {fault['exc_value']}"
        yield str(line.get("event", ""))


def wait_until(condition: Any, *, seconds: float, what: str, pause: float = 0.5) -> Any:
    """Ask `condition` until it gives something true and return that. Raises SetupError after `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if result := condition():
            return result
        time.sleep(pause)
    raise SetupError(f"waited {seconds:.0f} s in vain for {what}")
