"""Reading and writing measurements: frozen inputs first, results once, revisions side by side."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Numeric, Table, and_, func, insert, select

from maalbar import definitions
from maalbar.contract import Contract, digest_of
from maalbar.contract.versions import ABOUT_DELIVERY, in_force
from maalbar.errors import MeasurementError
from maalbar.schema import delivery, effect_estimate, indicator_value, measured, measurement

AS_COMPUTED, IN_KEY_ORDER = 1, 2
"""The order of the rows that a digest of results covers."""


def delivered(connection: Connection, contract: Contract, period_id: str) -> dict[str, dict[str, Any] | None]:
    """For each source the delivery that serves a period: the newest that describes a day in [end of period, data due].

    Later extracts restate earlier periods; they do not reach back into this one, so a backfill finds what was known then.
    """
    period = contract.period(period_id)
    found: dict[str, dict[str, Any] | None] = {}
    for source in contract.deliveries:
        wanted = and_(
            delivery.c.contract == contract.id,
            delivery.c.source == source,
            delivery.c.as_of.between(period.end, period.data_due),
        )
        newest = select(delivery).where(wanted).order_by(delivery.c.as_of.desc(), delivery.c.sequence.desc()).limit(1)
        row = connection.execute(newest).mappings().first()
        found[source] = dict(row) if row else None
    return found


def latest(connection: Connection, contract_id: str) -> dict[str, dict[str, Any]]:
    """Period → the newest revision whose results are complete, with its `result_digest` and `cohort`."""
    rows = (
        select(measurement, measured.c.cohort, measured.c.result_digest)
        .join(measured, measured.c.measurement_id == measurement.c.measurement_id)
        .where(measurement.c.contract == contract_id)
        .order_by(measurement.c.revision)
    )
    return {row["period"]: dict(row) for row in connection.execute(rows).mappings()}


def open_revision(connection: Connection, contract_id: str, period_id: str) -> dict[str, Any] | None:
    """The newest revision of a period, complete or not."""
    mine = select(measurement).where(measurement.c.contract == contract_id, measurement.c.period == period_id)
    row = connection.execute(mine.order_by(measurement.c.revision.desc()).limit(1)).mappings().first()
    return dict(row) if row else None


def is_measured(connection: Connection, measurement_id: str) -> bool:
    return (
        connection.execute(
            select(func.count()).select_from(measured).where(measured.c.measurement_id == measurement_id)
        ).scalar_one()
        > 0
    )


def freeze(
    connection: Connection, contract: Contract, period_id: str, revision: int, inputs: dict[str, str | None],
    as_known_at: date, code_version: str,
) -> dict[str, Any]:  # fmt: skip
    """Write the one row that says what a measurement is made from; a retry reads it and uses the same."""
    row = {
        "measurement_id": f"{contract.id}|{period_id}|r{revision}",
        "contract": contract.id,
        "period": period_id,
        "revision": revision,
        "inputs": inputs,
        "as_known_at": as_known_at,
        "terms_digest": contract.digest,
        "code_version": code_version,
        "basis_digest": basis_of(contract, period_id),
    }
    connection.execute(insert(measurement), row)
    return row


def basis_of(contract: Contract, period_id: str) -> str:
    """SHA-256 of what a period is measured by: cohort, windows, quality, deliveries as mapped, definitions of indicators."""
    held = in_force(contract, period_id)
    said = held.said()
    about = (*ABOUT_DELIVERY, "source", "note")
    return digest_of(
        {
            "cohort": said["cohort"],
            "quality": said["quality"],
            "windows": [[w.id, w.start.isoformat(), w.end.isoformat()] for w in held.windows_until(period_id)],
            "deliveries": {
                name: {key: value for key, value in row.items() if key not in about}
                for name, row in said["deliveries"].items()
            },
            "outcomes": {
                name: [o.indicator, definitions.digest(o.indicator), o.estimator, o.contrast, o.better]
                for name, o in held.outcomes.items()
            },
        }
    )


def complete(
    connection: Connection,
    measurement_id: str,
    values: list[dict[str, Any]],
    effects: list[dict[str, Any]],
    cohort: dict[str, Any],
) -> str:
    """Store the results of a measurement, all or nothing; return their digest."""
    digest = _digest(values, effects, cohort)
    if values:
        connection.execute(insert(indicator_value), [{"measurement_id": measurement_id, **row} for row in values])
    if effects:
        connection.execute(insert(effect_estimate), [{"measurement_id": measurement_id, **row} for row in effects])
    row = {"measurement_id": measurement_id, "cohort": cohort, "result_digest": digest, "form": IN_KEY_ORDER}
    connection.execute(insert(measured), row)
    return digest


def is_as_hashed(connection: Connection, row: dict[str, Any]) -> bool:
    """Whether results stand as they did when they were hashed. `row` of `measured`.

    Those from before digests had an order of rows cannot be told, and pass.
    """
    if row["form"] == AS_COMPUTED:
        return True
    values, effects = (read(connection, row["measurement_id"]) for read in (values_of, effects_of))
    return bool(_digest(values, effects, row["cohort"]) == row["result_digest"])


def _digest(values: list[dict[str, Any]], effects: list[dict[str, Any]], cohort: dict[str, Any]) -> str:
    """Over every row as it is stored, in order of the key, without the measurement it belongs to."""
    return digest_of([_as_stored(indicator_value, values), _as_stored(effect_estimate, effects), cohort])


def _as_stored(table: Table, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    columns = [column for column in table.columns if column.name != "measurement_id"]
    found = []
    for row in rows:
        kept = {column.name: row.get(column.name) for column in columns}
        for column in columns:
            if isinstance(column.type, Numeric) and kept[column.name] is not None:
                kept[column.name] = Decimal(str(kept[column.name]))
        found.append(kept)
    return sorted(plain(found), key=lambda row: [row[column.name] for column in columns if column.primary_key])


def effects_of(connection: Connection, measurement_id: str) -> list[dict[str, Any]]:
    """The effect estimates of a measurement, by outcome and basis."""
    rows = select(effect_estimate).where(effect_estimate.c.measurement_id == measurement_id)
    return [dict(r) for r in connection.execute(rows.order_by("outcome", "basis")).mappings()]


def values_of(connection: Connection, measurement_id: str) -> list[dict[str, Any]]:
    """The indicator values of a measurement, by outcome, window and arm."""
    rows = select(indicator_value).where(indicator_value.c.measurement_id == measurement_id)
    return [dict(r) for r in connection.execute(rows.order_by("outcome", "window_id", "arm")).mappings()]


def delivery_of(connection: Connection, delivery_id: str) -> dict[str, Any]:
    """A delivery by its id. Raises MeasurementError when it is not there."""
    row = connection.execute(select(delivery).where(delivery.c.delivery_id == delivery_id)).mappings().first()
    if row is None:
        raise MeasurementError(f"there is no delivery {delivery_id}", mend="list them with `maalbar calendar`")
    return dict(row)


def plain(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Decimals as text in a fixed form, so that digests do not depend on how a number was stored."""
    return [{k: f"{v.normalize():f}" if isinstance(v, Decimal) else v for k, v in row.items()} for row in rows]
