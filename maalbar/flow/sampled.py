"""Which persons a delivery is looked at by: all, or where it is large the sample that it shares with those held against it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from maalbar.engine import ParquetFiles
from transforms.history import sample


@dataclass(frozen=True)
class Sampled:
    """One person of `one_of`, by ids of one generation. Samples are written to a private folder, each table once."""

    one_of: int
    generation: int
    folder: Path
    _written: dict[tuple[Path, ...], ParquetFiles] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, accepted: Path, generation: int, before: Sequence[dict[str, Any] | None]) -> Sampled:
        """The sample for an accepted table and the deliveries before it. The largest decides, so that a file of which half is
        missing is not held whole against a sample; where one has its ids under another key there is none that they share."""
        rows = [row for row in before if row is not None]
        largest = max([pq.read_metadata(accepted).num_rows, *(row["rows_accepted"] for row in rows)])
        is_shared = all(row["person_key"] == generation for row in rows)
        return cls(sample.one_of(largest) if is_shared else 1, generation, accepted.parent)

    def __call__(self, files: ParquetFiles) -> ParquetFiles:
        """The rows of the sample's persons."""
        if self.one_of == 1:
            return files
        if files.paths not in self._written:
            path = self.folder / f"sample-{len(self._written)}.parquet"
            self._written[files.paths] = sample.sampled(ParquetFiles(files.paths), self.one_of, path)
        return ParquetFiles(self._written[files.paths].paths, files.named)

    def is_that_of(self, one_of: int, generation: int | None) -> bool:
        """Whether figures of such a sample were counted of the same persons."""
        return self.one_of == one_of and (one_of == 1 or self.generation == generation)
