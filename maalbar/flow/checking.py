"""Everything that can be said of a file before anything of it is kept: the gate, its rows, its account, its checks.

A file is looked at batch by batch, in memory that does not grow with it. What its batches give lies in the private folder of the
intake until the whole file is judged.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from maalbar import engine, manifest
from maalbar.contract import Contract
from maalbar.contract.delivering import Delivery
from maalbar.definitions.answer_ranges import AnswerRange, answer_ranges
from maalbar.engine import ParquetFiles
from maalbar.errors import DeliveryRefused
from maalbar.flow.writing import CanonicalWriting, ParquetWriting
from maalbar.tables import TABLES, Table
from transforms import repeated
from transforms.account import Account
from transforms.codes import UnknownCodes
from transforms.columns import whole
from transforms.drift import layout_of
from transforms.formats import Cells, open_cells, said_beside
from transforms.forms import Form, FormCounts, Forms, forms_of
from transforms.gate import Scan
from transforms.intake import CONTENT, REASONS, Candidate, to_canonical
from transforms.validate import reasons_of

SORTED_GB = 0.6
"""Memory in which rows are brought into order; what does not fit lies on the disk meanwhile."""
NO_ROWS = pa.array([], pa.int64())
AHEAD = 2
"""Batches that are worked on at once."""


@dataclass(frozen=True)
class Against:
    """What single rows are held against. `answers`: scale → the range of its answers. `released`: the reasons that a named person
    has let pass."""

    as_of: date
    answers: Mapping[str, AnswerRange]
    released: frozenset[str]


Rekey = Callable[[pa.Array], tuple[pa.Array, pa.Array]]
"""Person ids as sent → (ids as kept, which of them are erased)."""


def untold(rows: int) -> None:
    """Nobody is told how many rows have been looked at."""


@dataclass(frozen=True)
class Announced:
    """What is said of a file by those who send it: its name, the day it describes, its rows (None: not said), and what it is
    called in the zip or gzip in which it came."""

    name: str
    as_of: date
    rows: int | None = None
    inside: str = ""


@dataclass(frozen=True)
class Checked:
    """`accepted`: the canonical table, Parquet in key order. `quarantine`: (`row_number`, `reason`), no values. `forms`: how the
    cells that could not be read seem to be written."""

    accepted: Path
    quarantine: pa.Table
    account: Account
    forms: tuple[Form, ...] = ()


def check_file(
    file: Path,
    told: Announced,
    delivery: Delivery,
    contract: Contract,
    folder: Path,
    rekey: Rekey,
    released: frozenset[str] = frozenset(),
    tell: Callable[[int], None] = untold,
) -> Checked:
    """Read a private copy of a file, batch by batch, into a canonical table in `folder`.

    `released`: reasons that a named person has let pass (`maalbar.flow.release`). `tell` hears how many rows have been looked at.
    Raises DeliveryRefused for what is wrong with the file as a whole, and for anything in it that may be an identity; what is
    wrong with single rows is set aside.
    """
    called = manifest.told(told.name)  # a name may hold a person, and the gate alone may see it
    cells = open_cells(file, delivery, called)
    try:
        agreed = layout_of(cells.header, delivery, called)
    except DeliveryRefused as other:
        # The column too many may be that of the CPR numbers: such a file goes for them, and does not stay where it lies.
        _look_through(cells, Scan(told.name, cells.header, delivery, inside=told.inside), called, other)
        raise
    scan = Scan(told.name, cells.header, agreed, inside=told.inside, beside=said_beside(file, agreed))
    unknown, forms = UnknownCodes(agreed), Forms(agreed)
    against = Against(told.as_of, answer_ranges(contract) if agreed.table == "surveys" else {}, released)
    with closing(_Rows(TABLES[agreed.table], folder)) as rows:
        for part in _worked(cells, (scan, unknown), agreed, contract.calendar.timezone, against, rekey):
            rows.add(part)
            forms.add(part.forms)
            tell(rows.rows_in)
        scan.refuse(called)
        if unknown.drift:
            mend = "send the agreed codes, or amend the contract"
            raise DeliveryRefused("; ".join(unknown.drift), where=called, mend=mend)
        if told.rows is not None and rows.rows_in != told.rows:
            what = f"has {rows.rows_in} rows, {told.rows} were announced"
            raise DeliveryRefused(what, where=called, mend="send it whole")
        if rows.rows_in == 0 and not delivery.empty_allowed:
            mend = "send the rows, or allow an empty file in the contract"
            raise DeliveryRefused("holds no rows", where=called, mend=mend)
        return replace(rows.settled(), forms=tuple(forms.found))


def _look_through(cells: Cells, scan: Scan, called: str, other: DeliveryRefused) -> None:
    """Whether a file that is refused anyway (`other`) names persons. Raises IdentityFound.

    Where its rows cannot be cut, that follows from the other columns that it has: `other` is raised.
    """
    first_row = 1
    try:
        for batch in cells.batches:
            scan.see(batch, first_row)
            first_row += len(batch)
    except DeliveryRefused:
        scan.refuse(called)
        raise other from None
    scan.refuse(called)


@dataclass(frozen=True)
class _Part:
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


def _worked(
    cells: Cells,
    seen_by: tuple[Scan, UnknownCodes],
    delivery: Delivery,
    timezone: str,
    against: Against,
    rekey: Rekey,
) -> Iterator[_Part]:
    """The parts in the order of the file. The scan tells what it found when all has been seen: some is a matter of shares."""
    waiting: deque[Future[_Part]] = deque()
    first_row, (scan, unknown) = 1, seen_by
    with ThreadPoolExecutor(AHEAD) as pool:
        for batch in cells.batches:
            table = pa.Table.from_batches([batch])
            scan.see(batch, first_row)
            unknown.see(table)
            waiting.append(pool.submit(_part, table, delivery, timezone, first_row, against, rekey))
            first_row += len(batch)
            if len(waiting) > AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _part(
    table: pa.Table,
    delivery: Delivery,
    timezone: str,
    first_row: int,
    against: Against,
    rekey: Rekey,
) -> _Part:
    candidate = to_canonical(table, delivery, timezone, first_row)
    rows, erased = _rekeyed(candidate.rows, rekey)
    kept = Candidate(rows, candidate.reasons, candidate.cancelled, candidate.content, candidate.rows_in)
    reasons = reasons_of(kept, delivery.table, against.as_of, against.answers)
    reasons = reasons.filter(pc.invert(pc.is_in(reasons["row_number"], erased)))
    if against.released:
        reasons = reasons.filter(pc.invert(pc.is_in(reasons["reason"], pa.array(sorted(against.released)))))
    sound = rows.filter(pc.invert(pc.is_in(rows["row_number"], pc.unique(reasons["row_number"]))))
    stands = _marked(first_row, len(table), sound["row_number"])
    spoken = _marked(first_row, len(table), rows["row_number"], reasons["row_number"], candidate.cancelled, erased)
    silent = pa.array(np.flatnonzero(~spoken) + first_row, pa.int64())
    content = candidate.content.filter(pc.invert(pc.is_in(candidate.content["row_number"], erased)))
    forms = forms_of(table, reasons, delivery, first_row)
    return _Part(sound, reasons, candidate.cancelled, erased, silent, content, stands, forms)


def _marked(first_row: int, rows: int, *numbers: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """For each row of a batch whether it is among the numbers of rows of the file."""
    marks = np.zeros(rows, dtype=bool)
    for some in numbers:
        marks[some.to_numpy() - first_row] = True
    return marks


def _rekeyed(rows: pa.Table, rekey: Rekey) -> tuple[pa.Table, pa.Array]:
    """Rows with the ids that are kept, without those of persons who are erased; and the rows of the file those stood in."""
    ids = whole(rows["person_id"])
    # What is nothing but spaces is nobody, and would be an id like every other once it is hashed.
    ids = pc.if_else(pc.equal(pc.utf8_trim_whitespace(ids), ""), pa.scalar(None, ids.type), ids)
    ids, is_erased = rekey(ids)
    erased = pc.unique(whole(rows["row_number"]).filter(is_erased))
    place = rows.column_names.index("person_id")
    rows = rows.set_column(place, "person_id", ids)
    return (rows.filter(pc.invert(is_erased)) if len(erased) else rows), erased


class _Rows:
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

    def add(self, part: _Part) -> None:
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
