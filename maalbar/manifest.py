"""The manifest: the small file that a sender writes last, saying that a delivery is whole and what it is.

    <landing>/<contract>/<source>/<name>.csv
    <landing>/<contract>/<source>/<name>.manifest.json   {"contract", "source", "as_of", "file", "sha256", "rows", "bytes"}

A file without its manifest is not there yet. `supersedes` (a SHA-256) names the file that a corrected one takes the place of.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from maalbar.contract.values import Count, Identifier, IsoDate
from maalbar.errors import DeliveryRefused
from maalbar.store import sha256_of

SUFFIX = ".manifest.json"
MAX_BYTES = 2_000_000_000
_NAME = re.compile(r"[a-z0-9_-]{1,64}\.csv")
Sha = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Manifest(BaseModel):
    """What a sender says of a file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    contract: Identifier
    source: Identifier
    as_of: IsoDate
    file: str
    sha256: Sha
    rows: Count
    bytes: Count
    supersedes: Sha | None = None


def read_manifest(path: Path) -> Manifest:
    """Read a manifest. Raises DeliveryRefused when it is not one, or names a file that is not beside it."""
    where = path.name
    try:
        manifest = Manifest.model_validate_json(path.read_bytes())
    except OSError as error:
        raise DeliveryRefused(f"cannot be read ({error.strerror})", where=where, mend="deliver it again") from None
    except ValidationError as error:
        first = error.errors()[0]
        # A key that we do not know may be anything, a person's number too: it is not repeated.
        named = first["type"] != "extra_forbidden" and first["loc"]
        key = ".".join(str(part) for part in first["loc"]) if named else "the manifest"
        raise DeliveryRefused(
            f"{key}: {first['type'].replace('_', ' ')}", where=where, mend="see maalbar/manifest.py"
        ) from None
    if not _NAME.fullmatch(manifest.file):
        mend = "use small letters, digits, - and _, at most 64, and .csv"
        raise DeliveryRefused("names a file with a name that is not allowed", where=where, mend=mend)
    if (path.parent.parent.name, path.parent.name) != (manifest.contract, manifest.source):
        raise DeliveryRefused(
            "lies in the folder of another contract or source",
            where=where,
            mend="deliver it to its own folder",
        )
    return manifest


def read_whole(path: Path, manifest: Manifest) -> bytes:
    """The bytes of the file a manifest names, once and verified. Raises DeliveryRefused when they are not those announced."""
    file = path.parent / manifest.file
    if file.is_symlink() or not file.is_file():
        raise DeliveryRefused(
            "is not there, or is no plain file", where=manifest.file, mend="deliver it beside its manifest"
        )
    if manifest.bytes > MAX_BYTES or file.stat().st_size > MAX_BYTES:
        raise DeliveryRefused(f"is larger than {MAX_BYTES} bytes", where=manifest.file, mend="deliver it in parts")
    raw = file.read_bytes()
    found = sha256_of(raw)
    if len(raw) != manifest.bytes or found != manifest.sha256:
        what = f"is not the file announced (sha256 {found[:8]}…, announced {manifest.sha256[:8]}…)"
        raise DeliveryRefused(what, where=manifest.file, mend="send it again, whole, and the manifest last")
    return raw
