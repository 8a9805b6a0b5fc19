"""Writing Parquet while rows come, and letting go of it whatever happens.

A file that is open takes its room on the disk also when it has no name any more: what is not ended is closed all the same, or a
disk that one file filled would stay full for the next.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from maalbar.tables import Table

ROW_GROUP = 1_000_000
"""Rows of a row group of a canonical table: fixed, so that the same rows are the same bytes."""
IDS = ("person_id", "contact_id", "claim_id")
"""Columns with about as many different values as rows."""


class ParquetWriting:
    """One file of rows of a canonical table. `end` makes it whole; `close` lets go of it, whole or not."""

    def __init__(self, path: Path, schema: pa.Schema, table: Table, **how: Any) -> None:
        self._sink = pa.OSFile(str(path), "wb")
        self._writer = pq.ParquetWriter(self._sink, schema, use_dictionary=_repeating(table), **how)

    def write(self, rows: pa.Table, **how: Any) -> None:
        self._writer.write_table(rows, **how)

    def end(self) -> None:
        self._writer.close()
        self._sink.close()

    def close(self) -> None:
        self._sink.close()
        self._writer.is_open = False  # or it would try to end the file when it is forgotten


class CanonicalWriting:
    """A canonical table that is written as its rows come, in row groups of one size, beside the work of those who bring them."""

    def __init__(self, path: Path, table: Table) -> None:
        self._schema, self._columns = table.schema, list(table.columns)
        self._left: list[pa.Table] = []
        self._writing = ParquetWriting(path, self._schema, table, compression="zstd")
        self._beside = ThreadPoolExecutor(1)
        self._underway: Future[None] | None = None

    def write(self, rows: pa.Table) -> None:
        self._left.append(rows.select(self._columns).cast(self._schema))
        if sum(map(len, self._left)) >= ROW_GROUP:
            whole = pa.concat_tables(self._left)
            self._left = [whole.slice(ROW_GROUP)]
            self._put(whole.slice(0, ROW_GROUP))

    def _put(self, group: pa.Table) -> Future[None]:
        if self._underway is not None:
            self._underway.result()
        self._underway = self._beside.submit(self._writing.write, group, row_group_size=ROW_GROUP)
        return self._underway

    def __enter__(self) -> CanonicalWriting:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        with closing(self._writing), self._beside:
            if kind is None:
                self._put(pa.concat_tables([self._schema.empty_table(), *self._left])).result()
                self._writing.end()


def _repeating(table: Table) -> list[str]:
    """The columns that are written through a list of their different values: all texts and days but those that are ids."""
    return [name for name, column in table.columns.items() if column.kind in ("text", "date") and name not in IDS]
