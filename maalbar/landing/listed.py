"""What lies in a place: names, sizes and times, wherever the place is. Nothing of a file is opened to know this."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from maalbar.errors import DeliveryRefused, SetupError
from maalbar.manifest import told

CHUNK = 1 << 20
Kind = Literal["file", "link", "folder", "shared", "other"]
NO_FILE = {
    "link": "is a link",
    "folder": "is a folder",
    "shared": "is also known under another name (a hard link)",
    "other": "is no plain file",
}
"""Kind → what is said of it. Only a plain file of one name is a delivery: what else could change, hang or lead elsewhere."""


@dataclass(frozen=True)
class Listed:
    """One name in a folder. `modified`: seconds since 1970. `mark` changes when the file does."""

    name: str
    size: int
    modified: float
    kind: Kind = "file"
    tag: str = ""

    @property
    def mark(self) -> str:
        return f"{self.size}|{self.modified:.6f}|{self.tag}"


class Place(Protocol):
    """Where senders put files, in `<contract>/<source>/`. Raises LandingUnreachable when the way to it fails."""

    def listing(self, contract_id: str, source: str) -> list[Listed]:
        """What lies in the folder of a source, by name; nothing when there is no such folder."""

    def chunks(self, contract_id: str, source: str, name: str, start: int) -> Iterator[bytes]:
        """The bytes of a file from `start` on, in pieces."""


def list_folder(folder: Path) -> list[Listed]:
    """What lies in a local folder, by name; nothing when it is not there. Links are not followed.

    Raises SetupError when the folder is no folder, or may not be read.
    """
    try:
        if folder.is_symlink():
            raise SetupError("is a link", where=f"{folder.parent.name}/{folder.name}", mend="make it a folder")
        with os.scandir(folder) as entries:
            found = [_listed(entry) for entry in entries]
    except FileNotFoundError:
        return []
    except OSError as error:
        where = f"{folder.parent.name}/{folder.name}"
        raise SetupError(f"cannot be read ({error.strerror})", where=where, mend="make it a folder of ours") from None
    return sorted((one for one in found if one), key=lambda one: one.name)


def _listed(entry: os.DirEntry[str]) -> Listed | None:
    try:
        facts = entry.stat(follow_symlinks=False)
    except FileNotFoundError:  # renamed or taken away meanwhile
        return None
    kind: Kind = "other"
    if stat.S_ISLNK(facts.st_mode):
        kind = "link"
    elif stat.S_ISDIR(facts.st_mode):
        kind = "folder"
    elif stat.S_ISREG(facts.st_mode):
        kind = "file" if facts.st_nlink == 1 else "shared"
    return Listed(entry.name, facts.st_size, facts.st_mtime, kind, str(facts.st_ino))


def refuse_no_file(one: Listed) -> DeliveryRefused:
    """The refusal of what is no plain file."""
    return DeliveryRefused(NO_FILE[one.kind], where=told(one.name), mend="deliver it again, as a file of its own")
