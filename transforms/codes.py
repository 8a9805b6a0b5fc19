"""Codes: which of a file's codes the contract does not know, and how many rows have each."""

from __future__ import annotations

from collections import Counter

import pyarrow as pa
import pyarrow.compute as pc

from maalbar.contract.delivering import Delivery
from maalbar.tables import TABLES
from transforms.drift import CODE_ROWS, code_drift
from transforms.formats.text import column_as_text

MOST = 1_000
"""Different unknown codes that are counted for a column; with so many it holds no codes at all."""


class UnknownCodes:
    """The unknown codes of a file, counted batch by batch."""

    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery
        self._known = {column: tuple(codes) for column, codes in delivery.codes.items()}
        for name, column in TABLES[delivery.table].columns.items():
            if column.allowed and name in delivery.columns:
                self._known.setdefault(name, column.allowed)
        self._counts: dict[str, Counter[str]] = {column: Counter() for column in self._known}

    def see(self, cells: pa.Table) -> None:
        """Count those of a batch of the file's own columns."""
        for column, known in self._known.items():
            cell = cells.column(self._delivery.columns[column]).combine_chunks()
            given = column_as_text(cell, self._delivery)
            unknown = pc.filter(given, pc.invert(pc.is_in(given, pa.array([*known, None], pa.string()))))
            counts = self._counts[column]
            for found in pc.value_counts(unknown).to_pylist():
                if found["values"] in counts or len(counts) < MOST:
                    counts[found["values"]] += found["counts"]

    @property
    def drift(self) -> list[str]:
        """In words, the columns in which a code that is not agreed stands in many rows: the list of codes has changed."""
        changed = [
            (column, counts) for column, counts in self._counts.items() if max(counts.values(), default=0) >= CODE_ROWS
        ]
        return [code_drift(column, list(counts.items()), self._delivery) for column, counts in changed]
