"""The page of an intake in Airflow: reached from the run it is of, failed or not, by those who may edit its DAG."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from maalbar.contract import Contract
from maalbar.settings import settings
from tests.plugins.conftest import RUN


@pytest.fixture
def token(signed_in):
    return signed_in("user")


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


def test_who_may_read_the_run_and_not_edit_its_dag_is_told_that_it_is_for_others(airflow_server, signed_in, contract):
    _write(contract, "1", "<p>the page of period 1</p>")
    refused = airflow_server.get(_address(), headers=signed_in("viewer"))
    assert refused.status_code == 403
    assert "may edit this DAG" in refused.text and "the page of period 1" not in refused.text


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
