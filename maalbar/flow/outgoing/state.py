"""How far a release has come, from its answers and from what became of it."""

from __future__ import annotations

from collections.abc import Sequence

from maalbar.contract import Contract
from maalbar.releases import APPROVED, OPEN, PUBLISHED, REFUSED, RETURNED, WITHDRAWN, Register

SUPERSEDED = "superseded"
RELEASING = 2
"""So many different people let a release out."""


def state_of(contract: Contract, found: Register, known: Sequence[Register]) -> str:
    """open, approved, returned, refused, superseded, published or withdrawn. `known`: all releases of the contract."""
    for state in (WITHDRAWN, PUBLISHED):
        if state in found.events:
            return state
    said = {answer["answer"] for answer in found.answers}
    for state in (REFUSED, RETURNED):
        if state in said:
            return state
    if not may_be_answered(found, known):
        return SUPERSEDED
    return OPEN if missing(contract, found) else APPROVED


def may_be_answered(found: Register, known: Sequence[Register]) -> bool:
    """Whether nothing has closed it: no event, no answer but yes, no newer one of its kind for its recipient."""
    mine = (found.row["kind"], found.row["recipient"])
    is_newest = all(one.number <= found.number or (one.row["kind"], one.row["recipient"]) != mine for one in known)
    return is_newest and not found.events and all(answer["answer"] == APPROVED for answer in found.answers)


def asked_parties(contract: Contract, found: Register) -> list[str]:
    """The parties whose yes is needed; none where nothing is published."""
    return list(contract.answering_in(found.row["periods"][-1])) if found.row["publishes"] else []


def missing(contract: Contract, found: Register) -> list[str]:
    """Whose yes is still needed, in words; none when it may leave."""
    yes = [
        answer for answer in found.answers if answer["answer"] == APPROVED and answer["digest"] == found.row["digest"]
    ]
    releasing = len({answer["user_id"] for answer in yes if not answer["party"]})
    wanted = [f"{RELEASING - releasing} more of those who release"] if releasing < RELEASING else []
    given = {answer["party"] for answer in yes}
    return wanted + [party for party in asked_parties(contract, found) if party not in given]
