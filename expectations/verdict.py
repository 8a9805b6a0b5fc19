"""Holds data against a suite and raises when it fails. No value of a row is ever asked for: BOOLEAN_ONLY."""

from __future__ import annotations

import os

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

from functools import cache
from pathlib import Path
from typing import Any

import great_expectations as gx
import pandas as pd
import pyarrow.parquet as pq

from expectations import deliveries
from maalbar import engine
from maalbar.engine import ParquetFiles
from maalbar.errors import ChecksFailed
from maalbar.tables import Table

JUDGED_GB = 0.75
"""Memory in which a large table is judged; what does not fit lies on the disk meanwhile."""


def hold(frame: pd.DataFrame, suite: gx.ExpectationSuite, where: str, mend: str) -> int:
    """The number of expectations that were held. Raises ChecksFailed naming those that are not met."""
    result = _validated(frame, suite)
    failed = [_name(check) for check in result.results if not check.success]
    if failed:
        raise ChecksFailed(f"{suite.name}: {'; '.join(failed)}", where=where, mend=mend)
    return len(result.results)


def judged(frame: pd.DataFrame, suite: gx.ExpectationSuite) -> list[tuple[str, str]]:
    """(column, severity) of each expectation that is not met."""
    failed = [check.expectation_config for check in _validated(frame, suite).results if not check.success]
    return [(str(config.kwargs["column"]), str(config.severity.value)) for config in failed]


def _validated(frame: pd.DataFrame, suite: gx.ExpectationSuite) -> Any:
    return _whole_frame().get_batch({"dataframe": frame}).validate(suite, result_format="BOOLEAN_ONLY")


@cache
def _whole_frame() -> Any:
    """The batch definition of whatever frame it is given. Making one takes as long as a small frame's judging does."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    source = context.data_sources.add_pandas("frame")
    return source.add_dataframe_asset("rows").add_batch_definition_whole_dataframe("all")


def hold_table(accepted: Path, table: Table, where: str) -> int:
    """Hold an accepted canonical table, in Parquet, against its suite, whichever way its size asks for: row by row, or by the
    one row of counts that `sql/intake` makes in one pass."""
    mend = "send a corrected delivery"
    file = pq.read_metadata(accepted)
    if file.num_rows <= deliveries.ROW_BY_ROW:
        return hold(pq.read_table(accepted).to_pandas(), deliveries.table_suite(table), where, mend)
    if file.schema.to_arrow_schema().names != list(table.columns):
        raise ChecksFailed(f"{table.name}: other columns than the table has", where=where, mend=mend)
    given = {"accepted": ParquetFiles((accepted,))}
    counts = engine.run(f"intake/judged_{table.name}", given, engine="duckdb", memory_gb=JUDGED_GB)
    return hold(counts.to_pandas(), deliveries.breaches_suite(table), where, mend)


def _name(check: object) -> str:
    """An expectation in words: its type and the columns it is about."""
    config = check.expectation_config  # type: ignore[attr-defined]
    about = [
        str(config.kwargs[key]) for key in ("column", "column_A", "column_B", "column_list") if key in config.kwargs
    ]
    return f"{config.type} of {', '.join(about) or 'the table'}"
