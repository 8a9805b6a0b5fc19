"""Temporary places that a killed process cannot leave behind for good: each is locked for as long as its process lives.

What a step spills, unpacks or has half written may hold rows of persons. So whoever makes a temporary folder first deletes those
beside it that nobody holds any more, and every night all of an installation are looked for (`sweep`, by the DAG `retention`).
"""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

FOLDER, FILE = ".maalbar-", ".writing-"
_LOCK = ".lock"
NOT_OURS = ("postgres", "airflow", "backups", "landing")
"""Folders of a home in which nothing of this kind is made, and that may be large."""


@contextmanager
def temporary_folder(beside: Path | None = None) -> Iterator[Path]:
    """A private folder, gone when the block ends: in `beside`, or in the machine's own place for such where it is left out.

    It is locked by a file in it, not by itself: on a network's file system only a file that is open to write is locked for other
    machines too.
    """
    root = beside or Path(tempfile.gettempdir())
    for left in root.glob(f"{FOLDER}*"):
        _delete_if_left(left)
    folder, lock = _locked_folder(root)
    try:
        yield folder
    finally:
        _empty(folder, lock)


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
            lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
            fcntl.flock(lock, fcntl.LOCK_EX)
            if _is_at(lock, folder / _LOCK):
                return folder, lock
            os.close(lock)  # a sweep came between, and has taken it for a leftover


def _alone_at(draft: Path) -> int:
    """A draft that is locked by nobody else."""
    while True:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        fcntl.flock(handle, fcntl.LOCK_EX)
        if _is_at(handle, draft):
            return handle
        os.close(handle)  # whoever was waited for has given it its name, or a sweep has taken it for a leftover


def _is_at(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.lstat())
    except FileNotFoundError:
        return False


def _empty(folder: Path, lock: int) -> None:
    """Delete a folder whose lock is held. An open file that is deleted stays by another name on NFS until it is closed."""
    shutil.rmtree(folder, ignore_errors=True)
    os.close(lock)
    shutil.rmtree(folder, ignore_errors=True)


def _delete_if_left(path: Path) -> bool:
    """Delete a temporary place unless a process holds it, on this machine or another; whether it was left."""
    with suppress(OSError):  # held; its process has just ended; it is another user's; or no lock is to be had there
        if path.lstat().st_uid != os.geteuid():
            return False
        return _delete_folder_if_left(path) if stat.S_ISDIR(path.lstat().st_mode) else _delete_draft_if_left(path)
    return False


def _delete_folder_if_left(folder: Path) -> bool:
    # A folder that has just been made has no lock yet: it is made here, so that its process finds it taken and makes another.
    lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise
    _empty(folder, lock)
    return not folder.exists()


def _delete_draft_if_left(draft: Path) -> bool:
    lock = os.open(draft, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not stat.S_ISREG(os.fstat(lock).st_mode) or not _is_at(lock, draft):
            return False  # no draft, or the one that was opened has got its name and this is the next writer's
        draft.unlink()
        return True
    finally:
        os.close(lock)
