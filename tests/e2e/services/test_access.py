"""The services of docker-compose.yml, started as they stand there: who may see and do what, and where no secret is.

One period of a rehearsed contract is measured meanwhile, its question put to the approvers, answered, and posted.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from maalbar.contract import Contract, load_contract, write_rehearsal
from maalbar.local.rest import Airflow, Json, RestError, wait_until
from maalbar.periods import add_years
from maalbar.settings import PROJECT
from maalbar.simulate import simulate
from tests.e2e.composed import Composed, composed
from tests.e2e.people import make_account, person

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]
SERVICES = ("api-server", "scheduler", "dag-processor", "triggerer")
ACCOUNTS = {"reader": "Reader", "viewer": "Viewer", "engineer": "Op"}
SETTLED_IN_S = 2
"""An answer that overtakes the report of the task at rest is lost."""


@pytest.fixture(scope="module")
def copied(tmp_path_factory) -> Path:
    """The copy of a shipped contract whose first followed period is the newest that may run today: its run starts by itself."""
    original = PROJECT / "investments" / "viborg_boligsocial.yaml"
    first, years = load_contract(original).calendar.followed[0], 0
    while add_years(first.run_after, years) >= date.today():
        years -= 1
    return write_rehearsal(original, years, tmp_path_factory.mktemp("rehearsal"))


@pytest.fixture(scope="module")
def contract(copied) -> Contract:
    return load_contract(copied)


@pytest.fixture(scope="module")
def stack(copied, contract) -> Iterator[Composed]:
    """Every service up and healthy, an account for each kind of person, and the contract's newest period under way."""
    folder = Path(tempfile.mkdtemp(prefix="maalbar-compose-"))
    try:
        with composed(folder) as made:
            shutil.copy(copied, folder / "contracts")
            landing = folder / "var/lib/senders" / contract.id
            simulate(contract, landing, people=60, effect=0.3, seed=2, periods=[contract.calendar.followed[0].id])
            done = made.run("prepare")
            assert done.returncode == 0, done.stdout + done.stderr
            for service in SERVICES:
                made.up(service)
            for service in SERVICES:
                made.wait_healthy(service)
            for user, role in accounts(contract).items():
                make_account(made, user, role)
            admin = person(made, "admin").api
            wait_until(lambda: f"{contract.id}__measure" in admin.dag_ids(), seconds=120, what="the contract's DAGs")
            admin.pause(f"{contract.id}__measure", paused=False)
            yield made
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def accounts(contract: Contract) -> dict[str, str]:
    """A role for each user: one approver of each party, and others."""
    return ACCOUNTS | {contract.people_of(party)[0].user: "Approver" for party in contract.answering}


@pytest.fixture(scope="module")
def approver(contract) -> str:
    """The login of an approver of the first party."""
    return contract.people_of(next(iter(contract.answering)))[0].user


@pytest.fixture(scope="module")
def questions(stack, contract) -> dict[str, Json]:
    """What is asked of each party, when the period is measured and its proposal put."""
    admin = person(stack, "admin").api

    def put() -> list[Json]:
        for step in ("measure", "settle"):
            for run in admin.runs(f"{contract.id}__{step}"):
                tasks = admin.task_instances(run["dag_id"], run["dag_run_id"])
                assert run["state"] != "failed", [admin.error_line(one) for one in tasks if one["state"] == "failed"]
        found = admin.open_approvals(f"{contract.id}__settle")
        return found if len(found) == len(contract.answering) else []

    found = wait_until(put, seconds=240, what="the questions to every party")
    time.sleep(SETTLED_IN_S)
    return {one["task_instance"]["task_id"].removeprefix("approve_"): one for one in found}


@pytest.fixture(scope="module")
def figures(questions) -> set[str]:
    """The amounts of the proposal that nobody has approved, as its question tells them."""
    (body,) = {one["body"] for one in questions.values()}
    found = set(re.findall(r"\d{1,3}(?:\.\d{3})+", body))
    assert found, body
    return found


@pytest.fixture(scope="module")
def posted(stack, contract, questions) -> Json:
    """The settling run, when every party's approver has said yes."""
    for party, question in questions.items():
        person(stack, contract.people_of(party)[0].user).api.answer(question, "Godkend", {"comment": None})
    admin = person(stack, "admin").api

    def ended() -> Json | None:
        (run,) = admin.runs(f"{contract.id}__settle")
        tasks = admin.task_instances(run["dag_id"], run["dag_run_id"])
        assert run["state"] != "failed", [admin.error_line(one) for one in tasks if one["state"] == "failed"]
        return run if run["state"] == "success" else None

    return wait_until(ended, seconds=180, what="the posting")


def test_all_services_come_up_and_read_every_contract(stack, contract):
    admin = person(stack, "admin").api
    assert admin.import_errors() == []
    assert {"plads_til_forskel__measure", f"{contract.id}__settle"} <= admin.dag_ids()


def test_it_can_be_prepared_again(stack):
    done = stack.run("prepare")
    assert done.returncode == 0, done.stdout + done.stderr
    assert person(stack, "admin").api.dag_ids()


@pytest.mark.parametrize("who", ["reader", "viewer", "approver"])
def test_who_only_reads_or_answers_starts_changes_and_configures_nothing(stack, contract, approver, who):
    asked = person(stack, approver if who == "approver" else who)
    measure, settle = f"/api/v2/dags/{contract.id}__measure", f"/api/v2/dags/{contract.id}__settle"
    span = {"from_date": "2020-01-01T00:00:00Z", "to_date": "2021-01-01T00:00:00Z", "max_active_runs": 1}
    attempts = [
        ("POST", f"{settle}/dagRuns", {"logical_date": None}),
        ("POST", "/api/v2/backfills", {"dag_id": f"{contract.id}__measure"} | span),
        ("PATCH", measure, {"is_paused": True}),
        ("PATCH", settle, {"is_paused": True}),
        ("DELETE", settle, None),
        ("POST", f"{settle}/clearTaskInstances", {"dry_run": False}),
        ("POST", "/api/v2/assets/events", {"asset_id": 1, "partition_key": "x|1"}),
        ("POST", "/api/v2/variables", {"key": "a", "value": "b"}),
        ("POST", "/api/v2/connections", {"connection_id": "registers", "conn_type": "sftp"}),
        ("POST", "/auth/fab/v1/users", {"username": "x", "email": "x", "first_name": "x", "last_name": "x", "password": "x"}),
        ("PATCH", f"/auth/fab/v1/users/{asked.user}", {"roles": [{"name": "Admin"}]}),
    ]  # fmt: skip
    assert {(method, path): asked.status(method, path, body) for method, path, body in attempts} == {
        (method, path): 403 for method, path, _ in attempts
    }


@pytest.mark.parametrize("who", ["reader", "viewer", "approver"])
def test_they_see_neither_what_is_configured_nor_what_tasks_hand_on_or_log(stack, approver, who):
    asked = person(stack, approver if who == "approver" else who)
    hidden = [
        "connections", "variables", "config", "eventLogs", "importErrors", "plugins",
        "dags/~/dagRuns/~/taskInstances/~/xcomEntries",
    ]  # fmt: skip
    assert {path: asked.status("GET", f"/api/v2/{path}") for path in hidden} == dict.fromkeys(hidden, 403)
    assert asked.api.dag_ids() == person(stack, "admin").api.dag_ids()


def test_without_a_login_nothing_is_told_and_a_wrong_password_is_none(stack):
    for user, password in (("admin", "admin"), ("admin", ""), ("nobody", "x")):
        with pytest.raises(RestError) as refused:
            Airflow(stack.url, user, password).dag_ids()
        assert refused.value.status in (400, 401)  # 400: an empty password


def test_nobody_comes_into_the_database_without_its_password(stack):
    for user in ("postgres", "maalbar_owner", "maalbar_pipeline", "maalbar_report", "airflow"):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(host=str(stack.socket_folder), user=user, dbname="postgres", password="guess")


@pytest.mark.parametrize("who", ["reader", "viewer"])
def test_who_only_reads_learns_nothing_of_a_proposal_whatever_address_is_asked(stack, questions, figures, who):
    task = next(iter(questions.values()))["task_instance"]
    told = {path: text for path, text in person(stack, who).told(task) if any(one in text for one in figures)}
    assert told == {}


@pytest.fixture(scope="module")
def told_to_admin(stack, questions) -> dict[str, str]:
    """All that Airflow tells an administrator, by address."""
    return dict(person(stack, "admin").told(next(iter(questions.values()))["task_instance"]))


def test_whoever_may_see_it_is_told_of_the_proposal_at_the_same_addresses(told_to_admin, figures):
    assert sum(any(one in text for one in figures) for text in told_to_admin.values()) > 3


def test_not_even_an_administrator_is_told_a_secret(stack, told_to_admin):
    assert len(told_to_admin) > 50 and "/api/v2/connections" in told_to_admin
    secrets = {name: value.rpartition(":")[2] for name, value in stack.secrets.items()}
    told = [(path, name) for path, text in told_to_admin.items() for name, one in secrets.items() if one in text]
    assert told == []


@pytest.mark.parametrize("who", ["reader", "viewer"])
def test_who_only_reads_reads_no_question_and_no_log(stack, questions, who):
    asked, task = person(stack, who), next(iter(questions.values()))["task_instance"]
    where = f"/api/v2/dags/{task['dag_id']}/dagRuns/{quote(task['dag_run_id'], safe='')}/taskInstances"
    for path in (
        "/api/v2/dags/~/dagRuns/~/hitlDetails",
        "/ui/dags?has_pending_actions=true",
        "/ui/dags?has%5Fpending_actions=true",
        f"{where}/{task['task_id']}/-1/hitlDetails",
        f"{where}/present/logs/1",
    ):
        assert asked.status("GET", path) == 403, path
    assert asked.status("GET", "/ui/dags") == 200


def test_pages_show_a_reader_what_is_settled_and_an_approver_what_is_theirs_to_answer(
    stack, contract, questions, figures, approver
):
    period = contract.calendar.followed[0].id
    for path in ("/", f"/{contract.id}", f"/{contract.id}/periods/{period}"):
        for user in ("reader", "viewer", approver):
            page = person(stack, user).ask("GET", f"/maalbar-outcomes{path}")
            assert page.status == 200 and contract.name in page.text
            assert not any(figure in page.text.replace(",", ".") for figure in figures)
            answers = page.text.count('aria-label="Answer: ')
            assert answers == (user == approver and path != "/")
    seen = person(stack, "engineer").ask("GET", f"/maalbar-outcomes/{contract.id}/periods/{period}").text
    assert any(figure in seen.replace(",", ".") for figure in figures)


def test_a_party_is_answered_for_by_its_own_people_alone(stack, contract, questions):
    for party, question in questions.items():
        own = {one.user for one in contract.people_of(party)}
        for user in ({"admin", *accounts(contract)}) - own:
            with pytest.raises(RestError) as refused:
                person(stack, user).api.answer(question, "Godkend", {"comment": None})
            assert refused.value.status == 403, (party, user)


def test_their_answers_are_kept_by_login_and_posted(stack, contract, posted):
    with _connected(stack, "maalbar_report", "MAALBAR_REPORT_PASSWORD") as link:
        kept = dict(link.execute("select party, user_id from approval where contract = %s", [contract.id]))
        entries = link.execute("select count(*) from ledger_entry where contract = %s", [contract.id]).fetchone()
    assert kept == {party: contract.people_of(party)[0].user for party in contract.answering}
    assert entries > (0,)


def test_what_is_posted_is_shown_to_a_reader(stack, contract, posted):
    reader, period = person(stack, "reader"), contract.calendar.followed[0].id
    page = reader.ask("GET", f"/maalbar-outcomes/{contract.id}/periods/{period}")
    assert "settled" in page.text and "statements/1" in page.text
    statement = reader.ask("GET", f"/maalbar-outcomes/{contract.id}/statements/1/{period}/da/html")
    assert statement.status == 200 and contract.name in statement.text


def test_not_even_the_tasks_can_change_what_is_posted_and_the_pages_can_write_nothing(stack, posted):
    denied = psycopg.errors.InsufficientPrivilege
    for change in (
        "update ledger_entry set contract = 'x'",
        "delete from ledger_entry",
        "truncate ledger_entry cascade",
    ):
        for role in ("none", "maalbar_writer"):
            with _connected(stack, "maalbar_pipeline", "MAALBAR_PIPELINE_PASSWORD") as link, pytest.raises(denied):
                link.execute(f"set role {role}")
                link.execute(change)
    for change in (
        "insert into proposal default values",
        "update proposal set state = 'posted'",
        "delete from approval",
    ):
        with _connected(stack, "maalbar_report", "MAALBAR_REPORT_PASSWORD") as link, pytest.raises(denied):
            link.execute(change)


def _connected(stack: Composed, login: str, secret: str) -> psycopg.Connection:
    return psycopg.connect(
        host=str(stack.socket_folder), user=login, dbname="maalbar", password=stack.secrets[secret], autocommit=True
    )


def test_no_secret_stands_in_a_log_or_in_a_database(stack, posted):
    secrets = {name: value.rpartition(":")[2] for name, value in stack.secrets.items()}
    written = {
        path: path.read_text(encoding="utf-8", errors="replace")
        for path in stack.folder.rglob("*")
        if path.is_file() and path.name != ".env" and not path.is_relative_to(stack.folder / "pg")
    }
    assert any("take_in" in str(path) and text for path, text in written.items())  # the tasks' own logs are among them
    assert [(name, str(path)) for path, text in written.items() for name, one in secrets.items() if one in text] == []
    for database in ("airflow", "maalbar"):
        for table, row in _rows(stack, database):
            assert [(table, name) for name, one in secrets.items() if one in row] == []


def _rows(stack: Composed, database: str) -> Iterator[tuple[str, str]]:
    """Every row of every table of a database, as PostgreSQL writes it, for the server's own administrator."""
    with psycopg.connect(
        host=str(stack.socket_folder), user="postgres", dbname=database, password=stack.secrets["POSTGRES_PASSWORD"]
    ) as link:
        tables = link.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
        assert len(tables) > 10
        for (table,) in tables:
            for (row,) in link.execute(
                psycopg.sql.SQL("select t::text from {} t").format(psycopg.sql.Identifier(table))
            ):
                yield table, row
