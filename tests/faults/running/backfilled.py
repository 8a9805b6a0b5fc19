"""A backfill of five periods on a running installation: followed to its end, its newest proposal answered by people.

Nothing is answered before everything is measured, so there is one settlement, and its books can be held against those of a
course that nothing disturbed. People answer in one of several manners, which must make no difference.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote

from maalbar.contract import Contract
from maalbar.errors import SetupError
from maalbar.local.backfill import ANSWER
from maalbar.local.rest import Json, RestError
from tests.faults.running.installed import Installed, approvers

Manner = Literal["calmly", "at_once", "again_and_again"]
"""`at_once`: at the very moment they are asked, when the answer may wake nobody and the question is put again, and then calmly;
`again_and_again`: first one who is not asked, then twice."""
_SETTLED_IN_S = 2.0


@dataclass
class Backfill:
    """What is seen of one. `measured`: how many periods were, when last asked; `refused`: HTTP statuses of refused answers."""

    place: Installed
    contract: Contract
    manner: Manner = "calmly"
    measured: int = 0
    refused: list[int] = field(default_factory=list)
    is_settled: bool = False
    _seen: dict[str, float] = field(default_factory=dict)

    def is_done(self) -> bool:
        """Whether all is posted and told of; answers what can be answered. Raises AssertionError where a run failed."""
        try:
            self.is_settled = self.is_settled or (self._are_measured() and self._are_settled())
        except SetupError:  # nobody answers just now
            return False
        except RestError as error:
            if error.status < 500:
                raise
        return self.is_settled

    def _are_measured(self) -> bool:
        if self.measured < len(self.contract.calendar.periods):
            self.measured = sum(run["state"] == "success" for run in self._runs("measure"))
        return self.measured == len(self.contract.calendar.periods)

    def _are_settled(self) -> bool:
        last = self.contract.calendar.periods[-1].id
        newest = [run for run in self._runs("settle") if str(run["partition_key"]).endswith(f"|{last}")]
        for run in newest:
            if run["state"] != "success":
                self._answer(run["dag_run_id"])
        return bool(newest) and all(run["state"] == "success" for run in newest)

    def _answer(self, run_id: str) -> None:
        self._put_again(run_id)
        for question in self._questions(run_id, is_answered=False):
            task = question["task_instance"]
            user = approvers(self.contract)[task["task_id"].removeprefix("approve_")]
            is_hasty = self.manner == "at_once" and task["try_number"] <= 1
            if not is_hasty and not self._has_settled(task):
                continue
            others = sorted(set(approvers(self.contract).values()) - {user})
            for who in [others[0], user, user] if self.manner == "again_and_again" else [user]:
                self._say_yes(question, who)

    def _has_settled(self, task: Json) -> bool:
        """Whether a question has been at rest for a while: an answer that overtakes the report of that wakes nobody for hours."""
        if task["state"] != "awaiting_input":
            return False
        first = self._seen.setdefault(f"{task['id']} {task['try_number']}", time.monotonic())
        return time.monotonic() - first >= _SETTLED_IN_S

    def _put_again(self, run_id: str) -> None:
        """Clear, as an engineer does, what still waits for an answer that it has: it came as the task went to rest."""
        for question in self._questions(run_id, is_answered=True):
            task = question["task_instance"]
            if task["state"] == "awaiting_input":
                wanted = {"dry_run": False, "dag_run_id": run_id, "task_ids": [task["task_id"]], "only_failed": False}
                self.place.airflow.client().call("POST", f"/dags/{task['dag_id']}/clearTaskInstances", wanted)
                self.place.told.append(f"cleared: {task['dag_id']} {task['task_id']}")

    def _questions(self, run_id: str, *, is_answered: bool) -> list[Json]:
        """The questions of a run with an answer, or without one."""
        dag_id = f"{self.contract.id}__settle"
        path = f"/dags/{dag_id}/dagRuns/{quote(run_id)}/hitlDetails?response_received={str(is_answered).lower()}"
        found: list[Json] = self.place.airflow.client().call("GET", path)["hitl_details"]
        return found

    def _say_yes(self, question: Json, user: str) -> None:
        try:
            self.place.airflow.client(user).answer(question, ANSWER, {"comment": None})
        except RestError as error:
            if error.status not in (403, 404, 409):
                raise
            self.refused.append(error.status)

    def _runs(self, step: str) -> list[Json]:
        runs = self.place.airflow.client().runs(f"{self.contract.id}__{step}")
        failed = [run["dag_run_id"] for run in runs if run["state"] == "failed"]
        assert not failed, f"{failed} failed; {self.place.told}"
        return runs


def answer_what_is_late(backfill: Backfill) -> list[str]:
    """Answer every question of proposals that a newer one has taken the place of; the runs that they belong to."""
    client, dag_id = backfill.place.airflow.client(), f"{backfill.contract.id}__settle"
    late = sorted({question["task_instance"]["dag_run_id"] for question in client.open_approvals(dag_id)})
    for question in client.open_approvals(dag_id):
        party = question["task_instance"]["task_id"].removeprefix("approve_")
        backfill._say_yes(question, approvers(backfill.contract)[party])
    return late
