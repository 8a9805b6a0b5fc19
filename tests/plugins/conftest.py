"""Airflow's settings, before the tests import it; and its own server over a database of its own, asked as a user of a role."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

import tests.airflow_home  # noqa: F401
from tests.plugins.server import airflow_with

RUN = "scheduled__2022-10-15T00:00:00+02:00"
START, END = datetime(2021, 6, 30, 22, tzinfo=UTC), datetime(2022, 6, 30, 22, tzinfo=UTC)
"""The window of period 1 of the tiny contract: local midnights, in UTC."""


@pytest.fixture(scope="session")
def airflow_server() -> Iterator[Any]:
    """A client of Airflow's server, in whose database one run of the tiny contract has failed."""
    from airflow.models.dagrun import DagRun
    from airflow.utils.state import DagRunState
    from airflow.utils.types import DagRunTriggeredByType, DagRunType

    run = DagRun(
        dag_id="tiny__measure", run_id=RUN, run_type=DagRunType.SCHEDULED, state=DagRunState.FAILED,
        logical_date=START, run_after=END, triggered_by=DagRunTriggeredByType.TIMETABLE, data_interval=(START, END),
    )  # fmt: skip
    with airflow_with("contracts.py", ("tiny__measure", "tiny__settle"), [run]) as client:
        yield client


@pytest.fixture(scope="session")
def signed_in(airflow_server: Any) -> Callable[..., dict[str, str]]:
    """What a user of a role (None: of none) who is logged in sends with each request."""
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

    def headers(role: str | None, name: str = "dora") -> dict[str, str]:
        user = SimpleAuthManagerUser(username=name, role=role)
        return {"Authorization": f"Bearer {get_auth_manager().generate_jwt(user)}"}

    return headers
