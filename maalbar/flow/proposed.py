"""A proposal as it is read by those who answer: the effects that it rests on beside the amounts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from maalbar.contract import Contract
from maalbar.documents.approval import approval_text
from maalbar.documents.language import Language
from maalbar.flow.evidence import gather
from maalbar.flow.figures import paid_for


def read_by(
    connection: Connection, contract: Contract, row: dict[str, Any], language: Language, party_id: str | None
) -> tuple[str, str]:
    """(subject, body) of a proposal, to a party's approvers or, with None, to any reader."""
    evidence = replace(gather(connection, contract, row["number"]), language=language)
    measured = paid_for(evidence, row["through"])
    return approval_text(contract, row, evidence.lines, language, measured=measured, party_id=party_id)
