"""Releases of a contract as the Outcomes pages list them."""

from __future__ import annotations

from sqlalchemy import Connection

from maalbar import releases
from maalbar.contract import Contract
from maalbar.documents.outcomes.facts import Release
from maalbar.flow.outgoing.state import state_of

KIND = {"extract": "research extract", "indigo": "INDIGO data", "yearly": "yearly report"}
LEFT = (releases.PUBLISHED, releases.WITHDRAWN)


def releases_of(connection: Connection, contract: Contract, is_full: bool) -> tuple[Release, ...]:
    """The releases of a contract, the newest first; those that have not left only where the reader may see them."""
    if contract.release is None:
        return ()
    known = releases.all_of(connection, contract.id)
    told = [_told(contract, found, state_of(contract, found, known)) for found in reversed(known)]
    return tuple(one for one in told if is_full or one.state in LEFT)


def _told(contract: Contract, found: releases.Register, state: str) -> Release:
    row = found.row
    recipients = contract.release.recipients if contract.release else {}
    to = recipients[row["recipient"]].name if row["recipient"] in recipients else row["recipient"]
    return Release(found.number, KIND.get(row["kind"]) or str(row["kind"]), str(to), state, row["prepared_at"])
