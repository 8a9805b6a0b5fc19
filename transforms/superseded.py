"""Superseded: what a delivery has that the one it takes the place of had not, over canonical tables of any size.

Both tables are read batch by batch and written out as text with one key and the same columns whatever table it is, so that the
comparison is two steps of `sql/` for all tables and never stands in memory. Person ids are compared as they stand, so both must
be of one contract. Counts here are true counts; who tells them withholds what is too small.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from maalbar import engine
from maalbar.engine import ParquetFiles
from maalbar.tables import TABLES, Table

ROWS = 250_000
"""So many rows stand in memory at a time."""
WIDTH = 16
"""The columns beside its key that a table has at most, as `sql/intake/changed_rows.sql` has them."""
CODES = {
    "population": "area", "contacts": "sector", "diagnoses": "kind", "benefits": "code", "services": "service",
    "surveys": "scale", "participation": "activity", "claims": "state", "counts": "measure",
}  # fmt: skip
"""Canonical table → the column that its rows are totalled by, where there is one of few codes."""
MOST_CODES = 30
"""A table with more codes than this is totalled as a whole only."""
MOST_VERSIONS = 8
"""So many versions are held against each other at once, as `sql/intake/version_cells.sql` does."""
NOTHING, BETWEEN = "\x1e", "\x1f"
"""Stand for an empty cell and between two cells; neither is in a text."""


@dataclass(frozen=True)
class Count:
    """So many rows, of so many persons."""

    rows: int
    persons: int


@dataclass(frozen=True)
class Total:
    """What both versions hold of one code; `*` is everything. Quantities in hundredths, None in a table without."""

    code: str
    rows: tuple[int, int]
    persons: tuple[int, int]
    quantity: tuple[int, int] | None
    persons_gone: int
    persons_new: int
    persons_moved: int
    """Persons with a row that is not the same in both."""


@dataclass(frozen=True)
class Compared:
    """`rows`: added, changed, gone, same. `columns`: column → the changed rows that differ in it, those without one left out."""

    rows: dict[str, Count]
    columns: dict[str, Count]
    totals: tuple[Total, ...]


def compare(table_name: str, earlier: Path, later: Path, scratch: Path) -> Compared:
    """Compare two Parquet files of one canonical table. `scratch`: a private folder for what does not stand in memory."""
    table = TABLES[table_name]
    content = [name for name in table.columns if name not in table.key]
    assert len(content) <= WIDTH, f"{table_name} has more columns than sql/intake/changed_rows.sql compares"
    given = {
        name: _written(table, content, path, scratch / f"{name}.parquet")
        for name, path in (("earlier", earlier), ("later", later))
    }
    rows = {row["kind"]: row for row in engine.run("intake/changed_rows", given).to_pylist()}
    changed = rows.get("changed", {})
    columns = {
        name: Count(changed[f"rows_c{place:02}"], changed[f"persons_c{place:02}"])
        for place, name in enumerate(content, start=1)
        if changed.get(f"rows_c{place:02}")
    }
    return Compared(
        rows={
            kind: Count(row["all_rows"], row["persons"]) if (row := rows.get(kind)) else Count(0, 0)
            for kind in ("added", "changed", "gone", "same")
        },
        columns=columns,
        totals=tuple(_totals(table, given)),
    )


def least_cell(table_name: str, versions: Sequence[Path], scratch: Path, *, is_by_code: bool) -> int | None:
    """Of how many persons the least cell of versions is: rows, or persons, that all of these treat alike; by code too where it
    is asked for. None where there are no rows. `versions`: Parquet files of one canonical table, MOST_VERSIONS at most.

    Every count that can be told of these versions is a sum of such cells.
    """
    assert len(versions) <= MOST_VERSIONS
    table = TABLES[table_name]
    content = [name for name in table.columns if name not in table.key]
    to = scratch / "versions.parquet"
    texts = ["row_key", "person_id", "code", "content"]
    schema = pa.schema([("version", pa.int64()), *((name, pa.string()) for name in texts)])
    with pq.ParquetWriter(to, schema, compression="zstd") as writer:
        for number, path in enumerate(versions, start=1):
            with pq.ParquetFile(path) as file:
                for batch in file.iter_batches(batch_size=ROWS):
                    cells = _cells(table, content, batch, [])
                    row = {name: cells[name] for name in texts} | {"version": pa.repeat(number, batch.num_rows)}
                    row["version"] = row["version"].cast(pa.int64())
                    if not is_by_code:
                        row["code"] = pa.nulls(batch.num_rows, pa.string())
                    writer.write_batch(pa.RecordBatch.from_pydict(row, schema=schema))
    found = engine.run("intake/version_cells", {"versions": ParquetFiles((to,))})
    return min(found["persons"].to_pylist(), default=None)


def _totals(table: Table, given: dict[str, ParquetFiles]) -> Iterator[Total]:
    found = engine.run("intake/version_totals", given).to_pylist()
    has_quantity = "quantity" in table.columns
    is_told_by_code = table.name in CODES and len(found) <= MOST_CODES + 1
    for row in found:
        if row["code"] == "*" or is_told_by_code:
            yield Total(
                row["code"],
                (row["rows_before"], row["rows_after"]),
                (row["persons_before"], row["persons_after"]),
                (row["quantity_before"] or 0, row["quantity_after"] or 0) if has_quantity else None,
                row["persons_gone"],
                row["persons_new"],
                row["persons_moved"],
            )


def _written(table: Table, content: list[str], source: Path, to: Path) -> ParquetFiles:
    """A canonical table as the steps read it: row_key, person_id, code, quantity, content, c01 to c16."""
    names = [f"c{place:02}" for place in range(1, WIDTH + 1)]
    texts = ["row_key", "person_id", "code", "content", *names]
    schema = pa.schema([*((name, pa.string()) for name in texts), ("quantity", pa.int64())])
    with pq.ParquetFile(source) as file, pq.ParquetWriter(to, schema, compression="zstd") as writer:
        for batch in file.iter_batches(batch_size=ROWS):
            writer.write_batch(pa.RecordBatch.from_pydict(_cells(table, content, batch, names), schema=schema))
    return ParquetFiles((to,))


def _cells(table: Table, content: list[str], batch: pa.RecordBatch, names: list[str]) -> dict[str, pa.Array]:
    empty = pa.nulls(batch.num_rows, pa.string())
    text = {name: batch.column(name).cast(pa.string()) for name in table.columns}
    code = text[CODES[table.name]] if table.name in CODES else empty
    cells = {
        "row_key": _joined([text[name] for name in table.key]),
        "person_id": text["person_id"],
        "code": code,
        "content": _joined([text[name] for name in content]),
        "quantity": batch.column("quantity") if "quantity" in table.columns else pa.nulls(batch.num_rows, pa.int64()),
    }
    for place, name in enumerate(names):
        cells[name] = text[content[place]] if place < len(content) else empty
    return cells


def _joined(columns: list[pa.Array]) -> pa.Array:
    return pc.binary_join_element_wise(*columns, BETWEEN, null_handling="replace", null_replacement=NOTHING)
