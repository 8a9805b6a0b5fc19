"""Repeated: what only several rows of a file tell together. Keys that come twice, and rows that take others back.

A file too large for memory is looked at in the order of its keys: only rows whose key comes more than once are compared as a
whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from maalbar.tables import Table
from transforms.columns import cells as column_cells
from transforms.intake import REASONS, joined_text

CLASHING = "same key as another row, with other content"
TWO_PERSONS = "same person as another row, with another sex or birth month"
NOTHING_TO_TAKE_BACK = "takes back a row that is not here"


def keyed(rows: pa.Table, table: Table) -> pa.Table:
    """Candidate rows with `row_key`: the key columns as one text."""
    rows = rows.combine_chunks()
    return rows.append_column("row_key", joined_text([column_cells(rows, name) for name in table.key]))


def same_keys(rows: pa.Table, keys: pa.Array, table: Table) -> pa.Table:
    """Of candidate rows those that have one of the keys: `row_number`, `row_key`, and all their columns as one `content`."""
    rows = keyed(rows, table)
    chosen = rows.filter(pc.is_in(rows.column("row_key"), keys)).combine_chunks()
    content = joined_text([column_cells(chosen, name) for name in table.columns])
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


class OneOfEach:
    """Rows in the order of their key, without those of the file that are set aside, and each key once: its first row.

    The keys that came again are told by `again` when the last row has passed: whether their rows say the same, nobody has
    looked at yet.
    """

    def __init__(self, table: Table, aside: pa.Array) -> None:
        self._table, self._aside = table, aside
        self._last: list[Any] | None = None
        self._again: list[pa.Array] = [pa.array([], pa.string())]

    def of(self, ordered: Iterator[pa.RecordBatch]) -> Iterator[pa.Table]:
        """The rows that are left of each batch."""
        for batch in ordered:
            rows = pa.Table.from_batches([batch])
            if len(self._aside):
                rows = rows.filter(pc.invert(pc.is_in(rows.column("row_number"), self._aside)))
            if len(rows):
                is_first = self._is_first([column_cells(rows, name) for name in self._table.key])
                if not is_first.all():
                    again = keyed(rows.filter(pa.array(~is_first)), self._table)
                    self._again.append(pc.unique(column_cells(again, "row_key")))
                    rows = rows.filter(pa.array(is_first))
                yield rows

    @property
    def again(self) -> pa.Array:
        """`row_key` of every key that more than one row has."""
        return pc.unique(pa.concat_arrays(self._again))

    def _is_first(self, key: list[pa.Array]) -> np.ndarray:
        """Which rows have another key than the row before; no column of a key is ever empty in a sound row."""
        is_first = np.zeros(len(key[0]), dtype=bool)
        for column in key:
            is_first[1:] |= pc.not_equal(column[1:], column[:-1]).to_numpy(zero_copy_only=False)
        is_first[0] = [column[0].as_py() for column in key] != self._last
        self._last = [column[-1].as_py() for column in key]
        return is_first
