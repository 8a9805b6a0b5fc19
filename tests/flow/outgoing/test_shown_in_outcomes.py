"""The Outcomes pages list what has left for everyone who sees the contract, and what waits for those who work on it."""

from __future__ import annotations

from maalbar.database import transaction
from maalbar.flow.outcomes.released import releases_of
from maalbar.flow.outgoing.prepare import prepare
from maalbar.flow.outgoing.publish import publish

from .settled import PREPARER, all_say_yes


def _listed(contract, *, is_full: bool) -> list[tuple[int, str, str, str]]:
    with transaction() as connection:
        found = releases_of(connection, contract, is_full)
    return [(one.number, one.kind, one.recipient, one.state) for one in found]


def test_what_waits_is_told_to_those_who_work_on_the_contract_and_what_has_left_to_all(contract):
    assert _listed(contract, is_full=True) == []
    left = prepare(contract.id, "indigo", "offentligheden", None, PREPARER)
    all_say_yes(contract, left)
    publish(contract.id, left, PREPARER)
    waits = prepare(contract.id, "yearly", "offentligheden", "2", PREPARER)
    published = (left, "INDIGO data", "Offentligheden", "published")
    assert _listed(contract, is_full=True) == [(waits, "yearly report", "Offentligheden", "open"), published]
    assert _listed(contract, is_full=False) == [published]
