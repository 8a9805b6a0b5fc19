"""Whether a settling run asks about a proposal: as Airflow keeps it (see test_told.py too), else as the books do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowRuntimeError, ErrorType
from airflow.sdk.execution_time.comms import ErrorResponse
from airflow.sdk.execution_time.context import InletEventsAccessor

import tests.airflow_home  # noqa: F401
from maalbar import asked
from maalbar.asked import Place
from maalbar.database import transaction

ABOUT: dict[str, Any] = {"number": 1, "digest": "a1"}
LONG_AGO = datetime.now(UTC) - timedelta(days=1)


def _cannot(kind: ErrorType, status: int | None = None) -> AirflowRuntimeError:
    return AirflowRuntimeError(ErrorResponse(error=kind, detail={"status_code": status}))


def _events(monkeypatch: pytest.MonkeyPatch, *found: Any) -> None:
    def told(_: InletEventsAccessor) -> list[Any]:
        for one in found:
            if isinstance(one, Exception):
                raise one
        return list(found)

    monkeypatch.setattr(InletEventsAccessor, "_asset_events", property(told))


def _event(*runs: tuple[str, str], at: datetime = LONG_AGO, **extra: Any) -> Any:
    made = [SimpleNamespace(dag_id=dag_id, state=state) for dag_id, state in runs]
    return SimpleNamespace(extra=extra or None, created_dagruns=made, timestamp=at)


def _airflow(monkeypatch: pytest.MonkeyPatch, **runs: str) -> None:
    """An Airflow with settling runs, by their state."""

    def count(dag_id: str, run_ids: list[str], states: list[str]) -> int:
        assert dag_id == "tiny__settle"
        return sum(runs.get(run) in states for run in run_ids)

    task = SimpleNamespace(get_dr_count=count)
    monkeypatch.setattr("settling_runs.get_current_context", lambda: {"ti": task})


def test_of_another_proposal_and_to_another_dag_it_was_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from settling_runs import is_taken_up

    asks = ("tiny__settle", "running")
    _events(monkeypatch, _event(), _event(asks, number=2, digest="a1"), _event(("portfolio", "running"), **ABOUT))
    assert not is_taken_up("tiny", **ABOUT)
    _events(monkeypatch, _event(asks, ("portfolio", "success"), **ABOUT))
    assert is_taken_up("tiny", **ABOUT)


def test_for_some_minutes_the_run_of_an_event_may_be_about_to_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    from settling_runs import is_taken_up

    _events(monkeypatch, _event(("portfolio", "running"), at=datetime.now(UTC), **ABOUT))
    assert is_taken_up("tiny", **ABOUT)


@pytest.mark.usefixtures("results_database")
def test_where_airflow_cannot_say_it_is_told_again_unless_a_run_has_put_it_to_people(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Airflow 3.3.2 answers with 500 while a run that an event made is queued."""
    from settling_runs import is_taken_up

    _events(monkeypatch, _cannot(ErrorType.API_SERVER_ERROR, 500))
    _airflow(monkeypatch, r1="running", r2="success")
    assert not is_taken_up("tiny", **ABOUT)
    with transaction() as connection:
        asked.put(connection, Place("tiny", "tiny__settle", "r1", "approve_town"), "another")
        asked.put(connection, Place("tiny", "tiny__settle", "r2", "approve_town"), "a1")
    assert not is_taken_up("tiny", **ABOUT)
    with transaction() as connection:
        asked.put(connection, Place("tiny", "tiny__settle", "r1", "approve_fund"), "a1")
    assert is_taken_up("tiny", **ABOUT)

    _events(monkeypatch, _cannot(ErrorType.ASSET_NOT_FOUND))
    with pytest.raises(AirflowRuntimeError):
        is_taken_up("tiny", **ABOUT)


def test_a_dag_that_airflow_does_not_know_is_not_paused(monkeypatch: pytest.MonkeyPatch) -> None:
    from settling_runs import is_paused

    def get_dag(dag_id: str) -> Any:
        raise _cannot(ErrorType.API_SERVER_ERROR, status)

    monkeypatch.setattr("settling_runs.get_current_context", lambda: {"ti": SimpleNamespace(get_dag=get_dag)})
    status = 404
    assert not is_paused("tiny")
    status = 503
    with pytest.raises(AirflowRuntimeError):
        is_paused("tiny")
