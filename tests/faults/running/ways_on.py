"""After a no: nothing is proposed until someone takes a way on, and then it comes to what the oracle says of that way."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pytest

from maalbar.errors import PeriodRejected, SettlementRefused
from maalbar.flow import rejected, settle

if TYPE_CHECKING:
    from tests.faults.running.course import Course


WAYS = ("measured", "settled", "waived")


def take(course: Course, *, until_free: bool) -> None:
    """Try to propose what was refused, and take a way on: each once, in an order by chance, and then any.

    A correction may be of what the proposal does not rest on. `until_free`: then another way is taken.
    """
    while course.rejected is not None and not _is_measured_again(course):
        _nothing_is_proposed(course)
        to_come = [way for way in course.order_of_ways if not course.ways[way]]
        {"settled": _settle_dispute, "waived": _waive, "measured": type(course).correct}[
            to_come[0] if to_come else course.rng.choice(WAYS)
        ](course)
        if not until_free:
            break
    if course.rejected is not None and _is_measured_again(course):
        course.ways["measured"] += 1
        course.rejected = None


def _nothing_is_proposed(course: Course) -> None:
    with pytest.raises(PeriodRejected):
        settle.propose(course.contract.id, max(course.oracle.run()))


def _is_measured_again(course: Course) -> bool:
    run = course.oracle.run()
    return run | course.rejected.run != run


def _settle_dispute(course: Course) -> None:
    """Whoever said no disputes it, and lets it stand."""
    contract_id, number, user = course.contract.id, course.rejected.number, course.people[course.refuser][0]
    if course.rng.random() < 0.5:
        course.crashing(rejected.dispute, contract_id, number, course.refuser, user, "it cannot be right")
        _nothing_is_proposed(course)
    rejected.settle_dispute(contract_id, number, course.refuser, user, "it is right after all")
    course.ways["settled"] += 1
    course.rejected = None


def _waive(course: Course) -> None:
    """Someone who is owed gives it up, two people where it has four eyes; whoever said no to what is left settles.

    Where nothing is owed to anybody, there is nothing to waive.
    """
    lines, number = course.rejected.lines, course.rejected.number
    owed = {"fund" if amount > 0 else payer for (_, _, payer, _), amount in lines.items()}
    if not owed:
        return _settle_dispute(course)
    party = course.rng.choice(sorted(owed))
    say = (course.contract.id, number, party)
    if party == "fund" and course.contract.parties["fund"].four_eyes:
        assert rejected.waive(*say, course.people["fund"][0], "let it go") is None
        with pytest.raises(SettlementRefused):
            rejected.waive(*say, course.people["fund"][0], "let it go, I say")
        _nothing_is_proposed(course)
        given = rejected.waive(*say, course.people["fund"][1], "I too")
    else:
        given = rejected.waive(*say, course.people[party][0], "let it go")
    way, payers = (1, {"region", "town"}) if party == "fund" else (-1, {party})
    course.oracle.waive(course.rejected.run, way, payers)
    assert given == sum(course.oracle.waived[-1].lines.values())
    course.told.append(f"{party} waives {given} of proposal {number}")
    course.ways["waived"] += 1
    left = _parties_of([key for key in lines if key not in course.oracle.waived[-1].lines])
    if left and (course.refuser in left or course.refuser not in _parties_of(lines)):
        _nothing_is_proposed(course)
        rejected.settle_dispute(
            course.contract.id, number, course.refuser, course.people[course.refuser][0], "so be it"
        )
    course.rejected = None
    return None


def _parties_of(keys: Iterable[tuple[str, str, str, str]]) -> set[str]:
    return {party for _, _, payer, _ in keys for party in ("fund", payer)}
