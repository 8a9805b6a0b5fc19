"""Airflow's metadata in a backup: what has run, and nothing that opens a door."""

from __future__ import annotations

import re
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


# Columns that may hold what opens a door, by their names.
TELLING = re.compile(r"pass|token|secret|login|extra|credential|registration_hash|^val$")
HARMLESS = {
    "asset": "an address of a data set, from the code of a DAG",
    "asset_event": "which task wrote it",
    "log": "who did what in the pages; Airflow masks what is secret in it",
}
"""Tables with such a column that are backed up, and what stands there."""


def test_every_table_of_airflow_that_may_hold_a_secret_is_left_empty_or_looked_at() -> None:
    from airflow.models.base import Base
    from airflow.providers.fab.auth_manager import models
    from airflow.utils.db import import_all_models

    import_all_models()
    known = Base.metadata.tables | models.Model.metadata.tables
    assert set(dump.SECRET_OF_AIRFLOW) - set(known) <= {"session"}
    telling = {name for name, table in known.items() if any(TELLING.search(one.name) for one in table.columns)}
    assert telling - set(dump.SECRET_OF_AIRFLOW) == set(HARMLESS)
