"""The DAG that looks every night for payment dates that come without anybody having been asked."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pendulum
import pytest

from maalbar import asked
from maalbar.asked import Place
from maalbar.database import transaction
from maalbar.errors import StoreDamaged
from maalbar.flow import settle
from tests.flow.measured import measured

NIGHT = pendulum.datetime(2022, 12, 11, 23, 30, tz="UTC")
"""In Copenhagen it is 12 December, three days before the first payment date of the tiny contract."""


@pytest.fixture
def dag(parse_dags: Callable[[], Any]) -> Any:
    bag = parse_dags()
    assert bag.import_errors == {}
    return bag.dags["payment_dates"]


@pytest.fixture
def look(dag: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[tuple[str, str]]]:
    """The alerts of a night, with an Airflow that has settling runs, by their state."""

    def looked(**runs: str) -> list[tuple[str, str]]:
        told: list[tuple[str, str]] = []

        def count(dag_id: str, run_ids: list[str], states: list[str]) -> int:
            return sum(dag_id == "tiny__settle" and runs.get(run) in states for run in run_ids)

        context = {"logical_date": NIGHT, "ti": SimpleNamespace(get_dr_count=count)}
        watch = dag.get_task("watch_payments").python_callable
        monkeypatch.setitem(watch.__globals__, "get_current_context", lambda: context)
        monkeypatch.setattr("settling_runs.get_current_context", lambda: context)
        monkeypatch.setitem(watch.__globals__, "alert", lambda title, text: told.append((title, text)))
        assert watch() == [title.partition(":")[0] for title, _ in told]
        return told

    return looked


def test_it_looks_every_night_and_only_of_that_night_and_is_never_paused_at_first(dag: Any) -> None:
    assert [task.task_id for task in dag.tasks] == ["watch_payments"]
    assert (dag.timetable.expression, dag.catchup, dag.is_paused_upon_creation) == ("0 5 * * *", False, False)
    assert {kind.value for kind in dag.allowed_run_types} == {"scheduled"}


@pytest.mark.usefixtures("results_database")
def test_one_alert_for_a_contract_says_which_period_is_to_be_paid_when_what_is_missing_and_what_to_do(
    tiny_contract: Callable[..., Any], look: Callable[..., list[tuple[str, str]]]
) -> None:
    tiny_contract()
    assert look() == [
        (
            "tiny: nobody is asked to pay for period 1",
            "period 1, to be paid by 2022-12-15, is not measured: see that tiny__measure is unpaused and what its run waits for;"
            " a period it has passed over needs a backfill",
        )
    ]


@pytest.mark.usefixtures("results_database")
def test_a_question_counts_as_long_as_its_run_waits_for_the_answer(
    tiny_contract: Callable[..., Any], look: Callable[..., list[tuple[str, str]]]
) -> None:
    measured(tiny_contract(), "1", "0.05")
    proposal = settle.propose("tiny", "1")
    with transaction() as connection:
        asked.put(connection, Place("tiny", "tiny__settle", "r1", "approve_town"), proposal["digest"])
    assert [look(r1=state) for state in ("queued", "running")] == [[], []]
    for gone in ({"r1": "success"}, {"r1": "failed"}, {"r2": "running"}):
        ((_, text),) = look(**gone)
        assert "is proposed, and nobody is asked: see that tiny__settle is unpaused" in text


def test_a_contract_whose_books_are_damaged_keeps_no_other_from_being_looked_at(
    tiny_contract: Callable[..., Any], look: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at = []

    def unasked(contract: Any, *of: Any) -> list[Any]:
        looked_at.append(contract.id)
        if contract.id == "tiny":
            raise StoreDamaged("is not what it was")
        return []

    for contract_id in ("tiny", "tiny_too"):
        tiny_contract(id=contract_id)
    monkeypatch.setattr("maalbar.flow.unasked.unasked", unasked)
    with pytest.raises(StoreDamaged):
        look()
    assert looked_at == ["tiny", "tiny_too"]
