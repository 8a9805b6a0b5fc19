"""The manifest: the small file that a sender writes last, saying that a delivery is whole and what it is.

    <landing>/<contract>/<source>/<name>.csv             or .parquet, .xlsx, .sas7bdat, .dta; packed: .csv.zip, .zip, .csv.gz, .gz
    <landing>/<contract>/<source>/<name>.manifest.json   {"contract", "source", "as_of", "file", "sha256", "rows", "bytes"}

A file without its manifest is not there yet, where the contract says `complete_when: manifest`. `supersedes` (a SHA-256) names
the file that a corrected one takes the place of. Where a person has said it and not the sender, `said_by` and `reason` tell
who and why, and `rows` may be missing: nobody has announced them.
"""

from __future__ import annotations

import os
import re
import stat
from datetime import date
from pathlib import Path
from typing import Annotated, BinaryIO

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from maalbar.contract.delivering import ENDINGS, PACKED, Delivery
from maalbar.contract.values import Count, Identifier, IsoDate
from maalbar.errors import DeliveryRefused
from maalbar.written_cpr import may_hold_cpr

SUFFIX = ".manifest.json"
MAX_MANIFEST_BYTES = 100_000
_NAME = re.compile(r"[a-z0-9_-]{1,64}")
_PLAIN = re.compile(r"[A-Za-z0-9._-]{1,100}")
Sha = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Said = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class Manifest(BaseModel):
    """What is said of a file: by its sender, by a named person, or by the file itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    contract: Identifier
    source: Identifier
    as_of: IsoDate
    file: str
    sha256: Sha
    rows: Count | None = None
    """None: nobody has announced how many there are."""
    bytes: Count
    supersedes: Sha | None = None
    said_by: Said | None = None
    """The person who has said what the file supersedes, where the sender did not."""
    reason: Said | None = None


def endings(delivery: Delivery | None = None) -> tuple[str, ...]:
    """The endings that a file of a delivery may have, the usual one first; without a delivery those of every kind of file."""
    kinds = [ENDINGS[delivery.format]] if delivery else list(ENDINGS.values())
    packings = [PACKED[delivery.packed]] if delivery else list(PACKED.values())
    alone = [packing for packing in packings if packing]
    return (*(kind + packing for packing in packings for kind in kinds), *alone)


def is_allowed(name: str, delivery: Delivery | None = None) -> bool:
    """Whether a file may be called so: 1–64 small letters, digits, `-` and `_`, and an ending of its format. Nothing else can
    lead elsewhere, hide, or be read as a command."""
    return any(
        name.endswith(ending) and _NAME.fullmatch(name.removesuffix(ending)) is not None for ending in endings(delivery)
    )


def told(name: str) -> str:
    """A name as a message may repeat it: neither one that could hide something nor one that may hold a CPR number."""
    is_told = _PLAIN.fullmatch(name) and not may_hold_cpr(name)
    return name if is_told else "a file whose name is not repeated"


def read_manifest(path: Path, delivery: Delivery | None = None) -> Manifest:
    """Read a manifest. Raises DeliveryRefused when it is not one, or names a file whose name is not allowed.

    `delivery`: what the contract says of the source; without it the endings of every format are allowed.
    """
    return parse_manifest(_bytes_of(path), path, delivery)


def parse_manifest(raw: bytes, path: Path, delivery: Delivery | None = None) -> Manifest:
    """The manifest in these bytes, which lie or are to lie at `path`. Raises DeliveryRefused as `read_manifest` does."""
    where = told(path.name)
    try:
        manifest = Manifest.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors()[0]
        # A key that we do not know may be anything, a person's number too: it is not repeated.
        named = first["type"] != "extra_forbidden" and first["loc"]
        key = ".".join(str(part) for part in first["loc"]) if named else "the manifest"
        raise DeliveryRefused(
            f"{key}: {first['type'].replace('_', ' ')}", where=where, mend="see maalbar/manifest.py"
        ) from None
    if manifest.rows is None and manifest.said_by is None:
        raise DeliveryRefused("rows: missing", where=where, mend="see maalbar/manifest.py")
    if any(may_hold_cpr(text) for text in (manifest.said_by, manifest.reason) if text):
        mend = "say why without naming anyone"
        raise DeliveryRefused("its reason looks like it holds a CPR number", where=where, mend=mend)
    if not is_allowed(manifest.file, delivery):
        allowed = " or ".join(endings(delivery)) if delivery else "the ending of its format, like .csv"
        mend = f"use small letters, digits, - and _, at most 64, and {allowed}"
        raise DeliveryRefused("names a file with a name that is not allowed", where=where, mend=mend)
    if (path.parent.parent.name, path.parent.name) != (manifest.contract, manifest.source):
        raise DeliveryRefused(
            "lies in the folder of another contract or source",
            where=where,
            mend="deliver it to its own folder",
        )
    return manifest


def open_plain(path: Path) -> BinaryIO:
    """Open a plain file for reading. A link is not followed, and a pipe does not hold us up. Raises DeliveryRefused."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        mend = "let us read it, or deliver it again"
        raise DeliveryRefused(f"cannot be read ({error.strerror})", where=told(path.name), mend=mend) from None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise DeliveryRefused("is no plain file", where=told(path.name), mend="deliver it again, as a file of its own")
    return os.fdopen(handle, "rb")


def _bytes_of(path: Path) -> bytes:
    with open_plain(path) as file:
        raw = file.read(MAX_MANIFEST_BYTES + 1)
    if len(raw) > MAX_MANIFEST_BYTES:
        mend = "write only what maalbar/manifest.py names"
        raise DeliveryRefused(f"is larger than {MAX_MANIFEST_BYTES} bytes", where=told(path.name), mend=mend)
    return raw


def stated(contract: str, source: str, as_of: date, file: str, sha256: str, size: int) -> Manifest:
    """What a file says of itself, where the contract lets it come without a manifest."""
    return Manifest(contract=contract, source=source, as_of=as_of, file=file, sha256=sha256, bytes=size)
