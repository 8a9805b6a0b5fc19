"""PostgreSQL's own tools are called with the login's password in their environment, and nowhere that others may read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from maalbar.backup import dump
from maalbar.errors import SetupError

URL = "postgresql+psycopg://maalbar_pipeline:hush@/maalbar?host=/run/pg"


@pytest.fixture
def lost(embedded_postgres: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a database of its own, which everybody is cut off from under each tool."""
    place = {"host": str(embedded_postgres.socket_folder), "user": "postgres", "dbname": "postgres"}
    with psycopg.connect(**place, autocommit=True) as administrator:

        def run(command: list[str], **how: Any) -> Any:
            administrator.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = 'lost'")
            return SimpleNamespace(returncode=1, stdout="", stderr="server closed the connection unexpectedly")

        administrator.execute("create database lost")
        monkeypatch.setattr(dump, "_tool", lambda name, wanted: name)
        monkeypatch.setattr(dump.subprocess, "run", run)
        yield embedded_postgres.url("lost")
        administrator.execute("drop database lost with (force)")


@pytest.fixture
def called(monkeypatch) -> list[tuple[list[str], dict[str, str]]]:
    """What is run, as (command, environment), on a server that stays; every run fails."""
    calls: list[Any] = []

    def run(command: list[str], **how: Any) -> Any:
        calls.append((command, how["env"]))
        return SimpleNamespace(returncode=1, stdout="", stderr="pg_dump: error: first line\nsecond line")

    server = SimpleNamespace(scalar=lambda asked: "180000", execute=lambda asked: None)
    monkeypatch.setattr(dump, "_watched", lambda url: nullcontext(server))
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


def test_a_server_that_is_lost_under_the_tool_may_be_asked_again(lost, tmp_path):
    with pytest.raises(OperationalError):
        dump.dump_results(lost, tmp_path / "dump", "1-1")


def test_a_tool_that_is_too_old_is_told_of_and_not_used(monkeypatch):
    monkeypatch.setattr(dump, "_major", lambda tool: 18)
    assert dump._tool("pg_dump", 18).name == "pg_dump"
    with pytest.raises(SetupError, match="no pg_dump is here that knows version 19"):
        dump._tool("pg_dump", 19)
