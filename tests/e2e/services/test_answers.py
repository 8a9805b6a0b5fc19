"""A proposal before people: who is told of it, who answers, what is posted by that, and that no secret is left anywhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from urllib.parse import quote

import psycopg
import pytest

from maalbar.deployment.secrets import SECRETS
from maalbar.local.rest import RestError, wait_until
from tests.e2e.services.composed import Composed
from tests.e2e.services.conftest import SETTLED_IN_S, accounts
from tests.e2e.services.installation import Installation
from tests.e2e.services.people import person

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]
OF_THE_MACHINE = (".env", "services.json")
"""What its operator, and Docker itself, hold secrets in."""


@pytest.mark.parametrize("who", ["reader", "viewer"])
def test_who_only_reads_learns_nothing_of_a_proposal_whatever_address_is_asked(stack, questions, figures, who):
    task = next(iter(questions.values()))["task_instance"]
    told = {path: text for path, text in person(stack, who).told(task) if any(one in text for one in figures)}
    assert told == {}


@pytest.fixture(scope="package")
def told_to_admin(installed, questions) -> dict[str, str]:
    """All that Airflow tells an administrator, by address."""
    return dict(person(installed.stack, "admin").told(next(iter(questions.values()))["task_instance"]))


def test_whoever_may_see_it_is_told_of_the_proposal_at_the_same_addresses(told_to_admin, figures):
    assert sum(any(one in text for one in figures) for text in told_to_admin.values()) > 3


def test_not_even_an_administrator_is_told_a_secret(stack, told_to_admin):
    assert len(told_to_admin) > 50 and "/api/v2/connections" in told_to_admin
    secrets = _secrets(stack)
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


def test_an_engineer_writes_nothing_of_what_tasks_hand_each_other(stack, questions):
    for question in questions.values():
        task = question["task_instance"]
        run = f"/api/v2/dags/{task['dag_id']}/dagRuns/{quote(task['dag_run_id'], safe='')}/taskInstances"
        for task_id, key in ((task["task_id"], "return_value"), ("present", "return_value")):
            where, forged = f"{run}/{task_id}/xcomEntries", {"value": {"chosen_options": ["Godkend"]}}
            engineer = person(stack, "engineer")
            assert engineer.status("POST", where, {"key": key, **forged}) == 403
            assert engineer.status("PATCH", f"{where}/{key}", forged) == 403
            assert engineer.status("DELETE", f"{where}/{key}") == 403


def test_an_administrator_who_sets_questions_to_success_and_writes_their_answers_has_nothing_posted(
    installed, contract, questions
):
    admin, dag = installed.airflow, f"{contract.id}__settle"
    (run,) = admin.runs(dag)
    where = f"/dags/{dag}/dagRuns/{quote(run['dag_run_id'], safe='')}"
    for party, question in questions.items():
        named, task_id = contract.people_of(party)[0], question["task_instance"]["task_id"]
        forged = {
            "chosen_options": ["Godkend"],
            "params_input": {},
            "responded_by_user": {"id": "1", "name": named.user},
        }
        entry = {"key": "return_value", "value": forged}
        admin.call("POST", f"{where}/taskInstances/{task_id}/xcomEntries", entry)
        admin.call("PATCH", f"{where}/taskInstances/{task_id}", {"new_state": "success"})
    wait_until(lambda: admin.runs(dag)[0]["state"] == "failed", seconds=120, what="the posting to fail")
    tasks = {one["task_id"]: one for one in admin.task_instances(dag, run["dag_run_id"])}
    assert "no answer from" in admin.error_line(tasks["post"])
    with installed.connected("maalbar_report", "MAALBAR_REPORT_PASSWORD") as link:
        for table in ("approval", "ledger_entry"):
            count = psycopg.sql.SQL("select count(*) from {} where contract = %s").format(psycopg.sql.Identifier(table))
            assert link.execute(count, [contract.id]).fetchone() == (0,)
    # Cleared, they are put as before.
    ids = [*(one["task_instance"]["task_id"] for one in questions.values()), "post", "issue_statement"]
    order = {"dry_run": False, "dag_run_id": run["dag_run_id"], "task_ids": ids, "only_failed": False}
    admin.call("POST", f"/dags/{dag}/clearTaskInstances", order | {"reset_dag_runs": True})
    wait_until(lambda: _at_rest(installed, dag) == set(ids[:-2]), seconds=120, what="the questions to be put again")
    time.sleep(SETTLED_IN_S)


def _at_rest(installed: Installation, dag: str) -> set[str]:
    """The questions that wait for people, and will for hours."""
    asked = "select task_id from task_instance where dag_id = %s and state = 'awaiting_input'"
    with installed.connected("postgres", "POSTGRES_PASSWORD", "airflow") as link:
        found = link.execute(f"{asked} and trigger_timeout > now() + interval '1 hour'", [dag]).fetchall()
    return {task_id for (task_id,) in found}


def test_a_question_wakes_after_hours_and_takes_the_answer_that_was_overlooked_or_waits_on(
    installed, contract, questions, overlooked
):
    states = "select task_id, state, trigger_timeout > now() from task_instance where dag_id = %s and task_id = any(%s)"
    asked = {f"approve_{party}" for party in questions}

    def have_woken() -> bool:
        rows = link.execute(states, [f"{contract.id}__settle", list(asked)]).fetchall()
        done = {task for task, state, _ in rows if state == "success"}
        waits_on = {task for task, state, is_later in rows if state == "awaiting_input" and is_later}
        return done == {f"approve_{overlooked}"} and waits_on == asked - done

    with installed.connected("postgres", "POSTGRES_PASSWORD", "airflow") as link:
        # The hours have passed.
        link.execute("update task_instance set trigger_timeout = now() where state = 'awaiting_input'")
        wait_until(have_woken, seconds=120, what="the questions to wake")


def test_their_answers_are_kept_by_login_and_posted(installed, contract, posted):
    with installed.connected("maalbar_report", "MAALBAR_REPORT_PASSWORD") as link:
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


def test_not_even_the_tasks_can_change_what_is_posted_and_the_pages_can_write_nothing(installed, posted):
    denied = psycopg.errors.InsufficientPrivilege
    for change in (
        "update ledger_entry set contract = 'x'",
        "delete from ledger_entry",
        "truncate ledger_entry cascade",
    ):
        for role in ("none", "maalbar_writer"):
            with installed.connected("maalbar_pipeline", "MAALBAR_PIPELINE_PASSWORD") as link, pytest.raises(denied):
                link.execute(f"set role {role}")
                link.execute(change)
    for change in (
        "insert into proposal default values",
        "update proposal set state = 'posted'",
        "delete from approval",
    ):
        with installed.connected("maalbar_report", "MAALBAR_REPORT_PASSWORD") as link, pytest.raises(denied):
            link.execute(change)


def test_no_secret_stands_in_a_log_or_in_a_database(stack, posted):
    secrets = _secrets(stack)
    written = {
        path: path.read_text(encoding="utf-8", errors="replace")
        for path in stack.folder.rglob("*")
        if path.is_file() and path.name not in OF_THE_MACHINE and not path.is_relative_to(stack.folder / "pg")
    }
    assert any("take_in" in str(path) and text for path, text in written.items())  # the tasks' own logs are among them
    assert [(name, str(path)) for path, text in written.items() for name, one in secrets.items() if one in text] == []
    for database in ("airflow", "maalbar"):
        for table, row in _rows(stack, database):
            assert [(table, name) for name, one in secrets.items() if one in row] == []


def _secrets(stack: Composed) -> dict[str, str]:
    """What was drawn for this installation, a person key without the number of its generation."""
    return {name: stack.secrets[name].rpartition(":")[2] for name in SECRETS}


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
