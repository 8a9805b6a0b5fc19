"""Whether a settling run asks about a proposal, as Airflow has it. It makes no DAG; proposing.py asks.

That a task has told of a proposal does not say that anybody was asked: Airflow writes such an event first, and makes no run of it
where the settling DAG is paused; and a run that was made can be deleted, or set to success by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowRuntimeError, ErrorType
from assets import asset

AT_WORK = ("queued", "running")
THERE = (*AT_WORK, "failed")
"""States of a run that asks, or is there to be cleared: one that failed has told so. What ended otherwise asks nobody."""
MADE_WITHIN = timedelta(minutes=5)
"""The scheduler makes the run of an event in its next round, which is seconds away."""


def settling_dag(contract_id: str) -> str:
    """The id of the DAG that puts a contract's proposals to its parties."""
    return f"{contract_id}__settle"


def is_taken_up(contract_id: str, number: int, digest: str) -> bool:
    """Whether a settling run asks about a proposal, has failed and can be cleared, or is about to be made.

    Where Airflow cannot say what came of an event, the books say in which runs it was put to people. A run too many ends by
    itself; a proposal that nobody is asked about does not.
    """
    events = _told_of(contract_id, number, digest)
    if events is None:
        return _has_put(contract_id, digest)
    dag_id, now = settling_dag(contract_id), datetime.now(UTC)
    for event in events:
        runs = [run for run in event.created_dagruns if run.dag_id == dag_id]
        if any(run.state in THERE for run in runs) or (not runs and now - event.timestamp < MADE_WITHIN):
            return True
    return False


def is_paused(contract_id: str) -> bool:
    """Whether the settling DAG is paused, so that what is told now makes no run. False where Airflow has no such DAG."""
    try:
        return bool(get_current_context()["ti"].get_dag(settling_dag(contract_id)).is_paused)
    except AirflowRuntimeError as fault:
        if (fault.error.detail or {}).get("status_code") != 404:
            raise
        return False


def _told_of(contract_id: str, number: int, digest: str) -> list[Any] | None:
    """The events by which a proposal was told of; None where Airflow cannot say.

    3.3.2 answers with an error as long as any run that an event of the asset made, be it of another DAG, has not begun.
    """
    from airflow.sdk.execution_time.context import InletEventsAccessor

    told = {"number": number, "digest": digest}
    try:
        events = list(InletEventsAccessor(asset_name=asset(contract_id, "proposed").name))
    except AirflowRuntimeError as fault:
        if fault.error.error is not ErrorType.API_SERVER_ERROR:
            raise
        return None
    return [event for event in events if told.items() <= (event.extra or {}).items()]


def is_any(contract_id: str, runs: list[str], states: Sequence[str]) -> bool:
    """Whether one of those settling runs is in one of those states."""
    count = get_current_context()["ti"].get_dr_count
    return bool(runs) and bool(count(settling_dag(contract_id), run_ids=runs, states=list(states)))


def _has_put(contract_id: str, digest: str) -> bool:
    from maalbar import asked
    from maalbar.database import transaction

    with transaction() as connection:
        runs = asked.runs_that_put(connection, contract_id, settling_dag(contract_id), digest)
    return is_any(contract_id, runs, THERE)
