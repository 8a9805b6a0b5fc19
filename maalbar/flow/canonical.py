"""Canonical tables written anew: without some persons, or with the ids of another key. The same rows are the same bytes."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from maalbar import engine, store
from maalbar.contract import Contract
from maalbar.engine import ParquetFiles
from maalbar.errors import StoreDamaged
from maalbar.flow.file_rows import SORTED_GB
from maalbar.flow.writing import CanonicalWriting
from maalbar.tables import TABLES, Table


def without_persons(contract: Contract, digest: str, table: Table, ids: pa.Array, folder: Path) -> tuple[str, int]:
    """Keep a canonical table without the rows of some ids, in the order it has; its hash, and how many rows are gone."""
    path, gone = store.verified(contract.id, "canonical", digest), 0
    target = folder / f"{digest}-without.parquet"
    with pq.ParquetFile(path) as file, CanonicalWriting(target, table) as left:
        for batch in file.iter_batches():
            rows = batch.filter(pc.invert(pc.is_in(batch.column("person_id"), ids)))
            gone += len(batch) - len(rows)
            left.write(pa.Table.from_batches([rows]))
    return _keep(contract, target), gone


def with_ids(contract: Contract, digest: str, table: Table, old: pa.Array, new: pa.Array, folder: Path) -> str:
    """Keep a canonical table with other person ids, `new` in the place of `old`, in the order of its key; its hash."""
    path = store.verified(contract.id, "canonical", digest)
    renamed, target = folder / f"{digest}-renamed.parquet", folder / f"{digest}-rekeyed.parquet"
    place = table.schema.names.index("person_id")
    with pq.ParquetFile(path) as file, pq.ParquetWriter(renamed, table.schema, compression="none") as writer:
        for batch in file.iter_batches():
            at = pc.index_in(batch.column("person_id"), old)
            if at.null_count:
                what = f"{at.null_count} rows have an id that its file does not have"
                raise StoreDamaged(
                    what, where=f"{contract.id}, canonical {digest}", mend="restore both from the backup"
                )
            writer.write_table(pa.Table.from_batches([batch]).set_column(place, "person_id", new.take(at)))
    with (
        CanonicalWriting(target, table) as ordered,
        engine.ordered(ParquetFiles((renamed,)), table.key, memory_gb=SORTED_GB) as batches,
    ):
        for batch in batches:
            ordered.write(pa.Table.from_batches([batch]))
    renamed.unlink()
    return _keep(contract, target)


def table_of(contract: Contract, source: str) -> Table:
    return TABLES[contract.deliveries[source].table]


def _keep(contract: Contract, path: Path) -> str:
    return store.keep(contract.id, "canonical", path, store.sha256_of_file(path))
