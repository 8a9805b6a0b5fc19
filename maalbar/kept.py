"""Kept: which objects of the store a delivery has now, and who is erased.

A row of `delivery` never changes. Where something was erased from it, or its person ids have a newer key, another object took the
place of the one that the row names, and `object_replaced` says which: the newest row of a delivery and shelf holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, func, insert, select

from maalbar.schema import delivery, erasure, object_replaced, tombstone
from maalbar.store import Shelf

Form = Literal["as_sent", "unpacked", "cells"]
"""How a raw object is written: as the sender sent it; in the format of the delivery, but not packed; its cells as Parquet."""
Rows = tuple[tuple[int, int], ...]
"""Rows of a file, counted from 1, as ranges with both ends in."""
SHELVES: tuple[Shelf, ...] = ("raw", "canonical", "quarantine")


@dataclass(frozen=True)
class Kept:
    """The objects of one delivery, by hash; None: there is none, or none any more."""

    delivery_id: str
    source: str
    raw: str | None
    canonical: str | None
    quarantine: str | None
    form: Form = "as_sent"
    person_key: int | None = None
    """The generation of the key of the person ids in `canonical`; None: ids as they were sent."""
    gone: Rows = ()
    """Rows of the file as it was sent that are in `raw` no longer."""

    def on(self, shelf: Shelf) -> str | None:
        """The hash of the object on a shelf."""
        return {"raw": self.raw, "canonical": self.canonical, "quarantine": self.quarantine}[shelf]

    @property
    def is_expired(self) -> bool:
        """Whether nothing of it is kept any more."""
        return self.canonical is None


@dataclass(frozen=True)
class Replaced:
    """One object in the place of another. `rows_gone`: rows of `old` that `new` has not; `gone`: see `Kept.gone`."""

    delivery_id: str
    shelf: Shelf
    old: str
    new: str | None
    rows_gone: int = 0
    form: Form = "as_sent"
    person_key: int | None = None
    gone: Rows = ()


def of_contract(connection: Connection, contract_id: str) -> list[Kept]:
    """What every delivery of a contract has now, in the order they were taken in."""
    rows = select(delivery).where(delivery.c.contract == contract_id).order_by(delivery.c.sequence)
    known = _replaced(connection, object_replaced.c.contract == contract_id)
    return [_kept(dict(row), known) for row in connection.execute(rows).mappings()]


def of(connection: Connection, row: Mapping[str, Any]) -> Kept:
    """What one delivery has now. `row` of `delivery`."""
    return _kept(row, _replaced(connection, object_replaced.c.delivery_id == row["delivery_id"]))


def as_now(connection: Connection, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of `delivery` with the tables that it has now, None where they are no longer kept, and the key of their ids."""
    now = of(connection, row)
    told = {"canonical_sha256": now.canonical, "quarantine_sha256": now.quarantine, "person_key": now.person_key}
    return dict(row) | told


def _replaced(connection: Connection, which: Any) -> dict[tuple[str, str], dict[str, Any]]:
    """(delivery, shelf) → its newest row."""
    rows = connection.execute(select(object_replaced).where(which).order_by(object_replaced.c.sequence)).mappings()
    return {(row["delivery_id"], row["shelf"]): dict(row) for row in rows}


def _kept(row: Mapping[str, Any], known: Mapping[tuple[str, str], dict[str, Any]]) -> Kept:
    now = {shelf: known.get((row["delivery_id"], shelf)) for shelf in SHELVES}
    first = {"raw": row["sha256"], "canonical": row["canonical_sha256"], "quarantine": row["quarantine_sha256"]}
    hashes = {shelf: told["new"] if (told := now[shelf]) else first[shelf] for shelf in SHELVES}
    raw, canonical = now["raw"], now["canonical"]
    return Kept(
        row["delivery_id"],
        row["source"],
        **hashes,
        form=raw["form"] if raw else "as_sent",
        person_key=canonical["person_key"] if canonical else row["person_key"],
        gone=tuple((first, last) for first, last in raw["gone"]) if raw else (),
    )


def replace(connection: Connection, contract_id: str, number: int, rows: Sequence[Replaced]) -> None:
    """Write down what took the place of what, by which erasure."""
    told = [
        {"contract": contract_id, "number": number} | vars(row) | {"gone": [list(pair) for pair in row.gone]}
        for row in rows
    ]
    if told:
        connection.execute(insert(object_replaced), told)


def left_behind(connection: Connection, contract_id: str) -> list[tuple[Shelf, str]]:
    """Objects that were replaced, and that no delivery has now: their bytes are to be gone."""
    rows = select(object_replaced.c.shelf, object_replaced.c.old).where(object_replaced.c.contract == contract_id)
    held = {(shelf, kept.on(shelf)) for kept in of_contract(connection, contract_id) for shelf in SHELVES}
    old = {(row.shelf, row.old) for row in connection.execute(rows)}
    return sorted(old - held)


def sent_hashes(connection: Connection, contract_id: str) -> set[str]:
    """The hashes of the files, as they were sent, of which something was erased."""
    rows = (
        select(delivery.c.sha256)
        .join(object_replaced, object_replaced.c.delivery_id == delivery.c.delivery_id)
        .where(delivery.c.contract == contract_id, object_replaced.c.shelf == "raw")
    )
    return set(connection.execute(rows).scalars())


def erasures(connection: Connection, contract_id: str) -> int:
    """How many erasures of a contract there have been."""
    newest = select(func.coalesce(func.max(erasure.c.number), 0)).where(erasure.c.contract == contract_id)
    return int(connection.execute(newest).scalar_one())


def tombstones(connection: Connection, contract_id: str, source: str) -> dict[int, dict[str, int]]:
    """Generation of the key → the marks of the persons of whom nothing of a source may be kept → by which erasure."""
    rows = select(tombstone.c.generation, tombstone.c.mark, tombstone.c.number).where(
        tombstone.c.contract == contract_id, tombstone.c.source == source
    )
    found: dict[int, dict[str, int]] = {}
    for generation, mark, number in connection.execute(rows):
        found.setdefault(generation, {})[mark] = number
    return found
