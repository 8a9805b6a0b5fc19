"""Order: the chain of corrections of one source and day, so that a file comes after the one it takes the place of.

A file and what it supersedes make one link: the same bytes may come back later as a correction of what replaced them. What
does not fit into the chain is not taken, whatever it is called and in whatever order it came, and the same at every look.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from maalbar.errors import DeliveryRefused
from maalbar.landing.arrival import Arrival
from maalbar.manifest import told
from maalbar.named_deliveries import SHOWN


class Taken(NamedTuple):
    """A delivery that was taken in before."""

    source: str
    as_of: date
    sha256: str
    supersedes: str | None


def in_order(here: Sequence[Arrival], taken: Sequence[Taken]) -> tuple[list[Arrival], list[DeliveryRefused]]:
    """The arrivals of one source and day in the order of their chain, and the refusals of those that have no place in it.

    `taken`: those taken in before, of the same source and day, in their order. What is among them keeps coming back as
    long as it lies there, and is no new delivery.
    """
    known = {(one.sha256, one.supersedes) for one in taken}
    placed = [one for one in here if one.link in known]
    rest = [one for one in here if one.link not in known]
    chain: list[str | None] = [None, *(one.sha256 for one in taken)]
    refused: list[DeliveryRefused] = []
    while following := [one for one in rest if one.manifest.supersedes == chain[-1]]:
        rest = [one for one in rest if one not in following]
        if len({one.manifest.sha256 for one in following}) > 1:
            refused += [_rivals(one, following) for one in following]
            break
        placed += following
        chain.append(following[0].manifest.sha256)
    return placed, refused + [_out_of_place(one, here, rest, chain) for one in rest]


def _rivals(one: Arrival, following: Sequence[Arrival]) -> DeliveryRefused:
    """Several files of which each claims the same place: nobody but a person can tell which is meant."""
    others = ", ".join(_named(other) for other in following if other is not one)
    if one.manifest.supersedes is None:
        what = (
            f"is held: there is another file for {one.manifest.as_of} ({others}), and neither says that it supersedes"
        )
        return DeliveryRefused(what, where=_named(one), mend=one.release(None))
    what = f"supersedes {one.manifest.supersedes[:SHOWN]}…, and so does another file ({others})"
    return DeliveryRefused(
        what, where=told(one.manifest.file), mend="let one of them name the other under `supersedes`"
    )


def _out_of_place(
    one: Arrival, here: Sequence[Arrival], rest: Sequence[Arrival], chain: Sequence[str | None]
) -> DeliveryRefused:
    wanted, head = one.manifest.supersedes, chain[-1]
    if wanted is None:
        what = f"is held: a different file for {one.manifest.as_of} came before (sha256 {str(head)[:SHOWN]}…)"
        return DeliveryRefused(what, where=_named(one), mend=one.release(head))
    if wanted in chain:
        what = f"supersedes {wanted[:SHOWN]}…, whose place was taken by a different file for {one.manifest.as_of} since"
        mend = f"name the one that stands now ({str(head)[:SHOWN]}…) under `supersedes`"
        return DeliveryRefused(what, where=told(one.manifest.file), mend=mend)
    if one in _circle(one, rest):
        what = "is one of several files that supersede one another in a circle"
        return DeliveryRefused(what, where=told(one.manifest.file), mend="let the first of them supersede nothing")
    if any(other.manifest.sha256 == wanted for other in here):
        what = f"is held: it supersedes {wanted[:SHOWN]}…, which cannot be taken in itself"
        return DeliveryRefused(what, where=told(one.manifest.file), mend="mend that one first")
    what = "is held: it supersedes a file that was not taken in"
    return DeliveryRefused(what, where=told(one.manifest.file), mend="deliver that one first")


def _circle(start: Arrival, rest: Sequence[Arrival]) -> list[Arrival]:
    """Those that the chain of what is superseded comes by from `start` on, `start` among them only when it comes back to it."""
    found: list[Arrival] = []
    for following in _back(start, rest):
        if following in found:
            break
        found.append(following)
    return found


def _back(start: Arrival, rest: Sequence[Arrival]) -> Iterator[Arrival]:
    by_hash = {one.manifest.sha256: one for one in rest}
    following = by_hash.get(start.manifest.supersedes or "")
    while following:
        yield following
        following = by_hash.get(following.manifest.supersedes or "")


def _named(one: Arrival) -> str:
    return f"{told(one.manifest.file)} ({one.manifest.sha256[:SHOWN]}…)"
