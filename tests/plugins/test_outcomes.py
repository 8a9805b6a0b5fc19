"""Outcomes in Airflow: who sees what of a contract, by Airflow's own login and permissions, whatever address is asked for.

The tiny contract pays 100,000 kr. for 10 % fewer contacts over two periods. Period 1 is settled at 5 %: 25,000 kr. Period 2 is
measured at 8 % and proposed: nobody has approved it.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import insert, select

from maalbar.database import transaction
from maalbar.flow import intake, settle
from maalbar.schema import access_log, statement
from maalbar.settings import settings
from tests.flow.landing import deliver
from tests.flow.measured import answers, measured, settled
from tests.flow.test_quarantine import MOVES_LATER, _people
from tests.plugins.conftest import RUN

SETTLES = "asset_triggered__2022-11-01T00:00:00+00:00"
HOSTILE = """<script>alert(1)</script><img src=x onerror=alert(2)>"'{{ 7*7 }}"""
STATEMENT = b"<!DOCTYPE html><title>Opg\xc3\xb8relse</title>"
ENDPOINTS = (
    "/",
    "/tiny",
    "/tiny/periods/1",
    "/tiny/periods/1/intake",
    "/tiny/statements/1/1/da",
    "/tiny/statements/1/1/da/html",
    "/tiny/statements/1/1/en/pdf",
    f"/runs/tiny__measure/{RUN}",
)


@dataclass
class Asked:
    """Airflow's server as one reader asks it; nobody where there are no headers."""

    server: Any
    headers: dict[str, str]

    def get(self, path: str, **headers: str) -> Any:
        return self.server.get(f"/maalbar-outcomes{path}", headers=self.headers | headers, follow_redirects=False)

    def text(self, path: str) -> str:
        """The words of a page as they are read."""
        return text_of(self.get(path).text)


def text_of(page: str) -> str:
    body = re.sub(r"<(style|script|svg)\b.*?</\1>", "", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)).replace("\xa0", " "))


@pytest.fixture
def reader(airflow_server, signed_in, results_database):
    """A reader of a role: `reader("viewer")`."""
    return lambda role, name="dora": Asked(airflow_server, signed_in(role, name))


@pytest.fixture
def viewer(reader):
    return reader("viewer")


@pytest.fixture
def user(reader):
    return reader("user")


@pytest.fixture
def nobody(airflow_server, results_database):
    return Asked(airflow_server, {})


@pytest.fixture
def contract(tiny_contract, results_database):
    contract = tiny_contract()
    measured(contract, "1", "0.05")
    settled(contract, "1")
    issued(1, "1")
    measured(contract, "2", "0.08")
    settle.propose("tiny", "2")
    return contract


def issued(number: int, period: str, html: bytes = STATEMENT) -> Path:
    """Register the four files of a statement and write them; the folder in which they lie."""
    folder = settings().statements / "tiny" / f"settlement-{number}"
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for language in ("da", "en"):
        for kind, data in (("html", html), ("pdf", b"%PDF-1.7")):
            name = f"tiny__{period}.{language}.{kind}"
            (folder / name).write_bytes(data)
            key = {"contract": "tiny", "number": number, "period": period, "kind": kind, "language": language}
            rows.append(key | {"sha256": hashlib.sha256(data).hexdigest(), "file_name": name})
    with transaction() as connection:
        connection.execute(insert(statement), rows)
    return folder


@pytest.fixture
def asked(airflow_server, contract):
    """The settling run of period 2 with a question to the region that waits, and one to the town that is answered."""
    from airflow.models.dagrun import DagRun
    from airflow.models.hitl import HITLDetail
    from airflow.models.taskinstance import TaskInstance
    from airflow.utils.session import create_session
    from airflow.utils.state import DagRunState
    from airflow.utils.types import DagRunTriggeredByType, DagRunType
    from sqlalchemy import delete

    people = {"region": ("rita", "Rita Region", None), "town": ("tom", "Tom Town", datetime(2023, 12, 1, tzinfo=UTC))}
    with create_session() as session:
        run = DagRun(
            dag_id="tiny__settle", run_id=SETTLES, run_type=DagRunType.ASSET_TRIGGERED, state=DagRunState.RUNNING,
            run_after=datetime(2023, 11, 1, tzinfo=UTC), triggered_by=DagRunTriggeredByType.ASSET,
            partition_key="tiny|2",
        )  # fmt: skip
        session.add(run)
        session.flush()
        for party, (login, name, answered_at) in people.items():
            ti = uuid4()
            row = {
                "id": ti, "task_id": f"approve_{party}", "dag_id": "tiny__settle", "run_id": SETTLES, "map_index": -1,
                "try_number": 1, "state": "awaiting_input", "pool": "default_pool", "pool_slots": 1,
                "executor_config": {},
            }  # fmt: skip
            session.execute(insert(TaskInstance.__table__), row)
            detail = HITLDetail(
                ti_id=ti, options=["Godkend", "Afvis"], subject="?", params={}, multiple=False,
                assignees=[{"id": login, "name": name}],
            )  # fmt: skip
            if answered_at:
                detail.responded_at, detail.responded_by = answered_at, {"id": login, "name": name}
                detail.chosen_options, detail.params_input = ["Godkend"], {}
            session.add(detail)
    yield
    with create_session() as session:
        session.execute(delete(HITLDetail))
        session.execute(delete(TaskInstance))
        session.execute(delete(DagRun).where(DagRun.run_id == SETTLES))


def test_the_navigation_has_an_entry_and_every_run_a_tab(contract):
    from airflow.plugins_manager import get_plugin_info

    (plugin,) = [one for one in get_plugin_info() if one["name"] == "outcomes"]
    views = {view["destination"]: view["href"] for view in plugin["external_views"]}
    assert views == {"nav": "/maalbar-outcomes/", "dag_run": "/maalbar-outcomes/runs/{DAG_ID}/{RUN_ID}"}


def test_the_task_that_issues_a_statement_links_to_the_page_of_its_run(monkeypatch):
    from outcomes import StatementLink

    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://airflow.example.org/a/")
    link = StatementLink().get_link(
        None, ti_key=SimpleNamespace(dag_id="tiny__settle", run_id="x__2022-11-01T00:00:00+00:00")
    )
    assert link == (
        "https://airflow.example.org/a/maalbar-outcomes/runs/tiny__settle/x__2022-11-01T00%3A00%3A00%2B00%3A00"
    )


def test_a_reader_comes_from_the_list_to_the_contract_to_the_period_to_the_statement(viewer, contract):
    for page, way in (
        ("/", "/tiny"),
        ("/tiny", "/tiny/periods/1"),
        ("/tiny/periods/1", "/tiny/statements/1/1/da"),
        ("/tiny/statements/1/1/da", "/tiny/statements/1/1/da/html"),
    ):
        shown = viewer.get(page)
        assert shown.status_code == 200, page
        assert f'"/maalbar-outcomes{way}"' in shown.text, page


def test_a_viewer_sees_what_is_approved_and_posted(viewer, contract):
    page, period = viewer.text("/tiny"), viewer.text("/tiny/periods/1")
    assert "As settlement 1 has them, approved by every party" in page
    assert "The Region to The Fund: 18,750 DKK of at most 80,000 DKK; 61,250 DKK left" in page
    assert "5% fewer" in period and "25,000" not in period  # 18,750 and 6,250 are the two payers'
    assert "18,750 DKK" in period and "6,250 DKK" in period


def test_a_viewer_sees_nothing_that_nobody_has_approved(viewer, contract, asked):
    shown = " ".join(viewer.text(path) for path in ("/", "/tiny", "/tiny/periods/1", "/tiny/periods/2"))
    # 8 % over both periods is 80,000 in all: 55,000 more, 41,250 and 13,750 of it.
    for unapproved in ("8%", "41,250", "13,750", "draft", "proposal 2", "roposed", "awaits approval", "Rita Region"):
        assert unapproved not in shown, unapproved
    assert "Nothing is approved yet" in viewer.text("/tiny/periods/2")


@pytest.mark.parametrize("role", ["user", "op", "admin"])
def test_who_may_edit_the_dags_sees_drafts_too_and_that_they_are_such(reader, contract, role):
    page = reader(role).text("/tiny/periods/2")
    assert "draft As proposal 2 has them, which nobody has approved yet." in page
    assert "8% fewer" in page and "41,250 DKK" in page and "13,750 DKK" in page
    assert "Period 2 awaits approval" in page


def test_nobody_who_is_not_signed_in_gets_anything(nobody, contract):
    for path in ENDPOINTS:
        shown = nobody.get(path)
        assert shown.status_code == 401, path
        assert "Tiny" not in shown.text and "The Region" not in shown.text and STATEMENT not in shown.content, path


def test_a_forged_login_gets_nothing(airflow_server, contract):
    token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiIsInJvbGUiOiJhZG1pbiJ9."
    forged = Asked(airflow_server, {"Authorization": f"Bearer {token}"})
    assert {path: forged.get(path).status_code for path in ENDPOINTS} == dict.fromkeys(ENDPOINTS, 403)


def test_a_user_without_a_role_sees_no_contract(reader, contract):
    for path in ENDPOINTS:
        shown = reader(None).get(path)
        assert shown.status_code == (200 if path == "/" else 404), path
        assert "Tiny" not in shown.text and STATEMENT not in shown.content, path


@pytest.mark.parametrize("hidden", ["tiny__measure", "tiny__settle"])
def test_who_may_not_see_one_of_its_dags_does_not_see_the_contract(user, contract, tiny_contract, monkeypatch, hidden):
    from airflow.api_fastapi.auth.managers.simple.simple_auth_manager import SimpleAuthManager

    tiny_contract({"name": "Another"}, id="another")
    asks = SimpleAuthManager.is_authorized_dag

    def all_but_one(self: Any, *, details: Any = None, **rest: Any) -> bool:
        return details.id != hidden and asks(self, details=details, **rest)

    monkeypatch.setattr(SimpleAuthManager, "is_authorized_dag", all_but_one)
    for path in ENDPOINTS:
        shown = user.get(path)
        assert "Tiny" not in shown.text and STATEMENT not in shown.content, path
        assert shown.status_code == (200 if path == "/" else 404), path
    assert "Another" in user.get("/").text


def test_a_contract_that_one_may_not_see_is_answered_like_one_that_is_not_there(reader, contract):
    reader_of_none = reader(None)
    assert reader_of_none.get("/tiny").text == reader_of_none.get("/nowhere").text


WANDERING = (
    "..%2f..%2fetc%2fpasswd",
    "%2e%2e",
    "..%5c..%5c",
    "tiny%00",
    "%2fetc%2fpasswd",
    "tiny%2f..%2f..",
    "' or 1=1 --",
)


PLACES = (
    "/{}", "/{}/periods/1", "/tiny/periods/{}", "/tiny/periods/{}/intake", "/{}/periods/1/intake",
    "/tiny/statements/{}/1/da/html", "/tiny/statements/1/{}/da/html", "/tiny/statements/1/1/{}/html",
    "/tiny/statements/1/1/da/{}", "/{}/statements/1/1/da/html", "/runs/tiny__measure/{}", "/runs/{}__measure/x",
)  # fmt: skip


@pytest.mark.parametrize("name", WANDERING)
def test_no_name_that_a_reader_sends_becomes_a_path(user, contract, name):
    (settings().home / "reports").mkdir()
    for place in (settings().home / "reports" / "intake.html", settings().home / "intake.html"):
        place.write_text("not to be had")
    for path in PLACES:
        shown = user.get(path.format(name))
        assert shown.status_code in (404, 307) or (shown.status_code == 200 and "settles no period" in shown.text), path
        assert "not to be had" not in shown.text and "root:" not in shown.text, path
        assert STATEMENT not in shown.content, path


def test_a_statement_is_handed_out_as_it_was_issued_and_runs_nothing(viewer, contract):
    html, pdf = viewer.get("/tiny/statements/1/1/da/html"), viewer.get("/tiny/statements/1/1/en/pdf")
    assert (html.content, html.headers["content-type"]) == (STATEMENT, "text/html; charset=utf-8")
    assert (pdf.content, pdf.headers["content-type"]) == (b"%PDF-1.7", "application/pdf")
    assert pdf.headers["content-disposition"] == 'attachment; filename="tiny__1.en.pdf"'
    for shown in (html, pdf):
        assert shown.headers["cache-control"] == "no-store"
        assert shown.headers["x-content-type-options"] == "nosniff"
        rules = shown.headers["content-security-policy"]
        assert (
            rules.startswith("default-src 'none';") and "script-src" not in rules and "frame-ancestors 'self'" in rules
        )


def test_a_statement_that_was_changed_since_is_not_handed_out(viewer, contract):
    folder = settings().statements / "tiny" / "settlement-1"
    (folder / "tiny__1.da.html").write_bytes(STATEMENT + b"<p>12 kr.")
    shown = viewer.get("/tiny/statements/1/1/da/html")
    assert shown.status_code == 500
    assert "not the one that was issued" in shown.text and "12 kr." not in shown.text


def test_a_statement_that_does_not_lie_here_says_how_it_is_written_again(viewer, contract):
    (settings().statements / "tiny" / "settlement-1" / "tiny__1.da.pdf").unlink()
    shown = viewer.get("/tiny/statements/1/1/da/pdf")
    assert (shown.status_code, "maalbar statement tiny 1" in shown.text) == (503, True)


def test_a_superseded_statement_is_never_shown_as_current(viewer, contract):
    assert "Superseded" not in viewer.text("/tiny/statements/1/1/da")
    measured(contract, "1", "0.04")
    proposal = settle.propose("tiny", "1")
    settle.record_answers("tiny", proposal["number"], answers())
    settle.post("tiny", proposal["number"])
    issued(3, "2")
    assert "Superseded. Settlement 3 says something else of this period" in viewer.text("/tiny/statements/1/1/da")
    assert "Superseded" not in viewer.text("/tiny/statements/3/2/da")
    listed = viewer.text("/tiny")
    assert "settlement 1 superseded settlement 3 says otherwise; see the statement of period 2" in listed
    assert "settlement 3 current" in listed
    saved = viewer.get("/tiny/statements/1/1/da/pdf").headers["content-disposition"]
    assert saved == 'attachment; filename="SUPERSEDED-tiny__1.da.pdf"'
    # A browser says what it asks for: in the frame of its page it is the file, by itself in a window the page that tells more.
    for number, period, status in ((1, "1", 307), (3, "2", 200)):
        file = f"/tiny/statements/{number}/{period}/da/html"
        by_itself = viewer.get(file, **{"Sec-Fetch-Dest": "document"})
        assert by_itself.status_code == status
        assert by_itself.headers.get("location", f"/maalbar-outcomes{file}").removesuffix("/html") == (
            f"/maalbar-outcomes/tiny/statements/{number}/{period}/da"
        )
        assert viewer.get(file, **{"Sec-Fetch-Dest": "iframe"}).content == STATEMENT


def test_no_text_of_a_contract_becomes_markup(user, tiny_contract):
    contract = tiny_contract(
        {
            "name": HOSTILE, "summary": HOSTILE, "parties.region.name": HOSTILE, "outcomes.contacts.title.en": HOSTILE,
            "deliveries.population.register_name": HOSTILE,
        }
    )  # fmt: skip
    measured(contract, "1", "0.05")
    settled(contract, "1")
    issued(1, "1")
    for path in ("/", "/tiny", "/tiny/periods/1", "/tiny/statements/1/1/da"):
        page = user.get(path)
        assert page.status_code == 200
        assert "<script>alert" not in page.text and "<img" not in page.text, path
        assert page.text.count("<script") == 1, "our own, allowed by its hash"
        assert "{{ 7*7 }}" in unescape(page.text), path


def test_a_page_runs_its_own_script_alone_and_is_framed_by_airflow_alone(viewer, contract):
    page = viewer.get("/tiny")
    (script,) = re.findall(r"<script>(.*?)</script>", page.text, flags=re.DOTALL)
    from base64 import b64encode

    digest = b64encode(hashlib.sha256(script.encode()).digest()).decode()
    rules = dict(rule.strip().split(" ", 1) for rule in page.headers["content-security-policy"].split(";"))
    assert rules == {
        "default-src": "'none'", "script-src": f"'sha256-{digest}'", "style-src": "'unsafe-inline'", "frame-src": "'self'",
        "base-uri": "'none'", "form-action": "'none'", "frame-ancestors": "'self'",
    }  # fmt: skip
    assert (page.headers["cache-control"], page.headers["x-content-type-options"]) == ("no-store", "nosniff")


def test_an_approval_that_waits_leads_to_where_it_is_answered(reader, asked):
    where = "/dags/tiny__settle/runs/asset_triggered__2022-11-01T00%3A00%3A00%2B00%3A00/tasks/approve_region/required_actions"
    for path in ("/tiny", "/tiny/periods/2"):
        mine, other = reader("user", "rita").get(path).text, reader("user", "tom").get(path).text
        assert f'<a href="{where}" target="_top" aria-label="Answer: The Region, period 2">' in mine
        assert f'<a href="{where}" target="_top" aria-label="See the question: The Region, period 2">' in other
        assert "The Town, period 2 answered Godkend, by Tom Town." in text_of(mine)
    assert "approvals awaited 1" in reader("user").text("/")
    assert "required_actions" not in reader("user").get("/tiny/periods/1").text


@pytest.mark.parametrize("role", ["viewer", None])
def test_an_approval_is_no_business_of_who_may_not_edit(reader, asked, role):
    assert "required_actions" not in "".join(reader(role).get(path).text for path in ("/", "/tiny", "/tiny/periods/2"))


def test_whoever_is_asked_sees_that_they_are_and_nothing_of_what_is_proposed(reader, asked):
    for path in ("/", "/tiny", "/tiny/periods/2"):
        mine = reader("viewer", "rita").get(path).text
        assert "The Town" not in text_of(mine).partition("Periods")[0]  # whom another person answers for
        assert not any(figure in mine for figure in ("41,250", "13,750", "proposal 2"))
    assert "Answer: The Region, period 2" in reader("viewer", "rita").get("/tiny").text
    assert "Answer: The Region, period 2" in reader("viewer", "rita").get("/tiny/periods/2").text
    assert "required_actions" not in reader("viewer", "tom").get("/tiny").text  # he has answered


@pytest.fixture
def taken_in(tiny_contract, results_database):
    """The newest intake of period 1 has set one row aside, and its page is written."""
    contract = tiny_contract()
    deliver(contract, text=_people(MOVES_LATER, right=18))
    intake.take_in("tiny", "1")
    return contract


def test_rows_set_aside_are_counted_by_reason_and_whoever_looked_is_written_down(reader, taken_in):
    page = reader("user", "olga").text("/tiny/periods/1")
    assert "Population population : 1 Why Column Rows" in page
    assert "is after the day that the delivery describes" in page or "after" in page
    assert "marta" not in page and "2022-12-24" not in page
    with transaction() as connection:
        why = connection.execute(select(access_log.c.why).order_by(access_log.c.sequence.desc())).scalars().first()
    assert why == "Outcomes page, shown to olga"


def test_a_viewer_sees_neither_rows_set_aside_nor_the_page_of_the_intake(viewer, taken_in):
    page = viewer.get("/tiny/periods/1").text
    assert "set aside" not in page.lower() and "/intake" not in page
    assert viewer.get("/tiny/periods/1/intake").status_code == 404


def test_the_page_of_the_intake_is_one_step_from_its_period(user, taken_in):
    assert '"/maalbar-outcomes/tiny/periods/1/intake"' in user.get("/tiny/periods/1").text
    assert "Deliveries of period 1" in user.text("/tiny/periods/1/intake")


def test_deliveries_are_awaited_with_the_day_they_are_due(viewer, taken_in):
    page = viewer.text("/tiny")
    assert "Contacts contacts The Bureau 31 October 2022 overdue" in page
    assert "Population population" not in page.split("For period 2")[0].split("For period 1")[1]


def test_a_run_that_measures_leads_to_its_statement_and_to_what_was_checked(user, viewer, contract, taken_in):
    run = f"/runs/tiny__measure/{RUN}"
    full = user.get(run).text
    assert '"/maalbar-outcomes/tiny/statements/1/1/da"' in full and '"/maalbar-outcomes/tiny/periods/1/intake"' in full
    approved = viewer.get(run).text
    assert '"/maalbar-outcomes/tiny/statements/1/1/da"' in approved and "/intake" not in approved


def test_a_run_that_settles_leads_to_the_period_it_settles_through(user, asked):
    page = user.get(f"/runs/tiny__settle/{SETTLES}").text
    assert "settles through period 2" in text_of(page) and "No statement is issued yet" in page
    assert '"/maalbar-outcomes/tiny/periods/2"' in page


def test_a_run_of_no_period_says_so(user, contract):
    assert "no period" in user.text("/runs/retention/x")
    assert user.get("/runs/tiny__measure/unknown").status_code == 404


def test_a_contract_without_anything_yet_says_so(user, tiny_contract):
    tiny_contract()
    page = user.text("/tiny")
    assert "Nothing is proposed yet" in page and "No statement is issued yet" in page
    assert "Period 1 data awaited" in page


def test_every_outcome_has_its_chart_and_the_chart_its_numbers(viewer, contract):
    page = viewer.get("/tiny").text
    assert (
        page.count("<figure")
        == page.count('<div class="chart" tabindex="0" role="img"')
        == page.count("The figures of the chart")
        == 3
    )
    assert "not measured yet" in page.lower() or "yet" in page
