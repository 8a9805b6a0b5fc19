"""Faults of parties over time: whoever pays or receives, or its successor, is a party in every period, and is asked."""

from __future__ import annotations

from collections.abc import Iterator

from maalbar.contract.checks.fault import Fault
from maalbar.contract.model import Agreement


def standing(agreement: Agreement) -> Iterator[Fault]:
    """Nobody pays or receives in a period without being a party then, with the role and people to ask."""
    if any(_is_in_circle(agreement, party_id) for party_id in agreement.parties):
        names = [party_id for party_id in agreement.parties if _is_in_circle(agreement, party_id)]
        yield Fault(("parties", names[0], "successor"), "its successors lead back to it", "let the last have none")
        return
    for party_id, wanted in _named(agreement).items():
        if party_id not in agreement.parties or not _has_known_successors(agreement):
            continue  # told of elsewhere
        for period in agreement.calendar.followed:
            acting_id = agreement.acting_for(party_id, period.id)
            acting = agreement.parties[acting_id]
            if not acting.is_in_on(period.window.last):
                what = f"is no party in period {period.id}, and nobody has taken its place"
                yield Fault(("parties", party_id), what, "give a `successor`, or mend `from` and `to`")
                break
            if acting_id != party_id and not (wanted & set(acting.roles) and acting.approvers):
                what = (
                    f"whoever takes its place in period {period.id} is no {' or '.join(sorted(wanted))} with approvers"
                )
                yield Fault(("parties", party_id, "successor"), what, "give the successor the role and `approvers`")
                break


def _has_known_successors(agreement: Agreement) -> bool:
    return all(p.successor is None or p.successor in agreement.parties for p in agreement.parties.values())


def _is_in_circle(agreement: Agreement, party_id: str) -> bool:
    seen, next_id = set(), agreement.parties[party_id].successor
    while next_id is not None and next_id in agreement.parties and next_id not in seen:
        if next_id == party_id:
            return True
        seen.add(next_id)
        next_id = agreement.parties[next_id].successor
    return next_id is not None and next_id in seen


def _named(agreement: Agreement) -> dict[str, set[str]]:
    """Every party that a payment, a floor or a redemption names, and the roles that fit."""
    ending = agreement.terms.termination
    rows = [share for outcome in agreement.outcomes.values() for share in outcome.payments]
    pairs = [(row.payer, row.recipient) for row in (*rows, *(ending.payments if ending else ()))]
    pairs += [(floor.payer, floor.recipient) for floor in agreement.terms.floors]
    named: dict[str, set[str]] = {}
    for payer, recipient in pairs:
        named.setdefault(payer, set()).add("payer")
        named.setdefault(recipient, set()).update({"investor", "intermediary"})
    return named
