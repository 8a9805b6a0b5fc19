"""Reproduce: a period measured again from its frozen inputs, and what it comes to held against what is stored.

Four answers, and only the last is an alarm. Identity is promised within one version of the code, so a difference says whether the
code is another than it was measured with.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import Connection, select

from maalbar import erasures, results
from maalbar.contract import find_contract
from maalbar.database import transaction
from maalbar.errors import MeasurementError, SourcesExpired
from maalbar.flow.measure import results_from
from maalbar.schema import measured, measurement
from maalbar.version import code_version

Answer = Literal["identical", "identical but for listed erasures", "sources expired", "different"]
EXIT_CODES: dict[Answer, int] = {
    "identical": 0,
    "identical but for listed erasures": 0,
    "sources expired": 13,
    "different": 14,
}


@dataclass(frozen=True)
class Reproduced:
    """`stored`: digest of the results as they were measured. `again`: as they come to now; None where they cannot."""

    measurement_id: str
    answer: Answer
    stored: str
    again: str | None
    erasures: list[dict[str, Any]] = field(default_factory=list)
    """Those that reached it, `number`, `kind`, `because`, `erased_at`: who is not said."""
    changed: tuple[str, ...] = ()
    """What else is not as it was then, of `code` and `basis` (how the period is measured)."""


def reproduce(contract_id: str, period_id: str, revision: int | None = None) -> Reproduced:
    """Measure a revision of a period again, the newest complete one where none is named. Nothing is stored.

    Raises MeasurementError where there is none such, StoreDamaged where a table is not what it was.
    """
    contract = find_contract(contract_id)
    with transaction() as connection:
        frozen = _frozen(connection, contract_id, period_id, revision)
        measurement_id, stored = frozen["measurement_id"], frozen["result_digest"]
        last = erasures.figures_of(connection, measurement_id)
        reached = _reached(connection, contract_id, frozen)
    basis = results.basis_of(contract, period_id)
    now = {"code": (frozen["code_version"], code_version()), "basis": (frozen["basis_digest"] or basis, basis)}
    changed = tuple(name for name, (then, today) in now.items() if then != today)
    try:
        found = results_from(contract, period_id, frozen["inputs"], frozen["frozen_at"])
    except SourcesExpired:
        return Reproduced(measurement_id, "sources expired", stored, None, reached, changed)
    again = results.digest_of_results(found.values, found.effects, found.cohort, found.diagnostics)
    expected = last[1].digest if last else stored
    answer: Answer = "different"
    if again == stored:
        answer = "identical"
    elif again == expected:
        is_of_persons = any(row["kind"] == "persons" for row in reached)
        # A new key gives persons other ids, and the digest of a wave is over ids; rotation has found all else the same.
        answer = "identical but for listed erasures" if is_of_persons else "identical"
    return Reproduced(measurement_id, answer, stored, again, reached, changed)


def _frozen(connection: Connection, contract_id: str, period_id: str, revision: int | None) -> dict[str, Any]:
    rows = (
        select(measurement, measured.c.result_digest)
        .join(measured, measured.c.measurement_id == measurement.c.measurement_id)
        .where(measurement.c.contract == contract_id, measurement.c.period == period_id)
        .order_by(measurement.c.revision.desc())
    )
    for row in connection.execute(rows).mappings():
        if revision in (None, row["revision"]):
            return dict(row)
    what = f"has no revision {revision} that is measured" if revision is not None else "is not measured"
    where = f"{contract_id} period {period_id}"
    raise MeasurementError(what, where=where, mend="`maalbar measure` measures it")


def _reached(connection: Connection, contract_id: str, frozen: dict[str, Any]) -> list[dict[str, Any]]:
    """The erasures that replaced a delivery it was frozen on, or that are measured again in it."""
    inputs, found = set(frozen["inputs"].values()), []
    for row in erasures.all_of(connection, contract_id):
        is_input = any(delivery_id in inputs for delivery_id, *_ in row["replaced"])
        since = row["number"] > erasures.measured_after(connection, frozen["measurement_id"])
        if since and (is_input or frozen["measurement_id"] in row["figures"]):
            told = {name: row[name] for name in ("number", "kind", "because")}
            found.append(told | {"erased_at": row["erased_at"].isoformat()})
    return found
