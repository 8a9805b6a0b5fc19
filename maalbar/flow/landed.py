"""What lies in the landing folder, seen with what was taken in before: for intake, for the calendar, and for a person's word."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection, select

from maalbar.contract import Contract
from maalbar.database import transaction
from maalbar.landing import Landed, Taken, landed
from maalbar.landing.held import say_supersedes
from maalbar.manifest import Manifest, told
from maalbar.named_deliveries import SHOWN
from maalbar.schema import delivery


def look(contract: Contract, period_id: str, now: datetime | None = None) -> Landed:
    """One look at the landing folder for a period."""
    with transaction() as connection:
        taken = taken_before(connection, contract.id)
    return landed(contract, period_id, taken=taken, now=now)


def not_in_force(contract: Contract, found: Landed) -> list[str]:
    """One line for each file that was taken in before, is not in force, and was put there after what took its place."""
    d, lines = delivery.c, []
    with transaction() as connection:
        for one in found.arrivals:
            said = one.manifest
            mine = select(delivery).where(d.contract == contract.id, d.source == said.source, d.as_of == said.as_of)
            rows = [dict(row) for row in connection.execute(mine.order_by(d.sequence)).mappings()]
            was = [number for number, row in enumerate(rows) if (row["sha256"], row["supersedes"]) == one.link]
            if not was or rows[-1]["sha256"] == said.sha256:
                continue
            since, stands = rows[was[-1] + 1], rows[-1]["sha256"][:SHOWN]
            if datetime.fromtimestamp(one.path.stat().st_mtime, UTC) > since["received_at"]:
                lines.append(
                    f"{told(said.file)}: was taken in before and superseded by {since['sha256'][:SHOWN]}; it is not in force — if"
                    f" it is right, say in its manifest that it supersedes {stands}…, who says so (`said_by`) and why (`reason`)"
                )
    return lines


def taken_before(connection: Connection, contract_id: str) -> list[Taken]:
    """Every delivery of a contract that was taken in, in that order."""
    d = delivery.c
    rows = select(d.source, d.as_of, d.sha256, d.supersedes).where(d.contract == contract_id).order_by(d.sequence)
    return [Taken(*row) for row in connection.execute(rows)]


def supersede(contract: Contract, file: str, supersedes: str, name: str, reason: str) -> Manifest:
    """A named person says that a file takes the place of another; see `maalbar.landing.held`."""
    with transaction() as connection:
        taken = taken_before(connection, contract.id)
    return say_supersedes(contract, file, supersedes, name=name, reason=reason, taken=taken)
