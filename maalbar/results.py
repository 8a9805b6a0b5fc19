"""Reading and writing measurements: frozen inputs first, results once, revisions side by side."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, Numeric, Table, and_, func, insert, or_, select, true

from maalbar import definitions, kept
from maalbar.contract import Contract, digest_of
from maalbar.contract.outcomes import Outcome
from maalbar.contract.versions import ABOUT_DELIVERY, in_force
from maalbar.definitions import related
from maalbar.errors import MeasurementError
from maalbar.schema import delivery, diagnostic, effect_estimate, indicator_value, measured, measurement

AS_COMPUTED, IN_KEY_ORDER, WITH_DIAGNOSTICS = 1, 2, 3
"""What a digest of results covers: rows as they were computed; in order of the key; with all columns and the diagnostics."""
NEWER = {
    indicator_value.name: frozenset(
        {
            "low",
            "high",
            "standardised",
            "standardised_low",
            "standardised_high",
            "standardised_refused",
            "persons_with_any",
        }
    ),
    effect_estimate.name: frozenset({"estimator", "clusters", "is_approximate", "is_significant", "power"}),
}
"""Table → the columns that a digest of form 2 does not cover: there were none then."""


def delivered(
    connection: Connection, contract: Contract, period_id: str, known_at: datetime | None = None
) -> dict[str, dict[str, Any] | None]:
    """For each source the delivery that serves a period: the newest that describes a day in [end of period, data due].

    Later extracts restate earlier periods; they do not reach back into this one, so a backfill finds what was known then.
    `known_at`: only what had been received by that instant.
    """
    period = contract.period(period_id)
    within = delivery.c.as_of.between(period.end, period.data_due)
    return _newest(connection, contract, and_(within, _by(delivery.c.received_at, known_at)))


def newest(connection: Connection, contract: Contract) -> dict[str, dict[str, Any] | None]:
    """For each source the newest delivery there is, whatever period it was sent for."""
    return _newest(connection, contract, true())


def _newest(connection: Connection, contract: Contract, which: ColumnElement[bool]) -> dict[str, dict[str, Any] | None]:
    """By the day described; of several for one day the last that came, which takes the place of the others."""
    found: dict[str, dict[str, Any] | None] = {}
    for source in contract.deliveries:
        mine = select(delivery).where(delivery.c.contract == contract.id, delivery.c.source == source, which)
        first = mine.order_by(delivery.c.as_of.desc(), delivery.c.sequence.desc()).limit(1)
        row = connection.execute(first).mappings().first()
        found[source] = kept.as_now(connection, dict(row)) if row else None
    return found


def _by(column: ColumnElement[datetime], known_at: datetime | None) -> ColumnElement[bool]:
    """Known by an instant; always, where none is asked for. What has no time is from before there were times."""
    return true() if known_at is None else or_(column.is_(None), column <= known_at)


def latest(connection: Connection, contract_id: str, known_at: datetime | None = None) -> dict[str, dict[str, Any]]:
    """Period → the newest revision whose results are complete, with its `result_digest` and `cohort`.

    `known_at`: of those that were complete by that instant.
    """
    rows = (
        select(measurement, measured.c.cohort, measured.c.result_digest)
        .join(measured, measured.c.measurement_id == measurement.c.measurement_id)
        .where(measurement.c.contract == contract_id, _by(measured.c.measured_at, known_at))
        .order_by(measurement.c.revision)
    )
    return {row["period"]: dict(row) for row in connection.execute(rows).mappings()}


def open_revision(
    connection: Connection, contract_id: str, period_id: str, known_at: datetime | None = None
) -> dict[str, Any] | None:
    """The newest revision of a period, complete or not; `known_at`: of those frozen by that instant."""
    mine = select(measurement).where(
        measurement.c.contract == contract_id,
        measurement.c.period == period_id,
        _by(measurement.c.frozen_at, known_at),
    )
    row = connection.execute(mine.order_by(measurement.c.revision.desc()).limit(1)).mappings().first()
    return dict(row) if row else None


def is_measured(connection: Connection, measurement_id: str) -> bool:
    return (
        connection.execute(
            select(func.count()).select_from(measured).where(measured.c.measurement_id == measurement_id)
        ).scalar_one()
        > 0
    )


def digest_of_revision(connection: Connection, measurement_id: str) -> str | None:
    """The digest of the results of a measurement; None where they are not complete."""
    wanted = select(measured.c.result_digest).where(measured.c.measurement_id == measurement_id)
    return connection.execute(wanted).scalar_one_or_none()


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
    frozen_at = connection.execute(insert(measurement).values(row).returning(measurement.c.frozen_at)).scalar_one()
    return row | {"frozen_at": frozen_at}


def basis_of(contract: Contract, period_id: str) -> str:
    """SHA-256 of what a period is measured by: cohort, windows, quality, deliveries as mapped, outcomes with what they promise,
    definitions."""
    held = in_force(contract, period_id)
    said = held.said()
    about = (*ABOUT_DELIVERY, "source", "note")
    basis = {
        "cohort": said["cohort"],
        "quality": said["quality"],
        "windows": [[w.id, w.start.isoformat(), w.end.isoformat()] for w in held.windows_until(period_id)],
        "deliveries": {
            name: {key: value for key, value in row.items() if key not in about}
            for name, row in said["deliveries"].items()
        },
        "outcomes": {
            name: [o.indicator, definitions.digest(o.indicator), o.estimator, o.contrast, o.better, *_found_by(o)]
            for name, o in held.outcomes.items()
        },
    }
    if of_cohort := related.of_cohort(held):
        basis["definitions"] = {f"{told.shelf}/{told.ref}": told.digest for told in of_cohort}
    return digest_of(basis)


def _found_by(outcome: Outcome) -> list[dict[str, Any]]:
    """How an effect is found, where that is not the default, so that bases from before there was a choice stay the same.

    Of the fallback its estimators, which are measured beside the first; when and how they count is the settlement's.
    """
    said = outcome.model_dump(mode="json", exclude_defaults=True)
    kept: dict[str, Any] = {key: said[key] for key in ("clusters", "censor") if key in said}
    for key in ("matching", "trial"):
        if key in said:
            kept[key] = {name: value for name, value in said[key].items() if name not in ("source", "note")}
    if outcome.fallback is not None:
        kept["fallback"] = sorted(outcome.fallback.use)
    if outcome.contrast is not None and outcome.is_measured_here:
        kept |= _reckoned_with(outcome)
    return [kept] if kept else []


def _reckoned_with(outcome: Outcome) -> dict[str, str]:
    """What the power that is stored beside an estimate is reckoned for, and the error that the plan reckons with."""
    target = None if outcome.contrast == "level" else outcome.promised
    error = outcome.planning.standard_error if outcome.planning else None
    told = {"target": target, "standard_error": error.value if error else None}
    return {name: f"{value.normalize():f}" for name, value in told.items() if value is not None}


def complete(
    connection: Connection,
    measurement_id: str,
    values: list[dict[str, Any]],
    effects: list[dict[str, Any]],
    cohort: dict[str, Any],
    diagnostics: list[dict[str, Any]],
) -> str:
    """Store the results of a measurement, all or nothing; return their digest."""
    digest = digest_of_results(values, effects, cohort, diagnostics)
    for table, rows in ((indicator_value, values), (effect_estimate, effects), (diagnostic, diagnostics)):
        if rows:
            # A row says what it has: one statement needs them all alike.
            names = [column.name for column in table.columns]
            told = [dict.fromkeys(names) | row | {"measurement_id": measurement_id} for row in rows]
            connection.execute(insert(table), told)
    row = {"measurement_id": measurement_id, "cohort": cohort, "result_digest": digest, "form": WITH_DIAGNOSTICS}
    mine = select(measurement.c.contract).where(measurement.c.measurement_id == measurement_id)
    row["erasures"] = kept.erasures(connection, connection.execute(mine).scalar_one())
    connection.execute(insert(measured), row)
    return digest


def digest_of_results(
    values: list[dict[str, Any]],
    effects: list[dict[str, Any]],
    cohort: dict[str, Any],
    diagnostics: list[dict[str, Any]],
) -> str:
    """SHA-256 of results in their canonical form, stored or not: two that are the same to the byte have the same."""
    return _digest(WITH_DIAGNOSTICS, values, effects, cohort, diagnostics)


def is_as_hashed(connection: Connection, row: dict[str, Any]) -> bool:
    """Whether results stand as they did when they were hashed. `row` of `measured`.

    Those from before digests had an order of rows cannot be told, and pass.
    """
    if row["form"] == AS_COMPUTED:
        return True
    values, effects, found = (
        read(connection, row["measurement_id"]) for read in (values_of, effects_of, diagnostics_of)
    )
    return bool(_digest(row["form"], values, effects, row["cohort"], found) == row["result_digest"])


def _digest(
    form: int, values: list[dict[str, Any]], effects: list[dict[str, Any]], cohort: dict[str, Any],
    diagnostics: list[dict[str, Any]],
) -> str:  # fmt: skip
    """Over every row as it is stored, in order of the key, without the measurement it belongs to."""
    if form == IN_KEY_ORDER:
        older = [
            _as_stored(t, rows, NEWER[t.name]) for t, rows in ((indicator_value, values), (effect_estimate, effects))
        ]
        return digest_of([*older, cohort])
    tables = ((indicator_value, values), (effect_estimate, effects), (diagnostic, diagnostics))
    return digest_of([*(_as_stored(table, rows) for table, rows in tables), cohort])


def _as_stored(
    table: Table, rows: list[dict[str, Any]], left_out: frozenset[str] = frozenset()
) -> list[dict[str, Any]]:
    columns = [column for column in table.columns if column.name not in {"measurement_id", *left_out}]
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


def diagnostics_of(connection: Connection, measurement_id: str) -> list[dict[str, Any]]:
    """What was found when the estimates of a measurement were looked at, by outcome, basis and name."""
    rows = select(diagnostic).where(diagnostic.c.measurement_id == measurement_id)
    return [dict(r) for r in connection.execute(rows.order_by("outcome", "basis", "name")).mappings()]


def cohort_of(connection: Connection, measurement_id: str) -> dict[str, Any]:
    """Who was followed in a measurement whose results are complete; empty where they are not."""
    wanted = select(measured.c.cohort).where(measured.c.measurement_id == measurement_id)
    return dict(connection.execute(wanted).scalar_one_or_none() or {})


def delivery_of(connection: Connection, delivery_id: str) -> dict[str, Any]:
    """A delivery by its id, with the hashes of the tables it has now: None where they are no longer kept.

    Raises MeasurementError when it is not there.
    """
    row = connection.execute(select(delivery).where(delivery.c.delivery_id == delivery_id)).mappings().first()
    if row is None:
        raise MeasurementError(f"there is no delivery {delivery_id}", mend="list them with `maalbar calendar`")
    return kept.as_now(connection, dict(row))


def deliveries_of(connection: Connection, contract_id: str, source: str) -> list[dict[str, Any]]:
    """Every delivery of a source, as it was taken in, in that order."""
    d = delivery.c
    rows = select(delivery).where(d.contract == contract_id, d.source == source).order_by(d.sequence)
    return [dict(row) for row in connection.execute(rows).mappings()]


def plain(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Decimals as text in a fixed form, so that digests do not depend on how a number was stored."""
    return [{k: f"{v.normalize():f}" if isinstance(v, Decimal) else v for k, v in row.items()} for row in rows]
