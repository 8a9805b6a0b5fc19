"""The DAG that proves every night what was written down: one proof and one statement for each contract, by the run's night."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pendulum
import pytest

from maalbar.errors import StoreDamaged
from maalbar.flow.nightly import Drawn
from tests.flow.measured import measured, settled
from tests.owner import tamper


@pytest.fixture
def dag(parse_dags: Callable[[], Any], tiny_contract: Callable[..., Any]) -> Any:
    tiny_contract()
    tiny_contract(id="tiny_too")
    bag = parse_dags()
    assert bag.import_errors == {}
    return bag.dags["verification"]


def test_every_contract_is_proved_every_night_and_none_waits_for_another(dag: Any) -> None:
    assert {task.task_id for task in dag.tasks} == {
        f"{step}_{contract}" for step in ("verify", "reproduce") for contract in ("tiny", "tiny_too")
    }
    for contract in ("tiny", "tiny_too"):
        assert dag.get_task(f"verify_{contract}").upstream_task_ids == set()
        assert dag.get_task(f"reproduce_{contract}").upstream_task_ids == {f"verify_{contract}"}
    assert (dag.timetable.expression, dag.catchup, dag.is_paused_upon_creation) == ("30 2 * * *", False, False)


def test_the_night_is_that_of_the_run(dag: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def found(contract_id: str, day: date) -> tuple[Drawn, str]:
        asked.append((contract_id, day))
        return Drawn(3, "2", 1), "identical"

    monkeypatch.setattr("maalbar.flow.nightly.reproduce_drawn", found)
    reproduce = dag.get_task("reproduce_tiny").python_callable
    context = {"logical_date": pendulum.datetime(2031, 5, 4, 2, 30, tz="UTC")}
    monkeypatch.setitem(reproduce.__globals__, "get_current_context", lambda: context)
    assert reproduce("tiny") == {"settlement": "3", "period": "2", "answer": "identical"}
    assert asked == [("tiny", date(2031, 5, 4))]


@pytest.mark.usefixtures("results_database")
def test_a_sound_ledger_says_nothing_and_a_fault_is_told_in_one_line(dag: Any) -> None:
    from maalbar.contract import find_contract

    measured(find_contract("tiny"), "1", "0.05")
    settled(find_contract("tiny"), "1")
    verify = dag.get_task("verify_tiny").python_callable
    assert verify("tiny") is None
    tamper("update ledger_entry set amount_minor = amount_minor + 1 where entry = 3")
    with pytest.raises(StoreDamaged, match="entry 3: the hash chain is broken") as fault:
        verify("tiny")
    assert "\n" not in str(fault.value)
