"""The databases of an installation and who may do what in them.

maalbar    maalbar_owner      owns the tables: only `maalbar migrate` works as it
           maalbar_pipeline   reads and appends (the role `maalbar_writer`), and can change and delete nothing
           maalbar_report     reads what is measured and settled (the role `maalbar_reader`), and nothing of single persons;
                              writes down who opened what, and nothing else
airflow    airflow            owns Airflow's metadata, and cannot connect to the other database
"""

from __future__ import annotations

from collections.abc import Mapping

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from maalbar.database import READER, WRITER
from maalbar.errors import SetupError

OWNER, PIPELINE, REPORT, AIRFLOW = "maalbar_owner", "maalbar_pipeline", "maalbar_report", "airflow"
RESULTS = "maalbar"
CONNECTS = {RESULTS: (OWNER, PIPELINE, REPORT), AIRFLOW: (AIRFLOW,)}
"""Who may connect to which database; its first login owns it."""
PASSWORDS = {
    OWNER: "MAALBAR_OWNER_PASSWORD",
    PIPELINE: "MAALBAR_PIPELINE_PASSWORD",
    REPORT: "MAALBAR_REPORT_PASSWORD",
    AIRFLOW: "AIRFLOW_DATABASE_PASSWORD",
}
"""The environment variables that hold their passwords."""
OPENINGS = "access_log"
OF_PERSONS = (OPENINGS, "erasure", "tombstone")
"""Tables that a report has no use for, and that speak of single persons."""


def passwords(environment: Mapping[str, str]) -> dict[str, str]:
    """The passwords by login, empty where there is none."""
    return {login: environment.get(name, "") for login, name in PASSWORDS.items()}


def create(administrator_url: str, passwords: Mapping[str, str]) -> None:
    """Make both databases, their roles and logins, or bring them to what is said here; safe to call again.

    `passwords` by login; a new one replaces the old, which is how they are renewed. Passwords do not travel: the server
    is given what it stores. Raises SetupError where the server cannot be reached, or a password is missing.
    """
    missing = [login for logins in CONNECTS.values() for login in logins if not passwords.get(login)]
    if missing:
        raise SetupError(
            f"no password for {missing[0]}",
            where="the logins",
            mend=f"set {PASSWORDS[missing[0]]}; `maalbar new-secrets` draws one",
        )
    with _connected(administrator_url, "postgres") as server:
        for role in (WRITER, READER):
            _make_role(server, role)
        for login in (login for logins in CONNECTS.values() for login in logins):
            _make_role(server, login)
            _let_in(server, login, passwords[login])
        for role, login in ((WRITER, OWNER), (WRITER, PIPELINE), (READER, REPORT)):
            server.execute(sql.SQL("grant {} to {}").format(sql.Identifier(role), sql.Identifier(login)))
        for database, logins in CONNECTS.items():
            _make_database(server, database, logins)
    let_read(administrator_url)


def _connected(url: str, database: str) -> psycopg.Connection:
    address = make_url(url).set(drivername="postgresql", database=database)
    try:
        return psycopg.connect(address.render_as_string(hide_password=False), autocommit=True)
    except psycopg.OperationalError:
        mend = "see that the server runs, and that MAALBAR_ADMINISTRATOR_URL is its administrator's"
        raise SetupError("cannot be reached", where="the database server", mend=mend) from None


def _make_role(server: psycopg.Connection, role: str) -> None:
    known = server.execute("select from pg_roles where rolname = %s", [role]).fetchone()
    if known is None:
        server.execute(sql.SQL("create role {}").format(sql.Identifier(role)))


def _let_in(server: psycopg.Connection, login: str, password: str) -> None:
    stored = server.pgconn.encrypt_password(password.encode(), login.encode(), b"scram-sha-256")
    allow = sql.SQL("alter role {} login noinherit nosuperuser nocreatedb nocreaterole password {}")
    if login != PIPELINE:  # the others work as themselves; the pipeline takes its role, and has nothing without it
        allow = sql.SQL("alter role {} login inherit nosuperuser nocreatedb nocreaterole password {}")
    server.execute(allow.format(sql.Identifier(login), sql.Literal(stored.decode())))


def _make_database(server: psycopg.Connection, database: str, logins: tuple[str, ...]) -> None:
    name, owner = sql.Identifier(database), sql.Identifier(logins[0])
    if server.execute("select from pg_database where datname = %s", [database]).fetchone() is None:
        server.execute(sql.SQL("create database {} owner {}").format(name, owner))
    server.execute(sql.SQL("alter database {} owner to {}").format(name, owner))
    server.execute(sql.SQL("revoke all on database {} from public").format(name))
    for login in logins:
        server.execute(sql.SQL("grant connect on database {} to {}").format(name, sql.Identifier(login)))


def let_read(administrator_url: str) -> None:
    """Let the reader see every table, those of versions to come among them, but those of persons; after each migration.

    Whoever serves pages opens files there: who opened what, it may write down, and not read. Raises SetupError.
    """
    reader, owner = sql.Identifier(READER), sql.Identifier(OWNER)
    with _connected(administrator_url, RESULTS) as results:
        results.execute(sql.SQL("grant usage on schema public to {}").format(reader))
        results.execute(sql.SQL("grant select on all tables in schema public to {}").format(reader))
        of_owner = sql.SQL("alter default privileges for role {} in schema public grant select on tables to {}")
        results.execute(of_owner.format(owner, reader))
        for table in OF_PERSONS:
            if results.execute("select to_regclass(%s)", [table]).fetchone() == (None,):
                continue
            results.execute(sql.SQL("revoke all on {} from {}").format(sql.Identifier(table), reader))
            if table == OPENINGS:
                results.execute(sql.SQL("grant insert on {} to {}").format(sql.Identifier(table), reader))
