"""Temporary places that a killed process cannot leave behind for good: each is locked for as long as its process lives.

What a step spills, unpacks or has half written may hold rows of persons. So whoever makes a temporary folder first deletes those
beside it that nobody holds any more, and every night all of an installation are looked for (`sweep`, by the DAG `retention`).
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

FOLDER, FILE = ".maalbar-", ".writing-"
NOT_OURS = ("postgres", "airflow", "backups", "landing")
"""Folders of a home in which nothing of this kind is made, and that may be large."""


@contextmanager
def temporary_folder(beside: Path | None = None) -> Iterator[Path]:
    """A private folder, gone when the block ends: in `beside`, or in the machine's own place for such where it is left out."""
    root = beside or Path(tempfile.gettempdir())
    for left in root.glob(f"{FOLDER}*"):
        _delete_if_left(left)
    folder, lock = _locked_folder(root)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


@contextmanager
def draft_of(path: Path) -> Iterator[tuple[IO[bytes], Path]]:
    """A private file to write, to be renamed to `path`; gone when the block ends and it was not.

    Two who write one file wait for each other. What a killed one has left of its draft, the next one of the same file writes
    over, so that nothing stays beside it.
    """
    draft = path.with_name(f"{FILE}{path.name}")
    with os.fdopen(_alone_at(draft), "wb") as file:
        file.truncate()
        try:
            yield file, draft
        finally:
            if _is_at(file.fileno(), draft):
                draft.unlink()


def sweep(home: Path) -> int:
    """Delete every temporary place below a home, and in the machine's own place for such, that no process holds; how many."""
    found = list(Path(tempfile.gettempdir()).glob(f"{FOLDER}*"))
    for folder, below, files in os.walk(home):
        at_top = Path(folder) == home
        found += [Path(folder, name) for name in files if name.startswith(FILE)]
        found += [Path(folder, name) for name in below if name.startswith(FOLDER)]
        below[:] = [n for n in below if not n.startswith(FOLDER) and not (at_top and n in NOT_OURS)]
    return sum(map(_delete_if_left, found))


def _locked_folder(root: Path) -> tuple[Path, int]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=FOLDER, dir=root))
        with suppress(FileNotFoundError):
            lock = os.open(folder, os.O_RDONLY)
            fcntl.flock(lock, fcntl.LOCK_EX)
            if folder.exists():
                return folder, lock
            os.close(lock)  # a sweep came between, and has taken it for a leftover


def _alone_at(draft: Path) -> int:
    """A draft that is locked by nobody else."""
    while True:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT, 0o600)
        fcntl.flock(handle, fcntl.LOCK_EX)
        if _is_at(handle, draft):
            return handle
        os.close(handle)  # whoever was waited for has given it its name, or a sweep has taken it for a leftover


def _is_at(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


def _delete_if_left(path: Path) -> bool:
    """Delete a temporary place unless a process holds it; whether it was left."""
    try:
        lock = os.open(path, os.O_RDONLY)
    except OSError:  # its process has just ended, or it is another user's
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    else:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
        return not path.exists()
    finally:
        os.close(lock)
