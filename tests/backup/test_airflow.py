"""Airflow's metadata in a backup: what has run, and nothing that opens a door."""

from __future__ import annotations

from pathlib import Path

import psycopg

import tests.airflow_home  # noqa: F401
from maalbar.backup import dump


def test_what_has_run_comes_back_and_accounts_connections_and_sessions_do_not(
    embedded_postgres, tmp_path: Path
) -> None:
    def asked(database: str, *statements: str) -> list[tuple]:
        place = str(embedded_postgres.socket_folder)
        with psycopg.connect(host=place, user="postgres", dbname=database, autocommit=True) as link:
            for statement in statements:
                answer = link.execute(statement)  # type: ignore[call-overload]
            return answer.fetchall() if answer.description else []

    secret = [f"create table {name} (said text); insert into {name} values ('hush')" for name in dump.SECRET_OF_AIRFLOW]
    asked("postgres", "create database runs_here"), asked("postgres", "create database runs_there")
    asked("runs_here", "create table dag_run (run_id text)", "insert into dag_run values ('one')", *secret)
    file = tmp_path / "airflow.dump"
    dump.dump_airflow(embedded_postgres.url("runs_here"), file)
    assert b"hush" not in file.read_bytes()
    dump.load(embedded_postgres.url("runs_there"), file)
    assert asked("runs_there", "select * from dag_run") == [("one",)]
    assert all(asked("runs_there", f"select * from {name}") == [] for name in dump.SECRET_OF_AIRFLOW)


def test_the_tables_that_are_left_empty_are_airflows(tmp_path: Path) -> None:
    from airflow.models.base import Base
    from airflow.providers.fab.auth_manager import models
    from airflow.utils.db import import_all_models

    import_all_models()
    known = set(Base.metadata.tables) | set(models.Model.metadata.tables)
    assert set(dump.SECRET_OF_AIRFLOW) - known <= {"session"}
