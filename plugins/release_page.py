"""The counts behind a release in Airflow: a tab of its run, for those who release in the contract and for nobody else.

Whoever may read the run sees the question; the counts are asked for by login, and each opening is written down
(`maalbar.flow.outgoing.underlying`). Every part of Airflow loads this module, so what serves pages is made when it is asked.
"""

from __future__ import annotations

from functools import cache
from typing import Any
from urllib.parse import quote

from airflow.plugins_manager import AirflowPlugin
from in_airflow import login, root

PREFIX = "/maalbar-release"
RELEASES = "__release"
NOTHING_HERE = "This run releases nothing: what leaves is let out by a contract's <code>__release</code> runs."
NOT_YET = "Nothing is prepared in this run yet. If <code>prepare</code> has failed, its log says why."
NOT_YOURS = (
    "The counts behind a release are shown to those whom the contract names to let it out. You are none of them."
)
# The page has no scripts, and none that found its way into it would run.
HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'", "Cache-Control": "no-store"}


def address(dag_id: str, run_id: str) -> str:
    """Where the page of a run is found, below the address of Airflow."""
    return f"{PREFIX}/{quote(dag_id, safe='')}/{quote(run_id, safe='')}"


def page(dag_id: str, run_id: str, user: str) -> tuple[int, str]:
    """(status, HTML) of the counts behind the release that a run has prepared, for a login."""
    from maalbar.documents.releasing import counts_page
    from maalbar.errors import ContractError, ReleaseRefused, SetupError
    from maalbar.flow.outgoing.underlying import opened_underlying

    contract_id, found, rest = dag_id.partition(RELEASES)
    if not found or rest:
        return 200, _note(NOTHING_HERE)
    number = _prepared_in(dag_id, run_id)
    if number is None:
        return 404, _note(NOT_YET)
    try:
        return 200, counts_page(contract_id, number, opened_underlying(contract_id, number, user))
    except ReleaseRefused:
        return 403, _note(NOT_YOURS)
    except (ContractError, SetupError):
        return 404, _note("There is no such contract any more.")


def _prepared_in(dag_id: str, run_id: str) -> int | None:
    """The number of the release that `prepare` has handed on in a run; None where it has not come so far."""
    from airflow.models.xcom import XComModel
    from airflow.utils.session import create_session

    with create_session() as session:
        wanted = XComModel.get_many(
            run_id=run_id, dag_ids=dag_id, task_ids="prepare", key="return_value", map_indexes=-1, limit=1
        )  # fmt: skip
        row = session.execute(wanted).scalars().first()
        handed = None if row is None else XComModel.deserialize_value(row)
    return int(handed["number"]) if isinstance(handed, dict) else None


def _note(text: str) -> str:
    return f'<!DOCTYPE html><meta charset="utf-8"><body style="font: 1rem system-ui; margin: 2rem">{text}</body>'


@cache
def _served() -> Any:
    """The application that hands pages out, to those whom Airflow lets read the run, by the login that contracts name."""
    from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
    from airflow.api_fastapi.core_api.security import GetUserDep, requires_access_dag
    from fastapi import Depends, FastAPI
    from fastapi.responses import HTMLResponse

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    def of_run(dag_id: str, run_id: str, user: Any) -> HTMLResponse:
        status, html = page(dag_id, run_id, login(user))
        return HTMLResponse(html, status_code=status, headers=HEADERS)

    of_run.__annotations__ = {"dag_id": str, "run_id": str, "user": GetUserDep, "return": HTMLResponse}
    readable = [Depends(requires_access_dag("GET", DagAccessEntity.RUN))]
    app.get("/{dag_id}/{run_id:path}", dependencies=readable, response_class=HTMLResponse)(of_run)
    return app


class ReleasePages:
    """An ASGI application that is made when it is first asked."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await _served()(scope, receive, send)


class ReleasePagePlugin(AirflowPlugin):
    """Registers the pages and the tab of a run."""

    name = "release_page"
    fastapi_apps = [{"app": ReleasePages(), "url_prefix": PREFIX, "name": "Counts behind a release"}]
    external_views = [
        {
            "name": "Counts behind",
            "href": f"{root()}{PREFIX}/{{DAG_ID}}/{{RUN_ID}}",
            "destination": "dag_run",
            "url_route": "counts-behind",
        }
    ]
