"""The ledger: append-only double entries in a hash chain per contract, and the only way to write to it.

An entry is one posted payment line. It has two legs: what its payer gives, and what its recipient gets, as principal or as
premium; a party that pays itself has both. Entries are numbered 1, 2, 3 … without gaps; the hash of each covers its legs and
the entry before, so that a line changed, taken out or put in later is found by `verify`. Order is the number, never a clock.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, insert, select

from maalbar.contract.model import digest_of
from maalbar.errors import StoreDamaged
from maalbar.schema import ledger_entry, ledger_leg

GENESIS = "0" * 64
Key = tuple[str, str, str, str, str]
"""(period, outcome, payer, recipient, component)"""
Leg = tuple[str, int]
"""(account, amount in minor units): `payer/<party>` or `recipient/<party>/<component>`, and what the account gets"""
HASHED = (
    "contract", "entry", "settlement", "line", "period", "outcome", "payer", "recipient", "component", "amount_minor",
    "proposal_digest", "previous_hash",
)  # fmt: skip
WITHOUT_LEGS, WITH_LEGS = 1, 2
"""What the hash of an entry covers; entries made before there were legs keep the hash they have."""


def legs_of(row: dict[str, Any]) -> list[Leg]:
    """The two sides of a payment line or entry."""
    amount = row["amount_minor"]
    return [(f"payer/{row['payer']}", -amount), (f"recipient/{row['recipient']}/{row['component']}", amount)]


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


def balances(connection: Connection, contract_id: str) -> dict[str, int]:
    """Account → the sum of its legs in minor units, in order of the accounts; all of them together are 0."""
    sums = select(ledger_leg.c.account, func.sum(ledger_leg.c.amount_minor)).where(ledger_leg.c.contract == contract_id)
    rows = connection.execute(sums.group_by(ledger_leg.c.account))
    return dict(sorted((account, int(amount)) for account, amount in rows))


def entries(connection: Connection, contract_id: str) -> list[dict[str, Any]]:
    """Every entry, in order."""
    rows = select(ledger_entry).where(ledger_entry.c.contract == contract_id).order_by(ledger_entry.c.entry)
    return [dict(row) for row in connection.execute(rows).mappings()]


def legs(connection: Connection, contract_id: str) -> dict[int, list[Leg]]:
    """Entry → its legs, in order."""
    rows = select(ledger_leg.c.entry, ledger_leg.c.account, ledger_leg.c.amount_minor).where(
        ledger_leg.c.contract == contract_id
    )
    found: dict[int, list[Leg]] = defaultdict(list)
    for entry, account, amount in connection.execute(rows.order_by(ledger_leg.c.entry, ledger_leg.c.leg)):
        found[entry].append((account, amount))
    return found


def append(
    connection: Connection,
    contract_id: str,
    settlement: int,
    digest: str,
    lines: Sequence[dict[str, Any]],
    approvals_digest: str = "",
) -> str:
    """Append the lines of an approved proposal, each with its two legs, and return the new head.

    The caller holds the contract's lock. `lines`: rows of payment_line; `approvals_digest`: of the answers it
    rests on. The unique key (contract, settlement, line) refuses
    a line that is already there, whoever asks; at commit the database refuses an entry that does not balance.
    """
    number, previous = head(connection, contract_id)
    rows, sides = [], []
    for line in lines:
        number += 1
        row = {
            name: line[name]
            for name in ("line", "period", "outcome", "payer", "recipient", "component", "amount_minor")
        }
        row |= {"contract": contract_id, "entry": number, "settlement": settlement, "proposal_digest": digest}
        row |= {"previous_hash": previous, "form": WITH_LEGS, "approvals_digest": approvals_digest}
        row["hash"] = previous = _hash(row, legs_of(row))
        rows.append(row)
        for leg, (account, amount) in enumerate(legs_of(row), start=1):
            place = {"contract": contract_id, "entry": number, "leg": leg}
            sides.append(place | {"account": account, "amount_minor": amount})
    if rows:
        connection.execute(insert(ledger_entry), rows)
        connection.execute(insert(ledger_leg), sides)
    return previous


def verify(connection: Connection, contract_id: str) -> int:
    """Recompute the chain; return the number of entries. Raises StoreDamaged naming the first bad entry."""
    previous, sides = GENESIS, legs(connection, contract_id)
    rows = entries(connection, contract_id)
    for position, row in enumerate(rows, start=1):
        mine = sides.get(row["entry"], [])
        sound = row["entry"] == position and row["previous_hash"] == previous and row["hash"] == _hash(row, mine)
        if not sound or mine != legs_of(row):
            raise StoreDamaged(
                "its legs are not its own" if sound else "the hash chain is broken",
                where=f"ledger of {contract_id}, entry {position}",
                mend="restore the database and find who changed it",
            )
        previous = row["hash"]
    return len(rows)


def _hash(row: dict[str, Any], sides: Sequence[Leg]) -> str:
    covered = {name: row[name] for name in HASHED}
    if row["form"] == WITHOUT_LEGS:
        return digest_of(covered)
    return digest_of(covered | {"form": row["form"], "legs": sides, "approvals": row["approvals_digest"]})
