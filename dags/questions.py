"""The question to a person that an approval, or a release, waits for. It makes no DAG; approvals.py and releases.py put it.

A question is about what an earlier task of the run has presented: `{"digest", "subject", "body", "parties", …}`. The answer goes
on with the digest that was shown to whoever gave it, since whoever may edit the DAG may have that task run again meanwhile.
Nothing here decides what an answer counts for: `maalbar.flow` looks at each again before it acts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import Param
from airflow.sdk.exceptions import AirflowSkipException

from maalbar.contract.parties import Approver

SHOWN = "shown"
"""What a question keeps beside itself: the fingerprint of what it showed."""
LONGEST_COMMENT = 2000


class Question(HITLOperator):
    """A question to named people, with one answer. No worker waits for it.

    `about`: the task that presents what is asked about. `people`: who may answer. `before`: questions that must have been
    answered with the first of `options`, by others than answer this one. `party_id`: asked where the party is one of the
    `parties` that were presented. It is skipped where it is not to be put.
    """

    def __init__(
        self, *, about: str, people: Iterable[Approver], before: Iterable[str] = (), party_id: str = "", **rest: Any
    ) -> None:
        self.people = [{"id": person.user, "name": person.name} for person in people]
        own = {
            "params": {"comment": Param(None, type=["null", "string"], title="Bemærkning", maxLength=LONGEST_COMMENT)},
            "assigned_users": list(self.people),
            # An answer within the second in which the task goes to rest is lost, and the question is put again.
            "retries": 10,
            "retry_delay": timedelta(seconds=5),
            "retry_exponential_backoff": False,
            "retry_policy": None,
            "execution_timeout": None,  # people take the time that they take
        }
        super().__init__(subject=about, **(rest | own))
        self.about, self.before, self.party_id = about, list(before), party_id

    def execute(self, context: Any) -> Any:
        """Put the question, to those who may answer it in this run."""
        pulled = context["ti"].xcom_pull
        shown = pulled(task_ids=self.about)
        if self.party_id and self.party_id not in shown["parties"]:
            raise AirflowSkipException("this party is not asked in this period")
        given = [pulled(task_ids=name) for name in self.before]
        if any(answer is None or answer["chosen_options"] != self.options[:1] for answer in given):
            raise AirflowSkipException("one who was asked before has not said yes")
        out = {shown.get("prepared_by"), *(login(answer) for answer in given)}
        self.assigned_users = [person for person in self.people if person["id"] not in out]
        if not self.assigned_users:
            # Without anybody named, anyone could answer.
            raise ValueError("nobody is left who may answer: name more people in the contract")
        # Not by a template: what a template comes to, Airflow shows to whoever may see that there is a task.
        self.subject, self.body = shown["subject"], shown["body"]
        context["ti"].xcom_push(key=SHOWN, value=shown["digest"])
        return super().execute(context)

    def execute_complete(self, context: Any, event: dict[str, Any]) -> Any:
        """The answer, with the fingerprint that was shown to whoever gave it.

        Raises ValueError where it is none of the answers, which puts the question again: Airflow holds nobody to its form.
        """
        answer = super().execute_complete(context, event)
        comment = answer["params_input"].get("comment")
        if len(answer["chosen_options"]) != 1 or not isinstance(comment, str | None):
            raise ValueError("an answer is one of the options, with or without a remark")
        return {**answer, "digest": context["ti"].xcom_pull(task_ids=self.task_id, key=SHOWN)}


def login(answer: Mapping[str, Any]) -> str:
    """Who gave an answer, as a contract names people. Airflow's own id of an account is a number where FAB keeps them."""
    return str(answer["responded_by_user"]["name"])


def said(answer: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    """An answer as the flow takes it: `{"user", "answer", "answered_at", "comment", "digest"}`. `words`: option → answer."""
    return {
        "user": login(answer),
        "answer": words[answer["chosen_options"][0]],
        "answered_at": str(answer["responded_at"]),
        "comment": answer["params_input"].get("comment") or "",
        "digest": answer["digest"],
    }
