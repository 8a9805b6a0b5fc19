"""The page of an intake in Airflow: reached from the run it is of, failed or not, by those who may read that run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from maalbar.contract import Contract
from maalbar.settings import settings

RUN = "scheduled__2022-10-15T00:00:00+02:00"
START, END = datetime(2021, 6, 30, 22, tzinfo=UTC), datetime(2022, 6, 30, 22, tzinfo=UTC)
"""The window of period 1 of the tiny contract: local midnights, in UTC."""


@pytest.fixture(scope="module")
def airflow_server() -> Iterator[Any]:
    """Airflow's own server over a database of its own, with one failed run in it."""
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
        session.merge(DagModel(dag_id="tiny__measure", bundle_name="here", fileloc="contracts.py"))
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


@pytest.fixture
def token() -> dict[str, str]:
    """What a user who is logged in sends with each request."""
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

    user = SimpleAuthManagerUser(username="dora", role="viewer")
    return {"Authorization": f"Bearer {get_auth_manager().generate_jwt(user)}"}


@pytest.fixture
def contract(tiny_contract: Callable[..., Contract], home: Any) -> Contract:
    return tiny_contract()


def _write(contract: Contract, period: str, html: str) -> None:
    path = settings().intake_page(contract.id, period)
    path.parent.mkdir(parents=True)
    path.write_text(html, encoding="utf-8")


def _address(run_id: str = RUN, dag_id: str = "tiny__measure") -> str:
    from intake_page import address

    return address(dag_id, run_id)


def test_the_page_of_a_run_is_that_of_its_period(airflow_server, token, contract):
    _write(contract, "1", "<p>the page of period 1</p>")
    _write(contract, "2", "<p>another</p>")
    shown = airflow_server.get(_address(), headers=token)
    assert (shown.status_code, shown.text) == (200, "<p>the page of period 1</p>")
    assert "default-src 'none'" in shown.headers["content-security-policy"]


def test_nobody_who_is_not_logged_in_sees_it(airflow_server, contract):
    _write(contract, "1", "<p>the page of period 1</p>")
    refused = airflow_server.get(_address())
    assert refused.status_code == 401
    assert "the page of period 1" not in refused.text


def test_a_run_whose_intake_has_not_looked_yet_says_what_it_waits_for(airflow_server, token, contract):
    shown = airflow_server.get(_address(), headers=token)
    assert shown.status_code == 200
    assert "await_deliveries" in shown.text


@pytest.mark.parametrize(
    ("run_id", "dag_id", "status", "said"),
    [
        (RUN, "tiny__settle", 200, "takes in no deliveries"),
        ("manual__1", "tiny__measure", 404, "no such run"),
        ("../../../../etc/passwd", "tiny__measure", 404, "no such run"),
        (RUN, "unknown__measure", 404, "no such run"),
    ],
)
def test_a_run_that_takes_in_nothing_or_is_not_there_says_so(
    airflow_server, token, contract, run_id, dag_id, status, said
):
    shown = airflow_server.get(_address(run_id, dag_id), headers=token)
    assert (shown.status_code, said in shown.text) == (status, True)


def test_the_run_has_a_tab_and_the_task_a_button_that_lead_there(contract, monkeypatch):
    from airflow.plugins_manager import get_plugin_info
    from intake_page import IntakeLink

    (plugin,) = [one for one in get_plugin_info() if one["name"] == "intake_page"]
    (tab,) = plugin["external_views"]
    assert tab["destination"] == "dag_run"
    assert tab["href"].replace("{DAG_ID}", "a").replace("{RUN_ID}", "b") == _address("b", "a")
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://airflow.example.org")
    link = IntakeLink().get_link(None, ti_key=SimpleNamespace(dag_id="tiny__measure", run_id=RUN))
    assert link == (
        "https://airflow.example.org/maalbar-intake/tiny__measure/scheduled__2022-10-15T00%3A00%3A00%2B02%3A00"
    )
