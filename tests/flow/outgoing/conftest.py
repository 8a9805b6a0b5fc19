"""Books that are settled once for all tests here; each test works on a copy."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from maalbar import results, store
from maalbar.contract import Contract
from maalbar.database import transaction
from maalbar.flow.outgoing.ask import present
from maalbar.flow.outgoing.listed import listed
from maalbar.flow.outgoing.prepare import prepare

from .settled import PREPARER, Extracted, administer, books, contract_in, settle_through


@pytest.fixture(scope="session")
def settled(embedded_postgres, migrated_template) -> Iterator[tuple[Contract, Path, str]]:
    """The contract, its home, and the name of a database in which two periods are settled."""
    home = Path(tempfile.mkdtemp(prefix="maalbar-outgoing-"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MAALBAR_HOME", str(home))
        patch.setenv("MAALBAR_INVESTMENTS", str(home / "investments"))
        with books(embedded_postgres, migrated_template, patch) as name:
            contract = contract_in(home / "investments")
            settle_through(contract, home, ["1", "2"])
    yield contract, home, name
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def contract(settled, embedded_postgres, tmp_path) -> Iterator[Contract]:
    """The settled contract, with a home and books of the test's own."""
    with _copied(settled, embedded_postgres, tmp_path) as contract:
        yield contract


@pytest.fixture(scope="module")
def extracted(settled, embedded_postgres, tmp_path_factory) -> Iterator[Extracted]:
    """An extract for the evaluator that is prepared once, and the results it was made of; for tests that only look."""
    with _copied(settled, embedded_postgres, tmp_path_factory.mktemp("extracted")) as contract:
        number = prepare(contract.id, "extract", "evaluator", None, PREPARER)
        again = prepare(contract.id, "extract", "evaluator", "2", PREPARER)
        (row,) = listed(contract)
        files = {name: store.get(contract.id, "release", sha256) for name, sha256 in row["files"].items()}
        with transaction() as connection:
            measured = results.latest(connection, contract.id)["2"]["measurement_id"]
            effects = {(r["outcome"], r["basis"]): r for r in results.effects_of(connection, measured)}
            values = {(r["outcome"], r["window_id"], r["arm"]): r for r in results.values_of(connection, measured)}
        asked = present(contract.id, number)
        yield Extracted(contract, number, again, row, files, effects, values, asked)


@contextmanager
def _copied(settled, server, folder: Path) -> Iterator[Contract]:
    kept, home, template = settled
    shutil.copytree(home / "store", folder / "home" / "store", copy_function=_link)
    shutil.copytree(home / "investments", folder / "investments")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MAALBAR_HOME", str(folder / "home"))
        patch.setenv("MAALBAR_INVESTMENTS", str(folder / "investments"))
        with books(server, template, patch) as name:
            yield kept
        administer(server, f"drop database {name} with (force)")


def _link(source: str, target: str) -> None:
    Path(target).hardlink_to(source)
