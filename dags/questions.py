"""The question to a person that an approval, or a release, waits for. It makes no DAG; approvals.py and releases.py put it.

What is shown is read from the books by its number, `{"digest", "subject", "body", "parties", …}`, and what is shown and what is
answered is kept there (`maalbar.asked`): what tasks hand each other, whoever runs Airflow may write. Nothing here decides what an
answer counts for: `maalbar.flow` looks at each again before it acts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import Param, get_current_context
from airflow.sdk.exceptions import AirflowSkipException, TaskAwaitingInput

from maalbar.contract.parties import Approver

if TYPE_CHECKING:
    from maalbar.asked import Given, Place

LONGEST_COMMENT = 2000
LOOKED_FOR_AGAIN = timedelta(hours=6)
"""An answer that comes in the instant in which a question goes to rest is kept and wakes nobody: Airflow's `update_hitl_detail`
decides by a state from before its lock (3.3.2). So often the question is woken, finds such an answer, or goes to rest again."""


class Question(HITLOperator):
    """A question to named people, with one answer. No worker waits for it.

    `about`: the task that says which number is asked about. `shows`: from a contract's id and that number to what is shown.
    `people`: who may answer. `before`: questions that must have been answered with the first of `options`, by others than answer
    this one. `party_id`: asked where the party is one of the `parties` that are shown. It is skipped where it is not to be put.
    """

    def __init__(
        self,
        *,
        contract_id: str,
        about: str,
        shows: Callable[[str, int], dict[str, Any]],
        people: Iterable[Approver],
        before: Iterable[str] = (),
        party_id: str = "",
        **rest: Any,
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
            "response_timeout": LOOKED_FOR_AGAIN,
        }
        super().__init__(subject=about, **(rest | own))
        self.contract_id, self.about, self.shows = contract_id, about, shows
        self.before, self.party_id = list(before), party_id

    def execute(self, context: Any) -> Any:
        """Put the question, to those who may answer it in this run."""
        ti = context["ti"]
        shown = self.shows(self.contract_id, ti.xcom_pull(task_ids=self.about)["number"])
        if self.party_id and self.party_id not in shown["parties"]:
            raise AirflowSkipException("this party is not asked in this period")
        answers = answers_of(self.contract_id, ti) if self.before else {}
        given = [answers.get(name) for name in self.before]
        if any(answer is None or answer.option != self.options[0] for answer in given):
            raise AirflowSkipException("one who was asked before has not said yes")
        out = {shown.get("prepared_by"), *(answer.user for answer in given if answer)}
        self.assigned_users = [person for person in self.people if person["id"] not in out]
        if not self.assigned_users:
            # Without anybody named, anyone could answer.
            raise ValueError("nobody is left who may answer: name more people in the contract")
        # Not by a template: what a template comes to, Airflow shows to whoever may see that there is a task.
        self.subject, self.body = shown["subject"], shown["body"]
        if self.stands(ti.id) == (self.subject, self.body):
            _put(self._place(ti), shown["digest"])
        # Else an earlier text is still shown, and what is answered is an answer to that.
        return super().execute(context)

    def stands(self, ti_id: Any) -> tuple[str, str | None]:
        """Subject and text as people are shown them: a question that is put again before it was answered keeps its first text."""
        from airflow.sdk.execution_time.comms import CreateHITLDetailPayload
        from airflow.sdk.execution_time.task_runner import SUPERVISOR_COMMS

        asked = {name: getattr(self, name) for name in ("options", "subject", "body", "assigned_users")}
        message = CreateHITLDetailPayload(ti_id=ti_id, params=self.serialized_params, **asked)
        kept: Any = SUPERVISOR_COMMS.send(msg=message)
        return kept.subject, kept.body

    def execute_complete(self, context: Any, event: dict[str, Any]) -> Any:
        """Keep the answer, as Airflow has it from whoever was signed in; back to rest where there is none yet.

        Raises ValueError where it is none of the answers, which puts the question again: Airflow holds nobody to its form.
        """
        if event.get("error_type") == "timeout":
            raise TaskAwaitingInput(method_name="execute_complete", timeout=LOOKED_FOR_AGAIN)
        answer = super().execute_complete(context, event)
        comment = answer["params_input"].get("comment")
        if len(answer["chosen_options"]) != 1 or not isinstance(comment, str | None):
            raise ValueError("an answer is one of the options, with or without a remark")
        _keep(self._place(context["ti"]), answer)
        return answer

    def _place(self, ti: Any) -> Place:
        from maalbar.asked import Place

        return Place(self.contract_id, ti.dag_id, ti.run_id, self.task_id)


def _put(place: Place, digest: str) -> None:
    from maalbar import asked
    from maalbar.database import transaction

    with transaction() as connection:
        asked.put(connection, place, digest)


def _keep(place: Place, answer: Mapping[str, Any]) -> None:
    from maalbar import asked
    from maalbar.database import transaction

    # By the login, as a contract names people. Airflow's own id of an account is a number where FAB keeps them.
    user, comment = answer["responded_by_user"]["name"], answer["params_input"].get("comment") or ""
    with transaction() as connection:
        asked.answer(connection, place, user, answer["chosen_options"][0], comment, answer["responded_at"])


def answers_of(contract_id: str, ti: Any) -> dict[str, Given]:
    """Task → the answer that was given there, in the run of a task."""
    from maalbar import asked
    from maalbar.database import transaction

    with transaction() as connection:
        return asked.given(connection, contract_id, ti.dag_id, ti.run_id)


def answers_here(contract_id: str) -> dict[str, Given]:
    """Task → the answer that was given there, in the run of the task that is at work."""
    return answers_of(contract_id, get_current_context()["ti"])


def said(answer: Given, words: Mapping[str, str]) -> dict[str, Any]:
    """An answer as the flow takes it: `{"user", "answer", "answered_at", "comment", "digest"}`. `words`: option → answer."""
    return {
        "user": answer.user,
        "answer": words[answer.option],
        "answered_at": answer.answered_at.isoformat(),
        "comment": answer.comment,
        "digest": answer.digest,
    }
