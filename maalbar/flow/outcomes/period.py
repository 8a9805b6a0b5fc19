"""A period as the Outcomes pages show it, and a run of Airflow, which is of a period."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import Connection

from maalbar import results
from maalbar.contract import Contract
from maalbar.database import transaction
from maalbar.documents.outcomes.facts import PeriodFacts, RunFacts, SetAside
from maalbar.documents.set_aside import Counted
from maalbar.errors import MaalbarError
from maalbar.flow.evidence import Row
from maalbar.flow.outcomes.books import books_of, head_of
from maalbar.flow.outcomes.contract import figures_of
from maalbar.flow.outcomes.issued import issued_of
from maalbar.flow.quarantine import counted, quarantine_of
from maalbar.settings import settings


def period_facts(contract: Contract, period_id: str, is_full: bool, reader: str) -> PeriodFacts:
    """A period's page, without its approvals. `reader`: the login, written down where rows set aside are opened.

    Raises KeyError when there is no such period.
    """
    with transaction() as connection:
        books = books_of(connection, contract, is_full)
        row = books.newest(period_id)
        figures = figures_of(connection, contract, row) if row else None
        delivered = _delivered(connection, contract, period_id) if is_full else []
    period = books.period(period_id)
    is_paid = period.state == "settled" or any(key[0] == period_id for key in books.proposed)
    return PeriodFacts(
        head=head_of(contract),
        is_full=is_full,
        period=period,
        figures=figures,
        payments=books.payments([period_id]) if is_paid else (),
        awaited=tuple(one for one in books.awaited() if one.period == period_id),
        set_aside=tuple(_set_aside(contract, row, reader) for row in delivered if row["rows_quarantined"]),
        statements=issued_of(contract.id, period_id),
        has_intake_page=is_full and settings().intake_page(contract.id, period_id).exists(),
    )


def run_facts(contract: Contract, step: Literal["measure", "settle"], period_id: str, is_full: bool) -> RunFacts:
    """What a run of Airflow is of. A settling run has the statements of every period that it closes."""
    issued = issued_of(contract.id)
    mine = [one for one in issued if one.period == period_id]
    if step == "settle":
        numbers = {one.number for one in mine}
        mine = [one for one in issued if one.number in numbers]
    has_page = is_full and step == "measure" and settings().intake_page(contract.id, period_id).exists()
    return RunFacts(head_of(contract), step, period_id, tuple(mine), has_page)


def _delivered(connection: Connection, contract: Contract, period_id: str) -> list[Row]:
    return [row for row in results.delivered(connection, contract, period_id).values() if row]


def _set_aside(contract: Contract, row: Row, reader: str) -> SetAside:
    reasons: tuple[Counted, ...] | None
    try:
        reasons = counted(quarantine_of(contract, row, f"Outcomes page, shown to {reader}"), contract, row)
    except MaalbarError:
        reasons = None
    known = contract.deliveries[row["source"]]
    return SetAside(row["source"], known.register_name, row["rows_quarantined"], reasons or None)
