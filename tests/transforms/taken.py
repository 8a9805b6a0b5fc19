"""A file in bytes, taken through every step that a delivery goes through before anything of it is kept."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from maalbar.contract import Contract
from maalbar.contract.delivering import Delivery
from maalbar.flow.checking import Announced, Rekey, check_file
from maalbar.flow.file_rows import Checked
from maalbar.tables import TABLES
from transforms.drift import layout_of
from transforms.formats import open_cells
from transforms.intake import to_canonical

AS_OF = date(2022, 10, 15)


def cells_of(raw: bytes, delivery: Delivery) -> pa.Table:
    """The cells of a file as one table, its columns those of the contract."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "raw"
        path.write_bytes(raw)
        cells = open_cells(path, delivery, "f.csv")
        layout_of(cells.header, delivery, "f.csv")
        batches = list(cells.batches)
    if batches:
        return pa.Table.from_batches(batches)
    return pa.table({name: pa.array([], pa.string()) for name in cells.header})


def as_sent(ids: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Person ids left as they are, so that a test can name them; nobody is erased."""
    return ids, pa.repeat(pa.scalar(False), len(ids))


def taken(
    contract: Contract, source: str, raw: bytes, rekey: Rekey = as_sent, rows: int | None = None, as_of: date = AS_OF
) -> tuple[Checked, pa.Table]:
    """What `check_file` finds, and the accepted table."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "raw"
        path.write_bytes(raw)
        told = Announced("f.csv", as_of, rows)
        found = check_file(path, told, contract.deliveries[source], contract, Path(folder), rekey)
        return found, pq.read_table(found.accepted)


def converted(contract: Contract, source: str, raw: bytes) -> pa.Table:
    """The table of a file in which nothing is wrong, by its conversion alone: what `taken` accepts of it, in a sixth of its
    time."""
    delivery = contract.deliveries[source]
    candidate = to_canonical(cells_of(raw, delivery), delivery, contract.calendar.timezone)
    key = (*TABLES[delivery.table].key, "row_number")
    return candidate.rows.sort_by([(name, "ascending") for name in key]).drop_columns(["row_number"])
