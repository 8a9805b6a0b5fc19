"""The cells of one column in one batch. Most columns repeat a few texts, so each different one is looked at once."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

_TRIED = 4_096
_REPEATS = 4
"""A column of which the first rows have each value at least so often on average is looked at value by value."""


@dataclass(frozen=True)
class Cells:
    """`values`: what stands in the column, each once where it repeats; `rows` leads from a row to its value (None: one each)."""

    values: pa.Array
    rows: pa.Array | None

    @classmethod
    def of(cls, column: pa.Array) -> Cells:
        """Of one column of a batch; texts become `pa.string()`."""
        if pa.types.is_dictionary(column.type):
            return cls(_plain(column.dictionary), column.indices)
        column = _plain(column)
        head = column.slice(0, _TRIED)
        if len(column) > _TRIED and len(pc.unique(head)) * _REPEATS > len(head):
            return cls(column, None)
        encoded = column.dictionary_encode()
        return cls(encoded.dictionary, encoded.indices)

    def where(self, chosen: pa.Array) -> tuple[int, int | None]:
        """(how many rows have a chosen value, the first of them counted from 0 in the batch). `chosen`: a flag per value."""
        if not pc.any(chosen).as_py():
            return 0, None
        of_rows = chosen if self.rows is None else chosen.take(self.rows)
        return int(pc.sum(of_rows).as_py()), int(pc.index(of_rows.fill_null(False), True).as_py())

    def first_row_of(self, value: pa.Scalar) -> int:
        """The first row with that value, counted from 0 in the batch; the value is one of the column's."""
        return self.where(pc.equal(self.values, value))[1] or 0

    def some(self, number: int) -> pa.Array:
        """At most so many values, evenly from the whole column, without the empty ones, each once."""
        values = self.values
        if len(values) > number:
            values = values.take(pa.array(range(0, len(values), -(-len(values) // number))))
        return pc.unique(values.drop_null())


def _plain(column: pa.Array) -> pa.Array:
    return column.cast(pa.string()) if pa.types.is_large_string(column.type) else column


def within(flags: pa.Array, chosen: pa.Array) -> pa.Array:
    """Flags for all values, from flags for those of them that were `chosen`; the others are False."""
    return pc.replace_with_mask(chosen, chosen, flags)
