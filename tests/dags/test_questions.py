"""A question: to the people who are named, where it is to be put, and with the digest of what was shown to whoever answered."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

import tests.airflow_home  # noqa: F401
from maalbar.contract.parties import Approver

PEOPLE = [Approver(user=name, name=name.title(), authority="the board") for name in ("anna", "bo", "carl")]


@pytest.fixture(autouse=True)
def put(monkeypatch: pytest.MonkeyPatch) -> None:
    """Putting it tells who may answer, instead of going to rest."""
    from airflow.providers.standard.operators.hitl import HITLOperator

    monkeypatch.setattr(HITLOperator, "execute", lambda self, context: [p["id"] for p in self.assigned_users])


def question(**changes: Any) -> Any:
    from questions import Question

    of_both = {"about": "present", "people": PEOPLE, "task_id": "second", "options": ["Yes", "No"]}
    return Question(**(of_both | changes))


class Run:
    """What a task sees of a run: what was presented, and what has been answered."""

    def __init__(self, presented: dict[str, Any], **given: tuple[str, str]) -> None:
        shown = {"digest": "a1", "subject": "Pay?", "body": "1 000 kr. {{ 7 * 7 }}"}
        self.pulled: dict[tuple[str, str], Any] = {("present", "return_value"): shown | presented}
        for task_id, (user, option) in given.items():
            self.pulled[task_id, "return_value"] = {
                "chosen_options": [option], "responded_by_user": {"id": "7", "name": user},
            }  # fmt: skip

    def xcom_push(self, key: str, value: Any) -> None:
        self.pulled["second", key] = value

    def xcom_pull(self, task_ids: str, key: str = "return_value") -> Any:
        return self.pulled.get((task_ids, key))


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
    """Whoever may edit the DAG may run the task that presents alone again, behind those who have been asked."""
    asked, run = question(), Run({})
    asked.execute({"ti": run})
    run.pulled["present", "return_value"] = {"digest": "b2"}
    assert asked.execute_complete({"ti": run}, event("Yes"))["digest"] == "a1"


def test_what_it_shows_is_put_by_no_template_which_airflow_would_show_to_whoever_sees_the_task() -> None:
    asked = question()
    templates = [getattr(asked, name) for name in asked.template_fields]
    assert not any("{{" in (text or "") for text in templates)
    asked.execute({"ti": Run({})})
    assert (asked.subject, asked.body) == ("Pay?", "1 000 kr. {{ 7 * 7 }}")


@pytest.mark.parametrize("answer", [event(), event("Yes", "No"), event("Perhaps"), event("Yes", comment=7)])
def test_what_is_no_answer_puts_the_question_again(answer: dict[str, Any]) -> None:
    """Airflow's API takes what its form would not, and the task is tried again when it fails."""
    asked, run = question(), Run({})
    asked.execute({"ti": run})
    with pytest.raises(ValueError):
        asked.execute_complete({"ti": run}, answer)
    assert asked.retries > 0 and asked.retry_policy is None
