"""The way to the results database: the one module that opens connections and knows its version.

Its connections work under the role `maalbar_writer`, which may read and append and nothing else, or under `maalbar_reader` where
the login has no other; only `create` and `migrate` are the owner.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, NullPool, create_engine, event, text
from sqlalchemy.exc import ProgrammingError

from maalbar.errors import SetupError
from maalbar.settings import PROJECT, settings

WRITER, READER = "maalbar_writer", "maalbar_reader"


@cache
def _engine(url: str) -> Engine:
    # An error of the database is logged by others: it does not list the rows that were to be written.
    made = create_engine(url, pool_pre_ping=True, pool_size=2, isolation_level="SERIALIZABLE", hide_parameters=True)
    event.listen(made, "connect", _take_role)
    return made


def _take_role(link: Any, _: object) -> None:
    """Let the role follow the login: who serves pages only reads, and has no way to write."""
    held = "select rolname from pg_roles where rolname = any(%s) and pg_has_role(rolname, 'member')"
    try:
        roles = {name for (name,) in link.execute(held, [[WRITER, READER]])}
        role = READER if roles == {READER} else WRITER
        link.execute(f"set role {role}")
        # A role taken in a transaction that is rolled back is lost with it.
        link.commit()
    except psycopg.OperationalError:  # the connection was lost, which is another matter
        raise
    except psycopg.Error:
        raise SetupError(
            f"its user cannot take the role {WRITER}",
            where="the results database",
            mend="run `maalbar migrate` as its owner, and grant the role to the user of MAALBAR_DATABASE_URL",
        ) from None


def engine() -> Engine:
    """The engine of MAALBAR_DATABASE_URL. Raises SetupError when it is not set."""
    url = settings().database_url
    if not url:
        raise SetupError(
            "no results database",
            mend="set MAALBAR_DATABASE_URL, or use the `maalbar` command, which starts its own",
        )
    return _engine(url)


@contextmanager
def transaction() -> Iterator[Connection]:
    """One serialisable transaction: committed at the end, rolled back on any error."""
    with engine().begin() as connection:
        yield connection


@contextmanager
def contract_lock(contract_id: str) -> Iterator[Connection]:
    """A transaction that no other of the same contract overlaps. The lock is taken before the first read."""
    with (
        engine().connect().execution_options(isolation_level="READ COMMITTED") as connection,
        connection.begin(),
    ):
        # Read committed, because under the lock nobody else writes, and a snapshot taken while waiting would be old.
        connection.execute(
            text("select pg_advisory_xact_lock(hashtextextended(:name, 0))"),
            {"name": f"maalbar/{contract_id}"},
        )
        yield connection


def create() -> None:
    """Make the results database on its server when it is not there yet."""
    url = engine().url
    server = create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        known = connection.execute(text("select 1 from pg_database where datname = :name"), {"name": url.database})
        if known.first() is None:
            quoted = server.dialect.identifier_preparer.quote(str(url.database))
            connection.execute(text(f"create database {quoted}"))
    server.dispose()


def migrate() -> None:
    """Bring the results database to the newest version. Safe to call again, and from two processes at once.

    Raises SetupError when its user may not make the role that the application works under.
    """
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(PROJECT / "sql" / "results"))
    owner = create_engine(engine().url, poolclass=NullPool, isolation_level="READ COMMITTED")
    try:
        with owner.begin() as connection:
            connection.execute(text("select pg_advisory_xact_lock(hashtextextended('maalbar/migrate', 0))"))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except ProgrammingError as error:
        if not isinstance(error.orig, psycopg.errors.InsufficientPrivilege):
            raise
        raise SetupError(
            f"its user may not make what a migration makes, the role {WRITER} among it",
            where="the results database",
            mend=f"let an administrator `create role {WRITER} nologin` and grant it to that user, then migrate again",
        ) from None


def close() -> None:
    """Let go of every connection: before a server is stopped, and before a process forks."""
    if settings().database_url:
        engine().dispose()
    _engine.cache_clear()
