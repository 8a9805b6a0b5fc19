"""INDIGO: a contract, its prices, approved results and payments in the data standard of the Government Outcomes Lab, Oxford.

The fields are those of `project.json` and `organisation.json` in the INDIGO data standard 2.3.0; `docs/indigo.md` lists each that
is used. What has no field there goes nowhere, what nobody has said is left out and not guessed, and everything is marked
PRIVATE until the parties release it (`maalbar/flow/outgoing`). Amounts are in whole currency units, as the standard has them.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, select

from maalbar import definitions, ledger
from maalbar.contract import Contract, find_contract
from maalbar.contract.outcomes import Outcome
from maalbar.contract.prices import Unpaid
from maalbar.contract.versions import in_force, unsigned
from maalbar.database import transaction
from maalbar.flow.evidence import Evidence, Row, gather
from maalbar.flow.indigo_results import MayTell, everything, results
from maalbar.flow.invoices import Standing, standings
from maalbar.flow.posted import Posted, posted
from maalbar.money import Money, minor_per_major
from maalbar.schema import invoice_event

Field = dict[str, Any]
Status = Literal["PRIVATE", "PUBLIC"]
VALIDATION = {
    "trial": "Randomised Control Trial",
    "difference_in_differences": "Quasi-experimental study",
    "matched_comparison": "Quasi-experimental study",
    "historical_baseline": "Historical comparison (e.g. comparison to historical benchmark)",
    "before_after": "Pre-Post analysis (measurement of outcomes for target individual or cohort before and after intervention)",
    "count": "Simple ex-post verification",
}
"""Estimator → how the standard calls it. What others have measured is not said here."""
PRICED = {
    "pro_rata": "In proportion to the part of the target that is attained",
    "tiers": "An amount for each tier that the result can reach",
    "interpolated": "Along a table of results and amounts",
    "savings_share": "A share of what is measured as saved",
    "rate_card": "An amount for each unit",
    "brackets": "An amount for each unit, by how many there are",
}
DESIGNED = {"proposed": "Early-stage design", "recommended": "Late-stage design", "decided": "Late-stage design"}


def indigo(contract_id: str, status: Status = "PRIVATE", may_tell: MayTell = everything) -> bytes:
    """The contract as INDIGO JSON: `{"project": …, "organisations": {party id: …}}`. The same books are the same bytes.

    `status`: of everything in it. `may_tell`: as `results` asks. A contract with nothing posted has neither results nor
    payments yet. Raises StoreDamaged where the ledger is not sound.
    """
    today = find_contract(contract_id)
    with transaction() as connection:
        found = _project(connection, today, status, may_tell)
    organisations = {
        party_id: {"status": status, "name": {"value": party.name}}
        | ({"trading_name": {"value": party.short}} if party.short else {})
        | ({"org-ids": {"primary": {"value": f"DK-CVR-{party.cvr}"}}} if party.cvr else {})
        for party_id, party in today.parties.items()
    }
    return (
        json.dumps({"project": found, "organisations": organisations}, ensure_ascii=False, indent=2) + "\n"
    ).encode()


def _project(connection: Connection, today: Contract, status: Status, may_tell: MayTell) -> Field:
    books = posted(connection, today) if ledger.head(connection, today.id)[0] else []
    stood = standings(connection, today, date.max)
    evidence = gather(connection, books[-1].under, books[-1].number) if books else None
    contract = in_force(today, today.calendar.followed[-1].id)
    told = (
        {"status": status, "name": {"value": contract.name}}
        | _stage(today, books, stood)
        | {
            "overall_project_finance": _finance(contract, stood),
            "notes": {"value": _rehearsed(contract) + contract.summary, "status": status},
            "sources": [
                {"id": source_id, "name": {"value": source.title}}
                | ({"publication_date": {"value": source.dated.isoformat()}} if source.dated else {})
                for source_id, source in contract.sources.items()
                if source.public
            ],
            "service_provisions": [
                {"id": party_id, "organisation_id": {"value": party_id}}
                for party_id in _with_role(contract, "provider")
            ],
            "outcome_payment_commitments": [
                _commitment(contract, payer, stood) for payer in _with_role(contract, "payer")
            ],
            "investments": list(_investments(contract)),
            "intermediary_services": [
                {"organisation_id": {"value": party_id}} for party_id in _with_role(contract, "intermediary")
            ],
            "outcome_metrics": [_metric(contract, *named) for named in contract.outcomes.items()],
            "outcome_pricings": [
                _pricing(contract, *named)
                for named in contract.outcomes.items()
                if not isinstance(named[1].price, Unpaid)
            ],
            "transactions": _transactions(connection, contract, stood),
            "results": _results(evidence, may_tell) if evidence else [],
            "outcome_payments": _payments(contract, books, stood),
        }
    )
    return {name: value for name, value in told.items() if value != []}


def _rehearsed(contract: Contract) -> str:
    return "Rehearsal with simulated data. " if contract.rehearsal else ""


def _stage(contract: Contract, books: list[Posted], stood: list[Standing]) -> Field:
    """How far it has come, and the dates. `contract`: the file, whose amendments are signed with it."""
    is_signed = not unsigned(contract, len(contract.amendments))
    is_over = bool(books) and books[-1].through == contract.calendar.followed[-1].id
    stage = DESIGNED.get(contract.status.state, "Contracted") if not is_signed else "Contracted"
    if books:
        stage = "Complete" if is_over and all(s.state == "paid" for s in stood) else "Implementation"
    dates: Field = {}
    if is_signed and contract.signatures:
        dates["outcomes_contract_signed"] = {"value": max(row.dated for row in contract.signatures).isoformat()}
    dates["anticipated_completion_date"] = {"value": contract.calendar.followed[-1].pay_by.isoformat()}
    return {"stage_development": {"value": stage}, "dates": dates}


def _finance(contract: Contract, stood: list[Standing]) -> Field:
    """The money of the whole: committed, the most that is paid, and what is paid."""
    drawn = sum(flow.amount.minor for flow in contract.terms.capital.drawdowns)
    finance: Field = {"total_investment_commitment": _money(contract, drawn, "exact")}
    most = [cap for cap in contract.terms.caps if cap.per == "contract" and not (cap.outcome or cap.payer)]
    if most:
        finance["maximum_potential_outcome_payment_v2"] = _money(contract, min(cap.maximum.minor for cap in most))
    return finance | {"total_outcome_payments_made": _money(contract, sum(map(_paid, stood)))}


def _commitment(contract: Contract, payer: str, stood: list[Standing]) -> Field:
    told: Field = {"organisation_id": {"value": payer}}
    caps = [c for c in contract.terms.caps if c.per == "contract" and c.payer == payer and c.outcome is None]
    whole = [cap.maximum.minor for cap in caps if cap.recipient is None]
    parts = {cap.recipient: cap.maximum.minor for cap in caps if cap.recipient is not None}
    owed = {s.recipient for outcome in contract.outcomes.values() for s in outcome.payments if s.payer == payer}
    if owed and owed <= set(parts):
        whole.append(sum(parts.values()))
    if whole:
        told["maximum_potential_outcome_payment"] = _money(contract, min(whole))
    told["total_outcome_payments"] = _money(contract, sum(_paid(s) for s in stood if s.debt.payer == payer))
    return told


def _investments(contract: Contract) -> Iterator[Field]:
    drawn: dict[str, int] = defaultdict(int)
    for flow in contract.terms.capital.drawdowns:
        drawn[flow.investor] += flow.amount.minor
    for party_id, minor in drawn.items():
        commitment = _money(contract, minor, "exact")
        yield {"id": party_id, "organisation_id": {"value": party_id}, "investment_commitment": commitment}


def _metric(contract: Contract, outcome_id: str, outcome: Outcome) -> Field:
    definition = definitions.indicator(outcome.indicator)
    title = outcome.title.get("en", outcome.title["da"])
    told: Field = {"id": outcome_id, "definition": {"value": f"{title}. {definition.title['en']}"}}
    target = getattr(outcome.price, "target", None)
    if target is not None:
        told["outcome_metric_target"] = {"value": str(target)}
    if outcome.estimator in VALIDATION:
        told["outcome_validation_method"] = {"value": VALIDATION[outcome.estimator]}
    return told


def _pricing(contract: Contract, outcome_id: str, outcome: Outcome) -> Field:
    price, currency = outcome.price, contract.terms.currency
    told: Field = {"outcome_metric_id": {"value": outcome_id}, "currency": {"value": currency}}
    amount, maximum = getattr(price, "amount", None), getattr(price, "maximum", None)
    if amount is not None:
        told["price_per_unit"] = {"amount": {"value": _number(amount)}}
    if maximum is not None:
        told["maximum_price_if_all_targets_achieved"] = {"amount": {"value": str(_number(maximum))}}
    index = getattr(price, "index", None)
    if index is not None:
        told["contracted_increases_to_outcome_pricing"] = {"value": contract.terms.indices[index].title}
    return told | {"price_description": {"value": PRICED[price.kind]}}


def _results(evidence: Evidence, may_tell: MayTell) -> list[Field]:
    """What the newest posted settlement rests on: approved, and as it stands after corrections."""
    last = evidence.contract.calendar.followed[-1].id
    return [
        {
            "outcome_metric_id": {"value": outcome},
            "result_level": {"value": "Outcome level"},
            "result_type": {"value": "Final" if period.id == last else "Interim"},
            "period": _days(start, period.end),
            **told,
        }
        for period in evidence.contract.calendar.followed
        if period.id in evidence.measurements
        for outcome, start, told in results(evidence, period.id, may_tell)
    ]


def _payments(contract: Contract, books: list[Posted], stood: list[Standing]) -> list[Field]:
    """What each payer owes each recipient for an outcome in a period: `Actual` when the transfer it is part of is paid."""
    by_pair: dict[frozenset[str], list[Standing]] = defaultdict(list)
    for standing in stood:
        by_pair[frozenset((standing.debt.payer, standing.debt.recipient))].append(standing)
    sums: dict[tuple[str, str, str, str, str], int] = defaultdict(int)
    for one in books:
        for e in one.entries:
            later = by_pair[frozenset((e["payer"], e["recipient"]))]
            transfer = next((s for s in later if s.debt.settlement >= one.number), None)
            kind = "Actual" if transfer is not None and transfer.state == "paid" else "Planned"
            sums[e["outcome"], e["period"], e["payer"], e["recipient"], kind] += e["amount_minor"]
    return [
        {
            "outcome_metric_id": {"value": outcome},
            "period": _days(contract.period(period).start, contract.period(period).end),
            "payer_organisation_id": {"value": payer},
            "recipient_organisation_id": {"value": recipient},
            "type": {"value": kind},
            "money": _money(contract, minor),
        }
        for (outcome, period, payer, recipient, kind), minor in sums.items()
        if minor
    ]


def _transactions(connection: Connection, contract: Contract, stood: list[Standing]) -> list[Field]:
    """Every payment that someone has told of, in order; one that goes back to the payer is of another type."""
    owed = {(s.debt.settlement, s.debt.payer, s.debt.recipient): s.debt.amount for s in stood}
    mine = select(invoice_event).where(invoice_event.c.contract == contract.id, invoice_event.c.state == "paid")
    order = (invoice_event.c.settlement, invoice_event.c.payer, invoice_event.c.recipient, invoice_event.c.sequence)
    return [_transaction(contract, dict(row), owed) for row in connection.execute(mine.order_by(*order)).mappings()]


def _transaction(contract: Contract, row: Row, owed: dict[tuple[int, str, str], int]) -> Field:
    sender, receiver, kind = row["payer"], row["recipient"], "Outcome Payment"
    if owed[row["settlement"], sender, receiver] < 0:
        sender, receiver, kind = receiver, sender, "Other"
    return {
        "date": {"value": row["dated"].isoformat()},
        "sending_organisation_id": {"value": sender},
        "receiving_organisation_id": {"value": receiver},
        "transaction_type": {"value": kind},
        "money": _money(contract, row["amount_minor"]),
    }


def _with_role(contract: Contract, role: str) -> list[str]:
    return [party_id for party_id, party in contract.parties.items() if role in party.roles]


def _paid(standing: Standing) -> int:
    return standing.paid if standing.debt.amount > 0 else -standing.paid


def _money(contract: Contract, minor: int, within: str | None = None) -> Field:
    value: Field = {"value": _number(Money(minor, contract.terms.currency))}
    return {"currency": {"value": contract.terms.currency}, "amount": {within: value} if within else value}


def _number(amount: Money) -> int | float:
    """In whole units of the currency, as a JSON number that is read back to the øre."""
    unit = minor_per_major(amount.currency)
    return amount.minor // unit if amount.minor % unit == 0 else amount.minor / unit


def _days(start: date, end: date) -> Field:
    return {"start_date": {"value": start.isoformat()}, "end_date": {"value": (end - timedelta(days=1)).isoformat()}}
