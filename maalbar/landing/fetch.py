"""Fetch: a private copy of what senders have put on another machine, made of what is whole there, and never of half a file.

    <home>/mirror/<contract>/<source>/<name>               a file as it was there, in place by rename
    <home>/mirror/<contract>/<source>/.<mark>.fetching     one underway; resumed while the far one is the same
    <home>/mirror/<contract>/<source>/.fetched.json        {"<name>": "<mark>"}: what need not be fetched again

Whether a file is whole is judged there, by its manifest, its `.done`, or its size and time at two looks. Nothing is ever
changed or deleted there. A file is fetched anew when it has changed; a manifest comes after its file, as its sender wrote it.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from maalbar.contract import Contract
from maalbar.contract.delivering import Delivery
from maalbar.errors import DeliveryRefused
from maalbar.landing.complete import Whole, whole
from maalbar.landing.listed import Listed, Place, refuse_no_file
from maalbar.landing.looks import look
from maalbar.landing.names import is_looked_at, is_plain
from maalbar.manifest import MAX_MANIFEST_BYTES, Manifest, parse_manifest, read_manifest, told
from maalbar.settings import settings
from maalbar.store import write_atomically

TRIES = 3
"""So often a file is fetched that changes while it is read; then it waits for the next look."""
FETCHED = ".fetched.json"
UNFINISHED = ".fetching"


@dataclass(frozen=True)
class Fetched:
    """What a look at a place far away found, besides what was fetched."""

    refused: list[DeliveryRefused] = field(default_factory=list)
    """What cannot be fetched, one line each."""
    underway: dict[str, list[str]] = field(default_factory=dict)
    """Source → names of files that are not known to be whole yet."""
    refused_of: dict[str, list[DeliveryRefused]] = field(default_factory=dict)
    """Source → its own of the refusals."""


def fetch(contract: Contract, place: Place, now: datetime | None = None) -> Fetched:
    """Copy what is whole at a place and not fetched yet.

    Raises LandingUnreachable when the way to it fails; what was fetched until then stays, and the next call goes on from there.
    """
    now = now or datetime.now(UTC)
    found = Fetched()
    for source, delivery in contract.deliveries.items():
        folder = settings().mirror / contract.id / source
        before = len(found.refused)
        with _alone(folder):
            _Source(contract.id, source, delivery, folder, place).fetch(found, now)
        found.refused_of[source] = found.refused[before:]
    return found


class _Source:
    """The folder of one source, there and here."""

    def __init__(self, contract_id: str, source: str, delivery: Delivery, folder: Path, place: Place) -> None:
        self.names = (contract_id, source)
        self.delivery, self.folder, self.place = delivery, folder, place
        self.fetched = _fetched(folder)

    def fetch(self, found: Fetched, now: datetime) -> None:
        listed = [one for one in self.place.listing(*self.names) if is_looked_at(one.name)]
        seen = look(*self.names, listed, now) if self.delivery.complete_when == "stable" else {}
        there = whole(self.delivery, listed, seen, now)
        found.refused.extend(there.refused)
        if there.underway:
            found.underway[self.names[1]] = [one.name for one in there.underway]
        if self.delivery.complete_when != "manifest":
            for one in there.files:
                self._bring(one)
        for one in there.manifests:
            try:
                self._bring_announced(one, there)
            except DeliveryRefused as error:
                found.refused.append(error)
        self._sweep()

    def _bring_announced(self, one: Listed, there: Whole) -> None:
        """A manifest and, before it, the file that it names."""
        if one.kind != "file" or one.size > MAX_MANIFEST_BYTES or not is_plain(one.name):
            raise DeliveryRefused("is no manifest", where=told(one.name), mend="see maalbar/manifest.py")
        raw = b"".join(self.place.chunks(*self.names, one.name, 0))
        path = self.folder / one.name
        manifest = parse_manifest(raw, path, self.delivery)
        if self.delivery.complete_when == "manifest":
            file = next((file for file in there.files if file.name == manifest.file), None)
            if file is None:
                raise DeliveryRefused("is not there", where=told(manifest.file), mend="deliver it beside its manifest")
            if file.kind != "file":
                raise refuse_no_file(file)
            if not self._bring(file):
                return
        elif _is_said_here(path):
            return
        if not path.exists() or path.read_bytes() != raw:
            write_atomically(path, raw)

    def _bring(self, one: Listed) -> bool:
        """Fetch a file unless it is here as it is there. False when it will not hold still."""
        for _ in range(TRIES):
            if self.fetched.get(one.name) == one.mark and (self.folder / one.name).is_file():
                return True
            unfinished = self._read(one)
            after = {found.name: found for found in self.place.listing(*self.names)}.get(one.name)
            if after is not None and after.mark == one.mark and unfinished.stat().st_size == one.size:
                os.utime(unfinished, (one.modified, one.modified))
                unfinished.replace(self.folder / one.name)
                _sync(self.folder)
                self.fetched[one.name] = one.mark
                write_atomically(self.folder / FETCHED, json.dumps(self.fetched).encode())
                return True
            unfinished.unlink()
            if after is None or after.kind != "file":
                return False
            one = after
        return False

    def _read(self, one: Listed) -> Path:
        """Bring the bytes that are missing of a file into one that is called after how the far one is now."""
        called = hashlib.sha256(f"{one.name}|{one.mark}".encode()).hexdigest()[:32]
        path = self.folder / f".{called}{UNFINISHED}"
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "ab") as file:
            have = file.tell()
            if have > one.size:
                file.truncate(0)
                have = 0
            for piece in self.place.chunks(*self.names, one.name, have) if have < one.size else ():
                file.write(piece)
                have += len(piece)
                if have > one.size:  # it grows while it is read; a file without end would fill the disk
                    break
            file.flush()
            os.fsync(file.fileno())
        return path

    def _sweep(self) -> None:
        """Take away what was begun of files that have changed since."""
        for path in self.folder.glob(f".*{UNFINISHED}"):
            path.unlink(missing_ok=True)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One at a time: two that fetch would write the same unfinished file."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(folder / ".lock", os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _fetched(folder: Path) -> dict[str, str]:
    try:
        found = json.loads((folder / FETCHED).read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _is_said_here(path: Path) -> bool:
    """Whether a named person has said here what a file supersedes; the sender's manifest does not undo it."""
    try:
        manifest: Manifest = read_manifest(path)
    except DeliveryRefused:
        return False
    return manifest.said_by is not None


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
