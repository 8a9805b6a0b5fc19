"""Erased: the rows of a person taken out of a file as it came, and out of what was made of it. Pure: file in, file out.

Whatever can stay as the sender wrote it does: delimited text and Parquet are written again in their own format, every other row
as it was. A workbook, a SAS or a Stata file cannot be written so; of it the remaining cells are kept, as Parquet. What was packed
is kept unpacked. Whether the cells that are left are the same is looked at, not assumed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from maalbar.contract.delivering import Delivery
from maalbar.errors import DeliveryRefused
from maalbar.kept import Form, Rows
from transforms.drift import layout_of
from transforms.formats import Cells, open_cells
from transforms.formats.text import column_as_text

IsErased = Callable[[pa.Array], pa.BooleanArray]
"""Person ids as text → which of them are erased; an empty cell is nobody's."""
QUOTE = b'"'


def cells_of(path: Path, form: Form, delivery: Delivery, name: str) -> Cells:
    """The cells of a kept file, unpacked. Where all rows are gone there are none. Raises DeliveryRefused."""
    given = {"empty_allowed": True} | ({"format": "parquet"} if form == "cells" else {})
    return open_cells(path, delivery.model_copy(update=given), name)


def person_ids(batch: pa.RecordBatch, delivery: Delivery) -> pa.Array:
    """The person ids of a batch as text, as intake reads them. `delivery` in the layout of the file."""
    return column_as_text(batch.column(delivery.columns["person_id"]), delivery)


def rows_of(path: Path, form: Form, delivery: Delivery, name: str, is_erased: IsErased) -> list[int]:
    """Which rows of a kept file, counted from 1, are of erased persons, whatever else is wrong or right with them."""
    cells = cells_of(path, form, delivery, name)
    agreed = layout_of(cells.header, delivery, name)
    found: list[int] = []
    first_row = 1
    for batch in cells.batches:
        erased = pc.fill_null(is_erased(person_ids(batch, agreed)), False)
        found += (pc.indices_nonzero(erased).to_numpy() + first_row).tolist()
        first_row += len(batch)
    return found


def without_rows(path: Path, form: Form, delivery: Delivery, name: str, rows: Sequence[int], target: Path) -> Form:
    """Write a kept file without some of its rows; return how it is written now."""
    unpacked: Form = "as_sent" if form == "as_sent" and delivery.packed == "none" else "unpacked"
    kept: Form = "cells" if form == "cells" else unpacked
    try:
        if kept != "cells" and delivery.format == "csv":
            _delimited(path, rows, target)
        elif kept == "cells" or delivery.format == "parquet":
            _columnar(path, rows, target)
        else:
            kept = "cells"
        if kept != "cells" and not _are_left(path, form, target, kept, delivery, name, rows):
            kept = "cells"
    except (DeliveryRefused, pa.ArrowException):
        kept = "cells"
    if kept == "cells" and form != "cells":
        _as_cells(path, form, delivery, name, rows, target)
    return kept


def ranges(rows: Sequence[int]) -> Rows:
    """Ascending row numbers as ranges."""
    found: list[tuple[int, int]] = []
    for row in rows:
        if found and row == found[-1][1] + 1:
            found[-1] = (found[-1][0], row)
        else:
            found.append((row, row))
    return tuple(found)


def as_sent(rows: Sequence[int], gone: Rows) -> list[int]:
    """Row numbers of a file of which rows are gone, as numbers of the file as it was sent."""
    numbered, ahead, taken = [], list(gone), 0
    for row in rows:
        while ahead and ahead[0][0] <= row + taken:
            first, last = ahead.pop(0)
            taken += last - first + 1
        numbered.append(row + taken)
    return numbered


def together(gone: Rows, more: Sequence[int]) -> Rows:
    """Ranges with more rows in them."""
    everything = {row for first, last in gone for row in range(first, last + 1)} | set(more)
    return ranges(sorted(everything))


def _delimited(path: Path, rows: Sequence[int], target: Path) -> None:
    """Leave out records of delimited text. A line break inside quotation marks ends no record; an empty line is none."""
    left_out, number = set(rows), -1  # the header is no row
    with path.open("rb") as source, target.open("wb") as out:
        for record in _records(source):
            is_empty = not record.strip(b"\r\n")
            number += not is_empty
            if is_empty or number not in left_out:
                out.write(record)


def _records(lines: Iterator[bytes]) -> Iterator[bytes]:
    open_record, quotes = b"", 0
    for line in lines:
        open_record += line
        quotes += line.count(QUOTE)
        if quotes % 2 == 0:
            yield open_record
            open_record, quotes = b"", 0
    if open_record:
        yield open_record


def _columnar(path: Path, rows: Sequence[int], target: Path) -> None:
    """Without what a writer said besides the rows, and without dictionaries, which hold values of rows that are gone."""
    with pq.ParquetFile(path) as file:
        told = file.schema_arrow.remove_metadata()
        schema = pa.schema([f.with_type(f.type.value_type) if pa.types.is_dictionary(f.type) else f for f in told])
        with pq.ParquetWriter(target, schema, compression="zstd") as writer:
            for batch in _others(file.iter_batches(), rows):
                writer.write_batch(batch.cast(schema))


def _as_cells(path: Path, form: Form, delivery: Delivery, name: str, rows: Sequence[int], target: Path) -> None:
    cells = cells_of(path, form, delivery, name)
    layout_of(cells.header, delivery, name)  # no name twice, which a table cannot have
    writer: pq.ParquetWriter | None = None
    for batch in _others(cells.batches, rows):
        writer = writer or pq.ParquetWriter(target, batch.schema, compression="zstd")
        writer.write_batch(batch)
    if writer is None:
        empty = pa.table({column: pa.array([], pa.string()) for column in cells.header})
        writer = pq.ParquetWriter(target, empty.schema, compression="zstd")
    writer.close()


def _others(batches: Iterator[pa.RecordBatch], rows: Sequence[int]) -> Iterator[pa.RecordBatch]:
    """Batches of a file without some of its rows."""
    left_out, first_row = np.asarray(rows, dtype=np.int64), 1
    for batch in batches:
        numbers = np.arange(first_row, first_row + len(batch))
        first_row += len(batch)
        inside = np.isin(numbers, left_out, assume_unique=True)
        yield batch.filter(pa.array(~inside)) if inside.any() else batch


def _are_left(
    path: Path, form: Form, target: Path, kept: Form, delivery: Delivery, name: str, rows: Sequence[int]
) -> bool:
    """Whether the cells of the written file are those of the other rows, in their order."""
    wanted = _others(cells_of(path, form, delivery, name).batches, rows)
    found = cells_of(target, kept, delivery, name).batches
    there = pa.table({})
    for batch in wanted:
        while len(there) < len(batch):
            more = next(found, None)
            if more is None:
                return False
            there = (
                pa.concat_tables([there, pa.Table.from_batches([more])])
                if len(there)
                else pa.Table.from_batches([more])
            )
        if len(batch) and not there.slice(0, len(batch)).equals(pa.Table.from_batches([batch])):
            return False
        there = there.slice(len(batch)) if len(batch) else there
    return not len(there) and all(not len(batch) for batch in found)
