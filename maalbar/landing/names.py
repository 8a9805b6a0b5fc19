"""Names: which of a folder's are looked at, and what a name says where no manifest does."""

from __future__ import annotations

import re
from datetime import date

from maalbar.contract.delivering import Delivery
from maalbar.manifest import SUFFIX, endings

DONE = ".done"
UNDERWAY = (".tmp", ".part", ".partial", ".filepart", ".crdownload", ".swp")
"""Endings under which programs write what is not finished."""
_DAY = r"(?P<as_of>[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{8})"
MAX_NAME = 100


def is_looked_at(name: str) -> bool:
    """Whether a name is one that a sender may have finished: not hidden, and not one under which programs write."""
    return not name.startswith((".", "~")) and not name.lower().endswith(UNDERWAY)


def is_plain(name: str) -> bool:
    """Whether a name that another machine gave can only be a file of that name in our folder."""
    return re.fullmatch(r"[a-z0-9_-][a-z0-9._-]{0,99}", name) is not None


def is_beside(name: str) -> bool:
    """Whether a name is of a file that tells of another: a manifest, or a `.done`."""
    return name.endswith((SUFFIX, DONE))


def as_of(name: str, delivery: Delivery) -> date | None:
    """The day that a file describes by its name under the contract's `file_name`; None when it is not called so."""
    before, _, after = (delivery.file_name or "").partition("{as_of}")
    found = re.fullmatch(re.escape(before) + _DAY + re.escape(after), name)
    if not found or len(name) > MAX_NAME or not name.endswith(endings(delivery)):
        return None
    try:
        return date.fromisoformat(found["as_of"])
    except ValueError:
        return None
