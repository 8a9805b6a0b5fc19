"""One database, one home and one folder of contracts for all cases of a module: each case is a contract of its own."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from maalbar import database
from maalbar.local import postgres

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Installation:
    """A running installation: its state, its contracts, and the address of its database."""

    home: Path
    investments: Path
    database_url: str


@pytest.fixture(scope="module")
def installation(
    embedded_postgres: postgres.Postgres, migrated_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """An installation that the environment points at as long as the module's tests run."""
    name, root = f"faults_{next(_numbers)}", tmp_path_factory.mktemp("faults")
    made = Installation(root / "home", root / "investments", embedded_postgres.url(name))
    made.home.mkdir()
    made.investments.mkdir()
    with psycopg.connect(
        host=str(embedded_postgres.socket_folder), user="postgres", dbname="postgres", autocommit=True
    ) as link:
        link.execute(f"create database {name} template {migrated_template}")  # type: ignore[arg-type]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MAALBAR_HOME", str(made.home))
        patch.setenv("MAALBAR_INVESTMENTS", str(made.investments))
        patch.setenv("MAALBAR_DATABASE_URL", made.database_url)
        yield made
        database.close()
