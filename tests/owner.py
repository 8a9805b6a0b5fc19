"""Someone with power over the whole database, which the application has not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

from maalbar.database import transaction


@contextmanager
def as_owner() -> Iterator[Connection]:
    """A transaction of the owner of the tables: triggers still hold."""
    with transaction() as connection:
        connection.execute(text("set local role none"))
        yield connection


def tamper(*statements: str) -> None:
    """What only an administrator can do: statements past every trigger and every foreign key."""
    with as_owner() as connection:
        connection.execute(text("set local session_replication_role = replica"))
        for statement in statements:
            connection.execute(text(statement))
