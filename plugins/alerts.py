"""Alerts: one for each cause, in the log of the task and, where it is configured, to the people who watch.

MAALBAR_NOTIFY names an Airflow connection. Its type says how:
    smtp    a mail by that server, to the addresses in `to` of its extra (and from `from_email` there)
    http    a POST of {"title", "text"} as JSON to its address; its password, where it has one, as a bearer token

A task tells of its own failure once, after its last try; of one that is killed the scheduler tells, see untold.py. What comes
after it is not run and says nothing. A text has what the error has: names of files, counts, row numbers, never a value of a
row; of what people answered only that they did.
"""

from __future__ import annotations

import json
import logging
import os
import urllib.request
from typing import Any

from notes import OF_PEOPLE, cause

from maalbar.errors import MaalbarError

log = logging.getLogger(__name__)
SETTING = "MAALBAR_NOTIFY"
TOLD = "told"
"""The XCom by which a task marks that it tells, or has told, of its failure: the number of its try."""
_TIMEOUT_S = 20


def tell_failure(context: dict[str, Any]) -> None:
    """For `on_failure_callback` of a task: alert that it has failed, and why. Silent where it is not the task itself that calls.

    The mark comes first: who cannot leave one leaves it to the scheduler to tell, so that nobody is told twice.
    """
    task, fault = context["ti"], context.get("exception")
    if fault is None:
        return  # the dag-processor, in the name of a task that it has not seen
    try:
        task.xcom_push(key=TOLD, value=task.try_number)
    except Exception as error:
        log.error("whether this was told could not be marked (%s): the scheduler tells it", type(error).__name__)
        return
    why = f"{type(fault).__name__}, see the log"
    if isinstance(fault, MaalbarError):
        why = cause(fault) if isinstance(fault, OF_PEOPLE) else fault.line
    alert(f"{task.dag_id}: {task.task_id} has failed", f"{why}\n{getattr(task, 'log_url', '')}".strip())


def alert(title: str, text: str) -> None:
    """Write an alert into the log, and send it where MAALBAR_NOTIFY says. One that cannot be sent is logged, not raised."""
    log.warning("%s: %s", title, text)
    name = os.environ.get(SETTING)
    if not name:
        return
    try:
        from airflow.sdk import Connection

        send(Connection.get(name), title, text)
    except Exception as error:
        # Its message may repeat the address, and a token in it.
        log.error("the alert could not be sent by the connection of %s (%s)", SETTING, type(error).__name__)


def send(connection: Any, title: str, text: str) -> None:
    """Send a text by a connection. Raises ValueError for one of another type, OSError where nobody takes it."""
    if connection.conn_type == "smtp":
        _mail(connection, title, text)
    elif connection.conn_type in ("http", "https"):
        _post(connection, title, text)
    else:
        raise ValueError(f"alerts go by smtp or http, not by {connection.conn_type}")


def _mail(connection: Any, title: str, text: str) -> None:
    from airflow.providers.smtp.notifications.smtp import SmtpNotifier

    said = connection.extra_dejson
    SmtpNotifier(
        to=said["to"], from_email=said.get("from_email"), subject=title, smtp_conn_id=connection.conn_id,
        html_content=text.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "<br>"),
    ).notify({})  # fmt: skip


def _post(connection: Any, title: str, text: str) -> None:
    scheme = connection.schema or connection.conn_type
    host = connection.host if "://" in connection.host else f"{scheme}://{connection.host}"
    address = f"{host}:{connection.port}" if connection.port else host
    if not address.startswith(("http://", "https://")):
        raise ValueError("alerts go to an http address")
    headers = {"Content-Type": "application/json"}
    if connection.password:
        headers["Authorization"] = f"Bearer {connection.password}"
    path = connection.extra_dejson.get("path", "")
    body = json.dumps({"title": title, "text": text}).encode()
    request = urllib.request.Request(f"{address}{path}", body, headers)  # noqa: S310 - http or https, see above
    with urllib.request.urlopen(request, timeout=_TIMEOUT_S):  # noqa: S310
        pass
