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

from maalbar import manifest
from maalbar.contract import Contract
from maalbar.contract.delivering import Delivery
from maalbar.definitions.answer_ranges import AnswerRange, answer_ranges
from maalbar.errors import DeliveryRefused
from maalbar.flow.file_rows import Checked, Part, Rows
from maalbar.tables import TABLES
from transforms.codes import UnknownCodes
from transforms.columns import whole
from transforms.drift import layout_of
from transforms.formats import Cells, open_cells, said_beside
from transforms.forms import Forms, forms_of
from transforms.gate import Scan
from transforms.intake import Candidate, to_canonical
from transforms.validate import reasons_of

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
    with closing(Rows(TABLES[agreed.table], folder)) as rows:
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


def _worked(
    cells: Cells,
    seen_by: tuple[Scan, UnknownCodes],
    delivery: Delivery,
    timezone: str,
    against: Against,
    rekey: Rekey,
) -> Iterator[Part]:
    """The parts in the order of the file. The scan tells what it found when all has been seen: some is a matter of shares."""
    waiting: deque[Future[Part]] = deque()
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
) -> Part:
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
    return Part(sound, reasons, candidate.cancelled, erased, silent, content, stands, forms)


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
