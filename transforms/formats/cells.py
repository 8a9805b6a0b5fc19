"""Cells: what every format is read to, and what no format may hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from maalbar.errors import DeliveryRefused

ROWS = 250_000
"""The most rows of a batch."""
CELL_BYTES = 1_000_000
"""The longest text of a cell, in UTF-8."""
BATCH_BYTES = 64_000_000
"""About the most memory of a batch, whatever its rows are long."""


@dataclass(frozen=True)
class Cells:
    """A file as it stands.

    `header`: the names of the columns, in Unicode form NFC, in the order of the file. `batches`: its rows in order, at
    most ROWS at a time, each with these columns and of one schema; text is `string` in NFC with empty as null, else `int64`,
    `float64`, `bool`, `date32`, `timestamp[us]` (local), or `timestamp[us, tz=UTC]` where the file tells instants. A fault
    that only a later row shows is raised by the batch that meets it, so nothing is taken in before the last has come.
    """

    header: tuple[str, ...]
    batches: Iterator[pa.RecordBatch]


def rows_within(row_bytes: int) -> int:
    """Rows to read at a time, of so many bytes each."""
    return max(1, min(ROWS, BATCH_BYTES // max(1, row_bytes)))


def text(column: pa.Array, number: int, name: str) -> pa.Array:
    """A column of text as cells: NFC, empty as null. `number` counts columns from 1, for a refusal.

    Raises DeliveryRefused for a cell longer than CELL_BYTES, for a zero byte, and for bytes that are no UTF-8.
    """
    column = column.cast(pa.large_string() if pa.types.is_large_string(column.type) else pa.string())
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        raise DeliveryRefused(f"column no. {number} is not utf-8", where=name, mend="write it again") from None
    longest = pc.max(pc.binary_length(column)).as_py() or 0
    if longest > CELL_BYTES:
        what = f"column no. {number} has a cell of more than {CELL_BYTES // 1_000_000} MB"
        raise DeliveryRefused(what, where=name, mend="send the agreed columns, not documents")
    if _has_zero(column):
        raise DeliveryRefused(f"column no. {number} holds a zero byte", where=name, mend="send text alone")
    if not pc.all(pc.string_is_ascii(column)).as_py():
        column = pc.utf8_normalize(column, form="NFC")
    empty = pc.equal(pc.binary_length(column), 0)
    if pc.any(empty).as_py():
        column = pc.if_else(empty, pa.scalar(None, column.type), column)
    return column.cast(pa.string())


def _has_zero(column: pa.Array) -> bool:
    """Looked for in the bytes themselves, which is some times faster than cell by cell."""
    data = column.buffers()[2]
    if data is None or len(column) == 0:
        return False
    width = np.int64 if pa.types.is_large_string(column.type) else np.int32
    offsets = np.frombuffer(column.buffers()[1], width)[column.offset : column.offset + len(column) + 1]
    return re.search(b"\0", memoryview(data)[offsets[0] : offsets[-1]]) is not None
