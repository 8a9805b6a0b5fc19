"""Columns of Arrow tables in one piece: kernels give pieces, and what compares rows place for place wants none."""

from __future__ import annotations

import pyarrow as pa


def whole(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """A column as one array, also where it has no piece or many."""
    found = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return found if isinstance(found, pa.Array) else pa.concat_arrays(found.chunks or [pa.array([], found.type)])


def cells(table: pa.Table, name: str) -> pa.Array:
    """One column of a table as one array."""
    return whole(table.column(name))
