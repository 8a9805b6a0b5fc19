"""Columnar: Parquet, batch by batch, with the checksums of its pages looked at where they are written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from maalbar.contract.delivering import Delivery
from maalbar.errors import DeliveryRefused
from transforms.formats.cells import Cells, rows_within, text
from transforms.formats.text import each, number

BUFFER = 1 << 20
"""Bytes of a column that are read at a time, so that a row group need not fit in memory."""
_WHOLE = "send it whole"


def cells(path: Path, delivery: Delivery, name: str) -> Cells:
    """The cells of a Parquet file. Raises DeliveryRefused, also for a type that is no cell: lists, bytes, times of day."""
    try:
        file = pq.ParquetFile(path, buffer_size=BUFFER, pre_buffer=False, page_checksum_verification=True)
    except (pa.ArrowException, OSError):
        raise DeliveryRefused(
            "is no whole Parquet file: its end is missing or damaged", where=name, mend=_WHOLE
        ) from None
    declared = sum(file.metadata.row_group(i).total_byte_size for i in range(file.metadata.num_row_groups))
    if declared > delivery.max_unpacked_mb * 1_000_000:
        what = f"unpacks to more than the agreed {delivery.max_unpacked_mb} MB"
        raise DeliveryRefused(what, where=name, mend="raise `max_unpacked_mb` if it should")
    for place, field in enumerate(file.schema_arrow, start=1):
        _refuse_unless_cells(field.type, place, name)
    header = tuple(unicodedata.normalize("NFC", column) for column in file.schema_arrow.names)
    row_bytes = declared // max(1, file.metadata.num_rows)
    return Cells(header, _batches(file, header, rows_within(row_bytes), delivery, name))


def _batches(
    file: pq.ParquetFile, header: tuple[str, ...], rows: int, delivery: Delivery, name: str
) -> Iterator[pa.RecordBatch]:
    with file:
        batches = file.iter_batches(batch_size=rows)
        while True:
            try:
                batch = next(batches, None)
            except (pa.ArrowException, OSError):
                raise DeliveryRefused("is damaged: a part of it cannot be read", where=name, mend=_WHOLE) from None
            if batch is None:
                return
            columns = [_column(column, i + 1, delivery, name) for i, column in enumerate(batch.columns)]
            yield pa.RecordBatch.from_arrays(columns, names=list(header))


def _refuse_unless_cells(kind: pa.DataType, place: int, name: str) -> None:
    """A column is told by its number: nobody has looked at the names yet."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    known = (
        *(pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view, pa.types.is_boolean),
        *(pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal),
        *(pa.types.is_date, pa.types.is_timestamp, pa.types.is_null),
    )
    if not any(of(kind) for of in known):
        words = "lists or parts" if pa.types.is_nested(kind) else re.sub(r"[^a-z0-9]+.*", "", str(kind)) or "something"
        what = f"column no. {place} holds {words}, which is neither text, number, date nor time stamp"
        raise DeliveryRefused(what, where=name, mend="send it as text")


def _column(column: pa.Array, place: int, delivery: Delivery, name: str) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return text(column, place, name)
    if pa.types.is_boolean(kind) or pa.types.is_date32(kind):
        return column
    if pa.types.is_null(kind):
        return column.cast(pa.string())
    if pa.types.is_decimal(kind):
        return each(column, lambda value: number(value, delivery.decimal))
    try:
        return _widened(column)
    except pa.ArrowInvalid:
        what = f"column no. {place} holds values beyond what {kind} can be read as"
        raise DeliveryRefused(what, where=name, mend="send it as text, or times in whole microseconds") from None


def _widened(column: pa.Array) -> pa.Array:
    """The one type of its kind that cells have, value for value."""
    kind = column.type
    if pa.types.is_uint64(kind):
        return column.cast(pa.string())
    if pa.types.is_integer(kind):
        return column.cast(pa.int64())
    if pa.types.is_date64(kind):
        return column.cast(pa.date32())
    if pa.types.is_timestamp(kind):
        return column.cast(pa.timestamp("us", "UTC" if kind.tz else None))
    if pa.types.is_float64(kind):
        return column
    # A float of 32 bits means its fewest digits: 1.1, and not 1.10000002384185791015625.
    return pc.cast(column.cast(pa.float32()).cast(pa.string()), pa.float64())
