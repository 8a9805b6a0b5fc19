"""What tests share: state folders, real databases, contracts to change. Nothing here replaces a part of the product."""

from __future__ import annotations

import base64
import copy
import hashlib
import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
import yaml

from maalbar import database
from maalbar.contract import Contract, load_contract
from maalbar.contract.signing import sign
from maalbar.contract.yamlfile import read_yaml
from maalbar.local import postgres
from maalbar.settings import PROJECT

# No deadline: a test says what is true, not how fast this machine is today.
hypothesis.settings.register_profile("maalbar", deadline=None)
hypothesis.settings.load_profile("maalbar")

# Spark's queries here are of a few rows: they are over before Java's second compiler would pay.
os.environ.setdefault("SPARK_SUBMIT_OPTS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")

# One key for all tests, so that an id is the same in each. It is nobody's.
os.environ.pop("MAALBAR_PERSON_KEYS_FILE", None)
os.environ["MAALBAR_PERSON_KEYS"] = "1:" + base64.b64encode(hashlib.sha256(b"the key of the tests").digest()).decode()

TINY = Path(__file__).parent / "contracts" / "tiny.yaml"
_numbers = itertools.count(1)


ONE_INSTALLATION = "tests/e2e/services/"
"""The folder whose files share an installation, and the process that it was started by."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """By file, as `--dist loadfile` has it, but for what shares one installation."""
    from xdist.scheduler import LoadFileScheduling

    class ByInstallation(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return ONE_INSTALLATION if nodeid.startswith(ONE_INSTALLATION) else str(super()._split_scope(nodeid))

    return ByInstallation(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: tests on a running Airflow wait for it most of their time."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with a long test first, so that at the end no core waits for another."""
    files = {item.path for item in items if item.get_closest_marker("e2e") or item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in files)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty MAALBAR_HOME of the test's own."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("MAALBAR_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def embedded_postgres() -> Iterator[postgres.Postgres]:
    """The product's own embedded server, in a folder of this session, stopped at its end."""
    # Not below pytest's own folder: a socket's path has at most 107 bytes, and that one is private to the user.
    folder = Path(tempfile.mkdtemp(prefix="maalbar-tests-"))
    try:
        with postgres.running(folder / "pg") as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def migrated_template(embedded_postgres: postgres.Postgres) -> str:
    """The name of a database brought to the newest version by the product's own migration, to be copied."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MAALBAR_DATABASE_URL", embedded_postgres.url("maalbar"))
        database.migrate()
        database.engine().dispose()
    return "maalbar"


@pytest.fixture
def results_database(
    embedded_postgres: postgres.Postgres, migrated_template: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """The URL of a results database of the test's own, empty and at the newest version, with a home beside it."""
    name = f"test_{next(_numbers)}"
    _administer(embedded_postgres, f"create database {name} template {migrated_template}")
    monkeypatch.setenv("MAALBAR_DATABASE_URL", embedded_postgres.url(name))
    yield embedded_postgres.url(name)
    database.engine().dispose()
    _administer(embedded_postgres, f"drop database {name} with (force)")


def _administer(server: postgres.Postgres, statement: str) -> None:
    with psycopg.connect(host=str(server.socket_folder), user="postgres", dbname="postgres", autocommit=True) as link:
        link.execute(statement)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def pilot() -> Contract:
    """The shipped contract Plads til Forskel."""
    return load_contract(PROJECT / "investments" / "plads_til_forskel.yaml")


@pytest.fixture(scope="session")
def tiny() -> Contract:
    """The contract of `tests/contracts/tiny.yaml`, as it stands."""
    return load_contract(TINY)


@pytest.fixture
def investments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty MAALBAR_INVESTMENTS of the test's own."""
    folder = tmp_path / "investments"
    folder.mkdir()
    monkeypatch.setenv("MAALBAR_INVESTMENTS", str(folder))
    return folder


@pytest.fixture
def tiny_contract(investments: Path) -> Callable[..., Contract]:
    """Writes `tests/contracts/tiny.yaml` into the test's own investments, with changes, and loads it.

    `tiny_contract({"terms.premium.rate": "0 %", "mandates": None, "calendar.periods.2": None}, id="other")`: keys are
    paths into the file, None removes. Every value is text, as in the file. All parties have signed it, unless said otherwise.
    """

    def write(changes: dict[str, Any] | None = None, *, id: str = "tiny", is_signed: bool = True) -> Contract:
        data = copy.deepcopy(read_yaml(TINY).data)
        for path, value in {"id": id, **(changes or {})}.items():
            _change(data, path.split("."), value)
        file = investments / f"{id}.yaml"
        file.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
        contract = load_contract(file)
        if is_signed:
            for party_id, party in contract.answering.items():
                sign(file, party_id, party.approvers[0].name, "The board", contract.status.dated)
        return load_contract(file)

    return write


def _change(data: Any, path: list[str], value: Any) -> None:
    *way, last = [int(part) if part.isdigit() else part for part in path]
    for part in way:
        data = data[part]
    if value is not None:
        data[last] = value
    else:
        del data[last]
