"""A question: to the people who are named, where it is to be put, and with the digest of what was shown to whoever answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

import tests.airflow_home  # noqa: F401
from maalbar import asked as books
from maalbar.asked import LastPut, Place
from maalbar.contract.parties import Approver
from maalbar.database import transaction
from maalbar.errors import MaalbarError, StoreDamaged

PEOPLE = [Approver(user=name, name=name.title(), authority="the board") for name in ("anna", "bo", "carl")]


PLACE = Place("tiny", "tiny__settle", "r1", "second")
AT = datetime(2026, 1, 5, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("results_database")


@pytest.fixture(autouse=True)
def airflow(monkeypatch: pytest.MonkeyPatch) -> Airflow:
    """What Airflow keeps of the question."""
    from questions import Question

    kept = Run.airflow = Airflow()
    monkeypatch.setattr(Question, "stands", lambda asked, ti_id: kept.put(asked.subject, asked.body))
    return kept


@dataclass
class Airflow:
    """As its execution API has it (`upsert_hitl_detail` of 3.3.2): the first text for ever, an answer until it is put again."""

    text: tuple[str, str] | None = None
    answer: dict[str, Any] | None = None
    store: dict[str, Any] = field(default_factory=dict)
    puts: int = 0

    def put(self, subject: str, body: str) -> tuple[str, str]:
        self.puts += 1
        self.text, self.answer = self.text or (subject, body), None
        return self.text

    def get(self, key: str) -> Any:
        """Of the task's own store, which all its tries share."""
        return self.store.get(key)

    def set(self, key: str, value: Any, *, retention: timedelta) -> None:
        assert retention == timedelta.max, "people take longer than it keeps things by itself"
        self.store[key] = value

    def wakes(self) -> dict[str, Any]:
        """What a task is woken with that has gone to rest."""
        return self.answer or NONE_YET


def question(**changes: Any) -> Any:
    from questions import Question

    of_both = {"about": "present", "people": PEOPLE, "task_id": "second", "options": ["Yes", "No"]}
    return Question(**(of_both | {"contract_id": "tiny", "shows": lambda *of: Run.now.show()} | changes))


def rests(method: Any, *given: Any) -> tuple[str, timedelta]:
    """A method lets the task go to rest: what it goes on with, and when at the latest."""
    from airflow.sdk.exceptions import TaskAwaitingInput

    with pytest.raises(TaskAwaitingInput) as rest:
        method(*given)
    return rest.value.method_name, rest.value.timeout


def put(asked: Any, run: Run) -> list[str]:
    """Put a question; who may answer."""
    assert rests(asked.execute, run.context) == ("execute_complete", timedelta(hours=6))
    return [person["id"] for person in asked.assigned_users]


def last_put() -> LastPut | None:
    with transaction() as connection:
        return books.last_put(connection, PLACE)


def kept() -> dict[str, str]:
    """Task → what was answered there."""
    with transaction() as connection:
        return {task: said.option for task, said in books.given(connection, "tiny", "tiny__settle", "r1").items()}


class Run:
    """What a task sees of a run: what the books show of what is asked about, and what has been answered."""

    id, dag_id, run_id = 1, "tiny__settle", "r1"
    try_number, max_tries = 1, 30
    now: Run
    airflow: Airflow

    @property
    def context(self) -> dict[str, Any]:
        return {"ti": self, "task_state_store": self.airflow}

    def __init__(self, shown: dict[str, Any], **given: tuple[str, str]) -> None:
        Run.now, self.fault = self, None
        self.books = {"digest": "a1", "subject": "Pay?", "body": "1 000 kr. {{ 7 * 7 }}"} | shown
        for task_id, (user, option) in given.items():
            place = replace(PLACE, task=task_id)
            with transaction() as connection:
                books.put(connection, place, "a1")
                books.answer(connection, place, user, option, "", AT)

    def show(self) -> dict[str, Any]:
        if self.fault is not None:
            raise self.fault
        return self.books

    def again(self) -> Run:
        """The same task, tried once more after a failure."""
        self.try_number += 1
        return self

    def cleared(self) -> Run:
        """The same task, cleared by a person: Airflow grants it as many tries as it had at first."""
        self.max_tries = self.try_number + 30
        return self.again()

    def xcom_pull(self, task_ids: str) -> Any:
        """What whoever runs Airflow may have written: the number counts, and only to look it up in the books by."""
        forged = {"chosen_options": ["Yes"], "responded_by_user": {"id": "7", "name": "anna"}, "digest": "f0"}
        return {"number": 1, "digest": "f0", "subject": "?", "body": "?", "parties": ["fund"]} | forged


def event(*options: str, comment: Any = None) -> dict[str, Any]:
    """What Airflow hands on when someone has answered."""
    return {
        "chosen_options": list(options), "params_input": {"comment": comment},
        "responded_at": AT, "responded_by_user": {"id": "7", "name": "anna"},
    }  # fmt: skip


NONE_YET = {"error": "no response", "error_type": "timeout"}


def test_everyone_named_may_answer_where_nobody_has_answered_before() -> None:
    assert put(question(), Run({})) == ["anna", "bo", "carl"]


def test_whoever_prepared_or_has_answered_before_may_not_and_is_known_by_the_login() -> None:
    asked = question(before=["first"])
    assert put(asked, Run({"prepared_by": "carl"}, first=("anna", "Yes"))) == ["bo"]


@pytest.mark.parametrize("given", [{}, {"first": ("anna", "No")}])
def test_it_is_not_put_after_one_who_has_not_said_yes(given: dict[str, tuple[str, str]]) -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    with pytest.raises(AirflowSkipException, match="has not said yes"):
        question(before=["first"]).execute(Run({}, **given).context)


def test_a_party_is_asked_where_it_is_one_of_those_that_are_presented() -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    asked = question(party_id="fund")
    assert put(asked, Run({"parties": ["fund", "city"]}))
    with pytest.raises(AirflowSkipException, match="not asked"):
        asked.execute(Run({"parties": ["city"]}).context)


def test_a_question_that_nobody_named_could_answer_is_not_put() -> None:
    asked = question(people=PEOPLE[:1], before=["first"])
    with pytest.raises(ValueError, match="name more people"):
        asked.execute(Run({}, first=("anna", "Yes")).context)


def test_what_is_shown_and_whether_it_is_put_is_read_from_the_books_and_not_from_what_tasks_hand_on() -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    run = Run({"parties": ["city"]})
    with pytest.raises(AirflowSkipException, match="not asked"):
        question(party_id="fund").execute(run.context)
    with pytest.raises(AirflowSkipException, match="has not said yes"):
        question(before=["first"]).execute(run.context)
    asked = question(party_id="city")
    put(asked, run)
    assert (asked.subject, last_put()) == ("Pay?", LastPut("a1", is_answered=False))


def test_what_it_shows_is_put_by_no_template_which_airflow_would_show_to_whoever_sees_the_task() -> None:
    asked = question()
    templates = [getattr(asked, name) for name in asked.template_fields]
    assert not any("{{" in (text or "") for text in templates)
    put(asked, Run({}))
    assert (asked.subject, asked.body) == ("Pay?", "1 000 kr. {{ 7 * 7 }}")


def test_an_answer_is_to_what_was_shown_and_a_run_asks_of_nothing_else_afterwards(airflow: Airflow) -> None:
    """Airflow goes on showing the first text: what it would be answered is none to the second."""
    asked, run = question(), Run({})
    put(asked, run)
    run.books |= {"digest": "b2", "body": "2 000 kr."}
    for _ in range(2):
        with pytest.raises(MaalbarError, match="a run of its own"):
            asked.execute(run.cleared().context)
        asked.execute_complete(run.context, event("Yes"))
    assert (airflow.puts, last_put()) == (1, LastPut("a1", is_answered=True))


def test_where_airflow_shows_what_the_books_know_nothing_of_nothing_is_put(airflow: Airflow) -> None:
    airflow.text = ("Pay?", "9 000 kr.")
    with pytest.raises(MaalbarError, match="a run of its own"):
        question().execute(Run({}).context)
    assert last_put() is None


def test_another_wording_of_the_same_is_the_same_question() -> None:
    asked, run = question(), Run({})
    put(asked, run)
    asked.execute_complete(run.context, event("No"))
    run.books |= {"body": "1.000 kr."}
    put(asked, run.cleared())
    assert last_put() == LastPut("a1", is_answered=False)


def test_a_question_that_nobody_has_answered_yet_waits_on_with_what_it_shows(airflow: Airflow) -> None:
    asked, run = question(), Run({})
    put(asked, run)
    assert rests(asked.execute_complete, run.context, NONE_YET) == ("execute_complete", asked.response_timeout)
    assert (airflow.puts, kept()) == (1, {})


def test_a_question_that_wakes_ends_as_skipped_where_nobody_is_asked_any_more() -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    asked, run = question(), Run({})
    put(asked, run)
    run.fault = AirflowSkipException("a newer proposal has taken its place")
    with pytest.raises(AirflowSkipException, match="newer"):
        asked.execute_complete(run.context, NONE_YET)


def test_a_question_that_wakes_while_the_books_are_away_waits_on_and_uses_up_no_try() -> None:
    asked, run = question(), Run({})
    put(asked, run)
    run.fault = OperationalError("select", {}, ConnectionError())
    assert rests(asked.execute_complete, run.context, NONE_YET) == ("execute_complete", asked.response_timeout)
    run.fault = KeyError("a fault of the code")
    with pytest.raises(KeyError):
        asked.execute_complete(run.context, NONE_YET)


def test_an_answer_that_airflow_has_taken_is_kept_whatever_is_lost_after_it(airflow: Airflow) -> None:
    """A try that fails begins anew, and to put a question removes what was answered to it."""
    asked, run = question(), Run({})
    put(asked, run)
    airflow.answer = event("No")
    assert rests(asked.execute, run.again().context) == ("look_again", timedelta(seconds=1))
    asked.look_again(run.context, airflow.wakes())
    assert kept() == {"second": "No"}


def test_a_question_whose_answer_is_in_the_books_ends_when_it_is_tried_again_and_rests_for_nothing(
    airflow: Airflow,
) -> None:
    """Each rest with an answer there is one that Airflow may take for a task that was killed."""
    asked, run = question(), Run({})
    put(asked, run)
    airflow.answer = event("No")
    asked.execute_complete(run.context, airflow.wakes())
    asked.execute(run.again().context)
    assert (kept(), airflow.puts) == ({"second": "No"}, 1)


@pytest.mark.parametrize("again", [Run.again, Run.cleared])
def test_an_answer_is_kept_that_comes_after_the_task_was_woken_with_none_and_before_it_runs(
    airflow: Airflow, again: Callable[[Run], Run]
) -> None:
    """Hours, where every worker is busy. Airflow takes the answer and wakes nobody: the next rest reads it."""
    asked, run = question(), Run({})
    put(asked, run)
    assert rests(asked.execute, again(run).context)[0] == "look_again"
    woken_with = airflow.wakes()
    airflow.answer = event("No")
    assert rests(asked.look_again, run.context, woken_with) == ("execute_complete", asked.response_timeout)
    asked.execute_complete(run.context, airflow.wakes())
    assert kept() == {"second": "No"}


def test_an_answer_that_is_not_in_the_books_yet_is_kept_also_where_the_task_is_cleared(airflow: Airflow) -> None:
    asked, run = question(), Run({})
    put(asked, run)
    airflow.answer = event("No")
    assert rests(asked.execute, run.cleared().context)[0] == "look_again"
    asked.look_again(run.context, airflow.wakes())
    assert kept() == {"second": "No"}


def test_a_question_that_was_put_and_not_answered_stands_after_a_failure(airflow: Airflow) -> None:
    asked, run = question(), Run({})
    put(asked, run)
    assert rests(asked.execute, run.again().context)[0] == "look_again"
    assert rests(asked.look_again, run.context, airflow.wakes()) == ("execute_complete", asked.response_timeout)
    assert (airflow.puts, last_put()) == (1, LastPut("a1", is_answered=False))


@pytest.fixture
def half_put(airflow: Airflow, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A question that Airflow has, and whose books were lost in the instant in which they were to keep it."""

    @contextmanager
    def lost() -> Iterator[Connection]:
        with transaction() as connection:
            yield connection
            raise OperationalError("commit", {}, ConnectionError())

    run = Run({})
    with monkeypatch.context() as failing:
        failing.setattr("questions._last_put", lambda place: None)
        failing.setattr("maalbar.database.transaction", lost)
        with pytest.raises(OperationalError):
            question().execute(run.context)
    assert (airflow.text, last_put()) == (("Pay?", "1 000 kr. {{ 7 * 7 }}"), None)
    return run


@pytest.mark.parametrize("again", [Run.again, Run.cleared])
def test_an_answer_to_what_the_books_have_lost_is_kept_with_what_it_was_to(
    airflow: Airflow, half_put: Run, again: Callable[[Run], Run]
) -> None:
    airflow.answer, asked = event("No"), question()
    assert rests(asked.execute, again(half_put).context)[0] == "look_again"
    asked.look_again(half_put.context, airflow.wakes())
    assert (kept(), last_put()) == ({"second": "No"}, LastPut("a1", is_answered=True))


def test_what_the_books_have_lost_and_nobody_has_answered_is_put_again(airflow: Airflow, half_put: Run) -> None:
    asked = question()
    assert rests(asked.execute, half_put.again().context)[0] == "look_again"
    assert rests(asked.look_again, half_put.context, airflow.wakes())[0] == "execute_complete"
    assert (airflow.puts, last_put()) == (2, LastPut("a1", is_answered=False))


def test_a_question_that_airflow_knows_no_more_is_put_as_it_was_to_the_same_people(airflow: Airflow) -> None:
    """Airflow has come back from a backup that is older than the books."""
    run = Run({"prepared_by": "carl"}, first=("anna", "Yes"))
    put(question(before=["first"]), run)
    airflow.text, airflow.store = None, {}
    assert rests(question(before=["first"]).execute, run.context)[0] == "look_again"
    woken = question(before=["first"])  # by another process
    assert rests(woken.look_again, run.context, NONE_YET)[0] == "execute_complete"
    assert airflow.text == ("Pay?", "1 000 kr. {{ 7 * 7 }}")
    assert [person["id"] for person in woken.assigned_users] == ["bo"]


def test_a_question_whose_task_was_deleted_and_made_anew_is_put_again(airflow: Airflow) -> None:
    """What a task keeps goes with its run, and not with the task."""
    put(question(), Run({}).again())
    airflow.text, anew = None, Run({})
    assert rests(question().execute, anew.context)[0] == "look_again"
    assert rests(question().look_again, anew.context, airflow.wakes())[0] == "execute_complete"
    assert airflow.text == ("Pay?", "1 000 kr. {{ 7 * 7 }}")


def test_an_answered_question_that_a_person_clears_is_put_again(airflow: Airflow) -> None:
    asked, run = question(), Run({})
    put(asked, run)
    airflow.answer = event("No")
    asked.execute_complete(run.context, airflow.wakes())
    put(asked, run.cleared())
    assert (kept(), airflow.puts, airflow.answer) == ({}, 2, None)
    airflow.answer = event("Yes")
    asked.execute_complete(run.context, airflow.wakes())
    assert kept() == {"second": "Yes"}


def test_neither_is_put_nor_known_to_be_where_the_books_or_airflow_fail(airflow, monkeypatch) -> None:
    from questions import Question

    def lost(asked: Any, ti_id: Any) -> Any:
        raise ConnectionError

    monkeypatch.setattr(Question, "stands", lost)
    with pytest.raises(ConnectionError):
        question().execute(Run({}).context)
    assert last_put() is None


@pytest.mark.parametrize(
    "answer", [event(), event("Yes", "No"), event("Perhaps"), event("Yes", comment=7), event("Yes", comment="x" * 2001)]
)
def test_what_is_no_answer_is_removed_and_the_question_stands(airflow: Airflow, answer: dict[str, Any]) -> None:
    """Airflow's API takes what its form would not."""
    asked, run = question(), Run({})
    put(asked, run)
    airflow.answer = answer
    assert rests(asked.execute_complete, run.context, airflow.wakes()) == ("execute_complete", asked.response_timeout)
    assert (airflow.answer, kept()) == (None, {})


def test_a_lost_connection_is_tried_again_and_what_is_as_wrong_a_minute_later_is_not() -> None:
    asked = question()
    decide = asked.retry_policy.evaluate
    assert decide(OperationalError("select", {}, ConnectionError()), 1, 7).action.value == "retry"
    for fault in (ValueError("nobody is left"), StoreDamaged("x"), LookupError("x")):
        assert decide(fault, 1, 7).action.value == "fail"
    assert (asked.retries, asked.max_retry_delay, asked.execution_timeout) == (30, timedelta(minutes=1), None)
