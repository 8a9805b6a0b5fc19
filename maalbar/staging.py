"""Staging: a private place where a file is copied, hashed and looked at before anything of it is kept.

<home>/staging/<process>/   one folder for each running intake, locked while it runs

What is copied is what is looked at: a sender who changes the file meanwhile changes nothing here. A folder whose process is gone
was left by a crash, and is emptied by the next intake that starts.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from maalbar.errors import DeliveryRefused, SetupError
from maalbar.manifest import Manifest, open_plain, told
from maalbar.named_deliveries import SHOWN
from maalbar.settings import settings
from maalbar.store import FULL

CHUNK = 4 << 20
MAX_BYTES = 20_000_000_000
_LOCK = ".lock"


@dataclass(frozen=True)
class Staged:
    """A private copy: where it lies, its SHA-256 and its size. `folder` is the room beside it for what is made of it."""

    path: Path
    sha256: str
    bytes: int
    folder: Path


@contextmanager
def staging() -> Iterator[Path]:
    """A private folder for one intake, gone when it ends; those that crashed intakes left behind are emptied first."""
    root = settings().home / "staging"
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _alone(root):
        for left in root.glob("intake-*"):
            _empty_if_left(left)
        folder = Path(tempfile.mkdtemp(prefix="intake-", dir=root))
        lock = os.open(folder / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


@contextmanager
def staged(source: Path, folder: Path, announced: Manifest) -> Iterator[Staged]:
    """A private copy of a file, hashed while it is copied; gone, with all that was made beside it, when the block ends.

    Raises DeliveryRefused where the source is no plain file, too large, or not the file announced; SetupError where the disk is
    full.
    """
    room = Path(tempfile.mkdtemp(prefix="file-", dir=folder))
    try:
        copy = _copied(source, room)
        if (copy.bytes, copy.sha256) != (announced.bytes, announced.sha256):
            found, said = f"sha256 {copy.sha256[:SHOWN]}…", f"{announced.sha256[:SHOWN]}…"
            if copy.sha256 == announced.sha256:
                found, said = f"{copy.bytes} bytes", str(announced.bytes)
            what = f"is not the file announced ({found}, announced {said})"
            mend = "send it again, whole, and the manifest last"
            raise DeliveryRefused(what, where=told(announced.file), mend=mend)
        yield copy
    except OSError as error:
        if error.errno in FULL:
            mend = "free some and run it again; nothing was lost"
            raise SetupError("there is no room left on the disk", where=str(settings().home), mend=mend) from None
        raise
    finally:
        shutil.rmtree(room, ignore_errors=True)


def _copied(source: Path, room: Path) -> Staged:
    digest, size, target = hashlib.sha256(), 0, room / "raw"
    with open_plain(source) as read, target.open("xb") as write:
        target.chmod(0o600)
        while chunk := read.read(CHUNK):
            size += len(chunk)
            if size > MAX_BYTES:
                mend = "deliver it in parts"
                raise DeliveryRefused(f"is larger than {MAX_BYTES} bytes", where=told(source.name), mend=mend)
            digest.update(chunk)
            write.write(chunk)
        write.flush()
        os.fsync(write.fileno())
    return Staged(target, digest.hexdigest(), size, room)


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """While folders are made and emptied, no other intake does the same: a folder without its lock is then always a leftover."""
    handle = os.open(root / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _empty_if_left(folder: Path) -> None:
    """Remove what a crashed intake left: nobody holds the lock of its folder any more."""
    try:
        lock = os.open(folder / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
    except FileNotFoundError:  # its intake has just ended
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    else:
        shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(lock)
