"""Books that are settled once for all tests here; each test works on a copy."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from maalbar.contract import Contract

from .settled import administer, books, contract_in, settle_through


@pytest.fixture(scope="package")
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
def contract(settled, embedded_postgres, tmp_path, monkeypatch) -> Iterator[Contract]:
    """The settled contract, with a home and books of the test's own."""
    kept, home, template = settled
    shutil.copytree(home / "store", tmp_path / "home" / "store", copy_function=_link)
    shutil.copytree(home / "investments", tmp_path / "investments")
    monkeypatch.setenv("MAALBAR_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MAALBAR_INVESTMENTS", str(tmp_path / "investments"))
    with books(embedded_postgres, template, monkeypatch) as name:
        yield kept
    administer(embedded_postgres, f"drop database {name} with (force)")


def _link(source: str, target: str) -> None:
    Path(target).hardlink_to(source)
