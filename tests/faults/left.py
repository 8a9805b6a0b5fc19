"""What an intake leaves behind: in the database, in the store, in the private folder."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from sqlalchemy import select

from maalbar.database import transaction
from maalbar.schema import delivery, refusal
from maalbar.settings import settings


def deliveries(contract_id: str) -> list[dict[str, Any]]:
    """The deliveries of a contract that were taken in, in that order."""
    return _rows(select(delivery).where(delivery.c.contract == contract_id).order_by(delivery.c.sequence))


def refusals(contract_id: str) -> list[dict[str, Any]]:
    return _rows(select(refusal).where(refusal.c.contract == contract_id).order_by(refusal.c.sequence))


def shelves(contract_id: str) -> dict[str, set[str]]:
    """The names of the files in the store, by shelf; each is whole, which its name says."""
    found: dict[str, set[str]] = {"raw": set(), "canonical": set(), "quarantine": set()}
    for path in (settings().store / contract_id).rglob("*"):
        if path.is_file():
            assert hashlib.sha256(path.read_bytes()).hexdigest() == path.name, f"{path.parent.name} holds half a file"
            found[path.parent.name].add(path.name)
    return found


def told_of(contract_id: str) -> dict[str, set[str]]:
    """The files of the store that the database tells of."""
    found: dict[str, set[str]] = {"raw": set(), "canonical": set(), "quarantine": set()}
    for row in deliveries(contract_id):
        found["raw"].add(row["sha256"])
        found["canonical"].add(row["canonical_sha256"])
        if row["quarantine_sha256"]:
            found["quarantine"].add(row["quarantine_sha256"])
    return found


def staged() -> list[Path]:
    """What lies in staging, but for the lock that intakes share."""
    folder = settings().home / "staging"
    return [path for path in folder.rglob("*") if path != folder / ".lock"]


def _rows(query: Any) -> list[dict[str, Any]]:
    with transaction() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]
