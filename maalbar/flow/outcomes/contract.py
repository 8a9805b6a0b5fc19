"""A contract as the Outcomes pages show it: in the list, and on a page of its own."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from maalbar import results, terms
from maalbar.contract import Contract
from maalbar.contract.versions import in_force
from maalbar.database import transaction
from maalbar.documents.outcomes.facts import Cap, ContractBrief, ContractFacts, Figures
from maalbar.documents.outcomes.words import LANGUAGE
from maalbar.flow.evidence import gather
from maalbar.flow.figures import effect_fact, paid_basis
from maalbar.flow.outcomes.books import Books, Row, books_of, head_of
from maalbar.flow.outcomes.issued import issued_of
from maalbar.flow.outcomes.released import releases_of
from maalbar.flow.rejected import rejected_facts
from maalbar.flow.report import CapStand, report
from maalbar.proposals import POSTED


def brief(contract: Contract, is_full: bool) -> ContractBrief:
    """A contract in the list, without the approvals it awaits."""
    with transaction() as connection:
        books = books_of(connection, contract, is_full)
    return ContractBrief(
        head=head_of(contract),
        settled=len(books.settled),
        followed=len(contract.calendar.followed),
        posted_minor=sum(books.posted.values()),
        overdue=sum(one.state == "overdue" for one in books.awaited()),
        waiting=(),
    )


def contract_facts(contract: Contract, is_full: bool) -> ContractFacts:
    """A contract's page, without its approvals. Raises StoreDamaged where the ledger's chain is broken."""
    stands = report(contract.id).caps
    with transaction() as connection:
        books = books_of(connection, contract, is_full)
        row = books.newest()
        figures = figures_of(connection, contract, row) if row else None
        aside = _set_aside(connection, contract) if is_full else {}
        releases = releases_of(connection, contract, is_full)
    return ContractFacts(
        head=head_of(contract),
        is_full=is_full,
        periods=tuple(books.period(p.id) for p in contract.calendar.periods),
        figures=figures,
        payments=books.payments(p.id for p in contract.calendar.followed),
        caps=tuple(_cap(books, stand) for stand in stands),
        awaited=books.awaited(),
        set_aside=aside,
        statements=issued_of(contract.id),
        releases=releases,
        rejected=rejected_facts(contract, books.rejected),
    )


def figures_of(connection: Connection, contract: Contract, row: Row) -> Figures:
    """The effects of every period that a proposal rests on, each under the terms of its period."""
    evidence = gather(connection, terms.settled_under(connection, row["terms_digest"], contract), row["number"])
    evidence = replace(evidence, language=LANGUAGE)
    course, paid = {}, {}
    for period in evidence.effects:
        held = replace(evidence, contract=in_force(evidence.contract, period))
        outcomes = held.contract.outcomes
        course[period] = tuple(effect_fact(held, period, one, "period") for one in outcomes)
        paid[period] = tuple(effect_fact(held, period, one, paid_basis(held, one)) for one in outcomes)
    return Figures(row["number"], row["state"] != POSTED, course, paid)


def _set_aside(connection: Connection, contract: Contract) -> dict[str, int]:
    """Period → rows set aside of the deliveries in force, of the periods for which something has come."""
    found = {}
    for period in contract.calendar.periods:
        rows = [row for row in results.delivered(connection, contract, period.id).values() if row]
        if rows:
            found[period.id] = sum(row["rows_quarantined"] for row in rows)
    return found


def _cap(books: Books, stand: CapStand) -> Cap:
    contract = books.contract
    payer, recipient = (contract.parties[one].name if one else None for one in (stand.payer, stand.recipient))
    who = payer or "All payers together"
    words = f"{who} to {recipient}" if recipient else who
    if stand.outcome:
        words += f", for {contract.title_of(stand.outcome)[LANGUAGE]}"
    return Cap(words, stand.paid, stand.maximum, stand.given_up)
