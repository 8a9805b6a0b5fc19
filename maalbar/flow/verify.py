"""Verify: every hash that was written down is computed again, and every settlement that was posted is settled again."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from maalbar import ledger, proposals, store
from maalbar.contract import find_contract
from maalbar.database import transaction
from maalbar.errors import StoreDamaged
from maalbar.flow.replay import replay
from maalbar.schema import delivery, statement


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
        _require_issued(connection, contract_id)
        replayed = replay(connection, contract)
        columns = (delivery.c.sha256, delivery.c.canonical_sha256, delivery.c.quarantine_sha256)
        rows = connection.execute(select(*columns).where(delivery.c.contract == contract_id)).all()
    shelves: tuple[store.Shelf, ...] = ("raw", "canonical", "quarantine")
    kept = [(shelf, digest) for row in rows for shelf, digest in zip(shelves, row, strict=True) if digest]
    for shelf, digest in kept:
        store.get(contract_id, shelf, digest)
    return Verified(entries, replayed.settlements, replayed.accounts, len(kept))


def _require_issued(connection: Connection, contract_id: str) -> None:
    """Whatever a statement was issued for is posted: a settlement cannot be taken out again without its statements."""
    posted = {r["number"] for r in proposals.all_of(connection, contract_id) if r["state"] == proposals.POSTED}
    issued = select(statement.c.number).where(statement.c.contract == contract_id).distinct().order_by("number")
    for number in connection.execute(issued).scalars():
        if number not in posted:
            raise StoreDamaged(
                "has statements, and is not posted",
                where=f"{contract_id} settlement {number}",
                mend="restore the database and find who changed it",
            )
