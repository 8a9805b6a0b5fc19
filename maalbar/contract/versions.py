"""Versions: which terms hold in a period, and who has signed them.

The terms of a file are those above `amendments`; each amendment changes them from its period on. The hash that a party signs
covers the file with the amendments up to and including the one it signs, so that a later one leaves earlier signatures as
they are.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from datetime import date
from typing import Any, TypeVar

from maalbar.contract.model import Agreement, binding, digest_of
from maalbar.contract.terms import Amendment, Signature

Terms = TypeVar("Terms", bound=Agreement)


def versions(agreement: Terms) -> tuple[Terms, ...]:
    """The terms as first written, and as each amendment leaves them. Raises KeyError for a path that is not there."""
    said, found = agreement.said(), [agreement]
    for amendment in agreement.amendments:
        said = applied(said, amendment)
        found.append(type(agreement).model_validate(said))
    return tuple(found)


def version_in(agreement: Agreement, period_id: str) -> int:
    """The number of amendments that hold in a period: 0 is the terms as first written."""
    order = [period.id for period in agreement.calendar.periods]
    return sum(order.index(a.from_period) <= order.index(period_id) for a in agreement.amendments)


def in_force(agreement: Terms, period_id: str) -> Terms:
    """The agreement as it holds in a period: with the amendments that begin there or before."""
    return versions(agreement)[version_in(agreement, period_id)] if agreement.amendments else agreement


def terms_hashes(agreement: Agreement) -> tuple[str, ...]:
    """The hash that the parties sign for each version: of the file with the amendments up to it and none after."""
    said = agreement.said()
    rows = said.pop("amendments", [])
    return tuple(digest_of(binding(said | {"amendments": rows[:count]})) for count in range(len(rows) + 1))


def unsigned(
    agreement: Agreement, count: int, signatures: Sequence[Signature] | None = None, by: date | None = None
) -> list[str]:
    """The paying and receiving parties whose newest signature is not on the terms with `count` amendments, or with more.

    Who signs a file with an amendment signs what stands above it too; who signs other terms later has left these.
    `signatures`: those that are known, in order, the file's own where left out. `by`: only those dated until that day.
    """
    wanted = terms_hashes(agreement)[count:]
    rows = agreement.signatures if signatures is None else signatures
    newest = {row.party: row.terms for row in rows if by is None or row.dated <= by}
    return [party_id for party_id in agreement.answering if newest.get(party_id) not in wanted]


def applied(said: dict[str, Any], amendment: Amendment) -> dict[str, Any]:
    """What the file says with one amendment's changes. Raises KeyError naming the path that is not there.

    A path may add a key to a mapping that is there; it may not invent a section.
    """
    data = copy.deepcopy(said)
    for path, value in amendment.changes.items():
        *way, last = path.split(".")
        place: Any = data
        for part in way:
            try:
                place = place[_position(part) if isinstance(place, list) else part]
            except (KeyError, IndexError, TypeError):
                raise KeyError(path) from None
        if isinstance(place, list) and _position(last) in range(len(place)):
            place[_position(last)] = copy.deepcopy(value)
        elif isinstance(place, dict):
            place[last] = copy.deepcopy(value)
        else:
            raise KeyError(path)
    return data


def _position(part: str) -> int:
    """A position in a list, written in one way only; beyond every list for anything else."""
    return int(part) if re.fullmatch(r"0|[1-9][0-9]{0,5}", part) else 10**6


def terms_in(agreement: Agreement, period_id: str) -> str:
    """The hash of what is measured and paid in a period, whatever is amended later: files with the same pay the same for it.

    Without what pays nothing: titles, notes, sources, plans, permissions, mandates, and parties as long as the same act.
    """
    held = in_force(agreement, period_id)
    said = held.said()
    order = [period.id for period in agreement.calendar.periods]
    kept = {section: _paying(said[section]) for section in PAYING if section in said}
    kept["calendar"] = said["calendar"]["periods"][: order.index(period_id) + 1]
    kept["length"] = len(order)
    kept["acting"] = {party_id: held.acting_for(party_id, period_id) for party_id in held.parties}
    kept["deliveries"] = {
        name: {key: value for key, value in row.items() if key not in ABOUT_DELIVERY}
        for name, row in _paying(said.get("deliveries", {})).items()
    }
    return digest_of(kept)


PAYING = ("id", "rehearsal", "outcomes", "terms", "value", "baseline", "cohort", "quality")
ABOUT_DELIVERY = ("permission", "legal_basis", "controller", "sender", "register_name")
TELLING = ("source", "note", "title", "planning", "outside")


def _paying(said: Any) -> Any:
    """Without the words that only tell."""
    if isinstance(said, dict):
        return {key: _paying(value) for key, value in said.items() if key not in TELLING}
    return [_paying(value) for value in said] if isinstance(said, list) else said
