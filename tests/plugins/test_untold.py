"""Who is killed cannot tell of it: the scheduler does, once, when the run has ended; and not of what a task has told itself."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

AT = datetime(2026, 1, 5, tzinfo=UTC)


@pytest.fixture
def untold(monkeypatch: pytest.MonkeyPatch) -> Any:
    import alerts
    import untold

    monkeypatch.delenv(alerts.SETTING, raising=False)
    return untold


@pytest.fixture
def told(untold: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[tuple[str, str]]]:
    """What was alerted of so far, as (title, text)."""
    sent: list[tuple[str, str]] = []
    monkeypatch.setattr(untold, "alert", lambda title, text: sent.append((title, text)))

    def so_far() -> list[tuple[str, str]]:
        for thread in threading.enumerate():
            if thread.name == "alert":
                thread.join()
        return sent

    return so_far


@pytest.fixture
def a_run() -> Iterator[Callable[..., Any]]:
    """Makes an ended run in Airflow's database. `states`: task → its state; `marks`: task → the try that it told of."""
    from airflow.models.dagrun import DagRun
    from airflow.models.taskinstance import TaskInstance
    from airflow.models.xcom import XComModel
    from airflow.providers.standard.operators.empty import EmptyOperator
    from airflow.sdk import DAG
    from airflow.utils.db import initdb
    from airflow.utils.session import create_session
    from airflow.utils.types import DagRunTriggeredByType, DagRunType

    initdb()
    with create_session() as session:

        def make(states: dict[str, str], marks: dict[str, int] | None = None) -> Any:
            run = DagRun(
                dag_id="tiny__measure", run_id="killed", run_type=DagRunType.MANUAL, state="failed",
                logical_date=AT, run_after=AT, triggered_by=DagRunTriggeredByType.TIMETABLE, data_interval=(AT, AT),
            )  # fmt: skip
            session.add(run)
            session.flush()
            for task_id, state in states.items():
                task = EmptyOperator(task_id=task_id, dag=DAG("tiny__measure", schedule=None))
                one = TaskInstance(task, run_id="killed", state=state, dag_version_id=None)
                one.try_number = 2
                session.add(one)
                session.flush()
                if task_id in (marks or {}):
                    XComModel.set(
                        key="told", value=marks[task_id], task_id=task_id, dag_id="tiny__measure", run_id="killed",
                        session=session,
                    )  # fmt: skip
            return run

        yield make
        session.rollback()


def test_a_task_that_was_killed_is_told_of_once_with_where_its_log_is(untold, a_run, told):
    run = a_run({"take_in": "success", "measure": "failed", "propose": "upstream_failed"})
    untold.on_dag_run_failed(run, "task_failure")
    ((title, text),) = told()
    assert title == "tiny__measure: measure has failed"
    assert "want of memory" in text and "/runs/killed/tasks/measure?try_number=2" in text


def test_a_task_that_has_told_itself_is_not_told_of_again(untold, a_run, told):
    run = a_run({"take_in": "failed", "measure": "upstream_failed"}, {"take_in": 2})
    untold.on_dag_run_failed(run, "task_failure")
    assert told() == []


def test_what_an_earlier_try_told_is_not_told_of_one_that_was_killed_since(untold, a_run, told):
    untold.on_dag_run_failed(a_run({"take_in": "failed"}, {"take_in": 1}), "task_failure")
    assert len(told()) == 1


def test_two_that_went_with_their_worker_have_one_cause_and_one_alert(untold, a_run, told):
    untold.on_dag_run_failed(a_run({"issue_statement": "failed", "post": "failed"}), "task_failure")
    assert [title for title, _ in told()] == ["tiny__measure: issue_statement, post has failed"]


def test_a_run_that_failed_with_no_task_of_its_own_is_told_of(untold, a_run, told):
    untold.on_dag_run_failed(a_run({"take_in": "success"}), "all_tasks_deadlocked")
    assert told() == [("tiny__measure: a run has failed", "killed, and no task of it: all tasks deadlocked")]


def test_a_run_that_ended_well_tells_of_a_teardown_alone_that_was_killed(untold, a_run, told):
    untold.on_dag_run_success(a_run({"try_out": "success", "clear_away": "failed"}), "success")
    assert [title for title, _ in told()] == ["tiny__measure: clear_away has failed"]


def test_the_listener_is_one_that_airflow_loads(untold):
    from airflow import plugins_manager

    (listener,) = untold.UntoldPlugin.listeners
    assert {"on_dag_run_success", "on_dag_run_failed"} <= set(vars(listener))
    assert "untold" in {plugin.name for plugin in plugins_manager._get_plugins()[0]}
