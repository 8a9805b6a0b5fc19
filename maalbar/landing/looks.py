"""Looks: what was seen of a folder before, so that a file that is still being written is known by its changing.

    <home>/looks/<contract>/<source>.json    {"<name>": {"mark", "since", "first"}}

Only names, sizes and times are kept. What is lost with this file is patience: everything is looked at twice again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from maalbar.landing.listed import Listed
from maalbar.settings import settings
from maalbar.store import write_atomically

QUIET = timedelta(days=1)
"""A file that was the same for so long and then changes is a new one."""


@dataclass(frozen=True)
class Seen:
    """A file as it was at the last look. Times in seconds since 1970."""

    mark: str
    since: float
    """The first look at which it was as it is now."""
    first: float
    """The look at which its changing began: it was new, or had been as it was for a day."""


def look(contract_id: str, source: str, listed: Iterable[Listed], now: datetime) -> dict[str, Seen]:
    """Remember what is seen now; return it with since when it has been so."""
    path = settings().home / "looks" / contract_id / f"{source}.json"
    before = _remembered(path)
    moment = now.timestamp()
    seen = {}
    for one in listed:
        known = before.get(one.name)
        # A clock that was set back would otherwise make a look lie in the future, and the file wait for it.
        is_same = known is not None and known.mark == one.mark and known.since <= moment
        since = known.since if known and is_same else moment
        is_new = known is None or (not is_same and moment - known.since >= QUIET.total_seconds())
        seen[one.name] = Seen(one.mark, since, moment if known is None or is_new else min(known.first, moment))
    if seen != before:
        write_atomically(path, json.dumps({name: asdict(one) for name, one in seen.items()}).encode())
    return seen


def is_settled(one: Listed, seen: Seen, stable: timedelta, now: datetime) -> bool:
    """Whether a file has not changed for so long: by what we saw at two looks, and by its own time of change."""
    moment = now.timestamp()
    return seen.since < moment and moment - max(seen.since, one.modified) >= stable.total_seconds()


def _remembered(path: Path) -> dict[str, Seen]:
    try:
        return {name: Seen(**said) for name, said in json.loads(path.read_bytes()).items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
