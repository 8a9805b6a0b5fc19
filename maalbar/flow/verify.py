"""Verify: every hash that was written down is computed again."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from maalbar import ledger, proposals, store
from maalbar.contract import find_contract
from maalbar.database import transaction
from maalbar.errors import StoreDamaged
from maalbar.schema import delivery


@dataclass(frozen=True)
class Verified:
    """How much was found to be as it was written."""

    entries: int
    files: int


def verify(contract_id: str) -> Verified:
    """Check the ledger's chain and every stored file of a contract. Raises StoreDamaged for the first that differs."""
    find_contract(contract_id)
    with transaction() as connection:
        entries = ledger.verify(connection, contract_id)
        posted = [
            row["number"] for row in proposals.all_of(connection, contract_id) if row["state"] == proposals.POSTED
        ]
        approved = sum(len(proposals.lines(connection, contract_id, number)) for number in posted)
        if entries != approved:
            # The chain alone cannot tell that its end is missing.
            what = f"holds {entries} entries, and {approved} lines are posted"
            raise StoreDamaged(
                what, where=f"ledger of {contract_id}", mend="restore the database and find who changed it"
            )
        columns = (delivery.c.sha256, delivery.c.canonical_sha256, delivery.c.quarantine_sha256)
        rows = connection.execute(select(*columns).where(delivery.c.contract == contract_id)).all()
    shelves: tuple[store.Shelf, ...] = ("raw", "canonical", "quarantine")
    kept = [(shelf, digest) for row in rows for shelf, digest in zip(shelves, row, strict=True) if digest]
    for shelf, digest in kept:
        store.get(contract_id, shelf, digest)
    return Verified(entries, len(kept))
