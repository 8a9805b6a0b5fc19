"""Reading and writing who had what corrected, and what later extracts would make of periods that are measured."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, true
from sqlalchemy.dialects.postgresql import insert as insert_once

from maalbar.schema import correction, delivery, restatement


def all_of(connection: Connection, contract_id: str) -> list[dict[str, Any]]:
    """Every correction of a contract, in order."""
    rows = select(correction).where(correction.c.contract == contract_id).order_by(correction.c.number)
    return [dict(row) for row in connection.execute(rows).mappings()]


def record(
    connection: Connection, contract_id: str, name: str, reason: str, substitutions: dict[str, str],
    revisions: dict[str, str],
) -> dict[str, Any]:  # fmt: skip
    """Write down a correction, under the contract's lock, before anything is measured for it. Returns its row."""
    mine = select(func.coalesce(func.max(correction.c.number), 0)).where(correction.c.contract == contract_id)
    row = {
        "contract": contract_id,
        "number": connection.execute(mine).scalar_one() + 1,
        "name": name,
        "reason": reason,
        "substitutions": substitutions,
        "revisions": revisions,
    }
    connection.execute(insert(correction), row)
    return row


def superseded_by(connection: Connection, given: dict[str, Any]) -> list[dict[str, Any]]:
    """The deliveries in whose place one stands: the one it names, what that one took the place of, and so on; newest first.

    `given`: a row of `delivery`.
    """
    found: list[dict[str, Any]] = []
    while given["supersedes"] is not None:
        earlier = select(delivery).where(
            delivery.c.contract == given["contract"],
            delivery.c.source == given["source"],
            delivery.c.sha256 == given["supersedes"],
            # What is taken the place of came before, so that a file sent back to its first version ends somewhere.
            delivery.c.sequence < given["sequence"],
        )
        row = connection.execute(earlier.order_by(delivery.c.sequence.desc()).limit(1)).mappings().first()
        if row is None:
            break
        given = dict(row)
        found.append(given)
    return found


def restated(
    connection: Connection, measurement_ids: list[str], known_at: datetime | None = None
) -> dict[str, dict[str, Any]]:
    """Measurement → its newest restatement, of those made by an instant; those that were never restated are left out."""
    by = true() if known_at is None else restatement.c.restated_at <= known_at
    mine = select(restatement).where(restatement.c.measurement_id.in_(measurement_ids), by)
    return {
        row["measurement_id"]: dict(row)
        for row in connection.execute(mine.order_by(restatement.c.restated_at)).mappings()
    }


def restatement_of(connection: Connection, restatement_id: str) -> dict[str, Any] | None:
    row = connection.execute(select(restatement).where(restatement.c.restatement_id == restatement_id)).mappings()
    found = row.first()
    return dict(found) if found else None


def keep_restatement(connection: Connection, row: dict[str, Any]) -> None:
    """Write a restatement down, once."""
    connection.execute(insert_once(restatement).values(row).on_conflict_do_nothing())
