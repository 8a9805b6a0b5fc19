"""Verify: every hash that was written down is computed again, and every settlement that was posted is settled again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from maalbar import erasures, kept, ledger, proposals, releases, store
from maalbar.bundle import open_sealed
from maalbar.contract import find_contract
from maalbar.database import transaction
from maalbar.errors import BundleRefused, StoreDamaged
from maalbar.flow.outgoing.decide import require_whole
from maalbar.flow.replay import replay
from maalbar.schema import bundle, measured, measurement, statement


@dataclass(frozen=True)
class Verified:
    """How much was found to be as it was written. `accounts`: account → what it comes to, in minor units.

    `held_elsewhere`: deliveries of which the hash is known here, and that only the room that measured can look at.
    """

    entries: int
    settlements: int
    accounts: dict[str, int]
    files: int
    bundles: int
    held_elsewhere: int


def verify(contract_id: str) -> Verified:
    """Check the ledger's chain, that results, terms and approvals give its entries again, and every stored file.

    Raises StoreDamaged for the first that differs.
    """
    contract = find_contract(contract_id)
    with transaction() as connection:
        entries = ledger.verify(connection, contract_id)
        _require_issued(connection, contract_id)
        replayed = replay(connection, contract)
        erasures.verify(connection, contract_id)
        objects = kept.of_contract(connection, contract_id)
        replaced = kept.left_behind(connection, contract_id)
        came = _bundles(connection, contract_id)
        released = releases.all_of(connection, contract_id)
    held = [(shelf, digest) for one in objects for shelf in kept.SHELVES if (digest := one.on(shelf))]
    for shelf, digest in held:
        store.require(contract_id, shelf, digest)
    _require_gone(contract_id, replaced)
    for row in came:
        _require_as_signed(contract_id, row)
    for release in released:
        require_whole(release)
    elsewhere = {delivery["delivery_id"] for row in came for delivery in row["deliveries"]}
    return Verified(entries, replayed.settlements, replayed.accounts, len(held), len(came), len(elsewhere))


def _require_gone(contract_id: str, replaced: list[tuple[store.Shelf, str]]) -> None:
    """Of what an erasure replaced no byte is left."""
    for shelf, digest in replaced:
        if store.has(contract_id, shelf, digest):
            raise StoreDamaged(
                "was erased, and is there",
                where=f"{contract_id}, {shelf} {digest}",
                mend="run the erasure again, or `maalbar retain`, which delete it; find out who put it back",
            )


def _bundles(connection: Connection, contract_id: str) -> list[dict[str, Any]]:
    """The bundles that measurements came in, each with the digest of the results that stand here."""
    wanted = (
        select(bundle, measured.c.result_digest)
        .join(measurement, measurement.c.measurement_id == bundle.c.measurement_id)
        .outerjoin(measured, measured.c.measurement_id == bundle.c.measurement_id)
        .where(measurement.c.contract == contract_id)
        .order_by(bundle.c.measurement_id)
    )
    return [dict(row) for row in connection.execute(wanted).mappings()]


def _require_as_signed(contract_id: str, row: dict[str, Any]) -> None:
    """The file of a bundle is as it was signed, by the key it was taken in from, and says what stands here."""
    where = f"measurement {row['measurement_id']}"
    mend = "restore the database and find who changed it"
    try:
        sealed = open_sealed(store.get(contract_id, "bundle", row["sha256"]), where)
    except BundleRefused as error:
        raise StoreDamaged(f"its bundle {error.what}", where=where, mend=mend) from None
    told = [delivery.model_dump() for delivery in sealed.bundle.passport.deliveries]
    stands = (row["measurement_id"], row["public_key"], row["result_digest"], row["deliveries"])
    if stands != (sealed.bundle.measurement_id, sealed.public_key, sealed.bundle.results.digest, told):
        raise StoreDamaged("is not what its signed bundle says", where=where, mend=mend)


def _require_issued(connection: Connection, contract_id: str) -> None:
    """Whatever a statement was issued for is posted: a settlement cannot be taken out again without its statements."""
    posted = {r["number"] for r in proposals.all_of(connection, contract_id) if r["state"] == proposals.POSTED}
    issued = select(statement.c.number).where(statement.c.contract == contract_id).distinct().order_by("number")
    for number in connection.execute(issued).scalars():
        if number not in posted:
            raise StoreDamaged(
                "has statements, and is not posted",
                where=f"{contract_id} settlement {number}",
                mend="restore the database and find who changed it",
            )
