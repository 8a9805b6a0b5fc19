"""Person ids inside: the sender's id under a keyed hash, so that no table holds an id that anyone outside knows.

The master keys are secrets outside the store, one per generation, and each contract has a key of its own derived from them:
two contracts that were sent the same ids hold tables that cannot be joined. An erased person is remembered by a mark, made
with another key of the same contract, so that the list of marks tells nothing of the tables.

The hash cannot be turned around. To give stored tables the ids of a new generation takes the file as it came and both keys,
so a delivery says the generation that its ids are of, and an older key is kept for as long as a delivery of it is.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
import secrets
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from maalbar.errors import SetupError

VARIABLE = "MAALBAR_PERSON_KEYS"
FILE_VARIABLE = "MAALBAR_PERSON_KEYS_FILE"
KEY_BYTES = 32
ID_BYTES = 16
"""128 bits: among a thousand million persons two share an id with a chance below 10^-20."""
_IDS, _MARKS = b"maalbar/person-ids/1|", b"maalbar/person-marks/1|"
_BLOCK = 64
_KEY = re.compile(r"([1-9][0-9]{0,5}):([A-Za-z0-9+/_-]{43}=?)")
_MEND = f"put the line that `maalbar new-person-key` prints into the environment ({VARIABLE} or {FILE_VARIABLE})"


@dataclass(frozen=True)
class PersonKeys:
    """The master keys by generation. No text made of it shows a key."""

    _masters: Mapping[int, bytes] = field(repr=False)

    @property
    def current_generation(self) -> int:
        """The generation that new deliveries get: the highest."""
        return max(self._masters)

    @property
    def generations(self) -> tuple[int, ...]:
        return tuple(sorted(self._masters, reverse=True))

    def derived(self, purpose: bytes, contract_id: str, generation: int) -> bytes:
        """The key of a contract for one purpose: HKDF (RFC 5869) of the master. Raises SetupError when it is not there."""
        if generation not in self._masters:
            raise SetupError(
                f"there is no person key of generation {generation}",
                where=VARIABLE,
                mend="keep each key for as long as a delivery of its generation is kept",
            )
        info = purpose + contract_id.encode()
        return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(self._masters[generation])


def person_keys(environment: Mapping[str, str] | None = None) -> PersonKeys:
    """The keys in MAALBAR_PERSON_KEYS (`2:<base64>,1:<base64>`, newest first), or in the file MAALBAR_PERSON_KEYS_FILE.

    Raises SetupError, which never repeats what stands there, when they are not set, set twice or not so written.
    """
    given = os.environ if environment is None else environment
    text, file = given.get(VARIABLE, ""), given.get(FILE_VARIABLE, "")
    if text and file:
        raise SetupError(f"{VARIABLE} and {FILE_VARIABLE} are both set", mend="set one of them")
    if file:
        try:
            text = Path(file).read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError):
            raise SetupError("the file of person keys cannot be read", where=FILE_VARIABLE, mend=_MEND) from None
    # A file may hold the line as it was printed.
    text = text.strip().removeprefix(f"{VARIABLE}=")
    if not text:
        what = "the file of person keys is empty" if file else "no person key is set"
        raise SetupError(what, where=FILE_VARIABLE if file else VARIABLE, mend=_MEND)
    return _read(text, FILE_VARIABLE if file else VARIABLE)


def _read(text: str, where: str) -> PersonKeys:
    masters: dict[int, bytes] = {}
    for number, part in enumerate(re.split(r"[,\s]+", text.strip()), start=1):
        written = _KEY.fullmatch(part)
        if not written:
            raise SetupError(
                f"key no. {number} is not written as <generation>:<{KEY_BYTES} bytes in base64>",
                where=where,
                mend=_MEND,
            )
        generation, key = int(written[1]), _decoded(written[2])
        if key is None or len(set(key)) < KEY_BYTES // 4:
            # A key of zeros or of one letter is what an example looks like.
            raise SetupError(f"key no. {number} is no key of {KEY_BYTES} random bytes", where=where, mend=_MEND)
        if masters and generation >= min(masters):
            raise SetupError(f"key no. {number} is not older than the one before it", where=where, mend="newest first")
        if key in masters.values():
            raise SetupError(f"key no. {number} is the same as another", where=where, mend=_MEND)
        masters[generation] = key
    return PersonKeys(masters)


def _decoded(text: str) -> bytes | None:
    try:
        key = base64.urlsafe_b64decode(text.rstrip("=").replace("+", "-").replace("/", "_") + "=")
    except (binascii.Error, ValueError):
        return None
    return key if len(key) == KEY_BYTES else None


def new_key() -> str:
    """32 random bytes as the environment has them: base64."""
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def current_generation() -> int:
    """The generation of the newest key in the environment. Raises SetupError."""
    return person_keys().current_generation


def rekey(column: pa.Array, contract_id: str, generation: int) -> pa.Array:
    """The ids of a contract for the ids of a sender, once. A file of many batches is given to one `Rekeying`."""
    return Rekeying(person_keys(), contract_id, generation).ids(column)


def mark(person_id: str, contract_id: str, generation: int) -> str:
    """What an erased person is remembered by: 32 hex signs that the same id gives again, and that no table holds."""
    return Marks(person_keys(), contract_id, generation).of([person_id])[0]


class Marks:
    """The marks of the persons of one contract in one generation."""

    def __init__(self, keys: PersonKeys, contract_id: str, generation: int) -> None:
        self._hash = _Keyed(keys.derived(_MARKS, contract_id, generation))

    def of(self, person_ids: Iterable[str]) -> list[str]:
        """A mark for each id as the sender wrote it."""
        return [self._hash.of(unicodedata.normalize("NFC", text)).hex() for text in person_ids]


class Rekeying:
    """The ids of one file, batch by batch: each different id of a batch is hashed once.

    None is remembered for the next batch: to find one among a million takes as long as to hash it, and a place in memory.

    `ids` takes text, or whole numbers for their digits, and gives 32 hex signs for each; an empty cell stays empty. Two
    ids are the same when they are the same text in Unicode form NFC: nothing is stripped and no case is changed, since a
    sender whose ids differ by a space means two persons until he says otherwise.
    """

    def __init__(self, keys: PersonKeys, contract_id: str, generation: int) -> None:
        self._hash = _Keyed(keys.derived(_IDS, contract_id, generation))

    def ids(self, column: pa.Array | pa.ChunkedArray) -> pa.Array:
        """Text of the same length as `column`, in its order."""
        array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        if pa.types.is_dictionary(array.type):
            array = array.dictionary_decode()
        if not (pa.types.is_string(array.type) or pa.types.is_large_string(array.type)):
            if not pa.types.is_integer(array.type):
                raise TypeError(f"person ids are text or whole numbers, not {array.type}")
            array = array.cast(pa.string())
        text = array.cast(pa.string())
        if not pc.all(pc.string_is_ascii(text)).as_py():
            text = pc.utf8_normalize(text, form="NFC")
        different = text.dictionary_encode()
        return self._texts(different.dictionary.to_pylist()).take(different.indices)

    def _texts(self, ids: list[str]) -> pa.Array:
        signs = b"".join(map(self._hash.of, ids)).hex().encode()
        # One string of all signs, cut by an array of offsets: a Python string per id would double the time.
        offsets = np.arange(0, len(signs) + 1, 2 * ID_BYTES, dtype=np.int32)
        return pa.StringArray.from_buffers(len(ids), pa.py_buffer(offsets), pa.py_buffer(signs))


class _Keyed:
    """HMAC-SHA-256 (RFC 2104) cut to ID_BYTES, with both paddings of the key hashed beforehand.

    `hmac.digest` prepares the key anew for every message, which takes four times as long; the test holds the two to the same.
    """

    def __init__(self, key: bytes) -> None:
        padded = key.ljust(_BLOCK, b"\0")
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in padded))

    def of(self, text: str) -> bytes:
        inner = self._inner.copy()
        inner.update(text.encode())
        outer = self._outer.copy()
        outer.update(inner.digest())
        return outer.digest()[:ID_BYTES]
