"""Who opened a file as it came is written down before it is opened, and there is no other way to open it."""

from __future__ import annotations

import ast
import getpass
from pathlib import Path

import pyarrow as pa
import pytest

from maalbar import access, store
from maalbar.database import transaction
from maalbar.errors import StoreDamaged
from maalbar.settings import PROJECT

READS = {"get", "get_table", "verified", "require"}
ALLOWED = {"maalbar/access.py", "maalbar/store.py"}


def _openings() -> list[tuple[str, str, str, str]]:
    with transaction() as connection:
        return [(r["shelf"], r["sha256"], r["who"], r["why"]) for r in access.openings(connection, "tiny")]


@pytest.mark.usefixtures("results_database")
def test_an_opening_is_written_down_with_who_what_and_why(monkeypatch):
    monkeypatch.setenv(access.VARIABLE, "hanne")
    raw = store.put("tiny", "raw", b"person\nanna\n")
    aside = store.put_table("tiny", "quarantine", pa.table({"row_number": [1]}))
    assert access.opened("tiny", "raw", raw, "a question of the auditor").read_bytes() == b"person\nanna\n"
    assert len(access.opened_table("tiny", "quarantine", aside, "sent back")) == 1
    assert _openings() == [
        ("raw", raw, "hanne", "a question of the auditor"), ("quarantine", aside, "hanne", "sent back"),
    ]  # fmt: skip


@pytest.mark.usefixtures("results_database")
def test_an_opening_that_fails_is_written_down_too():
    with pytest.raises(StoreDamaged):
        access.opened("tiny", "raw", "0" * 64, "looking")
    assert [digest for _, digest, _, _ in _openings()] == ["0" * 64]


@pytest.mark.usefixtures("results_database")
def test_nothing_is_opened_where_it_cannot_be_written_down(monkeypatch):
    monkeypatch.setattr(store, "verified", lambda *_: pytest.fail("it was opened"))
    with pytest.raises(Exception, match="access_log"):
        access.opened("tiny", "raw", "0" * 64, "")  # why is to be said


def test_who_is_named_or_the_task_of_airflow_or_the_user_of_the_system(monkeypatch):
    for name in (access.VARIABLE, "AIRFLOW_CTX_DAG_ID"):
        monkeypatch.delenv(name, raising=False)
    assert access.who() == getpass.getuser()
    monkeypatch.setenv("AIRFLOW_CTX_DAG_ID", "retention")
    monkeypatch.setenv("AIRFLOW_CTX_DAG_OWNER", "region")
    monkeypatch.setenv("AIRFLOW_CTX_DAG_RUN_ID", "scheduled__2028-01-01")
    assert access.who() == "region by retention scheduled__2028-01-01"
    monkeypatch.setenv(access.VARIABLE, "hanne")
    assert access.who() == "hanne"


def _reads_past(source: str) -> list[int]:
    """Lines that read the store on another shelf than one that is named there and open, or reach into its folder."""
    lines = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr == "store" and isinstance(node.value, ast.Call):
            lines.append(node.lineno)  # settings().store
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        is_store = isinstance(node.func.value, ast.Name) and node.func.value.id == "store"
        if is_store and node.func.attr in READS - {"require"}:
            shelf = node.args[1] if len(node.args) > 1 else None
            if not (isinstance(shelf, ast.Constant) and shelf.value in ("canonical", "bundle", "release")):
                lines.append(node.lineno)
    return lines


def test_no_module_reads_a_raw_file_or_what_was_set_aside_another_way():
    found = {}
    for room in ("maalbar", "transforms", "expectations", "dags", "plugins"):
        for path in (PROJECT / room).rglob("*.py"):
            name = path.relative_to(PROJECT).as_posix()
            if name not in ALLOWED and (lines := _reads_past(path.read_text(encoding="utf-8"))):
                found[name] = lines
    assert found == {}


@pytest.mark.parametrize(
    "source",
    [
        'store.get(contract.id, "raw", digest)',
        'store.get_table(contract.id, "quarantine", digest)',
        "store.verified(contract.id, shelf, digest)",
        'open(settings().store / "raw")',
    ],
)
def test_another_way_would_be_seen(source):
    assert _reads_past(source) == [1]
    assert _reads_past('store.get_table(contract.id, "canonical", digest)') == []
    assert Path(PROJECT / "maalbar" / "access.py").exists()
