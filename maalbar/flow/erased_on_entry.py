"""Erased on entry: a file that still has rows of persons who are erased is kept without them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from maalbar import store
from maalbar.contract.delivering import Delivery
from maalbar.flow.rekeying import Rekeyed
from maalbar.kept import Form, Replaced
from maalbar.staging import Staged
from transforms import erased


@dataclass(frozen=True)
class Trimmed:
    """A file as it is kept: the copy itself, or one without some rows, counted from 1."""

    path: Path
    sha256: str
    form: Form = "as_sent"
    rows: tuple[int, ...] = ()

    def replaced(self, delivery_id: str, sent: str) -> list[Replaced]:
        """What is written down of it, beside the row of the delivery, which names the file as it was sent."""
        if not self.rows:
            return []
        gone = erased.ranges(self.rows)
        return [Replaced(delivery_id, "raw", sent, self.sha256, len(self.rows), self.form, None, gone)]


def trimmed(copy: Staged, file: Path, delivery: Delivery, name: str, keys: Rekeyed) -> Trimmed:
    """A staged copy without rows of erased persons, of whatever kind the rows are. `file`: the copy, unpacked."""
    rows = erased.rows_of(file, "as_sent", delivery, name, keys.are_erased) if keys.has_tombstones else []
    if not rows:
        return Trimmed(copy.path, copy.sha256)
    target = copy.folder / "trimmed"
    form = erased.without_rows(file, "as_sent", delivery, name, rows, target)
    return Trimmed(target, store.sha256_of_file(target), form, tuple(rows))
