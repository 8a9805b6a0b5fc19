"""A task that is killed tells nobody: not out of memory, not with its worker. When its run has ended, the scheduler tells it.

A task that fails by itself tells so before Airflow writes down that it has failed, and leaves a mark in that run (`alerts.TOLD`).
The listener here, which every scheduler loads, finds those that have failed in a run without a mark, and is the only one that
tells of them: what Airflow's dag-processor calls in their name, and calls twice, is silent.
"""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

from airflow.listeners import hookimpl
from airflow.plugins_manager import AirflowPlugin
from alerts import TOLD, alert
from ended_runs import session_of

WHY = (
    "It said nothing itself: it was killed, most likely for want of memory, or its worker was lost, or somebody set it to "
    "failed. See its log, then that of its worker"
)


def _tell(dag_run: Any, *, failed: str = "") -> None:
    """Alert of the tasks of a run of which nobody has been told; or of the run, where it has `failed` and no task has."""
    with session_of(dag_run) as (session, run):
        tasks, is_told = _without_a_word(session, run)
    if tasks:
        named = ", ".join(task_id for task_id, _ in tasks)
        _send(f"{dag_run.dag_id}: {named} has failed", "\n".join([WHY, *(log for _, log in tasks)]))
    elif failed and not is_told:
        _send(f"{dag_run.dag_id}: a run has failed", f"{dag_run.run_id}, and no task of it: {failed.replace('_', ' ')}")


def _without_a_word(session: Any, dag_run: Any) -> tuple[list[tuple[str, str]], bool]:
    """The tasks that have failed without a mark, as (task, address of its log); and whether others have left theirs."""
    from airflow.models.taskinstance import TaskInstance
    from airflow.models.xcom import XComModel
    from sqlalchemy import select

    of_run = {"dag_id": dag_run.dag_id, "run_id": dag_run.run_id}
    failed = session.scalars(
        select(TaskInstance).filter_by(**of_run, state="failed").order_by(TaskInstance.end_date)
    ).all()
    marks = session.execute(
        select(XComModel.task_id, XComModel.map_index, XComModel.value).filter_by(**of_run, key=TOLD)
    ).all()
    # A mark of an earlier try is still there where the next one was killed before it began.
    told = {(task_id, map_index, int(value)) for task_id, map_index, value in marks}
    without = [one for one in failed if (one.task_id, one.map_index, one.try_number) not in told]
    return [(one.task_id, one.log_url) for one in without], len(without) < len(failed)


def _send(title: str, text: str) -> None:
    """Aside: a scheduler that waits for a mail server does nothing else."""
    threading.Thread(target=alert, args=(title, text), name="alert").start()


@hookimpl
def on_dag_run_success(dag_run: Any, msg: str) -> None:
    """The run has ended well, which it does also where a teardown has failed."""
    _tell(dag_run)


@hookimpl
def on_dag_run_failed(dag_run: Any, msg: str) -> None:
    """A task has failed for good, or nothing can go on."""
    _tell(dag_run, failed=msg or "set to failed")


class UntoldPlugin(AirflowPlugin):
    """Registers the listener."""

    name = "untold"
    listeners = [SimpleNamespace(on_dag_run_success=on_dag_run_success, on_dag_run_failed=on_dag_run_failed)]
