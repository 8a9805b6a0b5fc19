"""Proposals and answers in the database: what awaits approval, who said what, what has been posted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from maalbar.contract.model import digest_of
from maalbar.errors import SettlementRefused
from maalbar.schema import approval, payment_line, proposal

OPEN, SUPERSEDED, REJECTED, POSTED = "open", "superseded", "rejected", "posted"


def get(connection: Connection, contract_id: str, number: int, see: str = "maalbar settle") -> dict[str, Any]:
    """A proposal by its number. Raises SettlementRefused when there is none, naming the command to `see` them by."""
    mine = select(proposal).where(proposal.c.contract == contract_id, proposal.c.number == number)
    row = connection.execute(mine).mappings().first()
    if row is None:
        raise SettlementRefused(f"there is no proposal {number}", where=contract_id, mend=f"see `{see}`")
    return dict(row)


def all_of(connection: Connection, contract_id: str) -> list[dict[str, Any]]:
    """Every proposal of a contract, in order."""
    mine = select(proposal).where(proposal.c.contract == contract_id).order_by(proposal.c.number)
    return [dict(row) for row in connection.execute(mine).mappings()]


def lines(connection: Connection, contract_id: str, number: int) -> list[dict[str, Any]]:
    """The payment lines of a proposal, in order."""
    mine = select(payment_line).where(payment_line.c.contract == contract_id, payment_line.c.number == number)
    return [dict(row) for row in connection.execute(mine.order_by(payment_line.c.line)).mappings()]


def add(connection: Connection, row: dict[str, Any], rows: Sequence[dict[str, Any]]) -> int:
    """Write a new open proposal with its lines; those still open before it are superseded. Returns its number."""
    contract_id = row["contract"]
    newest = select(func.coalesce(func.max(proposal.c.number), 0)).where(proposal.c.contract == contract_id)
    number = int(connection.execute(newest).scalar_one()) + 1
    supersede_open(connection, contract_id)
    connection.execute(insert(proposal), {**row, "number": number, "state": OPEN})
    if rows:
        keyed = [{**line, "contract": contract_id, "number": number, "line": i} for i, line in enumerate(rows, start=1)]
        connection.execute(insert(payment_line), keyed)
    return number


def supersede_open(connection: Connection, contract_id: str) -> None:
    """Let nobody be asked any more for what no longer counts."""
    still_open = update(proposal).where(proposal.c.contract == contract_id, proposal.c.state == OPEN)
    connection.execute(still_open.values(state=SUPERSEDED))


def set_state(connection: Connection, contract_id: str, number: int, state: str) -> None:
    connection.execute(
        update(proposal).where(proposal.c.contract == contract_id, proposal.c.number == number).values(state=state)
    )


def answers(connection: Connection, contract_id: str, number: int) -> list[dict[str, Any]]:
    """The answers to a proposal, in order of party, and of `place`: 2 is the second person of a party that gives two."""
    mine = select(approval).where(approval.c.contract == contract_id, approval.c.number == number)
    return [dict(row) for row in connection.execute(mine.order_by(approval.c.party, approval.c.place)).mappings()]


def of_party(given: Iterable[dict[str, Any]], party: str) -> list[dict[str, Any]]:
    """A party's answers, in order."""
    return [row for row in given if row["party"] == party]


def digest_of_answers(given: Iterable[dict[str, Any]]) -> str:
    """SHA-256 of who said what to a proposal, in whose name and when; `given` as `answers` returns them."""
    names = ("party", "digest", "user_id", "name", "authority", "answer", "comment")
    kept = sorted(given, key=lambda row: (row["party"], row["place"]))
    times = [row["answered_at"].astimezone(UTC).isoformat() for row in kept]
    return digest_of([[[row[name] for name in names] for row in kept], times])


def record(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Keep answers; one already there in its place stays as it is."""
    for row in rows:
        known = answers(connection, row["contract"], row["number"])
        if (row["party"], row["place"]) not in {(one["party"], one["place"]) for one in known}:
            connection.execute(insert(approval), row)
