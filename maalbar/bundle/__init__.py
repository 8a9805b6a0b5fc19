"""The result bundle: what the measuring room sends the paying room in one signed file of plain text.

    maalbar-bundle/1 <public key, 64 hex signs> <Ed25519 signature, 128 hex signs>
    { what it says, as JSON with sorted keys, one value a line }

The signature covers the first word and every byte of the JSON, and is looked at before any of it is read. A bundle is no
archive: nothing in it unpacks, and whoever lets it out of the room can read it first. The same results signed with the same
key are the same bytes.
"""

from maalbar.bundle.content import SCHEMA, WITHHELD, Bundle, Passport, Results
from maalbar.bundle.file import Sealed, file_name, open_sealed, read_file, seal

__all__ = [
    "SCHEMA",
    "WITHHELD",
    "Bundle",
    "Passport",
    "Results",
    "Sealed",
    "file_name",
    "open_sealed",
    "read_file",
    "seal",
]
