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
from airflow.sdk import NEVER_EXPIRE, Param, RetryAction, get_current_context
from airflow.sdk.exceptions import AirflowSkipException, TaskAwaitingInput
from retrying import NETWORK_ONLY, PATIENCE

from maalbar.contract.parties import Approver
from maalbar.errors import MaalbarError

if TYPE_CHECKING:
    from maalbar.asked import Given, LastPut, Place

LONGEST_COMMENT = 2000
REMARK = "Bemærkning (ved afvisning: hvorfor)"
LOOKED_FOR_AGAIN = timedelta(hours=6)
"""An answer that comes in the instant in which a question goes to rest is kept and wakes nobody: Airflow's `update_hitl_detail`
decides by a state from before its lock (3.3.2). So often the question is woken, finds such an answer, or goes to rest again."""
AT_ONCE = timedelta(seconds=1)
TRIES = {"retries": 30, "max_retry_delay": timedelta(minutes=1)}
"""A task that goes to rest where Airflow has its answer is woken at once, which its scheduler often sees before it hears that the
task's process has ended; it then takes the task for one that was killed (3.3.2, `process_executor_events`), and tries it again.
More often than not it ends so, whatever is tried: six tries were too few on a busy machine."""
PUT_BY = "put_by"
"""What a task keeps in Airflow: which of its tries has put its question there. A later one finds it, a first one does not."""
ANOTHER = "something else was asked here first, and Airflow goes on showing that"
IN_A_NEW_RUN = "leave this run: what counts now is asked in a run of its own"


class Question(HITLOperator):
    """A question to named people, with one answer. No worker waits for it.

    `about`: the task that says which number is asked about. `shows`: from a contract's id and that number to what is shown; skips
    the task where nobody is asked about it any more. `people`: who may answer. `before`: questions that must have been answered
    with the first of `options`, by others than answer this one. `party_id`: asked where the party is one of the `parties` that
    are shown. It is skipped where it is not to be put.

    An answer that Airflow has taken is kept whatever is lost after it. To put a question removes what was answered to it, and a
    task cannot read that before (Airflow 3.3.2 serves `GetHITLDetailResponse` to triggers alone). But going to rest reads it: an
    answer that is there wakes the task at once. So a question that Airflow has, which `PUT_BY` says, is not put again while it is
    open. That leaves a putting that failed halfway, in an instant in which the books or the task were lost: it is done again,
    what was answered meanwhile and has woken no task is removed, and the question stays open.
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
            "params": {"comment": Param(None, type=["null", "string"], title=REMARK, maxLength=LONGEST_COMMENT)},
            "assigned_users": list(self.people),
            "execution_timeout": None,  # people take the time that they take
            "response_timeout": LOOKED_FOR_AGAIN,
        }
        super().__init__(subject=about, **(rest | PATIENCE | TRIES | own))
        self.contract_id, self.about, self.shows = contract_id, about, shows
        self.before, self.party_id = list(before), party_id

    def execute(self, context: Any) -> None:
        """Put the question, to those who may answer it in this run; nothing where its answer is kept already."""
        ti = context["ti"]
        shown = self._made_ready(ti)
        known = _last_put(self._place(ti))
        self._require_same(ti, known, shown["digest"])
        is_answered = known is not None and known.is_answered
        if is_answered and _is_tried_again(ti, self.retries):
            return  # it was lost after it had kept its answer, which is read in the books
        if not is_answered and (known is not None or _is_in_airflow(context)):
            raise TaskAwaitingInput(method_name="look_again", timeout=AT_ONCE)
        self._put(context, shown["digest"], known)
        raise TaskAwaitingInput(method_name="execute_complete", timeout=LOOKED_FOR_AGAIN)

    def look_again(self, context: Any, event: dict[str, Any]) -> Any:
        """Keep what was answered to a question that was put before; put it once more where Airflow or the books have lost it.

        The books have where what they were told was not kept in the end; Airflow has where it came back from an older backup.
        """
        ti, is_silent = context["ti"], event.get("error_type") == "timeout"
        known = _last_put(self._place(ti))
        if known is None or (is_silent and not _is_in_airflow(context)):
            digest = self._made_ready(ti)["digest"]
            self._require_same(ti, known, digest)
            self._put(context, digest, known)
        return self.execute_complete(context, event)

    def execute_complete(self, context: Any, event: dict[str, Any]) -> Any:
        """Keep the answer, as Airflow has it from whoever was signed in; back to rest where there is none yet.

        What is none of the answers is removed, and the question stands again: Airflow holds nobody to its form. Where nobody is
        asked any more, and no answer has come, the task ends as skipped.
        """
        ti = context["ti"]
        if event.get("error_type") == "timeout":
            try:
                self._shown(ti)
            except Exception as fault:
                if NETWORK_ONLY.evaluate(fault, 1, 2).action is not RetryAction.RETRY:
                    raise  # else it is looked at when it wakes again
            raise TaskAwaitingInput(method_name="execute_complete", timeout=LOOKED_FOR_AGAIN)
        try:
            answer = super().execute_complete(context, event)
            comment = answer["params_input"].get("comment")
            if len(answer["chosen_options"]) != 1 or not isinstance(comment, str | None):
                raise ValueError("an answer is one of the options, with or without a remark")
        except ValueError:
            self.log.warning("what came is none of the answers; the question stands again")
            self.stands(ti.id)
            raise TaskAwaitingInput(method_name="execute_complete", timeout=LOOKED_FOR_AGAIN) from None
        _keep(self._place(ti), answer)
        return answer

    def stands(self, ti_id: Any) -> tuple[str, str | None]:
        """Put the question, without an answer; subject and text as people are shown them: Airflow keeps the first for ever."""
        from airflow.sdk.execution_time.comms import CreateHITLDetailPayload
        from airflow.sdk.execution_time.task_runner import SUPERVISOR_COMMS

        asked = {name: getattr(self, name) for name in ("options", "subject", "body", "assigned_users")}
        message = CreateHITLDetailPayload(ti_id=ti_id, params=self.serialized_params, **asked)
        kept: Any = SUPERVISOR_COMMS.send(msg=message)
        return kept.subject, kept.body

    def _put(self, context: Any, digest: str, known: LastPut | None) -> None:
        """Put it, and write down what of; neither without the other.

        Another wording of what was put there before is no other question. Raises MaalbarError where a text stands of which the
        books know nothing.
        """
        from maalbar import asked
        from maalbar.database import transaction

        ti = context["ti"]
        with transaction() as connection:
            asked.put(connection, self._place(ti), digest)
            stands = self.stands(ti.id)
            context["task_state_store"].set(PUT_BY, ti.try_number, retention=NEVER_EXPIRE)
            if stands != (self.subject, self.body) and known is None:
                raise MaalbarError(ANOTHER, where=self._place(ti).where, mend=IN_A_NEW_RUN)

    def _require_same(self, ti: Any, known: LastPut | None, digest: str) -> None:
        """Raise MaalbarError where something else was put here last."""
        if known is not None and known.digest != digest:
            raise MaalbarError(ANOTHER, where=self._place(ti).where, mend=IN_A_NEW_RUN)

    def _made_ready(self, ti: Any) -> dict[str, Any]:
        """What is shown, by this operator too, and to whom. Skipped where the question is not to be put."""
        shown = self._shown(ti)
        if self.party_id and self.party_id not in shown["parties"]:
            raise AirflowSkipException("this party is not asked in this period")
        self.assigned_users = self._may_answer(ti, shown)
        if not self.assigned_users:
            # Without anybody named, anyone could answer.
            raise ValueError("nobody is left who may answer: name more people in the contract")
        # Not by a template: what a template comes to, Airflow shows to whoever may see that there is a task.
        self.subject, self.body = shown["subject"], shown["body"]
        return shown

    def _shown(self, ti: Any) -> dict[str, Any]:
        return self.shows(self.contract_id, ti.xcom_pull(task_ids=self.about)["number"])

    def _may_answer(self, ti: Any, shown: Mapping[str, Any]) -> list[dict[str, str]]:
        """Who is named, prepared nothing of it, and has not answered before. Skipped where one asked before said no yes."""
        answers = answers_of(self.contract_id, ti) if self.before else {}
        given = [answers.get(name) for name in self.before]
        if any(answer is None or answer.option != self.options[0] for answer in given):
            raise AirflowSkipException("one who was asked before has not said yes")
        out = {shown.get("prepared_by"), *(answer.user for answer in given if answer)}
        return [person for person in self.people if person["id"] not in out]

    def _place(self, ti: Any) -> Place:
        from maalbar.asked import Place

        return Place(self.contract_id, ti.dag_id, ti.run_id, self.task_id)


def _is_tried_again(ti: Any, retries: int) -> bool:
    """Whether a try failed before this one since the task was first run, or was cleared (which adds to `max_tries`)."""
    return bool(ti.try_number > ti.max_tries - retries + 1)


def _is_in_airflow(context: Any) -> bool:
    """Whether Airflow has the question of a task from an earlier try, be it answered or not."""
    put_by = context["task_state_store"].get(PUT_BY)
    return put_by is not None and put_by < context["ti"].try_number


def _last_put(place: Place) -> LastPut | None:
    from maalbar import asked
    from maalbar.database import transaction

    with transaction() as connection:
        return asked.last_put(connection, place)


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


def answers_by_run(contract_id: str) -> dict[str, dict[str, Given]]:
    """Run → task → the answer that was given there, of every run of the DAG whose task is at work."""
    from maalbar import asked
    from maalbar.database import transaction

    with transaction() as connection:
        return asked.given_by_run(connection, contract_id, get_current_context()["ti"].dag_id)


def said(answer: Given, words: Mapping[str, str]) -> dict[str, Any]:
    """An answer as the flow takes it: `{"user", "answer", "answered_at", "comment", "digest"}`. `words`: option → answer."""
    return {
        "user": answer.user,
        "answer": words[answer.option],
        "answered_at": answer.answered_at.isoformat(),
        "comment": answer.comment,
        "digest": answer.digest,
    }
