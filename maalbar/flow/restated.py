"""Restatements: what a measured period would now be, from the newest extracts. Shown beside what was approved, and no more.

Later extracts restate earlier periods; that is the normal case. It opens no period and makes no revision: whoever wants the
new figure paid has the period measured again under their name.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from maalbar import corrections, results
from maalbar.contract import Contract, digest_of, find_contract
from maalbar.database import contract_lock, transaction
from maalbar.flow.measure import results_from
from maalbar.version import code_version


@dataclass(frozen=True)
class Restated:
    """One outcome of a period on one basis: as it stands, and as it would be now. Rows as of `effect_estimate`, as text."""

    period: str
    measurement_id: str
    as_known_at: date
    """The latest day that the newest extracts describe."""
    was: dict[str, Any]
    now: dict[str, Any]


def restate(contract_id: str, period_id: str | None = None) -> list[Restated]:
    """What every measured period (or one) would be from the newest delivery of each source; kept beside its measurement.

    Periods that are measured from the newest deliveries already have none. Asked again with nothing new, what is kept is told
    and nothing is computed.
    """
    contract = find_contract(contract_id)
    with transaction() as connection:
        newest = results.newest(connection, contract)
        measured = results.latest(connection, contract_id)
    inputs = {source: row["delivery_id"] if row else None for source, row in newest.items()}
    days = [row["as_of"] for row in newest.values() if row]
    found = []
    for period in contract.calendar.periods:
        row = measured.get(period.id)
        if row is None or row["inputs"] == inputs or period_id not in (None, period.id):
            continue
        kept = _kept(contract, row, inputs, max(days))
        with transaction() as connection:
            was = results.plain(results.effects_of(connection, row["measurement_id"]))
        found += compared(row, was, kept)
    return found


def compared(measured: dict[str, Any], was: list[dict[str, Any]], kept: dict[str, Any]) -> list[Restated]:
    """A measurement's effects beside those of its restatement, in order of outcome and basis. `kept`: a row of `restatement`."""
    now = {(row["outcome"], row["basis"]): row for row in kept["figures"]}
    return [
        Restated(measured["period"], measured["measurement_id"], kept["as_known_at"], row, now[key])
        for row in was
        if (key := (row["outcome"], row["basis"])) in now
    ]


def _kept(contract: Contract, measured: dict[str, Any], inputs: dict[str, str | None], day: date) -> dict[str, Any]:
    """The restatement of a measurement from these inputs, computed and kept where it is not yet."""
    period_id = measured["period"]
    made_from = {"inputs": inputs, "basis": results.basis_of(contract, period_id), "code": code_version()}
    restatement_id = f"{measured['measurement_id']}|{digest_of(made_from)[:12]}"
    with transaction() as connection:
        known = corrections.restatement_of(connection, restatement_id)
    if known is not None:
        return known
    effects = results_from(contract, period_id, inputs, None).effects
    row = {
        "restatement_id": restatement_id,
        "measurement_id": measured["measurement_id"],
        "inputs": inputs,
        "as_known_at": day,
        "basis_digest": made_from["basis"],
        "code_version": made_from["code"],
        "figures": results.plain(effects),
    }
    with contract_lock(contract.id) as connection:
        corrections.keep_restatement(connection, row)
    return row
