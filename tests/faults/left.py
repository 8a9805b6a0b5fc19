"""What an intake leaves behind: in the database, in the store, in the private folder."""

from __future__ import annotations

import hashlib
import io
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from sqlalchemy import select

from maalbar import store
from maalbar.contract import load_contract
from maalbar.database import transaction
from maalbar.flow.checking import Announced, check_file
from maalbar.flow.rekeying import Rekeyed
from maalbar.schema import delivery, refusal
from maalbar.settings import settings
from tests.faults.malformed.case import AS_OF, TINY


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


def quarantined(contract_id: str, sha256: str | None) -> dict[str, list[int]]:
    """Reason → the rows of the file that were set aside for it."""
    found: dict[str, list[int]] = {}
    if sha256:
        for row in pq.read_table(io.BytesIO(store.get(contract_id, "quarantine", sha256))).to_pylist():
            found.setdefault(row["reason"], []).append(row["row_number"])
    return found


def canonical_of(contract_id: str, source: str, raw: bytes) -> str:
    """The hash of the canonical table that a file gives, described as the tiny contract does, under this contract's key."""
    agreed = load_contract(TINY)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "good"
        file.write_bytes(raw)
        told = Announced("good.csv", date.fromisoformat(AS_OF))
        keys = Rekeyed.of(agreed.model_copy(update={"id": contract_id}), source)
        found = check_file(file, told, agreed.deliveries[source], agreed, Path(folder), keys)
        return store.sha256_of_file(found.accepted)


def _rows(query: Any) -> list[dict[str, Any]]:
    with transaction() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]
