"""Delimited text: `.csv` in the dialects that Danish authorities send.

Bytes are checked in `checked_text` while they stream into Arrow's reader, which by itself takes a lone quotation mark for the
beginning of a cell that swallows the rows after it.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from maalbar.contract.delivering import Delivery
from maalbar.errors import DeliveryRefused
from transforms.formats.cells import CELL_BYTES, Cells, text
from transforms.formats.checked_text import Source

DELIMITERS = {";": ";", ",": ",", "tab": "\t"}
BLOCK = 4 * CELL_BYTES
"""Bytes that are cut into rows at a time. A row that is longer is refused, so a cell of CELL_BYTES always fits."""


def cells(path: Path, delivery: Delivery, name: str) -> Cells:
    """The cells of a delimited file. A delimiter at the end of every line makes no column. Raises DeliveryRefused."""
    rows = _rows(path, delivery, name)
    return Cells(next(rows), rows)


def _rows(path: Path, delivery: Delivery, name: str) -> Iterator[pa.RecordBatch]:
    """First the header, then the batches, from one reading."""
    delimiter = DELIMITERS[delivery.delimiter]
    with path.open("rb") as raw:
        source = Source(raw, delivery.encoding, delimiter, name)
        header = _header(source, delimiter, name)
        trails = len(header) > 1 and header[-1] == ""
        named = header[:-1] if trails else header
        yield named
        first_row = 1
        for batch in _cut(source, len(header), delimiter, name):
            if trails and batch.column(len(named)).null_count < batch.num_rows:
                raise DeliveryRefused("has cells behind the last column", where=name, mend="send the agreed columns")
            columns = [text(batch.column(i), i + 1, name) for i in range(len(named))]
            _refuse_header_again(columns, named, first_row, name)
            yield pa.RecordBatch.from_arrays(columns, names=list(named))
            first_row += batch.num_rows


def _header(source: Source, delimiter: str, name: str) -> tuple[str, ...]:
    """The first line, taken off the source. It may have quoted line breaks too."""
    start = source.peek(BLOCK).decode("utf-8", errors="ignore")
    lines = io.StringIO(start, newline="")
    try:
        header = next(csv.reader(lines, delimiter=delimiter, strict=True), [])
    except csv.Error:
        header = []
    if not header:
        raise DeliveryRefused("its first line is no header", where=name, mend="write the names of the columns there")
    source.skip(len(start[: lines.tell()].encode()))
    return tuple(unicodedata.normalize("NFC", column) for column in header)


def _cut(source: Source, width: int, delimiter: str, name: str) -> Iterator[pa.RecordBatch]:
    """The cells as they stand, every column as text. Columns go by number: a header may have a name twice."""
    ragged: list[tuple[int, int]] = []

    def refuse(row: pyarrow.csv.InvalidRow) -> str:
        ragged.append((row.number, row.actual_columns))
        return "error"

    numbers = [str(i) for i in range(width)]
    if not source.peek(1):  # which Arrow would call an error
        return
    try:
        yield from pyarrow.csv.open_csv(
            pa.PythonFile(source, mode="r"),
            # One thread reads ahead; more would lose the number of a row that is wrong.
            read_options=pyarrow.csv.ReadOptions(column_names=numbers, block_size=BLOCK, use_threads=False),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=True, invalid_row_handler=refuse
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(numbers, pa.string()), strings_can_be_null=True, null_values=[""]
            ),
        )
    except pa.ArrowInvalid as error:
        # Arrow's message holds the offending line, so it goes no further.
        if ragged:
            row, count = ragged[0]
            what = f"row {row} has {count} column{'s' * (count != 1)} and the header {width}"
            raise DeliveryRefused(what, where=name, mend="send it whole") from None
        if "straddl" in str(error):
            what = f"has a row of more than {BLOCK // 1_000_000} MB"
            raise DeliveryRefused(what, where=name, mend="send the agreed columns, not documents") from None
        raise DeliveryRefused("cannot be cut into rows", where=name, mend="send it whole") from None


def _refuse_header_again(columns: list[pa.Array], header: tuple[str, ...], first_row: int, name: str) -> None:
    """Files that were put one after the other have the header in the middle, perhaps with a byte order mark."""
    again = pc.is_in(columns[0], pa.array([header[0], "\ufeff" + header[0]]))
    if not pc.any(again).as_py():
        return
    for column, title in zip(columns[1:], header[1:], strict=True):
        again = pc.and_(again, pc.fill_null(pc.equal(column, title), title == ""))
    if pc.any(again).as_py():
        row = first_row + pc.index(again, True).as_py()
        raise DeliveryRefused(f"the header stands again at row {row}", where=name, mend="send one table in a file")
