"""An arrival: a file that has come whole, and what is said of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from maalbar.landing.listed import CHUNK
from maalbar.manifest import Manifest, open_plain, told

How = Literal["manifest", "done_file", "stable"]


@dataclass(frozen=True)
class Arrival:
    """A file in the landing folder. `manifest` is the sender's, a named person's, or made from the file itself."""

    path: Path
    """The file. It may still be replaced: whoever takes it in copies it once and compares the copy with `manifest`."""
    manifest: Manifest
    how: How
    """By what it is known to be whole."""

    @property
    def link(self) -> tuple[str, str | None]:
        """Its place in the chain of corrections: its hash and the one that it supersedes."""
        return self.manifest.sha256, self.manifest.supersedes

    def release(self, head: str | None) -> str:
        """What to do when it is held because it does not say whose place it takes; `head`: the file that stands now."""
        if self.how == "manifest" and not self.manifest.said_by:
            return "name the one it takes the place of under `supersedes` in its manifest"
        says = f"maalbar supersede {self.manifest.contract} {told(self.manifest.file)} --supersedes {head or 'SHA256'}"
        return f"when it takes that one's place, say so: {says} --name NAME --reason WHY"


def hash_of(path: Path) -> tuple[str, int]:
    """SHA-256 and size of a plain file, read in pieces. A link is not followed. Raises DeliveryRefused."""
    digest, size = hashlib.sha256(), 0
    with open_plain(path) as file:
        while piece := file.read(CHUNK):
            digest.update(piece)
            size += len(piece)
    return digest.hexdigest(), size
