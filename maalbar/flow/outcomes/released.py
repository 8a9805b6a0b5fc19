"""Releases of a contract as the Outcomes pages list them."""

from __future__ import annotations

from sqlalchemy import Connection

from maalbar.contract import Contract
from maalbar.documents.outcomes.facts import Release


def releases_of(connection: Connection, contract: Contract, is_full: bool) -> tuple[Release, ...]:
    """The releases of a contract, the newest first; those that have not left only where the reader may see them."""
    return ()
