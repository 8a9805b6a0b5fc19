"""Which backups are held: the newest ones, and none from before an erasure that a newer one knows of.

What is erased is to be gone from backups too. A backup is not changed, so those from before an erasure are discarded whole, as
soon as a newer one is proved; nothing is lost by it, since books are only added to. What was proved is written down beside them
(`.proved/<name>`: the hash of the manifest), so that no backup goes for one of which nobody knows whether it can be restored.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from maalbar.backup.alone import alone
from maalbar.backup.content import MANIFEST, Manifest, read_manifest
from maalbar.errors import SetupError
from maalbar.store import make_durable, sha256_of_file, write_atomically

DISCARDED, PROVED = ".discarded-", ".proved"
LOCK, BUSY = ".lock", "backups are being made or discarded"


def all_of(folder: Path) -> list[tuple[Path, Manifest]]:
    """The finished backups below a folder, oldest first. Raises StoreDamaged for a manifest that cannot be read."""
    there = [path.parent for path in folder.glob(f"*/{MANIFEST}") if not path.parent.name.startswith(".")]
    return sorted(((path, read_manifest(path)) for path in there), key=lambda one: (one[1].moment, one[0].name))


def newest(folder: Path) -> Path | None:
    """The newest backup below a folder."""
    found = all_of(folder)
    return found[-1][0] if found else None


def mark_proved(backup: Path) -> None:
    """Write down, beside a backup, that it was restored and proved."""
    mark = backup.parent / PROVED / backup.name
    mark.parent.mkdir(exist_ok=True, mode=0o700)
    write_atomically(mark, sha256_of_file(backup / MANIFEST).encode())


def is_proved(backup: Path) -> bool:
    """Whether a backup, as it is now, was restored and proved."""
    mark = backup.parent / PROVED / backup.name
    return mark.is_file() and mark.read_text() == sha256_of_file(backup / MANIFEST)


def discard(folder: Path, keep: int) -> list[Path]:
    """Delete all but the newest `keep` proved backups and what is newer; and every one from before an erasure that the newest
    proved one knows of; which ones. Where none was proved, none is deleted.

    Raises SetupError where none would be kept, or a backup is being made.
    """
    if keep < 1:
        raise SetupError("no backup would be kept", where=str(folder), mend="keep 1 at least")
    if not folder.is_dir():
        return []
    with alone(folder / LOCK, BUSY):
        found = all_of(folder)
        proved = [one for one in found if is_proved(one[0])]
        gone = []
        if proved:
            before = found[: found.index(proved[-1])]
            stay = proved[-keep:]
            gone = [
                path for path, manifest in before
                if manifest.moment < stay[0][1].moment or _knows_less(manifest, proved[-1][1])
            ]  # fmt: skip
        for path in gone:
            aside = path.with_name(f"{DISCARDED}{path.name}")  # at once: half a backup is none
            path.rename(aside)
            make_durable(folder)
            shutil.rmtree(aside)
            (folder / PROVED / path.name).unlink(missing_ok=True)
        for left in folder.glob(f"{DISCARDED}*"):
            shutil.rmtree(left, ignore_errors=True)
    return gone


def _knows_less(earlier: Manifest, last: Manifest) -> bool:
    """Whether something was erased between two backups."""
    return any(
        books.erasures > (earlier.books[contract].erasures if contract in earlier.books else 0)
        for contract, books in last.books.items()
    )
