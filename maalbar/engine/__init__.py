"""Runs the set-based steps of `sql/`: the one package that knows an SQL dialect.

A step is one SELECT in a file, in DuckDB's words. Its header comment declares what it reads (`-- reads: a, b`); it may
read nothing else, and only functions of the allow-list (`portable`), so that its rows are the same on every engine.
Tables go in as Arrow or Parquet files and come out as Arrow; parameters are small tables to join. `duck` runs a step as it
stands, in this process and without a way to other files or network; `spark` runs it in Spark's words where one machine is
too small. Which one, and how much of the machine it may take, is a setting (`address`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pyarrow as pa

from maalbar.engine import duck
from maalbar.engine.address import Limits, address, limits
from maalbar.engine.portable import ALLOWED, declared, for_spark, lint
from maalbar.engine.tables import Given, ParquetFiles, Tables, refuse_inexact
from maalbar.errors import SetupError
from maalbar.settings import PROJECT

__all__ = [
    "ALLOWED",
    "FOLDER",
    "Given",
    "ParquetFiles",
    "Tables",
    "below",
    "lint",
    "ordered",
    "read_step",
    "run",
    "run_to",
    "spark_query",
]

FOLDER = PROJECT / "sql"
_MEND = "keep to the allow-list in maalbar/engine/portable.py"


def run(step: str, tables: Tables, *, engine: str | None = None, memory_gb: float | None = None) -> pa.Table:
    """The rows of `sql/<step>.sql` over the tables it declares, in the step's own order.

    `engine` (`duckdb`, `spark://local[2]`, …) is MAALBAR_ENGINE by default; rows and types are the same on each. `memory_gb`
    lets a step take less than MAALBAR_MEMORY_GB. Raises SetupError where file, tables or engine do not fit; no message holds a
    row value.
    """
    query, given = _fitting(step, tables)
    at, allowed = address(engine), _at_most(memory_gb)
    if at.name == "duckdb":
        rows = duck.run(step, query, given, allowed)
        refuse_inexact(step, rows.schema)
        return rows
    from maalbar.engine import spark

    schema = _portable_schema(step, query, given)
    return spark.run(step, spark_query(step), given, schema, at, allowed)


def run_to(step: str, tables: Tables, path: Path, *, engine: str | None = None) -> ParquetFiles:
    """As `run`, but the rows go to Parquet at `path` without ever standing in memory together.

    DuckDB writes one file; Spark writes a folder of parts, as it does everywhere. Whatever reads Parquet reads either by
    `path`; the files themselves, in order, come back. Nothing stands at `path` before all of it does.
    """
    query, given = _fitting(step, tables)
    schema = _portable_schema(step, query, given)
    at = address(engine)
    path.parent.mkdir(parents=True, exist_ok=True)
    if at.name == "duckdb":
        return ParquetFiles(duck.run_to(step, query, given, limits(), path))
    from maalbar.engine import spark

    return ParquetFiles(spark.run_to(step, spark_query(step), given, schema, at, limits(), path))


@contextmanager
def ordered(
    files: ParquetFiles, by: tuple[str, ...], *, rows: int = 250_000, memory_gb: float | None = None
) -> Iterator[Iterator[pa.RecordBatch]]:
    """The rows of Parquet files in the order of columns, `rows` at a time, never all of them in memory.

    Always on the embedded engine, since a file that is taken in lies on this machine. Texts are ordered by their bytes.
    """
    with duck.ordered(files, by, rows, _at_most(memory_gb)) as batches:
        yield batches


def below(files: ParquetFiles, column: str, limit: str, path: Path) -> ParquetFiles:
    """The rows of Parquet files whose text in a column lies below a limit (by its bytes), in one file at `path`.

    Always on the embedded engine, as `ordered`; read once, never all in memory.
    """
    duck.below(files, column, limit, limits(), path)
    return ParquetFiles((path,), files.named)


def _at_most(memory_gb: float | None) -> Limits:
    allowed = limits()
    return allowed if memory_gb is None else Limits(allowed.threads, min(memory_gb, allowed.memory_gb))


@cache
def read_step(step: str) -> tuple[str, tuple[str, ...]]:
    """The text of a step and the tables it reads. Raises SetupError for anything outside the portable subset."""
    path = FOLDER / f"{step}.sql"
    try:
        query = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SetupError(f"there is no step {step}", where=str(path)) from None
    faults = lint(query)
    if faults:
        raise SetupError(faults[0], where=f"sql/{path.name}", mend=_MEND)
    return query, declared(query)


def spark_query(step: str) -> str:
    """The text of a step in Spark's words. Raises SetupError where Spark would not understand it."""
    text, faults = for_spark(read_step(step)[0])
    if faults:
        raise SetupError(f"{faults[0]} in Spark's words", where=f"sql/{step}.sql", mend=_MEND)
    return text


def _fitting(step: str, tables: Tables) -> tuple[str, Tables]:
    """The text of a step, and of the tables given those that it reads."""
    query, reads = read_step(step)
    missing = sorted(set(reads) - set(tables))
    if missing:
        raise SetupError(f"the step {step} also reads {', '.join(missing)}", where=f"sql/{step}.sql")
    return query, {name: tables[name] for name in reads}


def _portable_schema(step: str, query: str, given: Tables) -> pa.Schema:
    schema = duck.result_schema(query, given)
    refuse_inexact(step, schema)
    return schema
