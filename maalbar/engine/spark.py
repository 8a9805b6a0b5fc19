"""Spark, where one machine is too small: the same steps in Spark's words, with Arrow or Parquet going in and out.

One session per process, started at the first step and stopped at exit. It is strict (ANSI), works in UTC, shows no pages
and writes no log, since Spark's log tells the values of rows that fail.
"""

from __future__ import annotations

import atexit
import os
import shutil
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from maalbar.engine.address import Address, Limits
from maalbar.engine.java import java_at_hand
from maalbar.engine.tables import Given, ParquetFiles, Tables
from maalbar.errors import SetupError
from maalbar.temporary import temporary_folder

_SILENT = """appender.none.type = Null
appender.none.name = none
rootLogger.level = off
rootLogger.appenderRef.none.ref = none
logger.shell.name = org.apache.spark.api.python.PythonGatewayServer
logger.shell.level = off
"""
_running: dict[Address, Any] = {}


def run(step: str, query: str, tables: Tables, schema: pa.Schema, at: Address, limits: Limits) -> pa.Table:
    """The rows of a query over exactly these tables, in the given types."""
    with _result(step, query, tables, schema, at, limits) as frame:
        return frame.toArrow().cast(schema).combine_chunks()


def run_to(
    step: str, query: str, tables: Tables, schema: pa.Schema, at: Address, limits: Limits, path: Path
) -> tuple[Path, ...]:
    """The rows of a query as a folder of Parquet parts whose names are in the order of the rows.

    On a cluster the folder must be one that every machine sees, as must the files that are read.
    """
    with temporary_folder(path.parent) as scratch:
        written = scratch / "parts"
        with _result(step, query, tables, schema, at, limits) as frame:
            frame.write.option("compression", "zstd").parquet(str(written))
        if path.exists():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        written.rename(path)
    return tuple(sorted(path.glob("part-*.parquet")))


@contextmanager
def _result(step: str, query: str, tables: Tables, schema: pa.Schema, at: Address, limits: Limits) -> Iterator[Any]:
    """The frame of a query in the given types. Its tables can be seen as long as this lasts."""
    session = _session(at, limits)
    from pyspark.errors import PySparkException
    from pyspark.sql.pandas.types import from_arrow_type

    try:
        for name, table in tables.items():
            _frame(session, table).createOrReplaceTempView(name)
        frame = session.sql(query)
        yield frame.select([frame[field.name].cast(from_arrow_type(field.type)) for field in schema])
    except PySparkException as error:
        # The condition is a word for the kind of fault; the message beside it may tell a row's values.
        kind = (error.getCondition() or type(error).__name__).lower().replace("_", " ")
        raise SetupError(f"cannot be run by Spark ({kind})", where=f"sql/{step}.sql") from None
    finally:
        for name in tables:
            session.catalog.dropTempView(name)


def _frame(session: Any, table: Given) -> Any:
    if isinstance(table, ParquetFiles):
        frame = session.read.parquet(*(str(path) for path in table.paths))
        return frame.select([frame[column].alias(called) for called, column in table.named]) if table.named else frame
    with _unworried():
        # Spark takes an empty chunk for the end of a table, and says nothing of the rows behind it.
        return session.createDataFrame(table.combine_chunks())


def _unworried() -> warnings.catch_warnings:
    """Spark warns of pandas 3 wherever it might use pandas; here Arrow goes in and out without it."""
    return warnings.catch_warnings(action="ignore", category=FutureWarning)


def _session(at: Address, limits: Limits) -> Any:
    """The session at a master, kept between steps. Raises SetupError where Spark or its Java is missing or cannot start."""
    if at in _running:
        return _running[at]
    try:
        with _unworried():
            from pyspark.sql import SparkSession
    except ImportError:
        raise SetupError(
            "Spark is not installed", where=at.master, mend="install maalbar[spark], or use duckdb"
        ) from None
    stop()
    held = ExitStack()  # until this process ends
    scratch = held.enter_context(temporary_folder())
    atexit.register(held.close)
    atexit.register(stop)
    builder = SparkSession.builder.appName("maalbar").master(at.master)
    for name, value in _configuration(at, limits, scratch).items():
        builder = builder.config(name, value)
    _silence()
    with java_at_hand(scratch) as java, _on_this_machine(at), _unworried():
        try:
            _running[at] = builder.getOrCreate()
        except Exception as error:
            raise SetupError(
                f"Spark does not start ({type(error).__name__})", where=f"{at.master}, {java}",
                mend="Spark 4 needs a Java 17 or 21 and a master that answers",
            ) from None  # fmt: skip
    return _running[at]


def _silence() -> None:
    """PySpark's own loggers write the message of a failed query, values and all, to stderr."""
    from pyspark.logger import PySparkLogger

    for name in ("SQLQueryContextLogger", "DataFrameQueryContextLogger"):
        PySparkLogger.getLogger(name).disabled = True


def stop() -> None:
    """Stop the session of this process, if there is one."""
    while _running:
        _running.popitem()[1].stop()


def _configuration(at: Address, limits: Limits, scratch: Path) -> dict[str, str]:
    log = scratch / "log4j2.properties"
    log.write_text(_SILENT, encoding="utf-8")
    partitions = {"spark.sql.shuffle.partitions": str(limits.threads)} if at.master.startswith("local") else {}
    return partitions | {
        "spark.sql.ansi.enabled": "true",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        "spark.sql.warehouse.dir": str(scratch / "warehouse"),
        "spark.local.dir": str(scratch),
        "spark.driver.memory": f"{max(int(limits.memory_gb * 1024), 512)}m",
        "spark.driver.maxResultSize": "0",
        "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={log.as_uri()}",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }


@contextmanager
def _on_this_machine(at: Address) -> Iterator[None]:
    """A Spark that runs in this machine alone speaks to itself over the loopback, also where there is no network."""
    if not at.master.startswith("local") or "SPARK_LOCAL_IP" in os.environ:
        yield
        return
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    try:
        yield
    finally:
        os.environ.pop("SPARK_LOCAL_IP")
