"""The rows of one file: written down batch by batch, and settled when all of them have come."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from maalbar import engine
from maalbar.engine import ParquetFiles
from maalbar.flow.writing import CanonicalWriting, ParquetWriting
from maalbar.tables import Table
from transforms import repeated
from transforms.account import Account
from transforms.columns import whole
from transforms.forms import Form, FormCounts
from transforms.intake import CONTENT, REASONS

SORTED_GB = 0.6
"""Memory in which rows are brought into order; what does not fit lies on the disk meanwhile."""
NO_ROWS = pa.array([], pa.int64())


@dataclass(frozen=True)
class Checked:
    """`accepted`: the canonical table, Parquet in key order. `quarantine`: (`row_number`, `reason`), no values. `forms`: how the
    cells that could not be read seem to be written."""

    accepted: Path
    quarantine: pa.Table
    account: Account
    forms: tuple[Form, ...] = ()


@dataclass(frozen=True)
class Part:
    """What one batch gives: its sound rows, what is wrong and how it seems to be written, which rows of the file are gone or
    silent, and which stand in `sound` (a flag for each row of the batch)."""

    sound: pa.Table
    reasons: pa.Table
    cancelled: pa.Array
    erased: pa.Array
    silent: pa.Array
    content: pa.Table
    stands: np.ndarray
    forms: FormCounts


class Rows:
    """What the batches of one file give together: written down as it comes, and settled when all of it has come."""

    def __init__(self, table: Table, folder: Path) -> None:
        self.table, self.folder, self.rows_in = table, folder, 0
        self._reasons, self._cancelled, self._silent = [REASONS.empty_table()], [NO_ROWS], [NO_ROWS]
        self._contents, self._erased = [CONTENT.empty_table()], 0
        self._stands = [np.zeros(1, dtype=bool)]
        self._schema = pa.schema([pa.field("row_number", pa.int64()), *table.schema])
        self._path = folder / "candidates.parquet"
        # Read once or twice and thrown away: it costs less to write and read more bytes than to make them fewer.
        self._writer = ParquetWriting(self._path, self._schema, table, compression="none", write_statistics=False)

    def close(self) -> None:
        """Let go of the file, whole or not: as long as it is open, the room that it takes is not free again."""
        self._writer.close()

    def add(self, part: Part) -> None:
        self.rows_in += len(part.stands)
        self._reasons.append(part.reasons)
        self._cancelled.append(part.cancelled)
        self._silent.append(part.silent)
        self._contents.append(part.content)
        self._erased += len(part.erased)
        self._stands.append(part.stands)
        self._writer.write(part.sound.cast(self._schema))

    def settled(self) -> Checked:
        """Take back, set aside and collapse what several rows tell together; write the rest in key order and account for it."""
        self._writer.end()
        # What the batches took is given back before the ordering takes its own.
        pa.default_memory_pool().release_unused()
        reasons = pa.concat_tables(self._reasons)
        cancelled, unmatched = self._taken_back()
        cancelled = pa.concat_arrays([*self._cancelled, cancelled])
        reasons = pa.concat_tables([reasons.filter(pc.invert(pc.is_in(reasons["row_number"], cancelled))), unmatched])
        gone = pa.concat_arrays([pc.unique(whole(reasons["row_number"])), cancelled])
        accepted, seen, again = self._written(gone)
        clashing = self._clashing(again, gone)
        two_persons = self._two_persons(cancelled)
        if len(clashing) or len(two_persons):
            more = [repeated.reasons(clashing, repeated.CLASHING), repeated.reasons(two_persons, repeated.TWO_PERSONS)]
            reasons = pa.concat_tables([reasons, *more])
            gone = pa.concat_arrays([gone, whole(clashing), whole(two_persons)])
            accepted, seen, _ = self._written(gone)
        silent = pa.concat_arrays(self._silent)
        stands = np.concatenate(self._stands)
        stands[gone.to_numpy()] = False
        account = Account(
            rows_in=self.rows_in,
            accepted=int(seen.sum()) + len(silent.filter(pc.invert(pc.is_in(silent, cancelled)))),
            quarantined=pc.count_distinct(reasons["row_number"]).as_py(),
            # All that they would say is said by other rows.
            collapsed=int((stands & ~seen).sum()),
            cancelled=len(cancelled),
            erased=self._erased,
        )
        quarantine = reasons.sort_by([("row_number", "ascending"), ("reason", "ascending")])
        return Checked(accepted, quarantine, account)

    def _taken_back(self) -> tuple[pa.Array, pa.Table]:
        contents = pa.concat_tables(self._contents)
        if not len(contents):
            return NO_ROWS, REASONS.empty_table()
        return repeated.taken_back(engine.run("intake/taken_back_rows", {"contents": contents}, engine="duckdb"))

    def _two_persons(self, cancelled: pa.Array) -> pa.ChunkedArray:
        """The rows of persons who have two sexes or birth months, those left out that are taken back."""
        if self.table.name != "population":
            return pa.chunked_array([NO_ROWS])
        candidates = ParquetFiles((self._path,))
        found = engine.run("intake/clashing_persons", {"candidates": candidates}, engine="duckdb").column("row_number")
        return found.filter(pc.invert(pc.is_in(found, cancelled)))

    def _clashing(self, again: pa.Array, gone: pa.Array) -> pa.ChunkedArray:
        """The rows of the file that share a key with a row of other content. Most files have no key twice."""
        if not len(again):
            return pa.chunked_array([NO_ROWS])
        path = self.folder / "repeated.parquet"
        with pq.ParquetFile(self._path) as candidates:
            first = repeated.same_keys(self._schema.empty_table(), again, self.table)
            with pq.ParquetWriter(path, first.schema, compression="lz4") as writer:
                for batch in candidates.iter_batches():
                    same = repeated.same_keys(pa.Table.from_batches([batch]), again, self.table)
                    writer.write_table(same.filter(pc.invert(pc.is_in(same["row_number"], gone))))
        return engine.run("intake/clashing_rows", {"repeated": ParquetFiles((path,))}, engine="duckdb").column(
            "row_number"
        )

    def _written(self, gone: pa.Array) -> tuple[Path, np.ndarray, pa.Array]:
        """The canonical table as Parquet in key order, which rows of the file stand in it (index: row number), and the keys that
        more than one row has, of which it holds the first."""
        path, seen = self.folder / "accepted.parquet", np.zeros(self.rows_in + 1, dtype=bool)
        one_of_each = repeated.OneOfEach(self.table, gone)
        with (
            CanonicalWriting(path, self.table) as canonical,
            engine.ordered(
                ParquetFiles((self._path,)), (*self.table.key, "row_number"), memory_gb=SORTED_GB
            ) as batches,
        ):
            for rows in one_of_each.of(batches):
                seen[rows["row_number"].to_numpy()] = True
                canonical.write(rows)
        return path, seen, one_of_each.again
