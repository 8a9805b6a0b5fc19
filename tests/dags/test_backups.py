"""The DAG that backs up every night: nothing old is discarded before the new one is proved, and no try leaves anything behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pendulum
import pytest

from maalbar.settings import settings


@pytest.fixture(scope="module")
def dag(parse_dags: Callable[[], Any]) -> Any:
    bag = parse_dags()
    assert bag.import_errors == {}
    return bag.dags["backup"]


def test_older_backups_go_only_when_the_newest_was_restored_and_proved(dag: Any) -> None:
    assert dag.get_task("discard").upstream_task_ids == {"try_out"}
    assert dag.get_task("discard").trigger_rule == "all_success"
    assert dag.get_task("try_out").upstream_task_ids == {"back_up", "make_room"}


def test_what_a_try_needs_is_made_before_it_and_taken_away_however_it_ends(dag: Any) -> None:
    assert dag.get_task("make_room").is_setup and dag.get_task("clear_away").is_teardown
    assert {"make_room", "try_out"} <= dag.get_task("clear_away").upstream_task_ids
    assert not dag.get_task("clear_away").on_failure_fail_dagrun


def test_it_runs_every_night_from_the_beginning_and_by_hand(dag: Any) -> None:
    assert (dag.timetable.expression, dag.catchup, dag.is_paused_upon_creation) == ("0 3 * * *", False, False)
    assert {kind.value for kind in dag.allowed_run_types} == {"scheduled", "manual"}


@pytest.mark.usefixtures("results_database")
def test_a_night_that_is_run_again_has_one_backup(dag: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    run = dag.get_task("back_up").python_callable
    context = {"logical_date": pendulum.datetime(2031, 5, 4, 3, tz="UTC")}
    monkeypatch.setitem(run.__globals__, "get_current_context", lambda: context)
    assert run() == run() == str(settings().backups / "2031-05-04T03-00-00Z")
    assert dag.get_task("discard").python_callable() == []
    room = dag.get_task("make_room").python_callable()
    dag.get_task("clear_away").python_callable(room)
    assert not settings().scratch.exists()
