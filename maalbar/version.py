"""Which code made a figure: a hash of everything that can change one."""

from __future__ import annotations

import hashlib
from functools import cache

from maalbar import __version__
from maalbar.settings import PROJECT

MATTERS = ("maalbar", "transforms", "expectations", "sql", "definitions", "requirements.lock")
SUFFIXES = {".py", ".sql", ".yaml", ".lock", ".typ", ".j2"}


@cache
def code_version(rooms: tuple[str, ...] = MATTERS) -> str:
    """`<version>+<first 12 of SHA-256>` over the files of rooms, by default of those that compute, in order of their names."""
    digest = hashlib.sha256()
    for room in rooms:
        root = PROJECT / room
        files = [root] if root.is_file() else sorted(p for p in root.rglob("*") if p.suffix in SUFFIXES)
        for path in files:
            digest.update(path.relative_to(PROJECT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return f"{__version__}+{digest.hexdigest()[:12]}"
