"""A measurement leaves the room it was made in: as a signed bundle of what may be told of it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from maalbar import results
from maalbar.bundle import SCHEMA, WITHHELD, Bundle, keys, open_sealed, seal
from maalbar.contract import Contract, find_contract
from maalbar.contract.versions import in_force
from maalbar.database import transaction
from maalbar.definitions import related
from maalbar.errors import BundleRefused, MeasurementError
from maalbar.flow.bundle_again import told_again
from maalbar.flow.disclosed import Disclosed, disclosed
from maalbar.flow.inputs import bundle_of, inputs_of
from maalbar.flow.withheld import withhold
from maalbar.schema import measurement
from maalbar.settings import PROJECT
from maalbar.store import sha256_of, write_atomically

Row = dict[str, Any]
NUMBERS = ("person_years", "quantity", "value", "low", "high", "standardised", "standardised_low", "standardised_high",
           "change", "standard_error", "p_value", "detectable", "improvement", "power")  # fmt: skip


def write_bundle(measurement_id: str, path: Path) -> Bundle:
    """Write the signed bundle of a measurement that is complete; return what it says. Again gives the same bytes.

    Raises SetupError where this room has no key, BundleRefused where the measurement was not made here.
    """
    key = keys.signing_key()
    with transaction() as connection:
        bundle = _bundle(connection, measurement_id)
    raw = seal(bundle, key)
    # Read back before it leaves: what cannot be taken in is not sent.
    assert open_sealed(raw, path.name).bundle == bundle
    write_atomically(path, raw)
    return bundle


def _bundle(connection: Connection, measurement_id: str) -> Bundle:
    wanted = select(measurement).where(measurement.c.measurement_id == measurement_id)
    frozen = dict(connection.execute(wanted).mappings().one())
    where = f"measurement {measurement_id}"
    if not results.is_measured(connection, measurement_id):
        raise MeasurementError("is not complete", where=where, mend="measure the period again")
    if bundle_of(connection, measurement_id) is not None:
        raise BundleRefused("came in a bundle itself", where=where, mend="hand on the file as it came")
    contract = find_contract(frozen["contract"])
    if frozen["basis_digest"] != results.basis_of(contract, frozen["period"]):
        mend = f"measure it again: `maalbar measure {contract.id} {frozen['period']} --revise --bundle FILE`"
        raise MeasurementError("was measured by other rules than the contract file has now", where=where, mend=mend)
    held = in_force(contract, frozen["period"])
    now, *before = [_told(connection, held, row) for row in (frozen, *_earlier(connection, frozen))]
    told = told_again(held, frozen["period"], now, before) if before else now[1]
    return Bundle.model_validate(
        {
            "schema": SCHEMA,
            "contract": contract.id,
            "period": frozen["period"],
            "revision": frozen["revision"],
            "terms_digest": contract.digest,
            "small_cell": held.quality.small_cell,
            "told_exactly": told.told_exactly,
            "passport": _passport(connection, held, frozen),
            "results": _results(told),
        }
    )


def _told(connection: Connection, held: Contract, frozen: Row) -> tuple[Row, Disclosed]:
    """The cohort of a revision, and what it may tell by itself."""
    read = (results.values_of, results.effects_of, results.diagnostics_of)
    rows = [_without_id(found(connection, frozen["measurement_id"])) for found in read]
    cohort = results.cohort_of(connection, frozen["measurement_id"])
    return cohort, disclosed(held, frozen["period"], cohort, *rows)


def _earlier(connection: Connection, frozen: Row) -> list[Row]:
    """The revisions before it that are complete: whether their bundles have left nobody here can know."""
    m = measurement.c
    mine = select(measurement).where(
        m.contract == frozen["contract"], m.period == frozen["period"], m.revision < frozen["revision"]
    )
    rows = [dict(row) for row in connection.execute(mine.order_by(m.revision)).mappings()]
    return [row for row in rows if results.is_measured(connection, row["measurement_id"])]


def _without_id(rows: list[Row]) -> list[Row]:
    return [{name: value for name, value in row.items() if name != "measurement_id"} for row in rows]


def _results(told: Disclosed) -> Row:
    """As plain data, with the digest that they have where they are taken in."""
    cohort = told.cohort
    if "seen" in cohort:
        seen = {o: {basis: _number(n) for basis, n in sums.items()} for o, sums in cohort["seen"].items()}
        cohort = cohort | {"seen": seen}
    said: Row = {name: [_plain(row) for row in getattr(told, name)] for name in ("values", "effects", "diagnostics")}
    rows = [[_stored(row) for row in said[name]] for name in ("values", "effects", "diagnostics")]
    digest = results.digest_of_results(rows[0], rows[1], cohort, rows[2])
    return said | {"cohort": cohort, "digest": digest}


def _passport(connection: Connection, held: Contract, frozen: Row) -> Row:
    return {
        "terms_digest": frozen["terms_digest"],
        "basis_digest": frozen["basis_digest"],
        "code_version": frozen["code_version"],
        "lock_sha256": sha256_of((PROJECT / "requirements.lock").read_bytes()),
        "as_known_at": frozen["as_known_at"].isoformat(),
        "definitions": {f"{told.shelf}/{told.ref}": told.digest for told in related.of_contract(held)},
        "inputs": frozen["inputs"],
        "deliveries": [
            _input(row, held.quality.small_cell) for row in inputs_of(connection, frozen) if "delivery_id" in row
        ],
    }


def _input(row: Row, small: int) -> Row:
    """A delivery by name and hash, with the account of its rows; a few of them are withheld, for a row may be a person."""
    counts = {name: count for name, count in row.items() if name.startswith("rows_")}
    parts = [name for name in counts if name != "rows_in"]
    shown = withhold(counts, [("rows_in", parts)], small, keep=("rows_in", "rows_accepted"))
    return {
        "source": row["source"],
        "delivery_id": row["delivery_id"],
        "as_of": row["as_of"].isoformat(),
        "sha256": row["sha256"],
        "rows": {name: WITHHELD if count is None else count for name, count in shown.items()},
    }


def stored_rows(bundle: Bundle) -> tuple[list[Row], list[Row], Row, list[Row]]:
    """Values, effects, cohort and diagnostics as the database has them."""
    said = bundle.said()["results"]
    values, effects, found = ([_stored(row) for row in said[name]] for name in ("values", "effects", "diagnostics"))
    return values, effects, said["cohort"], found


def _stored(row: Row) -> Row:
    """A row as the database has it: exact numbers, and null for what is withheld, which no other row has in its place."""
    kept = {name: None if value == WITHHELD else value for name, value in row.items()}
    return {name: Decimal(v) if name in NUMBERS and v is not None else v for name, v in kept.items()}


def _plain(row: Row) -> Row:
    return {name: _number(value) if isinstance(value, Decimal) else value for name, value in row.items()}


def _number(value: Decimal) -> str:
    return f"{value.normalize():f}"
