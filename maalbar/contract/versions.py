"""Versions: which terms hold in a period, and who has signed them.

The terms of a file are those above `amendments`; each amendment changes them from its period on. The hash that a party signs
covers the file with the amendments up to and including the one it signs, so that a later one leaves earlier signatures as
they are.
"""

from __future__ import annotations

import copy
import re
from typing import Any, TypeVar

from maalbar.contract.model import Agreement, binding, digest_of
from maalbar.contract.terms import Amendment

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


def unsigned(agreement: Agreement, count: int) -> list[str]:
    """The paying and investing parties whose signature is not on the terms with `count` amendments, or with more.

    Who signs a file with an amendment signs what stands above it too.
    """
    wanted = terms_hashes(agreement)[count:]
    signed = {signature.party for signature in agreement.signatures if signature.terms in wanted}
    return [party_id for party_id in agreement.answering if party_id not in signed]


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
    """The hash of what holds in a period, whatever is amended later: two files with the same say the same of it."""
    return _terms_alone(in_force(agreement, period_id))


def _terms_alone(agreement: Agreement) -> str:
    said = binding(agreement.said())
    said.pop("amendments", None)
    return digest_of(said)
