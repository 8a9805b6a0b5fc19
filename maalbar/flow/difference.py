"""The difference between two versions of a delivery, as it may be told: counts, totals and what the figures become.

No row value is told, and no count of fewer persons than the contract's `small_cell`. Where any such count is among the
differences, no total of the later version is told either: with the earlier one beside it, it would give the count away.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from sqlalchemy import Connection

from maalbar import corrections, results, store
from maalbar.contract import Contract, find_contract
from maalbar.database import transaction
from maalbar.errors import MeasurementError
from maalbar.flow.correct import Moved, moved, substituted
from maalbar.settings import settings
from transforms.superseded import Compared, Count, Total, compare

Told: TypeAlias = int | None
"""A count; None where it is of fewer persons than may be told."""


@dataclass(frozen=True)
class TotalTold:
    """What both versions hold of one code (`*`: in all). Later figures are None where they would tell of few persons."""

    code: str
    rows_before: Told
    rows_after: Told
    persons_before: Told
    persons_after: Told
    quantity_before: Told
    """Hundredths; None also in a table without quantities."""
    quantity_after: Told


@dataclass(frozen=True)
class Difference:
    """What one delivery has that another has not."""

    contract: str
    source: str
    table: str
    before: str
    after: str
    small_cell: int
    rows: dict[str, Told]
    """added, changed (same key, other content), gone, same; the last None too where, with the rows before, it would give
    away another."""
    columns: dict[str, Told]
    """Column → changed rows that differ in it; columns without one are left out."""
    totals: tuple[TotalTold, ...]
    effects: tuple[Moved, ...]
    """Every effect of the periods that are measured from `before`, as measured from it and from `after`."""


def difference(contract_id: str, delivery_id: str, against: str | None = None) -> Difference:
    """What a delivery changes against another, by default the one it supersedes. Stores nothing.

    Raises MeasurementError where one is unknown, of another source, or none is superseded; StoreDamaged.
    """
    contract = find_contract(contract_id)
    with transaction() as connection:
        after = results.delivery_of(connection, delivery_id)
        before = _other(connection, after, against)
        frozen = _measured_from(connection, contract, before["delivery_id"])
    for row in (before, after):
        if (row["contract"], row["source"]) != (contract_id, after["source"]):
            what = f"is of {row['contract']}, {row['source']}, and not of {contract_id}, {after['source']}"
            raise MeasurementError(what, where=row["delivery_id"], mend="name two of one source")
    if before["sequence"] > after["sequence"]:
        # Told both ways, the two would show together what each withholds of the later one.
        mend = "name the later one, against the earlier"
        raise MeasurementError("came before what it is compared with", where=delivery_id, mend=mend)
    if before["person_key"] != after["person_key"]:
        what, mend = (
            "their person ids are of different keys",
            "`maalbar rotate-person-keys` gives all of them the newest",
        )
        raise MeasurementError(what, where=f"{contract_id}, {after['source']}", mend=mend)
    table = contract.deliveries[after["source"]].table
    settings().home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=settings().home, prefix="compared-") as scratch:
        earlier, later = (store.verified(contract_id, "canonical", row["canonical_sha256"]) for row in (before, after))
        compared = compare(table, earlier, later, Path(scratch))
    substitution = {before["delivery_id"]: delivery_id}
    effects: list[Moved] = []
    for period, inputs in frozen.items():
        effects += moved(contract, period, inputs, substituted(inputs, substitution))
    small = contract.quality.small_cell
    return Difference(
        contract=contract_id,
        source=after["source"],
        table=table,
        before=before["delivery_id"],
        after=delivery_id,
        small_cell=small,
        rows=_rows(compared, small),
        columns={name: _told(count, small) for name, count in compared.columns.items()},
        totals=tuple(_totals(compared, small)),
        effects=tuple(effects),
    )


def _other(connection: Connection, after: dict[str, Any], against: str | None) -> dict[str, Any]:
    """The delivery to compare with."""
    if against is not None:
        return results.delivery_of(connection, against)
    earlier = corrections.superseded_by(connection, after)
    if not earlier:
        mend = "say what to compare it with: --against DELIVERY"
        raise MeasurementError("it takes the place of no other", where=after["delivery_id"], mend=mend)
    return earlier[0]


def _measured_from(connection: Connection, contract: Contract, delivery_id: str) -> dict[str, dict[str, str | None]]:
    """Period → the frozen set of its newest revision, of those that hold a delivery."""
    found = {}
    for period in contract.calendar.periods:
        frozen = results.open_revision(connection, contract.id, period.id)
        if frozen and delivery_id in frozen["inputs"].values():
            found[period.id] = frozen["inputs"]
    return found


def _told(count: Count, small: int) -> Told:
    return None if 0 < count.persons < small else count.rows


def _rows(compared: Compared, small: int) -> dict[str, Told]:
    """What is changed or gone is what the rows that are the same leave of those before, so of few, these are not told either."""
    told = {kind: _told(count, small) for kind, count in compared.rows.items()}
    return told | ({"same": None} if None in (told["changed"], told["gone"]) else {})


def _totals(compared: Compared, small: int) -> Iterator[TotalTold]:
    """The totals, in order of code; the later version's only where no difference is of few persons."""
    few = [count.persons for kind, count in compared.rows.items() if kind != "same"]
    for total in compared.totals:
        few += [total.persons_gone, total.persons_new, total.persons_moved]
    hides = any(0 < persons < small for persons in few)
    for total in compared.totals:
        yield TotalTold(
            total.code,
            *_pair(total, total.rows, small, hides),
            *_pair(total, total.persons, small, hides),
            *(_pair(total, total.quantity, small, hides) if total.quantity else (None, None)),
        )


def _pair(total: Total, figures: tuple[int, int], small: int, hides: bool) -> tuple[Told, Told]:
    """A figure of both versions, each where its persons are enough."""
    before, after = ((0 < persons < small) for persons in total.persons)
    return (None if before else figures[0], None if after or hides else figures[1])
