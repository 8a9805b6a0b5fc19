"""Any figure as it was known on a day: measured again from what had been received by then, and stored nowhere.

Every canonical table has two times. Valid time is in its rows (a contact began, a person moved); known time is when its delivery
was received here, until the one that takes its place was. `docs/decisions/0017-known-time.md` says why known time is told
by delivery and not by row.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from maalbar import erasures, results
from maalbar.contract import Contract, find_contract
from maalbar.database import transaction
from maalbar.errors import MeasurementError
from maalbar.flow.measure import results_from
from maalbar.periods import moment_told
from maalbar.version import code_version
from transforms.measurement import Results


@dataclass(frozen=True)
class KnownThen:
    """What a period would have been measured to at an instant, and what the measurement of that time says."""

    known_at: datetime
    inputs: dict[str, str | None]
    """Source → the delivery that served the period then; None where nothing had come."""
    results: Results
    digest: str
    """SHA-256 of the results in their canonical form, as that of a stored measurement."""
    measurement_id: str | None
    """The newest revision of that time whose results are stored; None where there was none."""
    is_identical: bool | None
    """Whether its results are the same to the byte; None where there is none."""
    changed: tuple[str, ...]
    """What is not as it was when that revision was frozen, of `deliveries`, `basis` (how the period is measured), `terms`,
    `code` and `erasures` (objects were replaced since). `deliveries`: it was frozen from others than those that had been
    received by the instant."""


def as_known_at(contract_id: str, period_id: str, known_at: datetime) -> KnownThen:
    """Measure a period from what had been received by an instant, by the contract and the code of today.

    Raises MeasurementError when nothing had been delivered by then; ValueError for an instant without its offset.
    """
    if known_at.tzinfo is None:
        raise ValueError("an instant has its offset from UTC")
    contract = find_contract(contract_id)
    with transaction() as connection:
        delivered = results.delivered(connection, contract, period_id, known_at)
        frozen = results.open_revision(connection, contract_id, period_id, known_at)
        stored = results.digest_of_revision(connection, frozen["measurement_id"]) if frozen else None
        since = erasures.figures_of(connection, frozen["measurement_id"]) if frozen else None
    inputs = {source: row["delivery_id"] if row else None for source, row in delivered.items()}
    if not any(inputs.values()):
        raise MeasurementError(
            f"nothing had been delivered by {moment_told(known_at, contract.calendar.timezone)}",
            where=f"{contract_id} period {period_id}",
            mend="`maalbar calendar` says what comes when",
        )
    found = results_from(contract, period_id, inputs, known_at)
    digest = results.digest_of_results(found.values, found.effects, found.cohort, found.diagnostics)
    return KnownThen(
        known_at=known_at,
        inputs=inputs,
        results=found,
        digest=digest,
        measurement_id=frozen["measurement_id"] if frozen and stored else None,
        is_identical=digest == stored if stored else None,
        changed=(*_changed(contract, period_id, inputs, frozen), *_erased(since)) if frozen and stored else (),
    )


def _erased(since: object | None) -> tuple[str, ...]:
    """Nobody who has been erased since comes back, whatever instant is asked for."""
    return ("erasures",) if since is not None else ()


def _changed(
    contract: Contract, period_id: str, inputs: dict[str, str | None], frozen: dict[str, Any]
) -> tuple[str, ...]:
    basis = results.basis_of(contract, period_id)
    now = {"deliveries": inputs, "basis": basis, "terms": contract.digest, "code": code_version()}
    then = {
        "deliveries": frozen["inputs"],
        # What was measured before bases were kept says nothing of its own.
        "basis": frozen["basis_digest"] or basis,
        "terms": frozen["terms_digest"],
        "code": frozen["code_version"],
    }
    return tuple(name for name in now if now[name] != then[name])
