"""What a measurement was frozen on: deliveries that lie here, or those of the room that measured."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from maalbar import results
from maalbar.schema import bundle

Row = dict[str, Any]
HERE, ELSEWHERE = "here", "in the measuring room"


def bundle_of(connection: Connection, measurement_id: str) -> Row | None:
    """The bundle that a measurement came in; None where it was made here."""
    row = connection.execute(select(bundle).where(bundle.c.measurement_id == measurement_id)).mappings().first()
    return dict(row) if row else None


def inputs_of(connection: Connection, frozen: Row) -> list[Row]:
    """The deliveries of a row of `measurement`, by source, with `held`: here or in the measuring room.

    `delivery_id`, `as_of` (text where it is held elsewhere), `sha256` and the account of rows; of a source that had not come
    only its name.
    """
    came = bundle_of(connection, frozen["measurement_id"])
    if came is not None:
        told = {row["delivery_id"]: row | row["rows"] | {"held": ELSEWHERE} for row in came["deliveries"]}
    else:
        wanted = sorted(delivery_id for delivery_id in frozen["inputs"].values() if delivery_id)
        told = {name: results.delivery_of(connection, name) | {"held": HERE} for name in wanted}
    found = []
    for source, delivery_id in sorted(frozen["inputs"].items()):
        found.append({**(told[delivery_id] if delivery_id else {}), "source": source})
    return found
