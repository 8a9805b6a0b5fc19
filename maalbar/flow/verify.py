"""Verify: every hash that was written down is computed again, and every settlement that was posted is settled again."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from maalbar import ledger, store
from maalbar.contract import find_contract
from maalbar.database import transaction
from maalbar.flow.replay import replay
from maalbar.schema import delivery


@dataclass(frozen=True)
class Verified:
    """How much was found to be as it was written. `accounts`: account → what it comes to, in minor units."""

    entries: int
    settlements: int
    accounts: dict[str, int]
    files: int


def verify(contract_id: str) -> Verified:
    """Check the ledger's chain, that results, terms and approvals give its entries again, and every stored file.

    Raises StoreDamaged for the first that differs.
    """
    contract = find_contract(contract_id)
    with transaction() as connection:
        entries = ledger.verify(connection, contract_id)
        replayed = replay(connection, contract)
        columns = (delivery.c.sha256, delivery.c.canonical_sha256, delivery.c.quarantine_sha256)
        rows = connection.execute(select(*columns).where(delivery.c.contract == contract_id)).all()
    shelves: tuple[store.Shelf, ...] = ("raw", "canonical", "quarantine")
    kept = [(shelf, digest) for row in rows for shelf, digest in zip(shelves, row, strict=True) if digest]
    for shelf, digest in kept:
        store.get(contract_id, shelf, digest)
    return Verified(entries, replayed.settlements, replayed.accounts, len(kept))
