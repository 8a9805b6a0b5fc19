"""PostgreSQL's own tools are called with the login's password in their environment, and nowhere that others may read."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from maalbar.backup import dump
from maalbar.errors import SetupError

URL = "postgresql+psycopg://maalbar_pipeline:hush@/maalbar?host=/run/pg"


@pytest.fixture
def called(monkeypatch) -> list[tuple[list[str], dict[str, str]]]:
    """What is run, as (command, environment); every run fails."""
    calls: list[Any] = []

    def run(command: list[str], **how: Any) -> Any:
        calls.append((command, how["env"]))
        return SimpleNamespace(returncode=1, stdout="", stderr="pg_dump: error: first line\nsecond line")

    monkeypatch.setattr(dump, "_asked", lambda *asked, **bound: "180000")
    monkeypatch.setattr(dump, "_tool", lambda name, wanted: name)
    monkeypatch.setattr(dump.subprocess, "run", run)
    return calls


def test_the_password_is_the_logins_and_stands_in_no_command_line(called, tmp_path):
    with pytest.raises(SetupError, match=r"pg_dump could not do it \(pg_dump: error: first line\)") as fault:
        dump.dump_results(URL, tmp_path / "dump", "1-1")
    ((command, environment),) = called
    assert command[-1] == "--dbname=postgresql://maalbar_pipeline@/maalbar?host=%2Frun%2Fpg"
    assert environment["PGPASSWORD"] == "hush"
    assert "hush" not in f"{command} {fault.value.line}"


def test_a_tool_that_is_too_old_is_told_of_and_not_used(monkeypatch):
    monkeypatch.setattr(dump, "_major", lambda tool: 18)
    assert dump._tool("pg_dump", 18).name == "pg_dump"
    with pytest.raises(SetupError, match="no pg_dump is here that knows version 19"):
        dump._tool("pg_dump", 19)
