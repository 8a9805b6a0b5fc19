"""The register as it is told: what was prepared, who answered, what has left. No figure of it, and no count behind one."""

from __future__ import annotations

from typing import Any

from maalbar import releases
from maalbar.contract import Contract
from maalbar.database import transaction
from maalbar.flow.outgoing.state import OPEN, missing, state_of


def listed(contract: Contract, number: int | None = None) -> list[dict[str, Any]]:
    """Every release in order, or one, as plain data. Raises ReleaseRefused when there is none of that number."""
    with transaction() as connection:
        known = releases.all_of(connection, contract.id)
        wanted = known if number is None else [releases.get(connection, contract.id, number)]
    return [_told(contract, found, state_of(contract, found, known)) for found in wanted]


def _told(contract: Contract, found: releases.Register, state: str) -> dict[str, Any]:
    row = found.row
    told = {name: row[name] for name in ("number", "kind", "recipient", "profile", "publishes", "periods", "digest")}
    return told | {
        "state": state,
        "prepared_by": row["prepared_by"],
        "files": dict(found.files),
        "earlier": row["made_from"]["earlier"],
        "answers": [
            {name: answer[name] for name in ("user_id", "name", "authority", "party", "answer", "comment")}
            | {"answered_at": answer["answered_at"].isoformat()}
            for answer in found.answers
        ],
        "missing": missing(contract, found) if state == OPEN else [],
        "events": {name: event["recorded_at"].isoformat() for name, event in found.events.items()},
    }
