"""Outcomes in the Airflow UI: contracts, their periods and statements, and on every run the way to those of its period.

What a page holds is gathered by `maalbar.flow.outcomes` and laid out by `maalbar.documents.outcomes`; here it is handed out, to
whom Airflow lets see it (`in_airflow.py`). A contract that is not the reader's to see is answered like one that is not there.
"""

# Annotations are evaluated here: FastAPI reads those of the routes, which are made in a function.

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import quote

from airflow.plugins_manager import AirflowPlugin
from airflow.sdk import BaseOperatorLink
from in_airflow import contract_and_step, edits, login, period_of, questions, root, sees

if TYPE_CHECKING:
    from fastapi import FastAPI

    from maalbar.contract import Contract
    from maalbar.documents.language import Language
    from maalbar.documents.outcomes.pages import Addresses

PREFIX = "/maalbar-outcomes"
NOTHING_HERE = "There is nothing here, or it is not yours to see."
# A statement is a document of its own: it runs and fetches nothing, whatever has found its way into it.
STATEMENT_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'self'"
    ),
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
MEDIA = {"html": "text/html; charset=utf-8", "pdf": "application/pdf"}


class NotHere(Exception):
    """What is asked for is not there, or not the reader's to see."""


def addresses() -> "Addresses":
    """Where the pages are found from outside."""
    from maalbar.documents.outcomes.pages import Addresses

    return Addresses(f"{root()}{PREFIX}", root())


def contract_seen(contract_id: str, user: Any) -> tuple["Contract", bool]:
    """The contract, and whether the user sees all of it. Raises NotHere when it is not there or not the user's to see."""
    contract = _readable().get(contract_id)
    if contract is None or not sees(user, contract.id):
        raise NotHere(contract_id)
    return contract, edits(user, contract.id)


def _readable() -> dict[str, "Contract"]:
    from maalbar.contract import contract_files, read_contracts

    return {contract.id: contract for contract in read_contracts(contract_files())[0]}


def list_page(user: Any) -> str:
    """The contracts that the user may see, with the approvals that each awaits where they may be seen."""
    from maalbar.documents.outcomes.pages import contracts_page
    from maalbar.flow.outcomes import brief

    briefs = []
    for contract in _readable().values():
        if sees(user, contract.id):
            is_full = edits(user, contract.id)
            asked = questions(contract, user, is_full)
            waiting = tuple(one for one in asked if one.answer is None)
            briefs.append(replace(brief(contract, is_full), waiting=waiting))
    return contracts_page(briefs, addresses())


def contract_page(contract_id: str, user: Any) -> str:
    """A contract's page."""
    from maalbar.documents.outcomes import pages
    from maalbar.flow.outcomes import contract_facts

    contract, is_full = contract_seen(contract_id, user)
    asked = questions(contract, user, is_full)
    return pages.contract_page(replace(contract_facts(contract, is_full), questions=asked), addresses())


def period_page(contract_id: str, period_id: str, user: Any) -> str:
    """A period's page. Raises NotHere."""
    from maalbar.documents.outcomes import pages
    from maalbar.flow.outcomes import period_facts

    contract, is_full = contract_seen(contract_id, user)
    _require_period(contract, period_id)
    asked = [one for one in questions(contract, user, is_full) if one.period == period_id]
    facts = period_facts(contract, period_id, is_full, login(user))
    return pages.period_page(replace(facts, questions=tuple(asked)), addresses())


def intake_page(contract_id: str, period_id: str, user: Any) -> str:
    """The page of a period's newest intake, for those who see all. Raises NotHere."""
    from maalbar.settings import settings

    contract, is_full = contract_seen(contract_id, user)
    _require_period(contract, period_id)
    path = settings().intake_page(contract.id, period_id)
    if not is_full or not path.exists():
        raise NotHere(period_id)
    return path.read_text(encoding="utf-8")


def _require_period(contract: "Contract", period_id: str) -> None:
    if period_id not in [period.id for period in contract.calendar.periods]:
        raise NotHere(period_id)


def page_instead(contract: "Contract", settlement: int, period_id: str, language: "Language") -> str | None:
    """The address of the page around a superseded statement; None where it holds.

    By itself in a window, as from a bookmark, the file does not tell of later settlements: the page does.
    """
    from maalbar.flow.outcomes import statement_shown

    issued = statement_shown(contract, settlement, period_id, language).issued
    return addresses().statement(contract.id, issued, language) if issued.superseded_by else None


def run_page(dag_id: str, run_id: str, user: Any) -> str:
    """What a run is of, with its statements. Raises NotHere."""
    from maalbar.documents.outcomes import pages
    from maalbar.flow.outcomes import run_facts

    try:
        contract_id, step = contract_and_step(dag_id)
    except LookupError:
        return pages.note_page("Outcomes", "This run measures and settles no period.")
    contract, is_full = contract_seen(contract_id, user)
    try:
        period_id = period_of(dag_id, run_id)
    except LookupError:
        raise NotHere(run_id) from None
    return pages.run_page(run_facts(contract, step, period_id, is_full), addresses())


@cache
def _served() -> "FastAPI":
    """The application that hands pages out."""
    from airflow.api_fastapi.core_api.security import GetUserDep
    from fastapi import FastAPI, Header, Path
    from fastapi.responses import HTMLResponse, RedirectResponse, Response

    from maalbar.documents.framed import HEADERS
    from maalbar.documents.language import Language
    from maalbar.documents.outcomes import pages
    from maalbar.flow.outcomes import issued_file, statement_shown

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, default_response_class=HTMLResponse)
    number = Annotated[int, Path(ge=1, le=2**31 - 1)]

    def shown(html: str) -> HTMLResponse:
        return HTMLResponse(html, headers=HEADERS)

    @app.get("/")
    def of_all(user: GetUserDep) -> HTMLResponse:
        return shown(list_page(user))

    @app.get("/runs/{dag_id}/{run_id:path}")
    def of_run(dag_id: str, run_id: str, user: GetUserDep) -> HTMLResponse:
        return shown(run_page(dag_id, run_id, user))

    @app.get("/{contract_id}")
    def of_contract(contract_id: str, user: GetUserDep) -> HTMLResponse:
        return shown(contract_page(contract_id, user))

    @app.get("/{contract_id}/periods/{period_id}")
    def of_period(contract_id: str, period_id: str, user: GetUserDep) -> HTMLResponse:
        return shown(period_page(contract_id, period_id, user))

    @app.get("/{contract_id}/periods/{period_id}/intake")
    def of_intake(contract_id: str, period_id: str, user: GetUserDep) -> HTMLResponse:
        return shown(intake_page(contract_id, period_id, user))

    @app.get("/{contract_id}/statements/{settlement}/{period_id}/{language}")
    def around_statement(
        contract_id: str, settlement: number, period_id: str, language: Language, user: GetUserDep
    ) -> HTMLResponse:
        contract, _ = contract_seen(contract_id, user)
        _require_period(contract, period_id)
        return shown(pages.statement_page(statement_shown(contract, settlement, period_id, language), addresses()))

    @app.get("/{contract_id}/statements/{settlement}/{period_id}/{language}/{kind}")
    def of_statement(
        contract_id: str,
        settlement: number,
        period_id: str,
        language: Language,
        kind: Literal["html", "pdf"],
        user: GetUserDep,
        sec_fetch_dest: Annotated[str, Header()] = "",
    ) -> Response:
        contract, _ = contract_seen(contract_id, user)
        _require_period(contract, period_id)
        is_by_itself = kind == "html" and sec_fetch_dest == "document"
        instead = page_instead(contract, settlement, period_id, language) if is_by_itself else None
        if instead:
            return RedirectResponse(instead)
        name, data = issued_file(contract, settlement, period_id, language, kind)
        # A browser shows no PDF inside a frame like Airflow's: it is saved, under a name that says whether it still holds.
        kept = "attachment" if kind == "pdf" else "inline"
        headers = STATEMENT_HEADERS | {"Content-Disposition": f'{kept}; filename="{name}"'}
        return Response(data, media_type=MEDIA[kind], headers=headers)

    _answers_for_errors(app)
    return app


def _answers_for_errors(app: "FastAPI") -> None:
    """What is not there, or cannot be shown, is answered by a page that says so; none tells why to whom it is not told."""
    from fastapi.exceptions import RequestValidationError
    from fastapi.responses import HTMLResponse
    from starlette.exceptions import HTTPException

    from maalbar.documents.framed import HEADERS
    from maalbar.documents.outcomes.pages import note_page
    from maalbar.errors import MaalbarError, SettlementRefused, SetupError

    def note(status: int, title: str, text: str) -> HTMLResponse:
        return HTMLResponse(note_page(title, text), status_code=status, headers=HEADERS)

    async def not_there(_: Any, error: Exception) -> HTMLResponse:
        return note(404, "Not found", NOTHING_HERE)

    async def refused(_: Any, error: HTTPException) -> HTMLResponse:
        if error.status_code == 404:
            return note(404, "Not found", NOTHING_HERE)
        return note(error.status_code, "Not shown", f"{error.detail}.")

    async def faulty(_: Any, error: MaalbarError) -> HTMLResponse:
        text = f"{error.what}. {error.mend}".strip()
        return note(503 if isinstance(error, SetupError) else 500, "Cannot be shown", text)

    for kind in (NotHere, SettlementRefused, RequestValidationError):
        app.add_exception_handler(kind, not_there)
    app.add_exception_handler(HTTPException, refused)  # type: ignore[arg-type]
    app.add_exception_handler(MaalbarError, faulty)  # type: ignore[arg-type]


class Pages:
    """An ASGI application that is made when it is first asked."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await _served()(scope, receive, send)


class StatementLink(BaseOperatorLink):
    """The button on `issue_statement` that opens the statements of its run."""

    name = "Statements, and whether they hold"

    def get_link(self, operator: Any, *, ti_key: Any) -> str:
        from airflow.sdk.configuration import conf

        of_run = f"{PREFIX}/runs/{quote(ti_key.dag_id, safe='')}/{quote(ti_key.run_id, safe='')}"
        return conf.get("api", "base_url", fallback="").rstrip("/") + of_run


class OutcomesPlugin(AirflowPlugin):
    """Registers the pages, the entry of the navigation and the tab of a run."""

    name = "outcomes"
    fastapi_apps = [{"app": Pages(), "url_prefix": PREFIX, "name": "Outcomes"}]
    external_views = [
        {
            "name": "Outcomes",
            "href": f"{root()}{PREFIX}/",
            "destination": "nav",
            "url_route": "outcomes",
            "nav_top_level": True,
        },
        {
            "name": "Outcome",
            "href": f"{root()}{PREFIX}/runs/{{DAG_ID}}/{{RUN_ID}}",
            "destination": "dag_run",
            "url_route": "outcome",
        },
    ]
