"""The ledger: append-only lines in a hash chain per contract, and the only way to write to it.

Entries are numbered 1, 2, 3 … without gaps; the hash of each covers the one before, so that a line changed, taken out or
put in later is found by `verify`. Order is the number, never a clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, insert, select

from maalbar.contract.model import digest_of
from maalbar.errors import StoreDamaged
from maalbar.schema import ledger_entry

GENESIS = "0" * 64
Key = tuple[str, str, str, str, str]
"""(period, outcome, payer, recipient, component)"""
HASHED = (
    "contract", "entry", "settlement", "line", "period", "outcome", "payer", "recipient", "component", "amount_minor",
    "proposal_digest", "previous_hash",
)  # fmt: skip


def head(connection: Connection, contract_id: str, through: int | None = None) -> tuple[int, str]:
    """The number and hash of the newest entry (of the settlements up to `through`); (0, zeros) before the first."""
    newest = select(ledger_entry.c.entry, ledger_entry.c.hash).where(ledger_entry.c.contract == contract_id)
    if through is not None:
        newest = newest.where(ledger_entry.c.settlement <= through)
    row = connection.execute(newest.order_by(ledger_entry.c.entry.desc()).limit(1)).first()
    return (row.entry, row.hash) if row else (0, GENESIS)


def posted(connection: Connection, contract_id: str) -> dict[Key, int]:
    """The sum of all posted amounts, by what they concern."""
    keys = [ledger_entry.c[name] for name in ("period", "outcome", "payer", "recipient", "component")]
    sums = select(*keys, func.sum(ledger_entry.c.amount_minor).label("amount"))
    rows = connection.execute(sums.where(ledger_entry.c.contract == contract_id).group_by(*keys))
    return {tuple(row[:5]): int(row.amount) for row in rows}


def entries(connection: Connection, contract_id: str) -> list[dict[str, Any]]:
    """Every entry, in order."""
    rows = select(ledger_entry).where(ledger_entry.c.contract == contract_id).order_by(ledger_entry.c.entry)
    return [dict(row) for row in connection.execute(rows).mappings()]


def append(
    connection: Connection, contract_id: str, settlement: int, digest: str, lines: Sequence[dict[str, Any]]
) -> str:
    """Append the lines of an approved proposal, and return the new head.

    The caller holds the contract's lock. `lines`: rows of payment_line. The unique key (contract, settlement, line) refuses
    a line that is already there, whoever asks.
    """
    number, previous = head(connection, contract_id)
    rows = []
    for line in lines:
        number += 1
        row = {
            name: line[name]
            for name in ("line", "period", "outcome", "payer", "recipient", "component", "amount_minor")
        }
        row |= {"contract": contract_id, "entry": number, "settlement": settlement, "proposal_digest": digest}
        row["previous_hash"] = previous
        row["hash"] = previous = _hash(row)
        rows.append(row)
    if rows:
        connection.execute(insert(ledger_entry), rows)
    return previous


def verify(connection: Connection, contract_id: str) -> int:
    """Recompute the chain; return the number of entries. Raises StoreDamaged naming the first bad entry."""
    previous = GENESIS
    rows = entries(connection, contract_id)
    for position, row in enumerate(rows, start=1):
        sound = row["entry"] == position and row["previous_hash"] == previous and row["hash"] == _hash(row)
        if not sound:
            where = f"ledger of {contract_id}, entry {position}"
            raise StoreDamaged(
                "the hash chain is broken", where=where, mend="restore the database and find who changed it"
            )
        previous = row["hash"]
    return len(rows)


def _hash(row: dict[str, Any]) -> str:
    return digest_of({name: row[name] for name in HASHED})
