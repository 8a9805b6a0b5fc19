"""Each login of an installation can do what its work needs and no more: tried as that login on a real server."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import make_url

from maalbar import database
from maalbar.backup import dump
from maalbar.deployment import logins
from maalbar.errors import SetupError
from maalbar.flow import intake, outcomes
from maalbar.flow.outgoing.prepare import prepare
from maalbar.flow.outgoing.underlying import opened_underlying
from maalbar.local import postgres
from tests.cli.test_outgoing import RELEASE
from tests.flow.landing import deliver
from tests.flow.measured import measured, settled
from tests.flow.test_quarantine import MOVES_LATER, _people

PASSWORDS = {login: f"secret of {login}" for among in logins.CONNECTS.values() for login in among}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server of this module's own, with logins and a migrated results database."""
    with postgres.running(tmp_path_factory.mktemp("pg")) as running, pytest.MonkeyPatch.context() as patch:
        logins.create(running.url("postgres"), PASSWORDS)
        patch.setenv("MAALBAR_DATABASE_URL", _url(running, logins.OWNER))
        database.migrate()
        database.close()
        logins.let_read(running.url("postgres"))
        yield running


def _url(server, login: str, name: str = logins.RESULTS) -> str:
    return make_url(server.url(name)).set(username=login).render_as_string(hide_password=False)


def as_login(server, login: str, statement: str, name: str = logins.RESULTS, role: str | None = None):
    """What the server answers to a statement of this login, which is never committed."""
    address = make_url(_url(server, login, name)).set(drivername="postgresql")
    with psycopg.connect(address.render_as_string(hide_password=False)) as connection:
        try:
            if role is not None:
                connection.execute(f"set role {role}")
            answer = connection.execute(statement)
            return answer.fetchall() if answer.description else []
        finally:
            connection.rollback()


def test_the_pipeline_works_as_the_writer(server, monkeypatch, home):
    monkeypatch.setenv("MAALBAR_DATABASE_URL", _url(server, logins.PIPELINE))
    with database.transaction() as connection:
        assert connection.exec_driver_sql("select session_user, current_user").one() == (
            "maalbar_pipeline",
            "maalbar_writer",
        )
        connection.exec_driver_sql("insert into terms (digest, contract, body) values ('d', 'tiny', '{}')")
    database.close()


@pytest.mark.parametrize("table", ["ledger_entry", "ledger_leg", "approval", "measurement", "statement"])
@pytest.mark.parametrize(
    "change", ["update {} set contract = contract", "delete from {}", "truncate {}", "drop table {}"]
)
def test_the_pipeline_can_change_and_delete_nothing_of_the_books(server, table, change):
    for role in (None, "maalbar_writer"):
        with pytest.raises(errors.InsufficientPrivilege):
            as_login(server, logins.PIPELINE, change.format(table), role=role)


def test_the_pipeline_cannot_become_the_owner_nor_undo_what_guards_the_ledger(server):
    for statement in ("set role maalbar_owner", "alter table ledger_entry disable trigger all"):
        with pytest.raises(errors.InsufficientPrivilege):
            as_login(server, logins.PIPELINE, statement)


@pytest.mark.parametrize("table", ["ledger_entry", "measurement", "approval", "statement"])
def test_the_report_reads_results_and_writes_nothing(server, table):
    assert as_login(server, logins.REPORT, f"select count(*) from {table}")
    for change in ("insert into {} default values", "update {} set contract = contract", "delete from {}"):
        with pytest.raises(errors.InsufficientPrivilege):
            as_login(server, logins.REPORT, change.format(table))
    with pytest.raises(errors.InsufficientPrivilege):
        as_login(server, logins.REPORT, "set role maalbar_writer")


@pytest.mark.parametrize("table", logins.OF_PERSONS)
def test_nor_reads_it_what_speaks_of_single_persons(server, table):
    with pytest.raises(errors.InsufficientPrivilege):
        as_login(server, logins.REPORT, f"select * from {table}")
    for change in ("delete from {}", "truncate {}", "drop table {}"):
        with pytest.raises(errors.InsufficientPrivilege):
            as_login(server, logins.REPORT, change.format(table))


def test_the_pages_are_served_by_the_login_of_reports_which_writes_down_who_looked(
    server, monkeypatch, home, tiny_contract
):
    """As the api-server does: with another login than that of the tasks, and without the keys of persons."""
    monkeypatch.setenv("MAALBAR_DATABASE_URL", _url(server, logins.PIPELINE))
    contract = tiny_contract({"release": RELEASE})
    deliver(contract, text=_people(MOVES_LATER, right=18))
    intake.take_in(contract.id, "1")
    measured(contract, "1", "0.05", plans=3)
    settled(contract, "1")
    number = prepare(contract.id, "indigo", "all", None, "dora")
    database.close()

    monkeypatch.setenv("MAALBAR_DATABASE_URL", _url(server, logins.REPORT))
    monkeypatch.delenv("MAALBAR_PERSON_KEYS")
    with database.transaction() as connection:
        assert connection.exec_driver_sql("select current_user").scalar() == "maalbar_reader"
    assert outcomes.brief(contract, True).settled == 1
    assert outcomes.contract_facts(contract, True).figures
    (aside,) = outcomes.period_facts(contract, "1", True, "rita").set_aside
    assert aside.reasons
    assert opened_underlying(contract.id, number, "una")
    database.close()

    looked = as_login(server, "postgres", "select who, why from access_log order by sequence")
    assert ("una", f"to answer its release {number}") in looked
    assert any("shown to rita" in why for _, why in looked)


@pytest.mark.parametrize(
    ("login", "name"),
    [(logins.AIRFLOW, logins.RESULTS), *((one, logins.AIRFLOW) for one in logins.CONNECTS[logins.RESULTS])],
)
def test_nobody_comes_into_the_database_of_another(server, login, name):
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        as_login(server, login, "select 1", name)


def test_only_airflow_owns_its_database_and_only_the_owner_migrates(server, monkeypatch):
    as_login(server, logins.AIRFLOW, "create table dag (id integer)", logins.AIRFLOW)
    with pytest.raises(errors.InsufficientPrivilege):
        as_login(server, logins.PIPELINE, "create table mine (id integer)")


def test_made_again_with_another_password_only_the_password_is_another(server):
    def stored():
        return as_login(
            server, "postgres", "select rolname, rolpassword from pg_authid where rolname = 'maalbar_report'"
        )

    before = stored()
    logins.create(server.url("postgres"), PASSWORDS | {logins.REPORT: "renewed"})
    assert stored() != before
    assert stored()[0][1].startswith("SCRAM-SHA-256$") and "renewed" not in stored()[0][1]


def test_a_password_that_is_missing_and_a_server_that_is_away_are_one_line(server):
    with pytest.raises(SetupError, match="no password for maalbar_report — set MAALBAR_REPORT_PASSWORD"):
        logins.create(server.url("postgres"), PASSWORDS | {logins.REPORT: ""})
    with pytest.raises(SetupError, match="the database server: cannot be reached") as away:
        logins.create("postgresql+psycopg://postgres:hush@127.0.0.1:9/postgres", PASSWORDS)
    assert "hush" not in str(away.value)


def test_the_pipeline_can_back_up_what_it_may_not_change_and_the_owner_can_restore_it(
    server, embedded_postgres, tmp_path
):
    with psycopg.connect(_url(server, logins.OWNER).replace("+psycopg", "")) as link:
        snapshot = link.execute("select pg_export_snapshot()").fetchone()[0]
        dump.dump_results(_url(server, logins.PIPELINE), tmp_path / "dump", snapshot)
    # On a server that has no such logins, as the one that a backup is tried out on; and on one that has them, as the owner.
    for address, owner in ((embedded_postgres, "postgres"), (server, logins.OWNER)):
        as_administrator = make_url(address.url("postgres")).set(drivername="postgresql").render_as_string()
        with psycopg.connect(as_administrator, autocommit=True) as link:
            link.execute(f"create database again owner {owner}")
        dump.make_roles(_url(address, owner, "again"))
        dump.load(_url(address, owner, "again"), tmp_path / "dump")
    entries = "select * from ledger_entry order by 1, 2"
    assert as_login(server, logins.PIPELINE, entries, "again", role="maalbar_writer") == as_login(
        server, logins.OWNER, entries
    )
    with pytest.raises(errors.InsufficientPrivilege):
        as_login(server, logins.PIPELINE, "delete from ledger_entry", "again", role="maalbar_writer")
