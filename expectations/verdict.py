"""Holds data against a suite and raises when it fails. No value of a row is ever asked for: BOOLEAN_ONLY."""

from __future__ import annotations

import os

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

import great_expectations as gx
import pandas as pd

from expectations import deliveries
from maalbar.errors import ChecksFailed
from maalbar.tables import Table


def hold(frame: pd.DataFrame, suite: gx.ExpectationSuite, where: str, mend: str) -> int:
    """The number of expectations that were held. Raises ChecksFailed naming those that are not met."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    batch = (
        context.data_sources.add_pandas("frame")
        .add_dataframe_asset("rows")
        .add_batch_definition_whole_dataframe("all")
        .get_batch({"dataframe": frame})
    )
    result = batch.validate(suite, result_format="BOOLEAN_ONLY")
    failed = [_name(check) for check in result.results if not check.success]
    if failed:
        raise ChecksFailed(f"{suite.name}: {'; '.join(failed)}", where=where, mend=mend)
    return len(result.results)


def hold_table(rows: pd.DataFrame, table: Table, where: str) -> int:
    """Hold an accepted canonical table against its suite, row by row or by counts, whichever its size asks for."""
    mend = "send a corrected delivery"
    if len(rows) <= deliveries.ROW_BY_ROW:
        return hold(rows, deliveries.table_suite(table), where, mend)
    counts = deliveries.breaches(rows, table)
    return hold(counts, deliveries.breaches_suite(table, list(counts.columns)), where, mend)


def _name(check: object) -> str:
    """An expectation in words: its type and the columns it is about."""
    config = check.expectation_config  # type: ignore[attr-defined]
    about = [
        str(config.kwargs[key]) for key in ("column", "column_A", "column_B", "column_list") if key in config.kwargs
    ]
    return f"{config.type} of {', '.join(about) or 'the table'}"
