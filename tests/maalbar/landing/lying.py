"""Files put by hand into the landing folder of the tiny contract, at times that the test says."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from maalbar.contract import Contract
from maalbar.settings import settings

MONDAY = datetime(2022, 10, 17, 12, 0, tzinfo=UTC)
"""Within period 1, whose data describe a day from 1 July to 31 October 2022."""
AS_OF = "2022-10-15"
STABLE = {"deliveries.benefits.complete_when": "stable", "deliveries.benefits.file_name": "dream_{as_of}.csv"}
DONE = {"deliveries.benefits.complete_when": "done_file", "deliveries.benefits.file_name": "dream_{as_of}.csv"}
FIRST, SECOND, THIRD = b"person;y_2201\nanna;783\n", b"person;y_2201\nanna;784\n", b"person;y_2201\nanna;785\n"
Write = Callable[..., Contract]


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def sha256(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def folder(contract: Contract, source: str = "benefits") -> Path:
    path = settings().landing / contract.id / source
    path.mkdir(parents=True, exist_ok=True)
    return path


def put(path: Path, raw: bytes = FIRST, at: datetime = MONDAY) -> Path:
    """A file as a sender's program leaves it, last changed at a time."""
    path.write_bytes(raw)
    os.utime(path, (at.timestamp(), at.timestamp()))
    return path


def announce(path: Path, at: datetime = MONDAY, **changed: Any) -> Path:
    """The manifest of a file that lies there."""
    raw = path.read_bytes() if path.is_file() else b""
    said = {
        "contract": path.parent.parent.name, "source": path.parent.name, "as_of": AS_OF, "file": path.name,
        "sha256": sha256(raw), "rows": 1, "bytes": len(raw),
    } | changed  # fmt: skip
    return put(path.with_name(path.name.partition(".")[0] + ".manifest.json"), json.dumps(said).encode(), at)
