"""What lies in the landing folder, seen with what was taken in before: for intake, for the calendar, and for a person's word."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from maalbar.contract import Contract
from maalbar.database import transaction
from maalbar.landing import Landed, Taken, landed
from maalbar.landing.held import say_supersedes
from maalbar.manifest import Manifest
from maalbar.schema import delivery


def look(contract: Contract, period_id: str, now: datetime | None = None) -> Landed:
    """One look at the landing folder for a period."""
    with transaction() as connection:
        taken = taken_before(connection, contract.id)
    return landed(contract, period_id, taken=taken, now=now)


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
