"""The page of an intake, shown where a data engineer stands when a run has failed: as a tab of the run, and a link of `take_in`.

`maalbar.flow.delivery_report` writes the page into a file at every intake; here it is only handed out, to whoever may edit the
DAG: it tells of files and rows that nobody has released. Every part of Airflow loads this module, so what serves pages is made
when the first one is asked for.
"""

from __future__ import annotations

from functools import cache
from typing import Any
from urllib.parse import quote

from airflow.plugins_manager import AirflowPlugin
from airflow.sdk import BaseOperatorLink
from in_airflow import edits, period_of, root

PREFIX = "/maalbar-intake"
MEASURES = "__measure"
NOTHING_HERE = "This run takes in no deliveries: those of a contract come in by its runs that measure."
NOT_YET = (
    "Nothing has been taken in for this period yet. await_deliveries waits for the files; if "
    "take_in has failed before it came to look at them, its log says why."
)
NOT_YOURS = "What came, and which rows were set aside, is shown to those who may edit this DAG."


def address(dag_id: str, run_id: str) -> str:
    """Where the page of a run is found, below the address of Airflow."""
    return f"{PREFIX}/{quote(dag_id, safe='')}/{quote(run_id, safe='')}"


def page(dag_id: str, run_id: str, user: Any) -> tuple[int, str]:
    """(status, HTML) of a run's page: that of the newest intake of its period, for a user who may read the run."""
    from maalbar.errors import ContractError
    from maalbar.settings import settings

    contract_id, found, rest = dag_id.partition(MEASURES)
    if not found or rest:
        return 200, _note(NOTHING_HERE)
    if not edits(user, contract_id):
        return 403, _note(NOT_YOURS)
    try:
        period_id = period_of(dag_id, run_id)
    except (LookupError, ContractError):
        return 404, _note("There is no such run, or its contract has no such period any more.")
    try:
        return 200, settings().intake_page(contract_id, period_id).read_text(encoding="utf-8")
    except FileNotFoundError:
        return 200, _note(NOT_YET)


def _note(text: str) -> str:
    from maalbar.documents.outcomes.pages import note_page

    return note_page("Deliveries", text)


@cache
def _served() -> Any:
    """The application that hands pages out."""
    from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
    from airflow.api_fastapi.core_api.security import get_user, requires_access_dag
    from fastapi import Depends, FastAPI
    from fastapi.responses import HTMLResponse

    from maalbar.documents.framed import HEADERS

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/{dag_id}/{run_id:path}", dependencies=[Depends(requires_access_dag("GET", DagAccessEntity.RUN))])
    def of_run(dag_id: str, run_id: str, user: Any = Depends(get_user)) -> HTMLResponse:  # noqa: B008 - FastAPI's way
        status, html = page(dag_id, run_id, user)
        return HTMLResponse(html, status_code=status, headers=HEADERS)

    return app


class Pages:
    """An ASGI application that is made when it is first asked."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await _served()(scope, receive, send)


class IntakeLink(BaseOperatorLink):
    """The button on `take_in` that opens the page, also when the task has failed."""

    name = "What came, and what to do"

    def get_link(self, operator: Any, *, ti_key: Any) -> str:
        from airflow.sdk.configuration import conf

        return conf.get("api", "base_url", fallback="").rstrip("/") + address(ti_key.dag_id, ti_key.run_id)


class IntakePagePlugin(AirflowPlugin):
    """Registers the pages and the tab of a run."""

    name = "intake_page"
    fastapi_apps = [{"app": Pages(), "url_prefix": PREFIX, "name": "Deliveries of a run"}]
    external_views = [
        {
            "name": "Deliveries",
            "href": f"{root()}{PREFIX}/{{DAG_ID}}/{{RUN_ID}}",
            "destination": "dag_run",
            "url_route": "deliveries",
        }
    ]
