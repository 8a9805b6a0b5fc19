"""Airflow's own server over a database of its own, with the DAGs and runs that a test needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

SECRET = "a secret of the tests, of more than sixty-four bytes in all, as asked for"


@contextmanager
def airflow_with(file: str, dag_ids: Iterable[str], runs: Iterable[Any]) -> Iterator[Any]:
    """A client of the server. `file`: where the DAGs are said to come from; `runs`: DagRuns of them."""
    from airflow.api_fastapi.app import create_app, purge_cached_app
    from airflow.models.dag import DagModel
    from airflow.models.dagbundle import DagBundleModel
    from airflow.utils.db import initdb
    from airflow.utils.session import create_session
    from fastapi.testclient import TestClient

    initdb()
    with create_session() as session:
        session.merge(DagBundleModel(name="here"))
        session.flush()
        for dag_id in dag_ids:
            session.merge(DagModel(dag_id=dag_id, bundle_name="here", fileloc=file))
        session.flush()
        session.add_all(runs)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW__API_AUTH__JWT_SECRET", SECRET)
        with TestClient(create_app("core")) as client:
            yield client
        purge_cached_app()
