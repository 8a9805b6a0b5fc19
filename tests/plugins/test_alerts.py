"""Alerts: by a connection's type, without its secrets, and never the cause of another failure."""

from __future__ import annotations

import json
import logging
from types import SimpleNamespace
from typing import Any

import pytest

import tests.airflow_home  # noqa: F401
from maalbar.errors import ApprovalRefused, DeliveryRefused, ProposalRejected, ReleaseRefused


@pytest.fixture
def alerts() -> Any:
    import alerts

    return alerts


def _connection(kind: str, **said: Any) -> Any:
    plain = {"conn_id": "watch", "conn_type": kind, "schema": None, "port": None, "password": None, "extra_dejson": {}}
    return SimpleNamespace(**(plain | said))


def _failed(fault: BaseException | None, marks: Any = lambda **said: None) -> dict[str, Any]:
    task = SimpleNamespace(
        dag_id="tiny__measure", task_id="take_in", try_number=3, log_url="http://a/log", xcom_push=marks
    )
    return {"ti": task, "exception": fault}


def test_a_fault_of_ours_is_told_by_its_line_and_any_other_by_its_kind_alone(alerts, caplog, monkeypatch):
    monkeypatch.delenv(alerts.SETTING, raising=False)
    with caplog.at_level(logging.WARNING):
        alerts.tell_failure(_failed(DeliveryRefused("is cut off", where="x.csv", mend="send it again")))
        alerts.tell_failure(_failed(KeyError("anna")))
    ours, other = (record.getMessage() for record in caplog.records)
    assert ours == "tiny__measure: take_in has failed: x.csv: is cut off — send it again\nhttp://a/log"
    assert "KeyError, see the log" in other and "anna" not in other


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (ProposalRejected, "a party said no; see its"),
        (ApprovalRefused, "answers are missing, or not from who is named"),
        (ReleaseRefused, "figures were not let out; see the"),
    ],
)
def test_of_what_people_answered_it_is_told_that_they_did_and_where_to_look(alerts, caplog, monkeypatch, kind, said):
    monkeypatch.delenv(alerts.SETTING, raising=False)
    with caplog.at_level(logging.WARNING):
        alerts.tell_failure(_failed(kind("`tom` does not answer", where="tiny proposal 1", mend="ask another")))
    assert said in caplog.text and "tom" not in caplog.text


def test_a_task_marks_that_it_tells_before_it_does(alerts, monkeypatch):
    done: list[Any] = []
    monkeypatch.setattr(alerts, "alert", lambda title, text: done.append(title))
    alerts.tell_failure(_failed(KeyError("x"), lambda **said: done.append(said)))
    assert done == [{"key": "told", "value": 3}, "tiny__measure: take_in has failed"]


def test_what_cannot_be_marked_is_left_to_the_scheduler_so_that_nobody_is_told_twice(alerts, caplog, monkeypatch):
    def is_gone(**said: Any) -> None:
        raise ConnectionError("the api-server")

    monkeypatch.setattr(alerts, "alert", lambda title, text: pytest.fail("told"))
    alerts.tell_failure(_failed(KeyError("x"), is_gone))
    assert "ConnectionError" in caplog.text and "the scheduler tells it" in caplog.text


def test_what_airflow_calls_in_the_name_of_a_task_that_was_killed_is_silent(alerts, monkeypatch):
    monkeypatch.setattr(alerts, "alert", lambda title, text: pytest.fail("told"))
    alerts.tell_failure(_failed(None, lambda **said: pytest.fail("marked")))


def test_a_mail_goes_to_the_addresses_of_the_connection(alerts, monkeypatch):
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(
        "airflow.providers.smtp.notifications.smtp.SmtpNotifier",
        lambda **said: SimpleNamespace(notify=lambda context: sent.append(said)),
    )
    alerts.send(_connection("smtp", extra_dejson={"to": ["watch@region.dk"]}), "one", "a < b\nc")
    (mail,) = sent
    assert (mail["to"], mail["subject"], mail["smtp_conn_id"]) == (["watch@region.dk"], "one", "watch")
    assert mail["html_content"] == "a &lt; b<br>c"


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ({"host": "watch.region.dk", "schema": "https"}, "https://watch.region.dk"),
        ({"host": "https://watch.region.dk", "extra_dejson": {"path": "/in"}}, "https://watch.region.dk/in"),
        ({"host": "10.0.0.1", "port": 8080, "password": "hush"}, "http://10.0.0.1:8080"),
    ],
)
def test_a_post_goes_to_the_address_of_the_connection(alerts, monkeypatch, said, address):
    from contextlib import nullcontext

    asked: list[Any] = []
    monkeypatch.setattr(
        alerts.urllib.request, "urlopen", lambda request, timeout: asked.append(request) or nullcontext()
    )
    alerts.send(_connection("http", **said), "one", "two")
    (request,) = asked
    assert (request.full_url, json.loads(request.data)) == (address, {"title": "one", "text": "two"})
    assert request.get_header("Authorization") == ("Bearer hush" if "password" in said else None)


@pytest.mark.parametrize("connection", [_connection("sftp"), _connection("http", host="file:///etc")])
def test_what_is_no_address_of_that_kind_is_refused(alerts, connection):
    with pytest.raises(ValueError, match="alerts go"):
        alerts.send(connection, "one", "two")


def test_an_alert_that_cannot_be_sent_is_logged_without_what_it_would_have_used(alerts, caplog, monkeypatch):
    import airflow.sdk

    def refuse(name: str) -> None:
        raise OSError("https://hush@watch")

    monkeypatch.setenv(alerts.SETTING, "watch")
    monkeypatch.setattr(airflow.sdk.Connection, "get", staticmethod(refuse))
    alerts.alert("one", "two")
    assert "could not be sent" in caplog.text and "OSError" in caplog.text and "hush" not in caplog.text
