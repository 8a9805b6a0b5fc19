"""The counts behind a release in Airflow: for those who release, by their login, and for no viewer, approver or administrator."""

from __future__ import annotations

import runpy
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from maalbar import access
from maalbar.database import transaction
from maalbar.flow.outgoing.prepare import prepare
from tests.cli.test_outgoing import RELEASE
from tests.flow.measured import measured, settled
from tests.plugins.server import airflow_with

RUN, DAG = "manual__2022-12-01", "tiny__release"
SEEN = "<td>units</td><td>outcome action_plans, period 1</td>"


@pytest.fixture(scope="module")
def airflow_server() -> Iterator[Any]:
    """Airflow's own server over a database of its own, with a run in which release 1 was prepared."""
    with airflow_with("releases.py", [DAG], [_run(run_id) for run_id in (RUN, "manual__nothing_yet")]) as client:
        yield client


def _run(run_id: str) -> Any:
    from airflow.models.dagrun import DagRun
    from airflow.utils.state import DagRunState
    from airflow.utils.types import DagRunTriggeredByType, DagRunType

    started = {"run_type": DagRunType.MANUAL, "triggered_by": DagRunTriggeredByType.UI}
    return DagRun(
        dag_id=DAG, run_id=run_id, state=DagRunState.RUNNING, run_after=datetime(2022, 12, 1, tzinfo=UTC), **started
    )


def _token(user: str, role: str = "viewer") -> dict[str, str]:
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

    told = SimpleAuthManagerUser(username=user, role=role)
    return {"Authorization": f"Bearer {get_auth_manager().generate_jwt(told)}"}


@pytest.fixture
def contract(results_database, tiny_contract, monkeypatch):
    import release_page

    contract = tiny_contract({"release": RELEASE})
    measured(contract, "1", "0.05", plans=3)
    settled(contract, "1")
    number = prepare(contract.id, "indigo", "all", None, "dora")
    # What `prepare` hands on in a run is Airflow's to keep, and needs a task instance that has run: it is tried in tests/e2e.
    monkeypatch.setattr(release_page, "_prepared_in", lambda dag_id, run_id: number if run_id == RUN else None)
    return contract


def _address(run_id: str = RUN, dag_id: str = DAG) -> str:
    from release_page import address

    return address(dag_id, run_id)


def test_one_who_releases_sees_the_counts_and_it_is_written_down(airflow_server, contract):
    shown = airflow_server.get(_address(), headers=_token("una"))
    assert (shown.status_code, SEEN in shown.text) == (200, True)
    assert "default-src 'none'" in shown.headers["content-security-policy"]
    assert shown.headers["cache-control"] == "no-store"
    with transaction() as connection:
        assert [(row["who"], row["shelf"]) for row in access.openings(connection, "tiny")] == [("una", "counts")]


@pytest.mark.parametrize(("user", "role"), [("viewer", "viewer"), ("rita", "user"), ("dora", "op"), ("admin", "admin")])
def test_nobody_else_does_whatever_they_may_in_airflow(airflow_server, contract, user, role):
    refused = airflow_server.get(_address(), headers=_token(user, role))
    assert (refused.status_code, SEEN in refused.text) == (403, False)
    assert airflow_server.get(_address()).status_code == 401
    with transaction() as connection:
        assert access.openings(connection, "tiny") == []


@pytest.mark.parametrize(
    ("run_id", "dag_id", "status", "said"),
    [
        (RUN, "tiny__settle", 200, "releases nothing"),
        ("manual__nothing_yet", DAG, 404, "Nothing is prepared"),
        ("../../../../etc/passwd", DAG, 404, "Nothing is prepared"),
        (RUN, "unknown__release", 404, "no such contract"),
    ],
)
def test_a_run_that_has_prepared_nothing_says_so(airflow_server, contract, run_id, dag_id, status, said):
    shown = airflow_server.get(_address(run_id, dag_id), headers=_token("una"))
    assert (shown.status_code, said in shown.text) == (status, True)


def test_a_run_from_which_nothing_was_handed_on_has_no_number(airflow_server):
    import release_page

    assert release_page._prepared_in(DAG, "manual__nothing_yet") is None


def test_the_run_has_a_tab_that_leads_there():
    from airflow.plugins_manager import get_plugin_info

    (found,) = [plugin for plugin in get_plugin_info() if plugin["name"] == "release_page"]
    assert any("/maalbar-release/{DAG_ID}/{RUN_ID}" in str(view) for view in found["external_views"])


def test_the_tab_leads_there_also_where_airflow_lies_under_a_path(monkeypatch):
    import release_page

    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://airflow.example.org/a/")
    (tab,) = runpy.run_path(release_page.__file__)["ReleasePagePlugin"].external_views
    assert tab["href"] == "/a/maalbar-release/{DAG_ID}/{RUN_ID}"
