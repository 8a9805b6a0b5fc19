"""Measurements of the tiny contract written straight into the results database, so that settling can be tried alone."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from maalbar import ledger, results
from maalbar.contract import Contract
from maalbar.database import contract_lock, transaction
from maalbar.flow import settle
from maalbar.schema import measurement

ANSWERED_AT = "2022-12-01T10:00:00+01:00"


def measured(
    contract: Contract, period: str, contacts: str | None, plans: int = 0, *,
    spread: dict[str, Any] | None = None, diagnostics: tuple[dict[str, Any], ...] = (),
) -> str:  # fmt: skip
    """A new revision of a period: so much better on contacts (None: not measurable), so many plans.

    `spread`: standard error, limits and what else the rows of contacts hold. `diagnostics`: of both bases, without `basis`.
    """
    effects = []
    for basis in ("period", "cumulative"):
        row = _row("contacts", basis, improvement=contacts, change=contacts and str(-Decimal(contacts)))
        effects.append(row | (spread or {}))
        effects.append(_row("satisfaction", basis, change="0.1", improvement="0.1"))
        effects.append(_row("action_plans", basis, units=plans))
    looked = [row | {"basis": basis} for row in diagnostics for basis in ("period", "cumulative")]
    with contract_lock(contract.id) as connection:
        mine = (
            select(func.count())
            .select_from(measurement)
            .where(measurement.c.contract == contract.id, measurement.c.period == period)
        )
        revision = connection.execute(mine).scalar_one() + 1
        frozen = results.freeze(connection, contract, period, revision, {}, date(2022, 10, 15), "0.1.0+test")
        nobody = {"treated": 0, "comparison": 0}
        cohort = {"kind": "waves", "members": nobody, "areas": nobody, "windows": [], "attrition": []}
        results.complete(connection, frozen["measurement_id"], [], effects, cohort, looked)
    return str(frozen["measurement_id"])


def _row(
    outcome: str, basis: str, *, change: str | None = None, improvement: str | None = None, units: int | None = None
) -> dict[str, Any]:
    numbers = dict.fromkeys(("standard_error", "low", "high", "p_value", "detectable"))
    refused = "no_delivery: contacts" if improvement is None and units is None else None
    return numbers | {
        "outcome": outcome,
        "basis": basis,
        "change": Decimal(change) if change else None,
        "improvement": Decimal(improvement) if improvement else None,
        "units": units,
        "not_measurable": refused,
    }


def answers(**changed: Any) -> list[dict[str, Any]]:
    """Yes from a named approver of each party; `town={"answer": "reject"}` changes one, `town=None` leaves it out."""
    people = {"region": "rita", "town": "tom", "fund": "fie"}
    given = {
        party: {
            "party": party,
            "user": user,
            "name": user,
            "answer": "approve",
            "answered_at": ANSWERED_AT,
            "comment": "",
        }
        for party, user in people.items()
    }
    return [row | (changed.get(party) or {}) for party, row in given.items() if changed.get(party, {}) is not None]


def settled(contract: Contract, period: str) -> dict[str, Any]:
    """Propose, approve and post what is due through a period; the receipt."""
    proposal = settle.propose(contract.id, period)
    assert proposal is not None
    settle.record_answers(contract.id, proposal["number"], answers())
    return settle.post(contract.id, proposal["number"])


def booked(contract: Contract) -> list[tuple[int, str, str, str, str, int]]:
    """Every ledger entry as (settlement, period, outcome, payer, component, øre), after the chain is verified."""
    with transaction() as connection:
        ledger.verify(connection, contract.id)
        rows = ledger.entries(connection, contract.id)
    return [(r["settlement"], r["period"], r["outcome"], r["payer"], r["component"], r["amount_minor"]) for r in rows]


def paid(contract: Contract) -> dict[tuple[int, str, str], int]:
    """Whole kroner by (settlement, period, payer)."""
    sums: dict[tuple[int, str, str], int] = {}
    for settlement, period, _, payer, _, amount in booked(contract):
        sums[settlement, period, payer] = sums.get((settlement, period, payer), 0) + amount
    assert all(amount % 100 == 0 for amount in sums.values())
    return {key: amount // 100 for key, amount in sums.items()}
