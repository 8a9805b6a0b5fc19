"""Notes of runs in the words of the domain: a task says a line, and when its run has ended the lines stand as the run's note.

A task cannot write the note of its run; the scheduler can, when it finds that the run has ended. So a task hands over its line as
an XCom, `note`, and the listener here, which every scheduler loads, puts the lines together in the order they were said. Whoever
may see that a run went well may read its note: no figure, no file and no small count stands in it. What a person has noted
stays.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, ParamSpec, TypeVar

from airflow.listeners import hookimpl
from airflow.plugins_manager import AirflowPlugin
from ended_runs import session_of

from maalbar.errors import (
    ApprovalRefused,
    ChecksFailed,
    DeliveryRefused,
    LandingUnreachable,
    MaalbarError,
    ProposalRejected,
    ReleaseRefused,
    SetupError,
    StoreDamaged,
)

KEY = "note"
LONGEST = 1000
"""Signs that Airflow keeps of a note."""
CAUSES: tuple[tuple[type[MaalbarError], str], ...] = (
    (ChecksFailed, "a file or figures do not hold what is expected of them; see the tab Deliveries, or the log"),
    (DeliveryRefused, "a file was refused; see the tab Deliveries"),
    (LandingUnreachable, "the place where senders put files could not be reached"),
    (ProposalRejected, "a party said no; see its answer"),
    (ApprovalRefused, "answers are missing, or not from who is named; see the log, and clear their questions"),
    (ReleaseRefused, "figures were not let out; see the answers, or the log"),
    (StoreDamaged, "something stored is not what it was; see the log, and restore it"),
    (SetupError, "something of the installation is missing; see the log"),
    (MaalbarError, "see the log"),
)
"""Kind of fault → what the note says of it; the first that fits. The whole line stands in the log, for engineers."""
OF_PEOPLE = (ApprovalRefused, ReleaseRefused)
"""Faults that are about what a person answered, or who they are."""
P, R = ParamSpec("P"), TypeVar("R")


def note(text: str) -> None:
    """Say a line about this run. Outside a run, as in a test of a task's function, nothing happens."""
    from airflow.sdk import get_current_context

    try:
        context = get_current_context()
    except RuntimeError:
        return
    context["ti"].xcom_push(key=KEY, value=text)


def cause(fault: MaalbarError) -> str:
    """What kind of fault it is, and where to look."""
    return next(words for kind, words in CAUSES if isinstance(fault, kind))


def noted(function: Callable[P, R]) -> Callable[P, R]:
    """A task's function whose fault is said in the run's note, by its kind."""

    @functools.wraps(function)
    def telling(*args: P.args, **named: P.kwargs) -> R:
        try:
            return function(*args, **named)
        except MaalbarError as error:
            note(cause(error))
            raise

    return telling


def _write(dag_run: Any) -> None:
    from airflow.models.xcom import XComModel
    from sqlalchemy import select

    with session_of(dag_run) as (session, run):
        written = run.dag_run_note
        if written is not None and written.user_id is not None:
            return
        found = session.execute(
            select(XComModel.value)
            .where(XComModel.dag_id == run.dag_id, XComModel.run_id == run.run_id, XComModel.key == KEY)
            .order_by(XComModel.timestamp)
        )
        lines = [str(value) for value in found.scalars()]
        if lines:
            run.note = "\n".join(lines)[:LONGEST]


@hookimpl
def on_dag_run_success(dag_run: Any, msg: str) -> None:
    """The run has ended well, or nothing was left to do."""
    _write(dag_run)


@hookimpl
def on_dag_run_failed(dag_run: Any, msg: str) -> None:
    """A task has failed for good."""
    _write(dag_run)


class NotesPlugin(AirflowPlugin):
    """Registers the listener."""

    name = "notes"
    listeners = [SimpleNamespace(on_dag_run_success=on_dag_run_success, on_dag_run_failed=on_dag_run_failed)]
