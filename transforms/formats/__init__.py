"""Formats: every way in which a file is written, read to the same cells. Nothing here knows what a column means.

One module per format (`delimited`, `columnar`, `excel`, `sas`, `stata`); `cells` says what they give, `beside` what a file
holds besides, `text` how a typed column is written as text.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from maalbar.contract.delivering import Delivery
from maalbar.errors import DeliveryRefused
from transforms.formats.beside import said_beside
from transforms.formats.cells import CELL_BYTES, ROWS, Cells
from transforms.formats.text import as_text

__all__ = ["CELL_BYTES", "ROWS", "Cells", "as_text", "open_cells", "said_beside"]


def open_cells(path: Path, delivery: Delivery, name: str) -> Cells:
    """The cells of an unpacked file in the format of the delivery. `name` is what a refusal calls the file.

    Memory does not grow with the file, but for Excel, whose texts come in one part. Raises DeliveryRefused when the bytes
    are no such file, here or from a later batch; no refusal holds a cell or a name of a column. After the last batch, a file
    without rows is refused unless the contract allows it.
    """
    if path.stat().st_size == 0:
        raise DeliveryRefused("is empty", where=name, mend="send the file whole, with its header")
    found = _reader(path, delivery, name)
    return Cells(found.header, _with_rows(found.batches, delivery, name))


def _reader(path: Path, delivery: Delivery, name: str) -> Cells:
    """Each library is loaded only for a file that needs it."""
    match delivery.format:
        case "csv":
            from transforms.formats import delimited

            return delimited.cells(path, delivery, name)
        case "parquet":
            from transforms.formats import columnar

            return columnar.cells(path, delivery, name)
        case "excel":
            from transforms.formats import excel

            return excel.cells(path, delivery, name)
        case "sas":
            from transforms.formats import sas

            return sas.cells(path, delivery, name)
        case "stata":
            from transforms.formats import stata

            return stata.cells(path, delivery, name)


def _with_rows(batches: Iterator[pa.RecordBatch], delivery: Delivery, name: str) -> Iterator[pa.RecordBatch]:
    rows = 0
    for batch in batches:
        rows += batch.num_rows
        for start in range(0, batch.num_rows, ROWS):
            yield batch.slice(start, ROWS)
    if rows == 0 and not delivery.empty_allowed:
        raise DeliveryRefused("holds no rows", where=name, mend="send the rows, or allow an empty file in the contract")
