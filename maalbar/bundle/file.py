"""Writing and reading the file: signed as a whole, and looked at in an order in which nothing unsigned is understood."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import ValidationError

from maalbar.bundle.content import SCHEMA, Bundle
from maalbar.bundle.keys import public_half
from maalbar.errors import BundleRefused

MAX_BYTES = 20_000_000
"""A contract of twenty outcomes over ten years is under one."""
_HEAD = re.compile(rb"maalbar-bundle/1 ([0-9a-f]{64}) ([0-9a-f]{128})\n")
_HEAD_BYTES = 300
_SEND_AGAIN = "have it sent again, as it was written by `maalbar measure --bundle`"


@dataclass(frozen=True)
class Sealed:
    """A bundle with the public key (hex) that it is signed with. That it is valid is known; whether it is trusted is not."""

    bundle: Bundle
    public_key: str


def file_name(contract_id: str, period_id: str, revision: int) -> str:
    """What a bundle is called in a landing folder."""
    return f"{contract_id}__{period_id}__r{revision}.bundle"


def seal(bundle: Bundle, key: Ed25519PrivateKey) -> bytes:
    """The file of a bundle. The same bundle and key give the same bytes."""
    body = _body(bundle.said())
    signature = key.sign(_signed(body))
    return f"{SCHEMA} {public_half(key)} {signature.hex()}\n".encode() + body


def read_file(path: Path) -> bytes:
    """The bytes of a file that may be a bundle. Raises BundleRefused when it is no plain file, or too large to be one."""
    where = path.name
    if path.is_symlink() or not path.is_file():
        raise BundleRefused("is not there, or is no plain file", where=str(path), mend="give the path of a bundle")
    with path.open("rb") as file:
        raw = file.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise BundleRefused(f"is larger than {MAX_BYTES} bytes", where=where, mend=_SEND_AGAIN)
    return raw


def open_sealed(raw: bytes, where: str, trust: Callable[[str], Any] = lambda _: None) -> Sealed:
    """Look at the signature, then read what is signed. Raises BundleRefused with one line.

    `trust` is asked about the public key before anything else, and raises where it does not trust it.
    """
    head = _HEAD.match(raw[:_HEAD_BYTES])
    if head is None:
        raise BundleRefused("is no result bundle of this version", where=where, mend=_SEND_AGAIN)
    public, signature, body = head[1].decode(), bytes.fromhex(head[2].decode()), raw[head.end() :]
    trust(public)
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(signature, _signed(body))
    except (InvalidSignature, ValueError):
        raise BundleRefused("is not as it was signed", where=where, mend=_SEND_AGAIN) from None
    return Sealed(_read(body, where), public)


def _read(body: bytes, where: str) -> Bundle:
    mend = "have the measuring room write it with the code version that is used here"
    try:
        said = json.loads(body)
        bundle = Bundle.model_validate(said)
    except ValidationError as error:
        first = error.errors()[0]
        # A key that is not known may be anything; it is not repeated.
        named = first["type"] != "extra_forbidden" and first["loc"]
        key = ".".join(str(part) for part in first["loc"]) if named else "its keys"
        raise BundleRefused(f"{key}: {first['type'].replace('_', ' ')}", where=where, mend=mend) from None
    except (ValueError, RecursionError):
        raise BundleRefused("is signed, and cannot be read", where=where, mend=mend) from None
    # One bundle has one form: no key twice, no other spacing, nothing after the end.
    if _body(bundle.said()) != body:
        raise BundleRefused("is signed, and not written as bundles are", where=where, mend=mend)
    return bundle


def _signed(body: bytes) -> bytes:
    # With the name of what is signed, so that a signature of anything else is none of this.
    return SCHEMA.encode() + b"\n" + body


def _body(said: dict[str, Any]) -> bytes:
    return (json.dumps(said, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()
