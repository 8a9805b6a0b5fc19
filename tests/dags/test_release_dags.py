"""The DAG by which figures leave: made where the contract names people, and putting its questions to the right ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest

from maalbar.asked import Given
from maalbar.contract import Contract, load_all
from maalbar.flow.outgoing.decide import Answer
from maalbar.flow.outgoing.publish import Left
from maalbar.settings import PROJECT

YES, RETURN = "Frigiv", "Send tilbage"


@pytest.fixture(scope="module")
def releasing() -> Contract:
    """A shipped contract that names who releases."""
    found = load_all([PROJECT / "investments"]).values()
    return next(contract for contract in found if contract.release is not None)


@pytest.fixture(scope="module")
def dags(parse_dags: Callable[..., Any]) -> dict[str, Any]:
    bag = parse_dags()
    assert bag.import_errors == {}
    return {dag_id: dag for dag_id, dag in bag.dags.items() if dag_id.endswith("__release")}


@pytest.fixture(scope="module")
def dag(dags: dict[str, Any], releasing: Contract) -> Any:
    return dags[f"{releasing.id}__release"]


AT = datetime(2026, 1, 5, tzinfo=UTC)


class Run:
    """What a question finds of its run: the release as it was prepared, and what has been answered so far."""

    id, dag_id, run_id = "1", "tiny__release", "r1"
    state = "open"

    def __init__(self, parties: list[str], prepared_by: str = "dora", **answers: tuple[str, str]) -> None:
        self.prepared = {"parties": parties, "prepared_by": prepared_by, "digest": "a1", "number": 1}
        self.prepared |= {"subject": "Let out?", "body": "What"}
        self.given = {task_id: Given(user, option, "", AT, "a1") for task_id, (user, option) in answers.items()}

    def xcom_pull(self, task_ids: str) -> Any:
        return {"number": 1}


def _asked(task: Any, run: Run, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Who may answer the question, when it is put."""
    from airflow.sdk.exceptions import TaskAwaitingInput

    monkeypatch.setattr("maalbar.flow.outgoing.ask.present", lambda contract, number: run.prepared)
    monkeypatch.setattr("maalbar.flow.outgoing.ask.state", lambda contract, number: run.state)
    monkeypatch.setattr("questions.answers_of", lambda contract, ti: ti.given)
    monkeypatch.setattr("questions._last_put", lambda place: None)
    monkeypatch.setattr("questions.Question._put", lambda self, context, digest, known: None)
    with pytest.raises(TaskAwaitingInput):
        task.execute({"ti": run, "task_state_store": {}})
    return [person["id"] for person in task.assigned_users]


def test_a_contract_has_it_where_it_names_who_releases(dags: dict[str, Any]) -> None:
    named = [c.id for c in load_all([PROJECT / "investments"]).values() if c.release is not None]
    assert named and set(dags) == {f"{contract_id}__release" for contract_id in named}


def test_it_is_started_by_hand_with_a_form_of_what_the_contract_says(dag: Any, releasing: Contract) -> None:
    assert {kind.value for kind in dag.allowed_run_types} == {"manual"}
    assert releasing.release is not None
    form = {name: dag.params.get_param(name).schema for name in ("kind", "recipient", "period")}
    assert form["recipient"]["enum"] == list(releasing.release.recipients)
    assert set(form["kind"]["enum"]) == {k for r in releasing.release.recipients.values() for k in r.kinds}
    assert form["period"]["enum"] == [None, *(p.id for p in releasing.calendar.followed)]


def test_two_are_asked_one_after_the_other_and_then_the_parties(dag: Any, releasing: Contract) -> None:
    parties = {f"approve_{party_id}" for party_id in releasing.answering}
    assert dag.get_task("release_first").upstream_task_ids == {"prepare"}
    assert dag.get_task("release_second").upstream_task_ids == {"release_first"}
    assert dag.get_task("release_second").downstream_task_ids == parties | {"let_out"}
    assert dag.get_task("let_out").trigger_rule == "none_failed_min_one_success"


def test_only_those_who_release_are_asked_and_never_the_one_who_prepared(dag, releasing, monkeypatch) -> None:
    people = [person.user for person in releasing.release.people]
    first = dag.get_task("release_first")
    assert _asked(first, Run([]), monkeypatch) == people
    assert _asked(first, Run([], prepared_by=people[1]), monkeypatch) == [people[0], *people[2:]]


def test_the_second_is_another_than_the_first(dag, releasing, monkeypatch) -> None:
    people = [person.user for person in releasing.release.people]
    run = Run([], release_first=(people[0], YES))
    assert _asked(dag.get_task("release_second"), run, monkeypatch) == people[1:]


def test_nobody_is_asked_after_one_who_has_not_said_yes(dag, releasing, monkeypatch) -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    party = next(iter(releasing.answering))
    people = [person.user for person in releasing.release.people]
    for task_id, run in {
        "release_second": Run([party], release_first=(people[0], RETURN)),
        f"approve_{party}": Run([party], release_first=(people[0], YES)),
    }.items():
        with pytest.raises(AirflowSkipException, match="has not said yes"):
            _asked(dag.get_task(task_id), run, monkeypatch)


def test_a_party_is_asked_where_it_is_published_and_only_its_own_people_answer(dag, releasing, monkeypatch) -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    people = [person.user for person in releasing.release.people]
    party, given = (
        next(iter(releasing.answering)),
        {"release_first": (people[0], YES), "release_second": (people[1], YES)},
    )
    task = dag.get_task(f"approve_{party}")
    assert _asked(task, Run([party], **given), monkeypatch) == [p.user for p in releasing.people_of(party)]
    with pytest.raises(AirflowSkipException, match="not asked"):
        _asked(task, Run([], **given), monkeypatch)


@pytest.mark.parametrize("state", ["superseded", "withdrawn", "returned", "refused", "published"])
def test_nobody_is_asked_about_one_that_is_closed_and_nothing_leaves_by_a_run_that_was_overtaken(
    dag, releasing, monkeypatch, state
) -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    run = Run([])
    run.state = state
    with pytest.raises(AirflowSkipException, match=f"is {state}"):
        _asked(dag.get_task("release_first"), run, monkeypatch)
    monkeypatch.setattr("questions.answers_of", lambda contract, ti: {})
    monkeypatch.setattr("questions.get_current_context", lambda: {"ti": None})
    with pytest.raises(AirflowSkipException, match=f"is {state}"):
        dag.get_task("let_out").python_callable(releasing.id, {"number": 1}, {}, outlet_events=MagicMock())


def test_each_answer_is_decided_as_it_was_given_and_only_then_it_leaves(dag, releasing, monkeypatch) -> None:
    done: list[Any] = []
    monkeypatch.setattr("maalbar.flow.outgoing.ask.state", lambda contract, number: "open")
    monkeypatch.setattr("maalbar.flow.outgoing.decide.decide", lambda contract, number, said: done.append(said))
    monkeypatch.setattr(
        "maalbar.flow.outgoing.publish.publish",
        lambda *of: done.append(of) or Left(1, Path("released"), {}, "3"),
    )
    party = next(iter(releasing.answering))
    answers = {
        "release_first": Given("anna", YES, "fine", AT, "a1"),
        f"approve_{party}": Given("anna", RETURN, "fine", AT, "a1"),
    }
    monkeypatch.setattr("questions.answers_of", lambda contract, ti: answers)
    monkeypatch.setattr("questions.get_current_context", lambda: {"ti": None})
    told, release = MagicMock(), {"number": 1, "prepared_by": "whoever may write what tasks hand each other"}
    dag.get_task("let_out").python_callable(releasing.id, release, {f"approve_{party}": party}, outlet_events=told)
    told.__getitem__.return_value.add_partitions.assert_called_once_with(f"{releasing.id}|3")
    said = Answer("anna", "approved", "a1", AT.isoformat(), "fine")
    assert done == [said, replace(said, answer="returned", party=party), (releasing.id, 1)]
