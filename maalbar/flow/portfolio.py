"""The portfolio from contracts, deliveries, results, proposals, ledger and invoices.

What has come, is measured and is approved is as it stands now; what is due, sent and paid is of the end of the day that is asked
for. A contract that has nothing measured yet is there with its calendar. Of its results only whether a period has any figure
is read.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection

from maalbar import ledger, proposals, results
from maalbar.contract import Contract, contract_files, read_contracts
from maalbar.contract.measuring import Period
from maalbar.database import transaction
from maalbar.documents.language import LANGUAGES, SOURCE, Language
from maalbar.documents.portfolio.facts import ContractFact, PeriodFact, PortfolioFacts, State
from maalbar.documents.portfolio.layout import portfolio_html
from maalbar.flow.invoices import Standing, standings
from maalbar.flow.rejected import Rejected, rejected_of
from maalbar.proposals import OPEN, POSTED
from maalbar.settings import settings
from maalbar.store import write_atomically

Row = dict[str, Any]


def portfolio_facts(contracts: Iterable[Contract], as_of: date, language: Language = SOURCE) -> PortfolioFacts:
    """Every contract given, those in their own dates before rehearsals, by name."""
    ordered = sorted(contracts, key=lambda contract: (contract.rehearsal is not None, contract.name, contract.id))
    with transaction() as connection:
        return PortfolioFacts(as_of, tuple(_contract(connection, one, as_of) for one in ordered), language)


def write(as_of: date) -> list[Path]:
    """Write the page of all contracts that can be read, in both languages and over the one before; the paths, by language."""
    folder, contracts, written = settings().portfolio, read_contracts(contract_files())[0], []
    for language in LANGUAGES:
        path = folder / f"portfolio.{language}.html"
        write_atomically(path, portfolio_html(portfolio_facts(contracts, as_of, language)), mode=0o644)
        written.append(path)
    return written


def _contract(connection: Connection, contract: Contract, as_of: date) -> ContractFact:
    entries = ledger.entries(connection, contract.id)
    rows = proposals.all_of(connection, contract.id)
    debts = standings(connection, contract, as_of) if entries else []
    rejected = rejected_of(connection, contract.id)
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
    periods = tuple(
        PeriodFact(
            p.id, p.start, p.end, _state(p, rows, debts, found, rejected) or _of_data(connection, contract, p, as_of)
        )
        for p in contract.calendar.followed
    )
    return ContractFact(
        id=contract.id,
        name=contract.name,
        is_illustrative=contract.status.terms == "illustrative",
        rehearsal_years=contract.rehearsal.shifted_years if contract.rehearsal else None,
        currency=contract.terms.currency,
        periods=periods,
        settled_minor=sum(entry["amount_minor"] for entry in entries),
        paid_minor=sum(debt.paid if debt.debt.amount > 0 else -debt.paid for debt in debts),
        cap_minor=min(caps, default=None),
        next=_next(contract, {period.id: period.state for period in periods}, as_of),
    )


def _state(
    period: Period, rows: list[Row], debts: list[Standing], found: dict[str, bool], rejected: list[Rejected]
) -> State | None:
    """How far a period that is measured has come, None of another; the settlement that closed it tells of its payment."""
    closing = next((row for row in rows if row["state"] == POSTED and period.id in row["measurements"]), None)
    if closing is not None:
        mine = [debt for debt in debts if debt.debt.settlement == closing["number"]]
        if any(debt.state == "overdue" for debt in mine):
            return "payment_overdue"
        if any(debt.state == "disputed" for debt in mine):
            return "disputed"
        if mine and all(debt.state == "paid" for debt in mine):
            return "paid"
        return "approved" if found.get(period.id, True) else "not_measurable"
    waiting = next((one for one in rejected if one.is_waiting and period.id in one.periods), None)
    if waiting is not None:
        return "disputed" if waiting.is_disputed else "rejected"
    if any(row["state"] == OPEN and period.id in row["measurements"] for row in rows):
        return "proposed"
    if period.id in found:
        return "measured" if found[period.id] else "not_measurable"
    return None


def _of_data(connection: Connection, contract: Contract, period: Period, as_of: date) -> State:
    """How far the data of a period that is not measured have come."""
    if as_of < period.end:
        return "to_come"
    if all(results.delivered(connection, contract, period.id).values()):
        return "delivered"
    return "awaited" if as_of <= period.data_due else "data_overdue"


def _next(
    contract: Contract, states: dict[str, State], as_of: date
) -> tuple[Literal["starts", "data_due", "run_after", "pay_by"], date] | None:
    """The first day after that one on which something is due in the calendar that is not done already."""
    periods = contract.calendar.followed
    days: list[tuple[date, Literal["starts", "data_due", "run_after", "pay_by"]]] = [(periods[0].start, "starts")]
    for period in periods:
        state = states[period.id]
        if state in ("to_come", "awaited"):
            days.append((period.data_due, "data_due"))
        if state in ("to_come", "awaited", "data_overdue", "delivered"):
            days.append((period.run_after, "run_after"))
        if state not in ("paid", "not_measurable"):
            days.append((period.pay_by, "pay_by"))
    ahead = sorted(day for day in days if day[0] > as_of)
    return (ahead[0][1], ahead[0][0]) if ahead else None
