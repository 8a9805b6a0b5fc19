"""How a canonical table is written as Parquet, so that the same rows in the same order are the same bytes however they come."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from maalbar.tables import Table

ROW_GROUP = 1_000_000
"""Rows of a row group of a canonical table: fixed, so that the same rows are the same bytes."""
IDS = ("person_id", "contact_id", "claim_id")
"""Columns with about as many different values as rows."""


def repeating(table: Table) -> list[str]:
    """The columns that are written through a list of their different values: all texts and days but those that are ids."""
    return [name for name, column in table.columns.items() if column.kind in ("text", "date") and name not in IDS]


class CanonicalWriter:
    """Writes a row group at a time, beside the work of those who bring the rows. At most two groups stand in memory."""

    def __init__(self, path: Path, table: Table) -> None:
        self._schema, self._columns = table.schema, list(table.columns)
        self._left: list[pa.Table] = []
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd", use_dictionary=repeating(table))
        self._beside = ThreadPoolExecutor(1)
        self._underway: Future[None] | None = None

    def write(self, rows: pa.Table) -> None:
        """Rows that follow those before; columns that the table does not have are left out."""
        self._left.append(rows.select(self._columns).cast(self._schema))
        if sum(map(len, self._left)) >= ROW_GROUP:
            whole = pa.concat_tables(self._left)
            self._left = [whole.slice(ROW_GROUP)]
            self._put(whole.slice(0, ROW_GROUP))

    def __enter__(self) -> CanonicalWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        with self._beside, self._writer:
            if kind is None:
                self._put(pa.concat_tables([self._schema.empty_table(), *self._left]))
                self._wait()

    def _put(self, group: pa.Table) -> None:
        self._wait()
        self._underway = self._beside.submit(self._writer.write_table, group, row_group_size=ROW_GROUP)

    def _wait(self) -> None:
        if self._underway is not None:
            self._underway.result()
