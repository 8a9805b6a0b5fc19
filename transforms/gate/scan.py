"""Look a file through, batch by batch: its name, the names of its columns, then every cell, in memory that does not grow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from maalbar.contract.delivering import Delivery
from maalbar.errors import IdentityFound
from transforms.gate import cpr
from transforms.gate.cells import Cells
from transforms.gate.columns import AgreedColumn, agreed_columns
from transforms.gate.identity import EMAIL, TELEPHONE, Count, IdentityColumn, Limits
from transforms.gate.person_ids import PersonIdColumn

CPR = "CPR numbers"
_LOOKS = {
    CPR: ("look like CPR numbers", "pseudonymise it before it is sent"),
    "e-mail addresses": ("hold e-mail addresses", "leave them out"),
    "telephone numbers": ("hold telephone numbers", "leave them out"),
    "addresses": ("hold addresses", "send the agreed area in place of the address"),
    "names of persons": ("hold names of persons", "leave them out"),
    "exact birth dates": ("hold exact birth dates", "send the first of the birth month"),
    "coordinates": ("hold coordinates", "send the agreed area in their place"),
    "ids of another length": ("hold ids of another length than agreed", "send the agreed pseudonym"),
    "plain hashes of CPR numbers": (
        "hold a plain hash of a CPR number, which anyone can turn around",
        "make ids by a keyed hash whose key stays with the sender",
    ),
    "cells of another type": ("are of a type that cannot be looked through", "send text, numbers and dates"),
}  # fmt: skip
_SHORTEST = {"cpr": 9, "email": 6}


@dataclass(frozen=True)
class Find:
    """Something that must not come in: what, where, the first row (from 1; 0 for a name), in how many cells. No value."""

    what: str
    place: str
    first_row: int
    count: int
    is_least: bool = False
    """Whether there may be more than `count`: where a column is judged by its share, some of its values are looked at."""

    @property
    def line(self) -> str:
        looks = _LOOKS[self.what][0]
        if not self.first_row:
            return f"{self.place} {looks.replace('look like ', 'looks like it holds ').replace('hold ', 'holds ', 1)}"
        least = "at least " if self.is_least else ""
        return f"{least}{self.count} cells {looks} (in {self.place}, first in row {self.first_row})"


class Scan:
    """One file on its way through the gate. `inside`: what is said of it in the zip or gzip in which it came; `beside`: what
    it says beside its cells (`transforms.formats.said_beside`).

    `header` and each batch have the same columns in the same order. Batches may come in any size, of text columns
    (`pa.string()`, `large_string` or dictionaries of them), numbers, dates, times and flags; a column of any other type is
    a find. Not for two threads at once.
    """

    def __init__(
        self,
        file_name: str,
        header: tuple[str, ...],
        known: Delivery,
        limits: Limits | None = None,
        *,
        inside: str = "",
        beside: Iterable[str] = (),
    ) -> None:
        self._in_file_name = cpr.in_name(file_name)
        self._in_name_inside = cpr.in_name(inside)
        self._beside = any(cpr.in_name(text) for text in beside)
        self._in_header = [n for n, name in enumerate(header, 1) if cpr.in_name(name)]
        agreed, limits = agreed_columns(header, known), limits or Limits()
        self._columns = [_Column(column, known.id_length, limits) for column in agreed]

    def see(self, batch: pa.RecordBatch, first_row: int) -> None:
        """Look through a batch. `first_row`: the number of its first row in the file, from 1."""
        if batch.num_columns != len(self._columns):
            raise ValueError("a batch has other columns than the header")
        if batch.num_rows:
            # Arrow's kernels let go of the interpreter, so columns are looked through side by side.
            with ThreadPoolExecutor(max_workers=min(len(self._columns), pa.cpu_count())) as pool:
                list(pool.map(lambda column, cells: column.see(cells, first_row), self._columns, batch.columns))

    @property
    def finds(self) -> tuple[Find, ...]:
        """What was found in what has been seen so far: names first, then columns in their order."""
        found = [Find(CPR, "the name of the file", 0, 1)] if self._in_file_name else []
        found += [Find(CPR, "the name of the file inside it", 0, 1)] if self._in_name_inside else []
        found += [Find(CPR, "what the file says beside its cells", 0, 1)] if self._beside else []
        found += [Find(CPR, f"the name of column no. {number}", 0, 1) for number in self._in_header]
        for column in self._columns:
            found += column.finds
        latitudes = [column for column in self._columns if column.identity.holds_latitudes]
        longitudes = [column for column in self._columns if column.identity.holds_longitudes]
        # One number between 54 and 58 is a number; two beside each other are a place.
        if latitudes and longitudes:
            pair = ((latitudes[0], "latitudes"), (longitudes[0], "longitudes"))
            for column, which in pair:
                count = getattr(column.identity, which)
                found.append(Find("coordinates", column.agreed.place, count.first_row, count.rows, is_least=True))
        return tuple(found)

    def refuse(self, where: str) -> None:
        """Raise IdentityFound with every find, if there is one. `where`: the file's name, left out where that is a find."""
        finds = self.finds
        if not finds:
            return
        what = f"{'; '.join(find.line for find in finds[:5])}"
        more = f"; and {len(finds) - 5} more finds" if len(finds) > 5 else ""
        mends = dict.fromkeys(_LOOKS[find.what][1] for find in finds)
        raise IdentityFound(
            f"{what}{more}; nothing of the file is kept",
            where="a file" if self._in_file_name else where,
            mend=", ".join(mends),
        )


class _Column:
    """All that is looked for in one column."""

    def __init__(self, agreed: AgreedColumn, id_length: int | None, limits: Limits) -> None:
        self.agreed = agreed
        self.cpr = cpr.CprColumn(agreed)
        self.identity = IdentityColumn(agreed, limits)
        self.ids = PersonIdColumn(id_length) if agreed.canonical == "person_id" else None
        self.unseen = Count()
        self._suspects = f"{cpr.suspects(agreed)}|{EMAIL}|{TELEPHONE}"

    def see(self, column: pa.Array, first_row: int) -> None:
        kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
        is_text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
        is_number = pa.types.is_floating(kind) or pa.types.is_decimal(kind) or pa.types.is_integer(kind)
        is_birth_month = self.agreed.canonical == "birth_month"
        is_date = pa.types.is_temporal(kind) and (is_birth_month or self.agreed.is_profiled)
        if column.null_count == len(column) or pa.types.is_boolean(kind):
            return
        if not (is_text or is_number or pa.types.is_temporal(kind)):
            # Bytes, lists and records can hold anyone.
            self.unseen.add(len(column) - column.null_count, len(column) - column.null_count, first_row)
            return
        if not (is_text or is_number or is_date):
            return
        cells = Cells.of(column)
        if is_text:
            self._see_texts(cells, first_row)
        elif is_number:
            self.cpr.see_numbers(cells, first_row)
        if not is_text and self.agreed.is_profiled:
            self.identity.see_values(cells, first_row)
        if is_birth_month:
            self.identity.see_birth_months(cells, first_row)
        if self.ids and (is_text or pa.types.is_integer(kind)):
            self.ids.see(cells, first_row)

    def _see_texts(self, cells: Cells, first_row: int) -> None:
        cells = Cells(cpr.undisguised(cells.values), cells.rows)
        if (pc.max(pc.binary_length(cells.values)).as_py() or 0) >= min(_SHORTEST.values()):
            suspect = pc.match_substring_regex(cells.values, self._suspects).fill_null(False)
        else:
            suspect = pa.repeat(False, len(cells.values))
        self.cpr.see_texts(cells, suspect, first_row)
        self.identity.see_texts(cells, suspect, first_row)

    @property
    def finds(self) -> Iterator[Find]:
        place = self.agreed.place
        if found := self.cpr.found:
            yield Find(CPR, place, found[1], found[0])
        for what, count in self.identity.certain.items():
            yield Find(what, place, count.first_row or 1, count.rows)
        for what, count in self.identity.by_share.items():
            yield Find(what, place, count.first_row or 1, count.rows, is_least=True)
        if self.unseen.rows:
            yield Find("cells of another type", place, self.unseen.first_row or 1, self.unseen.rows)
        if self.ids and self.ids.of_other_length:
            yield Find("ids of another length", place, self.ids.of_other_length[1], self.ids.of_other_length[0])
        if self.ids and self.ids.plainly_hashed:
            yield Find("plain hashes of CPR numbers", place, self.ids.plainly_hashed[1], self.ids.plainly_hashed[0])
