"""The DAG that deletes what may not be kept any more: daily, one task for each contract, by the day of the run alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pendulum
import pytest

from maalbar.flow import intake
from maalbar.flow import retention as flow
from tests.flow.landing import deliver, stored

Parse = Callable[[], Any]


@pytest.fixture
def dag(parse_dags: Parse, tiny_contract: Callable[..., Any]) -> Any:
    tiny_contract({"deliveries.population.keep_until": "9998-12-31"})
    tiny_contract(id="tiny_too")
    bag = parse_dags()
    assert bag.import_errors == {}
    return bag.dags["retention"]


def test_every_contract_is_asked_every_day(dag: Any) -> None:
    assert {task.task_id for task in dag.tasks} == {"retain_tiny", "retain_tiny_too", "sweep"}
    assert dag.timetable.expression == "0 2 * * *"
    assert (dag.catchup, dag.max_active_runs) == (False, 1)
    assert {kind.value for kind in dag.allowed_run_types} == {"scheduled", "backfill"}


def test_it_is_switched_on_from_the_beginning(dag: Any) -> None:
    assert dag.is_paused_upon_creation is False


def test_one_contract_does_not_wait_for_another(dag: Any) -> None:
    assert all(task.upstream_task_ids == set() for task in dag.tasks)


@pytest.mark.usefixtures("results_database")
def test_the_day_is_that_of_the_run_whatever_day_it_is(dag: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from maalbar.contract import find_contract

    contract = find_contract("tiny")
    deliver(contract)
    intake.take_in("tiny", "1")
    retain = dag.get_task("retain_tiny").python_callable
    found = {}
    for day in ("9998-12-31", "9999-01-01"):
        monkeypatch.setitem(
            retain.__globals__,
            "get_current_context",
            lambda day=day: {"logical_date": pendulum.parse(f"{day}T02:00:00Z")},
        )
        found[day] = retain("tiny")
    assert found == {"9998-12-31": {}, "9999-01-01": {"raw": 1, "canonical": 1}}
    assert all(files == [] for files in stored(contract).values())


def test_the_last_day_itself_is_one_on_which_it_is_kept(tiny_contract: Callable[..., Any]) -> None:
    contract = tiny_contract({"deliveries.population.keep_until": "9998-12-31"})
    assert flow.expired(contract, date(9998, 12, 31)) == ()
    assert flow.expired(contract, date(9999, 1, 1)) == ("population",)
