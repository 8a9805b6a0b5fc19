"""DuckDB, in this process: parallel, out of core, and without any way to files or network but those it is given."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import duckdb
import pyarrow as pa

from maalbar.engine.address import Limits
from maalbar.engine.tables import Given, ParquetFiles, Tables
from maalbar.errors import SetupError
from maalbar.temporary import temporary_folder

SMALL = 64
"""How many times the memory that a step may take must hold its tables, for it to run where nothing can be spilled."""


def run(step: str, query: str, tables: Tables, limits: Limits) -> pa.Table:
    """The rows of a query over exactly these tables."""
    if _are_small(tables, limits):
        with _at_hand(tables, limits) as connection, _without_values(step):
            return connection.sql(query).to_arrow_table()
    with (
        temporary_folder() as spill,
        _opened(tables, limits, spill) as connection,
        _without_values(step),
    ):
        return connection.sql(query).to_arrow_table()


def run_to(step: str, query: str, tables: Tables, limits: Limits, path: Path) -> tuple[Path, ...]:
    """The rows of a query as one Parquet file, whole or not at all; they never stand in memory together."""
    with temporary_folder(path.parent) as spill:
        written = spill / "rows.parquet"
        with _opened(tables, limits, spill) as connection, _without_values(step):
            connection.execute(f"copy ({query}\n) to {_quoted(str(written))} (format parquet, compression zstd)")
        written.replace(path)
    return (path,)


def below(files: ParquetFiles, column: str, limit: str, limits: Limits, path: Path) -> None:
    """The rows whose text in a column lies below a limit, as one Parquet file, whole or not at all."""
    with temporary_folder(path.parent) as spill:
        written = spill / "rows.parquet"
        with _opened({"rows": files}, limits, spill) as connection, _without_values("below"):
            rows = connection.table("rows").filter(duckdb.ColumnExpression(column) < duckdb.ConstantExpression(limit))
            rows.write_parquet(str(written), compression="lz4")
        written.replace(path)


@contextmanager
def ordered(files: ParquetFiles, by: tuple[str, ...], rows: int, limits: Limits) -> Iterator[Iterator[pa.RecordBatch]]:
    """The rows of Parquet files in the order of columns, in batches; what does not fit in memory lies beside the files."""
    names = ", ".join(_named(name) for name in files.schema.names)
    with (
        temporary_folder(files.paths[0].parent) as spill,
        _opened({"rows": files}, limits, spill) as connection,
        _without_values("ordered"),
    ):
        query = f"select {names} from rows order by {', '.join(map(_named, by))}"  # noqa: S608 - columns of the files, quoted
        yield iter(connection.sql(query).to_arrow_reader(rows))


def result_schema(query: str, tables: Tables) -> pa.Schema:
    """The columns and types that a query gives, found by running it over empty tables of the same columns."""
    empty = {name: table.schema.empty_table() for name, table in tables.items()}
    return run("", query, empty, Limits(threads=1, memory_gb=1)).schema


def _are_small(tables: Tables, limits: Limits) -> bool:
    """Whether all lie in memory and take so little of what a step may have that it has no need to spill."""
    held = [table.nbytes for table in tables.values() if not isinstance(table, ParquetFiles)]
    return len(held) == len(tables) and sum(held) * SMALL <= limits.memory_gb * 1e9


@contextmanager
def _at_hand(tables: Tables, limits: Limits) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that sees these small tables, and no file: one of a database that this process keeps.

    Most steps are over small tables, and to start a database takes longer than they do. What one connection is given, no other
    sees.
    """
    connection = _kept(limits, os.getpid()).cursor()
    try:
        for name, table in tables.items():
            connection.register(name, table)
        yield connection
    finally:
        connection.close()


@cache
def _kept(limits: Limits, process: int) -> duckdb.DuckDBPyConnection:
    """A database with nothing in it, locked, that writes nothing anywhere. By process, since none outlives a fork."""
    connection = duckdb.connect(":memory:", config=_config(limits, spill=""))
    _lock(connection, [])
    return connection


@contextmanager
def _opened(tables: Tables, limits: Limits, spill: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that sees these tables and can do no more: files are named one by one, and then the door is locked."""
    connection = duckdb.connect(":memory:", config=_config(limits, str(spill)))
    try:
        for name, table in tables.items():
            _offer(connection, name, table)
        files = [str(path) for table in tables.values() if isinstance(table, ParquetFiles) for path in table.paths]
        _lock(connection, files)
        yield connection
    finally:
        connection.close()


def _config(limits: Limits, spill: str) -> dict[str, str | bool | int | float | list[str]]:
    return {
        "threads": limits.threads,
        "memory_limit": f"{limits.memory_gb}GB",
        "temp_directory": spill,
        "preserve_insertion_order": True,
    }


def _lock(connection: duckdb.DuckDBPyConnection, files: list[str]) -> None:
    """From here on these files may be read and no others, and nothing can be set."""
    connection.execute(f"set allowed_paths = {_listed(files)}")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")


def _offer(connection: duckdb.DuckDBPyConnection, name: str, table: Given) -> None:
    if not isinstance(table, ParquetFiles):
        connection.register(name, table)
        return
    columns = table.schema.names
    # DuckDB 2.0 misjudges filters on columns made from folder names by a factor of ten in time: they are never made.
    rows = connection.read_parquet([str(path) for path in table.paths], hive_partitioning=False)
    named = table.named or tuple(zip(columns, columns, strict=True))
    rows.select(*(duckdb.ColumnExpression(column).alias(called) for called, column in named)).create_view(name)


@contextmanager
def _without_values(step: str) -> Iterator[None]:
    """DuckDB tells the value that it could not convert; a message of ours holds none."""
    try:
        yield
    except duckdb.DataError as error:
        raise SetupError(
            f"cannot be reckoned ({type(error).__name__})", where=f"sql/{step}.sql", mend="look for too large numbers"
        ) from None
    except duckdb.OutOfMemoryException:
        raise SetupError(
            "needs more memory or room to spill", where=f"sql/{step}.sql", mend="raise MAALBAR_MEMORY_GB"
        ) from None


def _named(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _listed(texts: list[str]) -> str:
    return f"[{', '.join(_quoted(text) for text in texts)}]"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
