"""Erasures in the database: a hash chain of what was erased, the marks of the erased, and what is measured without them.

What belongs here is reading and writing; what is erased, and how, is `maalbar.flow.replacing`. No row holds a person id.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Numeric, Table, insert, select
from sqlalchemy.dialects import postgresql

from maalbar import kept
from maalbar.contract import digest_of
from maalbar.errors import StoreDamaged
from maalbar.kept import Replaced
from maalbar.schema import (
    KNOWN_NOW,
    diagnostic,
    effect_estimate,
    erasure,
    indicator_value,
    measured,
    measured_again,
    measurement,
    tombstone,
)

GENESIS = "0" * 64
HASHED = ("contract", "number", "kind", "because", "name", "sources", "persons", "replaced", "figures", "previous_hash")
_MEND = "restore the database and find who changed it"
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Figures:
    """What a measurement comes to, as it is stored: rows by table, and who was followed."""

    values: Rows
    effects: Rows
    cohort: dict[str, Any]
    diagnostics: Rows
    digest: str


@dataclass(frozen=True)
class Told:
    """What is said of an erasure: `kind` persons, retention or rotation; why, who; what it reaches; how many persons."""

    kind: str
    because: str
    name: str
    sources: tuple[str, ...]
    persons: int = 0


def all_of(connection: Connection, contract_id: str) -> Rows:
    """Every erasure of a contract, in order."""
    rows = select(erasure).where(erasure.c.contract == contract_id).order_by(erasure.c.number)
    return [dict(row) for row in connection.execute(rows).mappings()]


def record(
    connection: Connection, contract_id: str, told: Told, replaced: Sequence[Replaced], figures: Mapping[str, Figures]
) -> dict[str, Any]:
    """Write an erasure down as the next of the chain, with what replaced what and what is measured since; return its row.

    The caller holds the contract's lock.
    """
    known = all_of(connection, contract_id)
    at: datetime = connection.execute(select(KNOWN_NOW)).scalar_one()
    row: dict[str, Any] = vars(told) | {"contract": contract_id, "number": len(known) + 1, "erased_at": at}
    row["sources"] = sorted(told.sources)
    row["replaced"] = [[r.delivery_id, r.shelf, r.old, r.new, r.rows_gone] for r in replaced]
    row["figures"] = {name: found.digest for name, found in sorted(figures.items())}
    row["previous_hash"] = known[-1]["hash"] if known else GENESIS
    row["hash"] = _hash(row)
    connection.execute(insert(erasure), row)
    kept.replace(connection, contract_id, row["number"], replaced)
    place = {"contract": contract_id, "number": row["number"]}
    for measurement_id, found in figures.items():
        said = {
            "values": _plain(indicator_value, found.values),
            "effects": _plain(effect_estimate, found.effects),
            "cohort": found.cohort,
            "diagnostics": _plain(diagnostic, found.diagnostics),
        }
        again = place | {"measurement_id": measurement_id, "result_digest": found.digest, "results": said}
        connection.execute(insert(measured_again), again)
    return row


def lay(connection: Connection, row: Mapping[str, Any], generation: int, marks: Iterable[str]) -> None:
    """Lay the tombstones of an erasure. `row`: as `record` gives it."""
    place = {"contract": row["contract"], "number": row["number"], "generation": generation}
    rows = [place | {"source": source, "mark": mark} for source in row["sources"] for mark in sorted(set(marks))]
    if rows:
        connection.execute(postgresql.insert(tombstone).on_conflict_do_nothing(), rows)


def verify(connection: Connection, contract_id: str) -> int:
    """Recompute the chain; return how many erasures there are. Raises StoreDamaged naming the first that differs."""
    previous, rows = GENESIS, all_of(connection, contract_id)
    for number, row in enumerate(rows, start=1):
        if (row["number"], row["previous_hash"], row["hash"]) != (number, previous, _hash(row)):
            where = f"{contract_id}, erasure {number}"
            raise StoreDamaged("the hash chain is broken", where=where, mend=_MEND)
        previous = row["hash"]
    return len(rows)


def figures_of(
    connection: Connection, measurement_id: str, until: int | None = None, after: int = 0
) -> tuple[int, Figures] | None:
    """What a measurement comes to since the newest erasure that reached it, and the number of that erasure.

    `after`, `until`: of those with a greater number than the first, up to the second. None where none reached it.
    """
    c = measured_again.c
    wanted = select(measured_again).where(c.measurement_id == measurement_id, c.number > after)
    if until is not None:
        wanted = wanted.where(c.number <= until)
    row = connection.execute(wanted.order_by(c.number.desc()).limit(1)).mappings().first()
    if row is None:
        return None
    said = row["results"]
    found = Figures(
        _stored(indicator_value, said["values"]),
        _stored(effect_estimate, said["effects"]),
        said["cohort"],
        _stored(diagnostic, said["diagnostics"]),
        row["result_digest"],
    )
    return int(row["number"]), found


def cohorts_since(connection: Connection, contract_id: str) -> dict[str, dict[str, Any]]:
    """Measurement → who was followed, without those who were erased since; of measurements that an erasure reached."""
    rows = select(measured_again.c.measurement_id, measured_again.c.results["cohort"].label("cohort")).where(
        measured_again.c.contract == contract_id
    )
    return {row.measurement_id: row.cohort for row in connection.execute(rows.order_by(measured_again.c.number))}


def measured_after(connection: Connection, measurement_id: str) -> int:
    """After how many erasures of its contract a measurement was made."""
    wanted = select(measured.c.erasures).where(measured.c.measurement_id == measurement_id)
    return int(connection.execute(wanted).scalar_one_or_none() or 0)


def complete_measurements(connection: Connection, contract_id: str) -> Rows:
    """Every measurement whose results are complete, in the order they were frozen in."""
    rows = (
        select(measurement)
        .join(measured, measured.c.measurement_id == measurement.c.measurement_id)
        .where(measurement.c.contract == contract_id)
        .order_by(measurement.c.frozen_at.nulls_first(), measurement.c.measurement_id)
    )
    return [dict(row) for row in connection.execute(rows).mappings()]


def _hash(row: Mapping[str, Any]) -> str:
    return digest_of({name: row[name] for name in HASHED} | {"erased_at": row["erased_at"].timestamp()})


def _plain(table: Table, rows: Rows) -> Rows:
    """Rows with every column, numbers as text."""
    names = [column.name for column in table.columns if column.name != "measurement_id"]
    numbers = {column.name for column in table.columns if isinstance(column.type, Numeric)}
    return [
        {name: str(row[name]) if name in numbers and row.get(name) is not None else row.get(name) for name in names}
        for row in rows
    ]


def _stored(table: Table, rows: Rows) -> Rows:
    """Rows as the database gives them, in the order of their key."""
    numbers = {column.name for column in table.columns if isinstance(column.type, Numeric)}
    key = [column.name for column in table.columns if column.primary_key and column.name != "measurement_id"]
    found = [{name: Decimal(v) if name in numbers and v is not None else v for name, v in row.items()} for row in rows]
    return sorted(found, key=lambda row: [row[name] for name in key])
