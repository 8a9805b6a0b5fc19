"""Complete: which files of a folder have come whole, each source by its own `complete_when`. The same near and far."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from maalbar.contract.delivering import Delivery
from maalbar.errors import DeliveryRefused
from maalbar.landing.listed import Listed, refuse_no_file
from maalbar.landing.looks import Seen, is_settled
from maalbar.landing.names import DONE, as_of, is_beside, is_looked_at
from maalbar.manifest import SUFFIX, told

PATIENCE = timedelta(days=1)
"""How long a file may go on changing, and be waited for, before it is said."""


@dataclass(frozen=True)
class Whole:
    """Files that are there whole and the manifests beside them; what cannot be taken; and what is still being written."""

    files: tuple[Listed, ...] = ()
    manifests: tuple[Listed, ...] = ()
    refused: list[DeliveryRefused] = field(default_factory=list)
    underway: tuple[Listed, ...] = ()


def whole(
    delivery: Delivery, listed: list[Listed], seen: dict[str, Seen], now: datetime, *, is_mirror: bool = False
) -> Whole:
    """Sort the names of one source's folder.

    With `manifest`, every plain file counts as whole and only those that a manifest names are taken. With `done_file` and
    `stable`, a file that is called otherwise than the contract says is refused: it would wait for ever unseen. `is_mirror`:
    the folder is our copy of one far away, into which only what was whole there has come.
    """
    names = [one for one in listed if is_looked_at(one.name)]
    manifests = tuple(one for one in names if one.name.endswith(SUFFIX))
    rest = [one for one in names if not is_beside(one.name)]
    if delivery.complete_when == "manifest":
        return Whole(tuple(rest), manifests)
    done = {one.name.removesuffix(DONE): one for one in names if one.name.endswith(DONE)}
    files, underway, refused = [], [], []
    for one in rest:
        fault = _fault(one, delivery, now)
        if fault:
            refused.append(fault)
        elif is_mirror or _has_come(one, delivery, done, seen, now):
            files.append(one)
        elif _is_being_written(one, delivery, done, seen, now):
            underway.append(one)
        elif delivery.complete_when == "stable" or one.name in done:
            refused.append(_never_done(one, delivery))
    return Whole(tuple(files), manifests, refused, tuple(underway))


def _fault(one: Listed, delivery: Delivery, now: datetime) -> DeliveryRefused | None:
    if as_of(one.name, delivery) is None:
        what = f"is not called as the contract says ({delivery.file_name})"
        return DeliveryRefused(what, where=told(one.name), mend="give it that name, with the day it describes")
    if one.kind != "file":
        return refuse_no_file(one)
    if one.modified > (now + PATIENCE).timestamp():
        return DeliveryRefused(
            "was changed in the future", where=told(one.name), mend="set the clock of its machine right"
        )
    return None


def _has_come(one: Listed, delivery: Delivery, done: dict[str, Listed], seen: dict[str, Seen], now: datetime) -> bool:
    if delivery.complete_when == "stable":
        return is_settled(one, seen[one.name], timedelta(minutes=delivery.stable_minutes), now)
    said = done.get(one.name)
    # A file that was written after its `.done` is a new one, whose own `.done` is still to come.
    return said is not None and said.kind == "file" and one.modified <= said.modified


def _is_being_written(
    one: Listed, delivery: Delivery, done: dict[str, Listed], seen: dict[str, Seen], now: datetime
) -> bool:
    moment = now.timestamp()
    if delivery.complete_when == "stable":
        return moment - seen[one.name].first <= (PATIENCE + timedelta(minutes=delivery.stable_minutes)).total_seconds()
    return one.name in done and moment - one.modified <= PATIENCE.total_seconds()


def _never_done(one: Listed, delivery: Delivery) -> DeliveryRefused:
    if delivery.complete_when == "stable":
        return DeliveryRefused(
            "has been changing for more than a day", where=told(one.name), mend="deliver it once, whole"
        )
    what = f"was changed after its {DONE}"
    return DeliveryRefused(what, where=told(one.name), mend=f"write {one.name}{DONE} anew when the file is whole")
