"""The file store: bytes under the name of their own SHA-256, verified at every read, never changed.

<home>/store/<contract>/raw/<sha256>             a delivery as it came
<home>/store/<contract>/canonical/<sha256>       its canonical table, Parquet
<home>/store/<contract>/quarantine/<sha256>      rows set aside, Parquet
<home>/store/<contract>/bundle/<sha256>          a result bundle of another room, as it came
<home>/store/<contract>/release/<sha256>         a file that is to leave, or has left, as those who release saw it
<home>/store/<contract>/counts/<sha256>          the counts behind a release, for those who release alone
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq

from maalbar.errors import SetupError, StoreDamaged
from maalbar.settings import settings
from maalbar.temporary import draft_of

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""The disk is full, or the share of it that is ours, or a file is larger than we may write."""
Shelf = Literal["raw", "canonical", "quarantine", "bundle", "release", "counts"]


def sha256_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def put(contract_id: str, shelf: Shelf, data: bytes) -> str:
    """Keep bytes; return their hash. The same bytes are kept once. The file is whole or absent, never half."""
    digest = sha256_of(data)
    path = _path(contract_id, shelf, digest)
    if not path.exists():
        write_atomically(path, data)
    return digest


def keep(contract_id: str, shelf: Shelf, file: Path, digest: str) -> str:
    """Keep a finished file of that hash by moving it into the store; return the hash. The same bytes are kept once.

    The file lies on the disk of the store, so that it is there whole or not at all.
    """
    path = _path(contract_id, shelf, digest)
    if path.exists():
        file.unlink()
        return digest
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file.chmod(0o600)
    make_durable(file)
    file.replace(path)
    make_durable(path.parent)
    return digest


def sha256_of_file(path: Path) -> str:
    """The SHA-256 of a file, read piece by piece."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def get(contract_id: str, shelf: Shelf, digest: str) -> bytes:
    """The bytes of that hash. Raises StoreDamaged when they are gone or no longer match it."""
    path = _path(contract_id, shelf, digest)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise StoreDamaged("is missing", where=str(path), mend="restore it from the backup") from None
    if sha256_of(data) != digest:
        raise StoreDamaged("no longer matches its hash", where=str(path), mend="restore it from the backup")
    return data


def verified(contract_id: str, shelf: Shelf, digest: str) -> Path:
    """The file of that hash, read through once and found to match it, where it is too large to hold. Raises StoreDamaged."""
    path = _path(contract_id, shelf, digest)
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        raise StoreDamaged("is missing", where=str(path), mend="restore it from the backup") from None
    if found != digest:
        raise StoreDamaged("no longer matches its hash", where=str(path), mend="restore it from the backup")
    return path


def require(contract_id: str, shelf: Shelf, digest: str) -> None:
    """Raise StoreDamaged unless the file of that hash is there and matches it. Nothing of it is handed out."""
    verified(contract_id, shelf, digest)


def has(contract_id: str, shelf: Shelf, digest: str) -> bool:
    """Whether there is a file of that hash, whatever it holds."""
    return _path(contract_id, shelf, digest).exists()


def digests(contract_id: str, shelf: Shelf) -> set[str]:
    """The hashes of the finished files of a shelf."""
    folder = settings().store / contract_id / shelf
    return {path.name for path in folder.iterdir() if not path.name.startswith(".")} if folder.is_dir() else set()


def remove(contract_id: str, shelf: Shelf, digest: str) -> None:
    """Delete the file of that hash, for good; again is no error."""
    path = _path(contract_id, shelf, digest)
    path.unlink(missing_ok=True)
    if path.parent.is_dir():
        make_durable(path.parent)


def put_table(contract_id: str, shelf: Shelf, table: pa.Table) -> str:
    """Keep a table as Parquet. The same rows in the same order give the same hash within one pyarrow version."""
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd", row_group_size=1_000_000)
    return put(contract_id, shelf, buffer.getvalue())


def get_table(contract_id: str, shelf: Shelf, digest: str) -> pa.Table:
    """The table of that hash, read from bytes that were verified first. Raises StoreDamaged."""
    return pq.read_table(io.BytesIO(get(contract_id, shelf, digest)))


def write_atomically(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Write a file by renaming a finished one, so that a reader or a crash never sees half of it.

    What a killed writer has left of its draft, the next one of the same file writes over, so that nothing stays beside it.
    Raises SetupError where the disk is full.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with draft_of(path) as (file, draft):
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            draft.chmod(mode)
            draft.replace(path)
    except OSError as error:
        if error.errno not in FULL:
            raise
        mend = "free some and run it again; nothing was lost"
        raise SetupError("there is no room left on the disk", where=path.name, mend=mend) from None


def make_durable(path: Path) -> None:
    """Make the bytes of a file, or the names in a folder, last through a loss of power."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _path(contract_id: str, shelf: Shelf, digest: str) -> Path:
    return settings().store / contract_id / shelf / digest
