"""The sender's person ids: of the agreed length, and no plain hash of a CPR number.

There are fewer than 10^10 CPR numbers, so whoever has a plain hash of one has the number: all can be hashed in minutes. A file
that holds a published test person under a plain hash gives the sender's way away, and every other id in it with that.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from transforms.gate.cells import Cells

TEST_PERSONS = (
    "2512489996", "2512484916", "0501792275",  # the standard test citizens of the health service
    "0504899756", "0504891006", "2202789083", "2202781003",  # test persons of KvalitetsIT/plsp-dds-testdata
    "2110625629",  # the example of python-stdnum
)  # fmt: skip
"""Published CPR numbers of nobody. They stand in every test extract, and often in a real one."""
_HASHES = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")


@cache
def plain_hashes() -> frozenset[str]:
    """Every plain hash of every test person, written with and without hyphen: in hex, and in base64; in lower case."""
    found = set()
    for number in TEST_PERSONS:
        for text in (number, f"{number[:6]}-{number[6:]}", number.lstrip("0")):
            for name in _HASHES:
                digest = hashlib.new(name, text.encode(), usedforsecurity=False).digest()
                found |= {digest.hex(), base64.b64encode(digest).decode().lower()}
    return frozenset(found)


@dataclass
class PersonIdColumn:
    """What the column of person ids has shown so far. `length`: the agreed number of signs, None where none is agreed."""

    length: int | None
    of_other_length: tuple[int, int] | None = None
    plainly_hashed: tuple[int, int] | None = None

    def see(self, cells: Cells, first_row: int) -> None:
        values = cells.values
        if not pa.types.is_string(values.type):
            values = values.cast(pa.string())
        if self.length is not None:
            wrong = pc.not_equal(pc.utf8_length(values), self.length)
            self.of_other_length = _more(self.of_other_length, cells.where(wrong.fill_null(False)), first_row)
        if (pc.max(pc.binary_length(values)).as_py() or 0) >= 24:
            hashed = pc.is_in(pc.utf8_lower(values), value_set=pa.array(sorted(plain_hashes())))
            self.plainly_hashed = _more(self.plainly_hashed, cells.where(hashed), first_row)


def _more(before: tuple[int, int] | None, now: tuple[int, int | None], first_row: int) -> tuple[int, int] | None:
    rows, first = now
    if first is None:
        return before
    return (rows, first_row + first) if before is None else (before[0] + rows, before[1])
