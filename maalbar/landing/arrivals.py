"""Arrivals: every file of a period that has come whole, in the order of corrections, and what cannot be taken."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from maalbar.contract import Contract
from maalbar.contract.delivering import Delivery
from maalbar.errors import DeliveryRefused, MaalbarError
from maalbar.landing.arrival import Arrival, hash_of
from maalbar.landing.complete import Whole, whole
from maalbar.landing.listed import Listed, list_folder, refuse_no_file
from maalbar.landing.looks import look
from maalbar.landing.names import as_of, is_looked_at
from maalbar.landing.order import Taken, in_order
from maalbar.manifest import SUFFIX, Manifest, read_manifest, stated, told
from maalbar.periods import add_years
from maalbar.settings import settings


@dataclass(frozen=True)
class Landed:
    """What one look at the landing folder found for a period."""

    arrivals: list[Arrival] = field(default_factory=list)
    """Files that have come whole, each after the one whose place it takes."""
    refused: list[DeliveryRefused] = field(default_factory=list)
    """What cannot be taken, or is held, one line each. Faults that tell of no day are told for every period."""
    underway: dict[str, list[str]] = field(default_factory=dict)
    """Source → names of files that have been seen and are not known to be whole yet."""
    unannounced: dict[str, list[Listed]] = field(default_factory=dict)
    """Source → files that lie there without their manifest, where one is needed. They are told for every period."""
    refused_of: dict[str, list[DeliveryRefused]] = field(default_factory=dict)
    """Source → its own of the refusals."""


def arrivals(
    contract: Contract, period_id: str, *, taken: Sequence[Taken] = (), now: datetime | None = None
) -> tuple[list[Arrival], list[DeliveryRefused]]:
    """Every file that has come whole for a period, and the refusals of those that cannot be taken.

    `taken`: what was taken in before, in that order, of any source and day; without it a correction of what is no longer
    in the landing folder is held. `now`: for a test; the clock decides only whether a file has settled and a
    permission has expired. The same folder gives the same answer at every look.
    """
    found = landed(contract, period_id, taken=taken, now=now)
    return found.arrivals, found.refused


def landed(contract: Contract, period_id: str, *, taken: Sequence[Taken] = (), now: datetime | None = None) -> Landed:
    """One look at the landing folder: what has come, what cannot be taken, and what is still being written."""
    now = now or datetime.now(UTC)
    period = contract.period(period_id)
    found = Landed()
    for source, delivery in contract.deliveries.items():
        before_it = len(found.refused)
        try:
            here = _look(contract, source, delivery, found, now)
        except MaalbarError as error:
            found.refused.append(DeliveryRefused(error.what, where=error.where, mend=error.mend))
            here = []
        mine = [one for one in here if period.end <= one.manifest.as_of <= period.data_due]
        for day in sorted({one.manifest.as_of for one in mine}):
            of_day = [one for one in mine if one.manifest.as_of == day]
            before = [one for one in taken if (one.source, one.as_of) == (source, day)]
            _add(contract, delivery, of_day, before, found, now)
        found.refused_of[source] = found.refused[before_it:]
    return found


def folder_of(contract_id: str, source: str) -> Path:
    """Where the files of a source are looked for."""
    return settings().landing / contract_id / source


def _add(
    contract: Contract, delivery: Delivery, here: list[Arrival], taken: Sequence[Taken], found: Landed, now: datetime
) -> None:
    """Put the arrivals of one source and day into the chain, those left out whose permission has expired."""
    placed, refused = in_order(here, taken)
    known = {(one.sha256, one.supersedes) for one in taken}
    for one in placed:
        fault = _expired(contract, delivery, one, now) if one.link not in known else None
        if fault:
            found.refused.append(fault)
        else:
            found.arrivals.append(one)
    found.refused.extend(refused)


def _expired(contract: Contract, delivery: Delivery, one: Arrival, now: datetime) -> DeliveryRefused | None:
    """The refusal of a file whose permission did not reach the day it describes, or has ended by the day it is taken in, or of
    which nothing may be kept by then."""
    last = delivery.permission.expires
    if delivery.keep_until is not None and delivery.keep_until < today(contract, now):
        what = f"nothing of its persons may be kept any more (until {delivery.keep_until})"
        return DeliveryRefused(what, where=told(one.manifest.file), mend="have the parties agree on a later day")
    if one.manifest.as_of <= last and today(contract, now) <= last:
        return None
    of = "the day it describes" if one.manifest.as_of > last else "the day it would be taken in"
    what = f"the permission has expired ({delivery.permission.reference}, {last}, before {of})"
    return DeliveryRefused(what, where=told(one.manifest.file), mend="renew it in the contract")


def today(contract: Contract, now: datetime) -> date:
    """The day it is where the contract is; moved along with its dates where it is a rehearsal in the past."""
    day = now.astimezone(ZoneInfo(contract.calendar.timezone)).date()
    return add_years(day, contract.rehearsal.shifted_years) if contract.rehearsal else day


def latest_day(contract: Contract, now: datetime) -> date:
    """The last day that a file can describe by now. In a rehearsal of what lies ahead, all that the clock has passed: it is
    rehearsed as if its days had come."""
    return max(today(contract, now), now.astimezone(ZoneInfo(contract.calendar.timezone)).date())


def _look(contract: Contract, source: str, delivery: Delivery, found: Landed, now: datetime) -> list[Arrival]:
    """The whole files of one source, of every period."""
    folder = folder_of(contract.id, source)
    listed = list_folder(folder)
    is_mirror = settings().landing_url is not None
    files = [one for one in listed if is_looked_at(one.name)]
    seen = look(contract.id, source, files, now) if delivery.complete_when == "stable" and not is_mirror else {}
    there = whole(delivery, listed, seen, now, is_mirror=is_mirror)
    found.refused.extend(there.refused)
    if there.underway:
        found.underway[source] = [one.name for one in there.underway]
    said = _manifests(folder, there.manifests, delivery, found)
    if delivery.complete_when == "manifest":
        found.unannounced[source] = _alone(there, {one.file for one in said})
        return _announced(folder, said, there, found)
    return list(_named(contract, source, delivery, {one.file: one for one in said}, there.files, found))


def _manifests(folder: Path, listed: Iterable[Listed], delivery: Delivery, found: Landed) -> list[Manifest]:
    said = []
    for one in listed:
        try:
            said.append(read_manifest(folder / one.name, delivery))
        except DeliveryRefused as error:
            found.refused.append(error)
    return said


def _alone(there: Whole, named: set[str]) -> list[Listed]:
    """The plain files that no manifest names, and that have none of their own name that cannot be read."""
    own = {one.name.removesuffix(SUFFIX) for one in there.manifests}
    return [
        one
        for one in there.files
        if one.kind == "file" and one.name not in named and one.name.partition(".")[0] not in own
    ]


def _announced(folder: Path, said: list[Manifest], there: Whole, found: Landed) -> list[Arrival]:
    """The files that manifests name, which must lie beside them."""
    files = {one.name: one for one in there.files}
    here = []
    for manifest in said:
        one = files.get(manifest.file)
        if one is None:
            what, mend = "is not there", "deliver it beside its manifest"
            found.refused.append(DeliveryRefused(what, where=told(manifest.file), mend=mend))
        elif one.kind != "file":
            found.refused.append(refuse_no_file(one))
        else:
            here.append(Arrival(folder / one.name, manifest, "manifest"))
    return here


def _named(
    contract: Contract,
    source: str,
    delivery: Delivery,
    said: dict[str, Manifest],
    files: Iterable[Listed],
    found: Landed,
) -> Iterable[Arrival]:
    """Files that came without the sender's manifest: their names say of which day they are, and they themselves the rest."""
    folder = folder_of(contract.id, source)
    how = delivery.complete_when
    for one in files:
        day = as_of(one.name, delivery)
        assert day is not None  # what is called otherwise is refused before
        if one.name in said:
            yield Arrival(folder / one.name, said[one.name], how)
            continue
        try:
            sha256, size = hash_of(folder / one.name)
        except DeliveryRefused as error:
            found.refused.append(error)
            continue
        yield Arrival(folder / one.name, stated(contract.id, source, day, one.name, sha256, size), how)
