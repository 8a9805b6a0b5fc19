"""A settled contract, made once and copied for each test: its database by PostgreSQL, its home by the file system."""

from __future__ import annotations

import copy
import itertools
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
import yaml

from maalbar import database
from maalbar.contract import Contract, load_contract
from maalbar.contract.signing import sign
from maalbar.contract.yamlfile import read_yaml
from maalbar.flow import intake
from maalbar.flow.measure import measure
from maalbar.local import postgres
from tests.conftest import TINY
from tests.flow.landing import CONTACTS, deliver
from tests.flow.measured import settled

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Places:
    """Where an installation has its state."""

    server: postgres.Postgres
    name: str
    home: Path
    investments: Path

    def tell(self, *statements: str) -> None:
        """Statements of the server's administrator."""
        place = str(self.server.socket_folder)
        with psycopg.connect(host=place, user="postgres", dbname="postgres", autocommit=True) as link:
            for statement in statements:
                link.execute(statement)  # type: ignore[call-overload]

    def enter(self, patch: pytest.MonkeyPatch) -> None:
        """The environment of this process is that of the installation."""
        database.close()
        patch.setenv("MAALBAR_HOME", str(self.home))
        patch.setenv("MAALBAR_INVESTMENTS", str(self.investments))
        patch.setenv("MAALBAR_DATABASE_URL", self.server.url(self.name))


def _signed(investments: Path) -> Contract:
    data = copy.deepcopy(read_yaml(TINY).data)
    del data["cohort"]["eligibility"]["benefit_codes"]
    data["quality"]["small_cell"] = "1"
    file = investments / "tiny.yaml"
    file.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
    contract = load_contract(file)
    for party_id, party in contract.answering.items():
        sign(file, party_id, party.approvers[0].name, "The board", contract.status.dated)
    return load_contract(file)


@pytest.fixture(scope="package")
def settled_once(
    embedded_postgres: postgres.Postgres, migrated_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Places:
    """The tiny contract with two deliveries taken in, a period measured and settled."""
    root = tmp_path_factory.mktemp("settled")
    made = Places(embedded_postgres, "settled_once", root / "home", root / "investments")
    made.home.mkdir(), made.investments.mkdir()
    made.tell(f"create database {made.name} template {migrated_template}")
    with pytest.MonkeyPatch.context() as patch:
        made.enter(patch)
        contract = _signed(made.investments)
        deliver(contract)
        deliver(contract, "contacts", text=CONTACTS)
        intake.take_in(contract.id, "1")
        measure(contract.id, "1")
        settled(contract, "1")
        database.close()
    return made


@pytest.fixture
def installed(settled_once: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Contract]:
    """The contract in an installation of the test's own, with its backups beside the home, as on another disk."""
    mine = Places(settled_once.server, f"kept_{next(_numbers)}", tmp_path / "home", settled_once.investments)
    shutil.copytree(settled_once.home, mine.home)
    mine.tell(f"create database {mine.name} template {settled_once.name}")
    mine.enter(monkeypatch)
    monkeypatch.setenv("MAALBAR_BACKUPS", str(tmp_path / "backups"))
    yield load_contract(mine.investments / "tiny.yaml")
    database.close()
    mine.tell(f"drop database {mine.name} with (force)")


@pytest.fixture
def elsewhere(settled_once: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Path]]:
    """Calling it moves this process to an empty home and an empty database: those of a machine bought yesterday."""
    new = Places(settled_once.server, f"new_{next(_numbers)}", tmp_path / "new", settled_once.investments)

    def move() -> Path:
        new.home.mkdir()
        new.tell(f"create database {new.name}")
        new.enter(monkeypatch)
        return new.home

    yield move
    database.close()
    new.tell(f"drop database if exists {new.name} with (force)")
