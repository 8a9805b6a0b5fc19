"""The difference between two versions of a delivery, as it may be told: counts, totals and what the figures become.

No row value is told, and no count of fewer persons than the contract's `small_cell`; nor any from which, with those of other
differences of the source, such a count could be reckoned. So a version is told of by counts or by none at all
(`maalbar.flow.versions_told`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import Connection

from maalbar import corrections, kept, results, store
from maalbar.contract import Contract, find_contract
from maalbar.database import transaction
from maalbar.errors import MeasurementError
from maalbar.flow.correct import Moved, moved, substituted
from maalbar.flow.versions_told import VersionsTold, versions_of, versions_told
from maalbar.settings import settings
from maalbar.temporary import temporary_folder
from transforms.superseded import Compared, compare

Told: TypeAlias = int | None
"""A count; None where it is of a version that is told of without counts."""


@dataclass(frozen=True)
class TotalTold:
    """What both versions hold of one code (`*`: in all), None where that version is told of without counts; persons in all."""

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
    """added, changed (same key, other content), gone, same."""
    columns: tuple[str, ...]
    """The columns in which enough persons' changed rows differ; empty where the two are told of without counts."""
    totals: tuple[TotalTold, ...]
    effects: tuple[Moved, ...]
    """The effects of the periods that are measured from `before`, as measured from it and from `after`; without numbers of
    units where the two are told of without counts."""


def difference(contract_id: str, delivery_id: str, against: str | None = None) -> Difference:
    """What a delivery changes against another, by default the one it supersedes. Stores nothing.

    Raises MeasurementError where one is unknown, of another source, or none is superseded; StoreDamaged.
    """
    contract = find_contract(contract_id)
    with transaction() as connection:
        after = results.delivery_of(connection, delivery_id)
        # What was replaced when somebody was erased is compared as it is now.
        before = kept.as_now(connection, _other(connection, after, against))
        frozen = _measured_from(connection, contract, before["delivery_id"])
        versions = versions_of(connection, contract_id, after["source"])
    for row in (before, after):
        if (row["contract"], row["source"]) != (contract_id, after["source"]):
            what = f"is of {row['contract']}, {row['source']}, and not of {contract_id}, {after['source']}"
            raise MeasurementError(what, where=row["delivery_id"], mend="name two of one source")
    if before["sequence"] > after["sequence"]:
        # Told both ways, the two would show together what each withholds of the later one.
        mend = "name the later one, against the earlier"
        raise MeasurementError("came before what it is compared with", where=delivery_id, mend=mend)
    if not before["canonical_sha256"] or not after["canonical_sha256"]:
        mend = "nothing is left of it to compare"
        raise MeasurementError("its rows may no longer be kept", where=f"{contract_id}, {after['source']}", mend=mend)
    if before["person_key"] != after["person_key"]:
        what, mend = (
            "their person ids are of different keys",
            "`maalbar rotate-person-keys` gives all of them the newest",
        )
        raise MeasurementError(what, where=f"{contract_id}, {after['source']}", mend=mend)
    table = contract.deliveries[after["source"]].table
    settings().home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with temporary_folder(settings().home) as scratch:
        earlier, later = (store.verified(contract_id, "canonical", row["canonical_sha256"]) for row in (before, after))
        told = versions_told(contract, after["source"], versions, after["person_key"], scratch)
        compared = compare(table, earlier, later, scratch)
    substitution = {before["delivery_id"]: delivery_id}
    effects: list[Moved] = []
    for period, inputs in frozen.items():
        effects += moved(contract, period, inputs, substituted(inputs, substitution))
    small, pair = contract.quality.small_cell, (before["canonical_sha256"], after["canonical_sha256"])
    is_told = told.in_all.issuperset(pair)
    return Difference(
        contract=contract_id,
        source=after["source"],
        table=table,
        before=before["delivery_id"],
        after=delivery_id,
        small_cell=small,
        rows={kind: count.rows if is_told else None for kind, count in compared.rows.items()},
        columns=tuple(name for name, count in compared.columns.items() if is_told and count.persons >= small),
        totals=tuple(_totals(compared, pair, told)),
        effects=tuple(row for row in effects if is_told or contract.outcomes[row.before["outcome"]].contrast),
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


def _totals(compared: Compared, pair: tuple[str, str], told: VersionsTold) -> Iterator[TotalTold]:
    """The totals, in order of code; codes of neither version are left out where neither is told of by code."""
    for total in compared.totals:
        is_told = tuple(sha256 in (told.in_all if total.code == "*" else told.by_code) for sha256 in pair)
        if total.code == "*" or any(is_told):
            quantity = total.quantity or (None, None)
            figures = [
                figure if is_of_told else None
                # Who has two codes would follow from the persons of each and of all.
                for both in (total.rows, total.persons if total.code == "*" else (None, None), quantity)
                for figure, is_of_told in zip(both, is_told, strict=True)
            ]
            yield TotalTold(total.code, *figures)
