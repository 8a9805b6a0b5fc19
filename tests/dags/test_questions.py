"""A question: to the people who are named, where it is to be put, and with the digest of what was shown to whoever answered."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

import tests.airflow_home  # noqa: F401
from maalbar.asked import Given, Place
from maalbar.contract.parties import Approver

PEOPLE = [Approver(user=name, name=name.title(), authority="the board") for name in ("anna", "bo", "carl")]


@pytest.fixture(autouse=True)
def put(monkeypatch: pytest.MonkeyPatch) -> None:
    """Putting it tells who may answer, instead of going to rest. Airflow keeps the first text until it was answered."""
    from airflow.providers.standard.operators.hitl import HITLOperator
    from questions import Question

    def stands(asked: Any, ti_id: Any) -> tuple[str, str | None]:
        return ti_id.stands.setdefault(asked.task_id, (asked.subject, asked.body))

    monkeypatch.setattr(HITLOperator, "execute", lambda self, context: [p["id"] for p in self.assigned_users])
    monkeypatch.setattr(Question, "stands", stands)
    monkeypatch.setattr("questions._put", lambda place, digest: Run.now.puts.append((place, digest)))
    monkeypatch.setattr("questions._keep", lambda place, answer: Run.now.kept.append((place, answer)))
    monkeypatch.setattr("questions.answers_of", lambda contract_id, ti: ti.given)


def question(**changes: Any) -> Any:
    from questions import Question

    of_both = {"about": "present", "people": PEOPLE, "task_id": "second", "options": ["Yes", "No"]}
    return Question(**(of_both | {"contract_id": "tiny", "shows": lambda *of: Run.now.books} | changes))


class Run:
    """What a task sees of a run: what the books show of what is asked about, and what has been answered."""

    dag_id, run_id = "tiny__settle", "r1"
    now: Run

    def __init__(self, shown: dict[str, Any], **given: tuple[str, str]) -> None:
        Run.now, self.id = self, self
        self.books = {"digest": "a1", "subject": "Pay?", "body": "1 000 kr. {{ 7 * 7 }}"} | shown
        at = datetime(2026, 1, 5, tzinfo=UTC)
        self.given = {task_id: Given(user, option, "", at, "a1") for task_id, (user, option) in given.items()}
        self.stands: dict[str, Any] = {}
        self.puts: list[Any] = []
        self.kept: list[Any] = []

    def xcom_pull(self, task_ids: str) -> Any:
        """What whoever runs Airflow may have written: the number counts, and only to look it up in the books by."""
        forged = {"chosen_options": ["Yes"], "responded_by_user": {"id": "7", "name": "anna"}, "digest": "f0"}
        return {"number": 1, "digest": "f0", "subject": "?", "body": "?", "parties": ["fund"]} | forged


def event(*options: str, comment: Any = None) -> dict[str, Any]:
    """What Airflow hands on when someone has answered."""
    return {
        "chosen_options": list(options), "params_input": {"comment": comment},
        "responded_at": datetime(2026, 1, 5, tzinfo=UTC), "responded_by_user": {"id": "7", "name": "anna"},
    }  # fmt: skip


def test_everyone_named_may_answer_where_nobody_has_answered_before() -> None:
    assert question().execute({"ti": Run({})}) == ["anna", "bo", "carl"]


def test_whoever_prepared_or_has_answered_before_may_not_and_is_known_by_the_login() -> None:
    asked = question(before=["first"])
    assert asked.execute({"ti": Run({"prepared_by": "carl"}, first=("anna", "Yes"))}) == ["bo"]


@pytest.mark.parametrize("given", [{}, {"first": ("anna", "No")}])
def test_it_is_not_put_after_one_who_has_not_said_yes(given: dict[str, tuple[str, str]]) -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    with pytest.raises(AirflowSkipException, match="has not said yes"):
        question(before=["first"]).execute({"ti": Run({}, **given)})


def test_a_party_is_asked_where_it_is_one_of_those_that_are_presented() -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    asked = question(party_id="fund")
    assert asked.execute({"ti": Run({"parties": ["fund", "city"]})})
    with pytest.raises(AirflowSkipException, match="not asked"):
        asked.execute({"ti": Run({"parties": ["city"]})})


def test_a_question_that_nobody_named_could_answer_is_not_put() -> None:
    asked = question(people=PEOPLE[:1], before=["first"])
    with pytest.raises(ValueError, match="name more people"):
        asked.execute({"ti": Run({}, first=("anna", "Yes"))})


def test_an_answer_is_to_what_was_shown_also_when_it_is_presented_again_before_the_answer_comes() -> None:
    """Airflow goes on showing the first text of a question that is put again: the answer is none to the second."""
    asked, run = question(), Run({})
    asked.execute({"ti": run})
    run.books |= {"digest": "b2", "body": "2 000 kr."}
    asked.execute({"ti": run})
    place = Place("tiny", "tiny__settle", "r1", "second")
    assert run.puts == [(place, "a1")]
    asked.execute_complete({"ti": run}, event("Yes"))
    assert [kept_at for kept_at, _ in run.kept] == [place]


def test_what_is_shown_and_whether_it_is_put_is_read_from_the_books_and_not_from_what_tasks_hand_on() -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    run = Run({"parties": ["city"]})
    with pytest.raises(AirflowSkipException, match="not asked"):
        question(party_id="fund").execute({"ti": run})
    with pytest.raises(AirflowSkipException, match="has not said yes"):
        question(before=["first"]).execute({"ti": run})
    asked = question(party_id="city")
    asked.execute({"ti": run})
    assert (asked.subject, run.puts[0][1]) == ("Pay?", "a1")


def test_what_it_shows_is_put_by_no_template_which_airflow_would_show_to_whoever_sees_the_task() -> None:
    asked = question()
    templates = [getattr(asked, name) for name in asked.template_fields]
    assert not any("{{" in (text or "") for text in templates)
    asked.execute({"ti": Run({})})
    assert (asked.subject, asked.body) == ("Pay?", "1 000 kr. {{ 7 * 7 }}")


def test_a_question_that_nobody_has_answered_yet_waits_on_with_what_it_shows() -> None:
    from airflow.sdk.exceptions import TaskAwaitingInput

    asked, run = question(), Run({})
    asked.execute({"ti": run})
    with pytest.raises(TaskAwaitingInput) as waits:
        asked.execute_complete({"ti": run}, {"error": "no response", "error_type": "timeout"})
    assert (waits.value.method_name, waits.value.timeout) == ("execute_complete", asked.response_timeout)
    assert (len(run.puts), run.kept) == (1, [])


@pytest.mark.parametrize("answer", [event(), event("Yes", "No"), event("Perhaps"), event("Yes", comment=7)])
def test_what_is_no_answer_puts_the_question_again(answer: dict[str, Any]) -> None:
    """Airflow's API takes what its form would not, and the task is tried again when it fails."""
    asked, run = question(), Run({})
    asked.execute({"ti": run})
    with pytest.raises(ValueError):
        asked.execute_complete({"ti": run}, answer)
    assert run.kept == []
    assert asked.retries > 0 and asked.retry_policy is None
