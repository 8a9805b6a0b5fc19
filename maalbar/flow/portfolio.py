"""The portfolio from contracts, results, proposals, ledger and invoices, as it stood at the end of a day.

A contract that has nothing measured yet is there with its calendar. Of its results only whether a period has any figure is read.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Literal

from sqlalchemy import Connection

from maalbar import ledger, proposals, results
from maalbar.contract import Contract
from maalbar.contract.measuring import Period
from maalbar.database import transaction
from maalbar.documents.language import SOURCE, Language
from maalbar.documents.portfolio.facts import ContractFact, PeriodFact, PortfolioFacts, State
from maalbar.flow.invoices import Standing, standings
from maalbar.proposals import OPEN, POSTED

Row = dict[str, Any]


def portfolio_facts(contracts: Iterable[Contract], as_of: date, language: Language = SOURCE) -> PortfolioFacts:
    """Every contract given, those in their own dates before rehearsals, by name."""
    ordered = sorted(contracts, key=lambda contract: (contract.rehearsal is not None, contract.name, contract.id))
    with transaction() as connection:
        return PortfolioFacts(as_of, tuple(_contract(connection, one, as_of) for one in ordered), language)


def _contract(connection: Connection, contract: Contract, as_of: date) -> ContractFact:
    entries = ledger.entries(connection, contract.id)
    rows = proposals.all_of(connection, contract.id)
    debts = standings(connection, contract, as_of) if entries else []
    latest = results.latest(connection, contract.id)
    found = {
        period: any(
            row["change"] is not None or row["units"] is not None
            for row in results.effects_of(connection, measured["measurement_id"])
        )
        for period, measured in latest.items()
    }
    caps = [
        cap.maximum.minor for cap in contract.terms.caps if not (cap.payer or cap.outcome) and cap.per == "contract"
    ]
    return ContractFact(
        id=contract.id,
        name=contract.name,
        is_illustrative=contract.status.terms == "illustrative",
        rehearsal_years=contract.rehearsal.shifted_years if contract.rehearsal else None,
        currency=contract.terms.currency,
        periods=tuple(
            PeriodFact(p.id, p.start, p.end, _state(p, as_of, rows, debts, found)) for p in contract.calendar.followed
        ),
        settled_minor=sum(entry["amount_minor"] for entry in entries),
        paid_minor=sum(debt.paid if debt.debt.amount > 0 else -debt.paid for debt in debts),
        cap_minor=min(caps, default=None),
        next=_next(contract, as_of),
    )


def _state(period: Period, as_of: date, rows: list[Row], debts: list[Standing], found: dict[str, bool]) -> State:
    """How far a period has come; the settlement that closed it tells of its payment."""
    closing = next((row for row in rows if row["state"] == POSTED and period.id in row["measurements"]), None)
    if closing is not None:
        mine = [debt for debt in debts if debt.debt.settlement == closing["number"]]
        if any(debt.state == "overdue" for debt in mine):
            return "overdue"
        if mine and all(debt.state == "paid" for debt in mine):
            return "paid"
        return "approved" if found.get(period.id, True) else "not_measurable"
    if any(row["state"] == OPEN and period.id in row["measurements"] for row in rows):
        return "proposed"
    if period.id in found:
        return "measured" if found[period.id] else "not_measurable"
    if as_of < period.end:
        return "to_come"
    return "waiting" if as_of <= period.data_due else "late"


def _next(contract: Contract, as_of: date) -> tuple[Literal["starts", "data_due", "run_after", "pay_by"], date] | None:
    """The first day after that one on which something is due in the calendar."""
    periods = contract.calendar.followed
    days: list[tuple[date, Literal["starts", "data_due", "run_after", "pay_by"]]] = [(periods[0].start, "starts")]
    for period in periods:
        days += [(period.data_due, "data_due"), (period.run_after, "run_after"), (period.pay_by, "pay_by")]
    ahead = sorted(day for day in days if day[0] > as_of)
    return (ahead[0][1], ahead[0][0]) if ahead else None
