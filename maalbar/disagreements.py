"""Disagreements in the database: what became of a proposal that a party said no to, and which of its lines are given up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC
from typing import Any, Literal

from sqlalchemy import Connection, insert, select

from maalbar.contract.model import digest_of
from maalbar.schema import disagreement, payment_line, waived_line

Step = Literal["disputed", "settled", "waiving", "waived"]
"""`waiving`: the first of two people of a party with four eyes, which gives nothing up by itself."""
Key = tuple[str, str, str, str, str]
"""(period, outcome, payer, recipient, component)"""
_KEY = ("period", "outcome", "payer", "recipient", "component")


def of(connection: Connection, contract_id: str) -> dict[int, list[dict[str, Any]]]:
    """Proposal → the steps that were taken since it was rejected, in order."""
    mine = select(disagreement).where(disagreement.c.contract == contract_id)
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in connection.execute(mine.order_by(disagreement.c.number, disagreement.c.sequence)).mappings():
        found[row["number"]].append(dict(row))
    return dict(found)


def record(connection: Connection, row: dict[str, Any], waived: Sequence[int] = ()) -> None:
    """Append a step, with the lines of the proposal that it gives up. The caller holds the contract's lock."""
    connection.execute(insert(disagreement), row)
    if waived:
        key = {name: row[name] for name in ("contract", "number", "sequence")}
        connection.execute(insert(waived_line), [key | {"line": line} for line in waived])


def waived_lines(connection: Connection, contract_id: str) -> list[dict[str, Any]]:
    """The lines that were given up, as they were proposed, in order, with the `sequence` of the step that gave each up."""
    same = (waived_line.c.contract == payment_line.c.contract) & (waived_line.c.number == payment_line.c.number)
    rows = (
        select(payment_line, waived_line.c.sequence)
        .join(waived_line, same & (waived_line.c.line == payment_line.c.line))
        .where(payment_line.c.contract == contract_id)
        .order_by(payment_line.c.number, payment_line.c.line)
    )
    return [dict(row) for row in connection.execute(rows).mappings()]


def digest_of_steps(connection: Connection, contract_id: str, before: int | None = None) -> str:
    """SHA-256 of every step and what it gave up; empty where there is none. `before`: of proposals before that number."""
    names = ("number", "sequence", "step", "party", "user_id", "name", "authority", "why")
    said = [
        [*(row[name] for name in names), row["recorded_at"].astimezone(UTC).isoformat()]
        for number, rows in of(connection, contract_id).items()
        for row in rows
        if before is None or number < before
    ]
    lines = [[line[name] for name in ("number", "line", "sequence")] for line in waived_lines(connection, contract_id)]
    return digest_of([said, [line for line in lines if before is None or line[0] < before]]) if said else ""


def key_of(row: dict[str, Any]) -> Key:
    """What a line concerns."""
    period, outcome, payer, recipient, component = (str(row[name]) for name in _KEY)
    return period, outcome, payer, recipient, component
