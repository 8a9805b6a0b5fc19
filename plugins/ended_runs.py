"""What a scheduler's listener reads and writes about a run that has ended, in the session that holds its row."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def session_of(dag_run: Any) -> Iterator[tuple[Any, Any]]:
    """A session, and the run as it knows it.

    A scheduler holds the row of the run in its own transaction: another would wait for it without end. Where somebody sets a
    run to an end by hand no session holds it, and one is made.
    """
    from airflow.models import DagRun
    from airflow.utils.session import create_session
    from sqlalchemy.orm import object_session

    session = object_session(dag_run)
    if session is not None:
        yield session, dag_run
        return
    with create_session() as own:
        yield own, own.get(DagRun, dag_run.id)
