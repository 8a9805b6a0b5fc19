"""Replacing: objects of the store take the place of others, all in one commit, and then the others are deleted.

The order makes it safe to be killed anywhere: new objects are finished first, which nothing names yet; one transaction under the
contract's lock writes down what replaced what, the tombstones and what is measured since; only then old bytes go. Whatever a
crash leaves behind, the next run of anything here deletes, since the store holds nothing but what deliveries have.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from maalbar import erasure_register, erasures, kept, results, store
from maalbar.contract import Contract
from maalbar.database import contract_lock, transaction
from maalbar.erasures import Figures, Told
from maalbar.errors import SourcesExpired
from maalbar.flow.measure import Instead, results_from
from maalbar.flow.proof import write_proof
from maalbar.kept import Kept, Replaced
from maalbar.landing.arrival import hash_of
from maalbar.landing.arrivals import folder_of
from maalbar.manifest import SUFFIX
from maalbar.settings import settings
from maalbar.staging import staging

DONE = ".done"
Check = Callable[[str, dict[str, Any], dict[str, Any]], None]


@dataclass(frozen=True)
class Marked:
    """Tombstones to be laid: the marks of persons, and the generation of the key they are made with."""

    generation: int
    marks: frozenset[str]


@dataclass(frozen=True)
class Plan:
    """What is said of an erasure, how it replaces the objects of one delivery, and the tombstones it lays.

    `objects`: a delivery's objects now, and a private folder → what takes the place of which, finished in the store.
    """

    told: Told
    objects: Callable[[Kept, Path], Sequence[Replaced]]
    marked: Marked | None = None
    is_measured: bool = True
    """Whether what was measured from the replaced objects is measured again; what expires cannot be."""
    check: Check | None = None
    """Raises where a measurement may not come to this: (measurement id, results from the old objects, from the new)."""


@dataclass(frozen=True)
class Erased:
    """An erasure that is done. `row` of `erasure`; the files of its proof; how many files went from the landing folder."""

    row: dict[str, Any]
    proof: tuple[Path, Path]
    landed: int = 0
    replaced: dict[str, int] = field(default_factory=dict)
    """Shelf → how many objects were replaced."""


def replace_objects(contract: Contract, plan: Plan) -> Erased:
    """Carry out a plan on every delivery of its sources, write it down, and delete what was replaced."""
    while True:
        with transaction() as connection:
            state = _state(connection, contract)
            held = [one for one in kept.of_contract(connection, contract.id) if one.source in plan.told.sources]
        with staging() as folder:
            replaced = [r for one in held if not one.is_expired for r in plan.objects(one, folder)]
        figures = _measured_again(contract, replaced, plan.check) if plan.is_measured else {}
        with contract_lock(contract.id) as connection:
            there = all(store.has(contract.id, row.shelf, row.new) for row in replaced if row.new)
            if _state(connection, contract) != state or not there:
                continue  # something came in, was measured or was swept meanwhile: it is looked at anew
            row = erasures.record(connection, contract.id, plan.told, replaced, figures)
            if plan.marked is not None:
                erasures.lay(connection, row, plan.marked.generation, plan.marked.marks)
        return finished(contract, row)


def finished(contract: Contract, row: Mapping[str, Any]) -> Erased:
    """Delete what an erasure that is written down has replaced, write its proof and its record beside the backups; again does
    the same."""
    landed = sweep(contract)
    if row["kind"] == "persons":
        with transaction() as connection:
            erasure_register.register(connection, row, settings().backups)
    shelves = [shelf for _, shelf, *_ in row["replaced"]]
    counts: dict[str, int] = {shelf: shelves.count(shelf) for shelf in kept.SHELVES if shelf in shelves}
    return Erased(dict(row), write_proof(row), landed, counts)


def sweep(contract: Contract) -> int:
    """Delete every object that no delivery has, and from the landing folder what was erased from; how many files there.

    Under the lock, under which an intake keeps its objects and names them.
    """
    with contract_lock(contract.id) as connection:
        held = {(shelf, one.on(shelf)) for one in kept.of_contract(connection, contract.id) for shelf in kept.SHELVES}
        for shelf in kept.SHELVES:
            for digest in store.digests(contract.id, shelf):
                if (shelf, digest) not in held:
                    store.remove(contract.id, shelf, digest)
        sent = kept.sent_hashes(connection, contract.id)
    return sum(_remove_landed(folder_of(contract.id, source), sent) for source in contract.deliveries)


def _remove_landed(folder: Path, sent: set[str]) -> int:
    """Files of a landing folder that are, byte for byte, what was erased from; each with what was said of it beside it."""
    gone: list[Path] = []
    if not sent or not folder.is_dir():
        return 0
    for path in sorted(folder.iterdir()):
        is_said = path.name.endswith((SUFFIX, DONE)) or path.name.startswith(".")
        if path.is_file() and not path.is_symlink() and not is_said and hash_of(path)[0] in sent:
            gone.append(path)
    manifests = {manifest: _named_in(manifest) for manifest in sorted(folder.glob(f"*{SUFFIX}"))} if gone else {}
    for path in gone:
        said = [manifest for manifest, name in manifests.items() if name == path.name]
        for beside in (path, path.with_name(path.name + DONE), *said):
            beside.unlink(missing_ok=True)
    return len(gone)


def _named_in(manifest: Path) -> str | None:
    try:
        return str(json.loads(manifest.read_bytes())["file"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _state(connection: Connection, contract: Contract) -> tuple[Any, ...]:
    """What an erasure looked at: if it is another at the commit, it looks again."""
    deliveries = [one.delivery_id for one in kept.of_contract(connection, contract.id)]
    measured = [row["measurement_id"] for row in erasures.complete_measurements(connection, contract.id)]
    return kept.erasures(connection, contract.id), deliveries, measured


def _measured_again(contract: Contract, replaced: Iterable[Replaced], check: Check | None) -> dict[str, Figures]:
    """What every measurement that is reached comes to from the new objects: those made from them, and those after such.

    A measurement looks back at the members of the one before, so one that follows is reached too.
    """
    canonical = {row.delivery_id: row.new for row in replaced if row.shelf == "canonical"}
    found: dict[str, Figures] = {}
    with transaction() as connection:
        complete = erasures.complete_measurements(connection, contract.id)
        earlier = {m["measurement_id"]: results.latest(connection, contract.id, m["frozen_at"]) for m in complete}
    order = [period.id for period in contract.calendar.periods]
    for row in complete:
        before = order[: order.index(row["period"])]
        last = next(
            (earlier[row["measurement_id"]][p] for p in reversed(before) if p in earlier[row["measurement_id"]]), None
        )
        is_reached = bool(set(canonical) & set(row["inputs"].values()))
        if not is_reached and not (last and last["measurement_id"] in found):
            continue
        instead = Instead(canonical, {name: figures.cohort for name, figures in found.items()})
        asked = (contract, row["period"], row["inputs"], row["frozen_at"])
        try:
            made = vars(results_from(*asked, instead))
            if check is not None:
                check(row["measurement_id"], vars(results_from(*asked)), made)
        except SourcesExpired:
            continue
        found[row["measurement_id"]] = Figures(**made, digest=results.digest_of_results(**made))
    return found
