"""Keys: the private one that the measuring room signs with, and the public ones that the paying room trusts.

The private key is a secret of the environment: `MAALBAR_BUNDLE_KEY` holds it in base64, or `MAALBAR_BUNDLE_KEY_FILE` names a
file with it that only its owner may read. `MAALBAR_TRUSTED_BUNDLE_KEYS` names the paying room's list:

    keys:
      - {name: The research machine, key: <64 hex signs>, from: 2028-01-01, to: 2031-01-01, contracts: [plads_til_forskel]}

A key counts for bundles that are taken in from its first day until the day before `to`, for the contracts that it names.
Whether it is too old is asked of the day on which a bundle is taken in: what a bundle says of its own date, a stolen key can say.
"""

from __future__ import annotations

import base64
import binascii
import os
from datetime import date
from pathlib import Path
from typing import Annotated

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from maalbar.contract.values import Identifier, IsoDate
from maalbar.contract.yamlfile import read_yaml
from maalbar.errors import BundleRefused, SetupError
from maalbar.store import write_atomically

PRIVATE, PRIVATE_FILE, TRUSTED = "MAALBAR_BUNDLE_KEY", "MAALBAR_BUNDLE_KEY_FILE", "MAALBAR_TRUSTED_BUNDLE_KEYS"
_LENGTH = 32


class TrustedKey(BaseModel):
    """A public key of a measuring room, and what it is trusted for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(min_length=1, max_length=100)]
    key: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    start: Annotated[IsoDate, Field(alias="from")]
    end: Annotated[IsoDate, Field(alias="to")]
    contracts: Annotated[tuple[Identifier, ...], Field(min_length=1)]


class _TrustedKeys(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    keys: tuple[TrustedKey, ...]


def public_half(key: Ed25519PrivateKey) -> str:
    """The public key as 64 hex signs."""
    return key.public_key().public_bytes_raw().hex()


def new_key(path: Path) -> str:
    """Write a new private key to a file that only its owner may read; return the public one. Raises SetupError."""
    if path.exists():
        raise SetupError("is there already", where=str(path), mend="a key is never overwritten: choose another name")
    key = Ed25519PrivateKey.generate()
    write_atomically(path, base64.b64encode(key.private_bytes_raw()) + b"\n")
    return public_half(key)


def signing_key() -> Ed25519PrivateKey:
    """The private key of this room. Raises SetupError when there is none, or it is no key; it never shows any of it."""
    named, where = os.environ.get(PRIVATE_FILE), PRIVATE
    text = os.environ.get(PRIVATE, "")
    if named and text:
        raise SetupError(f"{PRIVATE} and {PRIVATE_FILE} are both set", mend="set one of the two")
    if named:
        text, where = _private(Path(named)), named
    if not text:
        mend = f"make a key with `maalbar new-bundle-key FILE` and name the file in {PRIVATE_FILE}"
        raise SetupError("there is no key to sign the bundle with", where=where, mend=mend)
    try:
        raw = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != _LENGTH:
        raise SetupError(
            "is no Ed25519 key in base64", where=where, mend="make one with `maalbar new-bundle-key FILE`"
        ) from None
    return Ed25519PrivateKey.from_private_bytes(raw)


def _private(path: Path) -> str:
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        raise SetupError("cannot be read as a key", where=str(path), mend=f"see {PRIVATE_FILE}") from None
    if mode & 0o077:
        raise SetupError("may be read by others", where=str(path), mend=f"chmod 600 {path}")
    return text


def trusted_keys() -> tuple[TrustedKey, ...]:
    """The keys that this room trusts, none where no list is named. Raises SetupError when the list cannot be read."""
    named = os.environ.get(TRUSTED)
    if not named:
        return ()
    path = Path(named)
    if not path.is_file():
        raise SetupError("is not there", where=str(path), mend=f"{TRUSTED} names the list of trusted keys")
    try:
        return _TrustedKeys.model_validate(read_yaml(path).data).keys
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise SetupError(f"{place}: {first['msg']}", where=str(path), mend="see maalbar/bundle/keys.py") from None


def trusted(public: str, today: date) -> TrustedKey:
    """The trusted key of that public half. Raises BundleRefused when it is unknown, too old or too new."""
    found = next((row for row in trusted_keys() if row.key == public), None)
    if found is None:
        raise BundleRefused(
            f"is signed by a key that is not trusted here ({public[:16]}…)",
            mend=f"ask the measuring room for its public key by another way, and add it to the list in {TRUSTED}",
        )
    if not found.start <= today < found.end:
        when = f"since {found.end}" if today >= found.end else f"before {found.start}"
        what = f"is signed by the key “{found.name}”, which is not trusted {when}"
        raise BundleRefused(what, mend="have the measuring room sign it with its new key")
    return found
