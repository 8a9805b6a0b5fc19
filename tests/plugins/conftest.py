"""Airflow's settings, before the tests import it; and its own server over a database of its own, asked as a user of a role."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

import tests.airflow_home  # noqa: F401

RUN = "scheduled__2022-10-15T00:00:00+02:00"
START, END = datetime(2021, 6, 30, 22, tzinfo=UTC), datetime(2022, 6, 30, 22, tzinfo=UTC)
"""The window of period 1 of the tiny contract: local midnights, in UTC."""


@pytest.fixture(scope="session")
def airflow_server() -> Iterator[Any]:
    """A client of Airflow's server, in whose database one run of the tiny contract has failed."""
    from airflow.api_fastapi.app import create_app, purge_cached_app
    from airflow.models.dag import DagModel
    from airflow.models.dagbundle import DagBundleModel
    from airflow.models.dagrun import DagRun
    from airflow.utils.db import initdb
    from airflow.utils.session import create_session
    from airflow.utils.state import DagRunState
    from airflow.utils.types import DagRunTriggeredByType, DagRunType
    from fastapi.testclient import TestClient

    initdb()
    with create_session() as session:
        session.merge(DagBundleModel(name="here"))
        session.flush()
        for step in ("measure", "settle"):
            session.merge(DagModel(dag_id=f"tiny__{step}", bundle_name="here", fileloc="contracts.py"))
        session.flush()
        run = DagRun(
            dag_id="tiny__measure", run_id=RUN, run_type=DagRunType.SCHEDULED, state=DagRunState.FAILED,
            logical_date=START, run_after=END, triggered_by=DagRunTriggeredByType.TIMETABLE, data_interval=(START, END),
        )  # fmt: skip
        session.add(run)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(
            "AIRFLOW__API_AUTH__JWT_SECRET", "a secret of the tests, of more than sixty-four bytes in all, as asked for"
        )
        with TestClient(create_app("core")) as client:
            yield client
        purge_cached_app()


@pytest.fixture(scope="session")
def signed_in(airflow_server: Any) -> Callable[..., dict[str, str]]:
    """What a user of a role (None: of none) who is logged in sends with each request."""
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

    def headers(role: str | None, name: str = "dora") -> dict[str, str]:
        user = SimpleAuthManagerUser(username=name, role=role)
        return {"Authorization": f"Bearer {get_auth_manager().generate_jwt(user)}"}

    return headers
