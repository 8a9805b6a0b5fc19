"""Repeated: what only several rows of a file tell together. Keys that come twice, and rows that take others back.

A file too large for memory is looked at through its keys: only the rows whose key comes more than once are compared as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from maalbar.tables import Table
from transforms.intake import REASONS, joined_text

CLASHING = "same key as another row, with other content"
NOTHING_TO_TAKE_BACK = "takes back a row that is not here"


def keyed(rows: pa.Table, table: Table) -> pa.Table:
    """Candidate rows with `row_key`: the key columns as one text, which sorts as they do."""
    rows = rows.combine_chunks()
    return rows.append_column("row_key", joined_text([_cells(rows, name) for name in table.key]))


def same_keys(rows: pa.Table, keys: pa.Array, table: Table) -> pa.Table:
    """Of keyed rows those that have one of the keys: `row_number`, `row_key`, and all their columns as one `content`."""
    chosen = rows.filter(pc.is_in(rows.column("row_key"), keys)).combine_chunks()
    content = joined_text([_cells(chosen, name) for name in table.columns])
    return pa.table({"row_number": chosen["row_number"], "row_key": chosen["row_key"], "content": content})


def taken_back(found: pa.Table) -> tuple[pa.Array, pa.Table]:
    """The rows that `sql/taken_back_rows.sql` cancels, and reasons for the negative ones that had nothing to take back."""
    is_cancelled = pc.equal(found.column("is_cancelled"), 1)
    cancelled = found.column("row_number").filter(is_cancelled).combine_chunks()
    left = found.filter(pc.and_(pc.invert(is_cancelled), pc.less(found.column("sign"), 0)))
    return cancelled, reasons(left.column("row_number"), NOTHING_TO_TAKE_BACK)


def reasons(row_number: pa.ChunkedArray, reason: str) -> pa.Table:
    """One reason for each of the rows."""
    return pa.table([row_number, pa.repeat(pa.scalar(reason), len(row_number))], schema=REASONS)


def one_of_each(ordered: Iterator[pa.RecordBatch], aside: pa.Array) -> Iterator[pa.Table]:
    """Batches in the order of `row_key`, without the rows of the file that are set aside, and each key once: its first row."""
    last: str | None = None
    for batch in ordered:
        rows = pa.Table.from_batches([batch])
        if len(aside):
            rows = rows.filter(pc.invert(pc.is_in(rows.column("row_number"), aside)))
        if not len(rows):
            continue
        keys = _cells(rows, "row_key")
        first = np.ones(len(rows), dtype=bool)
        first[1:] = pc.not_equal(keys[1:], keys[:-1]).to_numpy(zero_copy_only=False)
        first[0] = keys[0].as_py() != last
        last = keys[-1].as_py()
        yield rows if first.all() else rows.filter(pa.array(first))


def _cells(table: pa.Table, name: str) -> pa.Array:
    column = table.column(name).combine_chunks()
    return column if isinstance(column, pa.Array) else pa.concat_arrays(column.chunks or [pa.array([], column.type)])
