"""Quarantine: which rows of a delivery were set aside and why, for us and for the sender. No value of a row is in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, select

from maalbar import access, kept
from maalbar.contract import Contract
from maalbar.database import transaction
from maalbar.documents import cells
from maalbar.documents.set_aside import Counted, Reason, ranges, reason_of
from maalbar.errors import SetupError
from maalbar.named_deliveries import delivery_named
from maalbar.schema import delivery, quarantine_release

COLUMNS = ("række", "kolonne", "årsag", "sådan rettes det", "reason", "how to mend it")


@dataclass(frozen=True)
class SetAside:
    """What was set aside of one delivery. `row`: its row of the database. `is_in_force`: no later version of it stands."""

    row: dict[str, Any]
    reasons: tuple[Counted, ...]
    is_in_force: bool
    release: dict[str, Any] | None


def set_aside(contract: Contract, named: str | None = None) -> list[SetAside]:
    """The deliveries of a contract of which rows were set aside, in the order they came; only one when it is named.

    `named`: as `maalbar.named_deliveries` tells. Raises SetupError.
    """
    with transaction() as connection:
        rows = _deliveries(connection, contract.id)
        releases = {row["delivery_id"]: dict(row) for row in connection.execute(select(quarantine_release)).mappings()}
        one = delivery_named(connection, contract.id, named) if named else None
    newest = {(row["source"], row["as_of"]): row["delivery_id"] for row in rows}
    chosen = [one] if one else [row for row in rows if row["quarantine_sha256"]]
    return [
        SetAside(
            row,
            counted(quarantine_of(contract, row, "list of rows set aside"), contract, row),
            newest[row["source"], row["as_of"]] == row["delivery_id"],
            releases.get(row["delivery_id"]),
        )
        for row in chosen
    ]


def quarantine_of(contract: Contract, row: dict[str, Any], why: str) -> pa.Table:
    """The rows set aside of a delivery: (`row_number`, `reason`), by number. No rows where there are none.

    `why`: what they are looked at for, as it is written down.
    """
    if row["quarantine_sha256"] is None:
        return pa.table({"row_number": pa.array([], pa.int64()), "reason": pa.array([], pa.string())})
    return access.opened_table(contract.id, "quarantine", row["quarantine_sha256"], why)


def counted(quarantine: pa.Table, contract: Contract, row: dict[str, Any]) -> tuple[Counted, ...]:
    """Each reason with how many rows have it, the most frequent first. `row` has the `source` and `as_of` of the delivery."""
    known = contract.deliveries[row["source"]]
    found = []
    for text in pc.unique(quarantine["reason"]).to_pylist():
        numbers = quarantine.filter(pc.equal(quarantine["reason"], text))["row_number"].to_pylist()
        found.append(Counted(reason_of(text, known, row["as_of"]), len(numbers), ranges(numbers)))
    return tuple(sorted(found, key=lambda one: (-one.rows, one.reason.text)))


def export(contract: Contract, one: SetAside, path: Path) -> int:
    """Write the rows set aside as CSV for the sender: their numbers, why, and how it is mended. The number of lines.

    Semicolons and a byte order mark, as a Danish spreadsheet wants them; no cell begins as a formula does. Raises SetupError
    where the file is there already.
    """
    told = {counted.reason.text: counted.reason for counted in one.reasons}
    quarantine = quarantine_of(contract, one.row, "export to the sender")
    rows = (_line(number, told[text]) for number, text in _rows(quarantine))
    try:
        with path.open("x", encoding=cells.ENCODING, newline="") as file:
            return cells.write(file, COLUMNS, rows)
    except FileExistsError:
        raise SetupError("is there already", where=str(path), mend="choose another name") from None
    except OSError as error:
        raise SetupError(
            f"cannot be written ({error.strerror})", where=str(path), mend="choose another place"
        ) from None


def _line(number: int, reason: Reason) -> tuple[cells.Cell, ...]:
    return number, reason.column, reason.danish, reason.danish_mend, reason.text, reason.mend


def _rows(quarantine: pa.Table) -> Iterator[tuple[int, str]]:
    for batch in quarantine.to_batches(max_chunksize=100_000):
        yield from zip(batch.column("row_number").to_pylist(), batch.column("reason").to_pylist(), strict=True)


def _deliveries(connection: Connection, contract_id: str) -> list[dict[str, Any]]:
    rows = select(delivery).where(delivery.c.contract == contract_id).order_by(delivery.c.sequence)
    return [kept.as_now(connection, dict(row)) for row in connection.execute(rows).mappings()]
