"""Which versions of a source are told of by counts, so that no counts of several versions give one of fewer persons than may be.

Every count that a difference tells is a sum of cells: rows (or persons) that all versions told of treat alike. A version is told
of where, with those told of before it, every such cell is of enough persons; then no sum or difference of what is told, over
however long a chain of versions, is the count of fewer. A version that few persons tell from these is told of without any count:
not even that there are few, since several such words beside each other (each removes at least one, all together five) count too.
What is decided of a version rests on those before it alone, so what has been told stays true when others come.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from maalbar import kept, results, store
from maalbar.contract import Contract
from transforms.superseded import MOST_VERSIONS, least_cell


@dataclass(frozen=True)
class VersionsTold:
    """The canonical tables, by hash, that are told of by counts: in all, and by code too."""

    in_all: frozenset[str]
    by_code: frozenset[str]


def versions_told(
    contract: Contract, source: str, versions: Sequence[dict[str, Any]], person_key: int | None, scratch: Path
) -> VersionsTold:
    """Which of the versions of a source are told of. `versions`: rows of `delivery` in the order they came, as they are now.

    Those that are no longer kept, or have their ids under another key, can be compared with none and are told of with none.
    """
    table, small = contract.deliveries[source].table, contract.quality.small_cell
    alike = [row for row in versions if row["canonical_sha256"] and row["person_key"] == person_key]
    in_order = list(dict.fromkeys(row["canonical_sha256"] for row in alike))
    paths = {sha256: store.verified(contract.id, "canonical", sha256) for sha256 in in_order}
    told: dict[bool, list[str]] = {False: [], True: []}
    for sha256 in in_order:
        # By code only what is told of in all: the codes make up the whole.
        for is_by_code in (False, True):
            before = told[is_by_code]
            if len(before) == MOST_VERSIONS or (is_by_code and sha256 not in told[False]):
                continue
            least = least_cell(table, [paths[one] for one in (*before, sha256)], scratch, is_by_code=is_by_code)
            if least is None or least >= small:
                before.append(sha256)
    return VersionsTold(frozenset(told[False]), frozenset(told[True]))


def versions_of(connection: Connection, contract_id: str, source: str) -> list[dict[str, Any]]:
    """Every delivery of a source in the order they were taken in, with the tables they have now."""
    return [kept.as_now(connection, row) for row in results.deliveries_of(connection, contract_id, source)]
