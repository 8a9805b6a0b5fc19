"""A register: canonical columns, the day each row became known, and what is filled in later.

Extracts are cut from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Values: TypeAlias = "pa.Array | np.ndarray"


def pick(texts: Sequence[str] | np.ndarray, positions: np.ndarray) -> pa.Array:
    """A text column of few different cells, by their positions. Many times faster than making each cell."""
    return pa.array(list(texts), pa.string()).take(pa.array(positions.astype(np.int64)))


def numbered(prefix: str, count: int) -> pa.Array:
    """Row ids: a letter and eight digits, so that none can be taken for a CPR number."""
    digits = np.arange(count)[:, np.newaxis] // 10 ** np.arange(7, -1, -1) % 10 + ord("0")
    cells = np.hstack([np.full((count, 1), ord(prefix)), digits]).astype(np.uint8)
    offsets = np.arange(count + 1, dtype=np.int32) * cells.shape[1]
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets.tobytes()), pa.py_buffer(cells.tobytes()))


@dataclass(frozen=True)
class Later:
    """A value known from `known_on` only (days, per row); until then the cell holds `before`, by default
    nothing.
    """

    known_on: np.ndarray
    before: str | None = None


@dataclass(frozen=True)
class Register:
    """Rows in the order they are delivered. Columns: Arrow text; NumPy datetime64[D] or [m], bool, integers.

    Integers are hundredths of a unit in the columns named in `hundredths`, whole numbers elsewhere; a
    negative one is a missing answer.
    """

    columns: Mapping[str, Values]
    known_on: np.ndarray
    later: Mapping[str, Later] = field(default_factory=dict)
    hundredths: tuple[str, ...] = ()

    def as_known(self, cut: int) -> pa.Table:
        """The rows known when day `cut` begins, without what is filled in later. Columns must be text by now."""
        known = np.flatnonzero(self.known_on < cut)
        rows = pa.table(dict(self.columns)).take(pa.array(known))
        for name, later in self.later.items():
            if name in self.columns:
                told = pa.array(later.known_on[known] < cut)
                cells = pc.if_else(told, rows[name], pa.scalar(later.before, pa.string()))
                rows = rows.set_column(rows.schema.get_field_index(name), name, cells)
        return rows


@dataclass(frozen=True)
class WeeklyRegister:
    """One row per person, one column per ISO week: `cells` are positions in `codes`, of which 0 is nothing."""

    ids: np.ndarray
    known_on: np.ndarray
    mondays: np.ndarray
    codes: tuple[str, ...]
    cells: np.ndarray
