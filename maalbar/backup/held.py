"""Which backups are held: the newest ones, and none from before an erasure that a newer one knows of.

What is erased is to be gone from backups too. A backup is not changed, so those from before an erasure are discarded whole, as
soon as a newer one is there; nothing is lost by it, since books are only added to.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from maalbar.backup.content import MANIFEST, Manifest, read_manifest
from maalbar.errors import SetupError
from maalbar.store import make_durable

DISCARDED = ".discarded-"


def all_of(folder: Path) -> list[tuple[Path, Manifest]]:
    """The finished backups below a folder, oldest first. Raises StoreDamaged for a manifest that cannot be read."""
    there = [path.parent for path in folder.glob(f"*/{MANIFEST}") if not path.parent.name.startswith(".")]
    return sorted(((path, read_manifest(path)) for path in there), key=lambda one: (one[1].moment, one[0].name))


def newest(folder: Path) -> Path | None:
    """The newest backup below a folder."""
    found = all_of(folder)
    return found[-1][0] if found else None


def discard(folder: Path, keep: int) -> list[Path]:
    """Delete all but the newest `keep` backups, and every one from before an erasure that the newest knows of; which ones.

    Raises SetupError where none would be kept.
    """
    if keep < 1:
        raise SetupError("no backup would be kept", where=str(folder), mend="keep 1 at least")
    found = all_of(folder)
    if not found:
        return []
    last = found[-1][1]
    gone = [path for path, manifest in found[:-keep] if path]
    gone += [path for path, manifest in found[-keep:] if _knows_less(manifest, last)]
    for path in gone:
        aside = path.with_name(f"{DISCARDED}{path.name}")  # at once: half a backup is none
        path.rename(aside)
        make_durable(folder)
        shutil.rmtree(aside)
    for left in folder.glob(f"{DISCARDED}*"):
        shutil.rmtree(left, ignore_errors=True)
    return gone


def _knows_less(earlier: Manifest, last: Manifest) -> bool:
    """Whether something was erased between two backups."""
    return any(
        books.erasures > (earlier.books[contract].erasures if contract in earlier.books else 0)
        for contract, books in last.books.items()
    )
