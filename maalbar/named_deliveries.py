"""How a delivery is named by a person: by its id, by the first signs of its file's hash, or as `source@day`, the one in force."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from maalbar import kept
from maalbar.errors import SetupError
from maalbar.schema import delivery

SHORTEST = 6
"""So many signs of a hash name a file."""
NAMED = "its id, six signs or more of its file's hash, or source@day"
"""The same for whoever asks how."""
SHOWN = 12
"""So many are shown, as in the id of a delivery."""


def in_short(row: dict[str, Any]) -> str:
    """A delivery as it is told among others: what it is of, and the signs that name it. `row` of `delivery`."""
    return f"{row['source']}@{row['as_of']} {row['sha256'][:SHOWN]}"


def delivery_named(connection: Connection, contract_id: str, named: str) -> dict[str, Any]:
    """The delivery of a contract that is named, as it is now.

    `named`: its id; the first SHORTEST signs or more of its file's hash, which name the newest delivery of that file; or
    `source@YYYY-MM-DD`, the one in force of that source and day. Raises SetupError that lists those which could be meant.
    """
    wanted = select(delivery).where(delivery.c.contract == contract_id).order_by(delivery.c.sequence)
    rows = [dict(row) for row in connection.execute(wanted).mappings()]
    found = [row for row in rows if named in (row["delivery_id"], f"{row['source']}@{row['as_of']}")]
    if not found and len(named) >= SHORTEST:
        found = [row for row in rows if row["sha256"].startswith(named.lower())]
        if len({(row["source"], row["as_of"], row["sha256"]) for row in found}) > 1:
            which = ", ".join(dict.fromkeys(map(in_short, found)))
            raise SetupError(
                f"several deliveries begin with {named[:SHOWN]}", where=contract_id, mend=f"name one of {which}"
            )
    if not found:
        source = named.partition("@")[0]
        near = [row for row in rows if row["source"] == source] or rows
        which = ", ".join(dict.fromkeys(map(in_short, near[-8:]))) or "none has been taken in yet"
        mend = f"name it by {SHORTEST} signs of its file's hash, or as source@day; the newest: {which}"
        raise SetupError(f"no delivery of {contract_id} is called so", mend=mend)
    return kept.as_now(connection, found[-1])
