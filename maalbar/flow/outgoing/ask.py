"""What is put to those who answer a release: its files and rules, and no count behind it, for others may read it too."""

from __future__ import annotations

from typing import Any

from maalbar import releases
from maalbar.contract import find_contract
from maalbar.database import transaction
from maalbar.documents.releasing import ReleaseAsked, release_text
from maalbar.flow.outgoing.prepare import profile_of, recipient_of, release_of
from maalbar.flow.outgoing.state import asked_parties, state_of


def present(contract_id: str, number: int) -> dict[str, Any]:
    """`{"number", "digest", "prepared_by", "subject", "body", "publishes", "parties"}`: what those who answer read.

    Raises ReleaseRefused when there is none of that number.
    """
    contract = find_contract(contract_id)
    release_of(contract)
    with transaction() as connection:
        found = releases.get(connection, contract_id, number)
    row, recipient = found.row, recipient_of(contract, found.row["recipient"])
    subject, body = release_text(
        ReleaseAsked(
            contract=contract.name,
            contract_id=contract_id,
            number=number,
            kind=row["kind"],
            recipient=recipient.name,
            profile=profile_of(contract, recipient).title["da"],
            profile_ref=row["profile"],
            publishes=row["publishes"],
            periods=tuple(row["periods"]),
            files=dict(found.files),
            hidden=len(row["cells"]["hidden"]),
            earlier=tuple(row["made_from"]["earlier"]),
            prepared_by=row["prepared_by"],
            digest=row["digest"],
            is_rehearsal=contract.rehearsal is not None,
        )
    )
    return {
        "number": number,
        "digest": row["digest"],
        "prepared_by": row["prepared_by"],
        "subject": subject,
        "body": body,
        "publishes": row["publishes"],
        "parties": asked_parties(contract, found),
    }


def state(contract_id: str, number: int) -> str:
    """How far a release has come, as `state_of` says. Raises ReleaseRefused when there is none of that number."""
    contract = find_contract(contract_id)
    with transaction() as connection:
        return state_of(
            contract, releases.get(connection, contract_id, number), releases.all_of(connection, contract_id)
        )
