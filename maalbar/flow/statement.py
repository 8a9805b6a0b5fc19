"""Statements: the facts of each period that a settlement closes, rendered and registered."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from maalbar import terms
from maalbar.contract import Contract, digest_of, find_contract
from maalbar.contract.versions import in_force
from maalbar.database import contract_lock, transaction
from maalbar.definitions import related
from maalbar.documents.diagnosis import SHELVES
from maalbar.documents.facts import StatementFacts
from maalbar.documents.statement import render_statement
from maalbar.documents.terms import terms_in_words
from maalbar.documents.wording import listed
from maalbar.flow import amounts, figures
from maalbar.flow.answered import response_facts
from maalbar.flow.cohort_figures import cohort_facts, known_before
from maalbar.flow.evidence import Evidence, gather
from maalbar.flow.restated_facts import restated_facts
from maalbar.proposals import POSTED, all_of, get
from maalbar.schema import statement
from maalbar.settings import settings
from maalbar.store import sha256_of


def issue(contract_id: str, number: int) -> list[str]:
    """Write the statements of the periods that a proposal settles; return their paths, PDF before HTML.

    Before it is posted they are drafts. Again writes the same bytes, whatever the contract's file says by then.
    """
    today = find_contract(contract_id)
    with transaction() as connection:
        contract = terms.settled_under(connection, get(connection, contract_id, number)["terms_digest"], today)
        evidence = gather(connection, contract, number)
        earlier = [row for row in all_of(connection, contract_id) if row["number"] < number and row["state"] == POSTED]
    closed = {period for row in earlier for period in row["measurements"]}
    fresh = [p for p in evidence.measurements if p not in closed or p == evidence.proposal["through"]]
    paths = []
    for period in sorted(fresh, key=[p.id for p in contract.calendar.periods].index):
        facts = statement_facts(_of_period(evidence, period, fresh), period)
        folder = settings().statements / contract_id / f"opgoerelse-{period}"
        for kind, path in zip(("pdf", "html"), render_statement(facts, folder), strict=True):
            paths.append(str(path))
            if facts.approved:
                _register(contract_id, number, period, kind, path)
    return paths


def _register(contract_id: str, number: int, period: str, kind: str, path: Any) -> None:
    row = {"contract": contract_id, "number": number, "period": period, "kind": kind, "file_name": path.name}
    row["sha256"] = sha256_of(path.read_bytes())
    with contract_lock(contract_id) as connection:
        connection.execute(insert(statement).values(row).on_conflict_do_nothing())


def _of_period(evidence: Evidence, period: str, fresh: list[str]) -> Evidence:
    """The evidence under the period's own terms, with only the lines that its statement tells of: each is told of once.

    Corrections of periods closed before are told of in the newest period's statement.
    """
    last = period == evidence.proposal["through"]
    order = [p.id for p in evidence.contract.calendar.periods]

    def told(row: dict[str, Any]) -> bool:
        return row["period"] == period or (last and row["period"] not in fresh)

    def known(row: dict[str, Any]) -> bool:
        return row["settlement"] < evidence.proposal["number"] or order.index(row["period"]) <= order.index(period)

    return replace(
        evidence,
        contract=in_force(evidence.contract, period),
        lines=[row for row in evidence.lines if told(row)],
        entries=[row for row in evidence.entries if known(row)],
        effects={p: rows for p, rows in evidence.effects.items() if order.index(p) <= order.index(period)},
    )


def statement_facts(evidence: Evidence, period_id: str) -> StatementFacts:
    """Everything the statement of a period says."""
    contract = evidence.contract
    period = contract.period(period_id)
    passport = _passport(evidence, period_id)
    course = {
        p: tuple(figures.effect_fact(evidence, p, o, "period") for o in contract.outcomes) for p in evidence.effects
    }
    cohort = cohort_facts(evidence, period_id)
    return StatementFacts(
        contract_id=contract.id,
        contract_name=contract.name,
        period=period_id,
        start=period.start,
        end=period.end,
        currency=contract.terms.currency,
        approved=evidence.proposal["state"] == POSTED,
        illustrative=contract.status.terms == "illustrative",
        rehearsal_years=contract.rehearsal.shifted_years if contract.rehearsal else None,
        senders=tuple(party.name for party in contract.answering_in(period_id).values()),
        payments=amounts.payment_facts(evidence, period_id),
        transfers=amounts.transfer_facts(evidence, period_id),
        effects=tuple(
            figures.effect_fact(evidence, period_id, o, figures.paid_basis(evidence, o)) for o in contract.outcomes
        ),
        expected_without_effect_minor=figures.without_effect_minor(evidence, period_id),
        cohort=cohort.page_one,
        values=figures.value_facts(evidence, period_id),
        investors=amounts.investor_facts(evidence, period_id),
        changes=amounts.changes(evidence, period_id),
        approvals=amounts.approval_facts(evidence),
        data_known_as_at=evidence.measurements[period_id]["as_known_at"],
        passport=passport,
        rates=figures.rate_facts(evidence, period_id),
        course=course,
        all_periods=tuple((p.id, p.start, p.end) for p in contract.calendar.followed),
        baseline_windows=tuple((w.id, w.start, w.end) for w in contract.baseline.windows),
        computation=amounts.computation_facts(evidence, period_id),
        ledger=amounts.ledger_facts(evidence),
        terms_in_words=terms_in_words(contract),
        definitions=tuple((_name(told), told.counts["da"]) for told in related.of_contract(contract)),
        entries=cohort.entries,
        followed=cohort.followed,
        mortality=cohort.mortality,
        responses=response_facts(evidence, period_id),
        standard=_standard(contract),
        known_before=known_before(evidence),
        restated=tuple(restated_facts(evidence, period_id)),
    )


def _name(told: related.Told) -> str:
    """`name@version`, with what kind of definition it is where it is not an indicator."""
    return " ".join(word for word in (SHELVES.get(told.shelf, told.shelf), told.ref) if word)


def _standard(contract: Contract) -> str:
    """The standard population in words, as the end of a sentence."""
    standard = contract.cohort.standard
    if standard.population != "cohort":
        return f"{related.told('populations', standard.population).title['da']} ({standard.population})"
    by = {"age": "alder", "sex": "køn", "benefit": "ydelse ved start"}
    return f"indsatsgruppen, som den var, da den kom ind, efter {listed(by[name] for name in standard.by)}"


def _passport(evidence: Evidence, period_id: str) -> dict[str, str]:
    """What the figures were made from, and a hash of it all as their id."""
    measured = evidence.measurements[period_id]
    shas = {row["delivery_id"]: row["sha256"] for row in evidence.deliveries}
    passport = {
        "måling": measured["measurement_id"],
        "data kendt pr.": measured["as_known_at"].isoformat(),
        "resultater (sha256)": measured["result_digest"],
        "vilkår (sha256)": measured["terms_digest"],
        "kode": measured["code_version"],
        "forslag (sha256)": evidence.proposal["digest"],
    }
    if came := measured["bundle"]:
        passport |= {"målt i": came["key_name"], "resultatpakke (sha256)": came["sha256"]}
    for source, delivery_id in sorted(measured["inputs"].items()):
        passport[f"leverance {source} (sha256)"] = shas[delivery_id] if delivery_id else "ikke kommet"
    for told in related.of_contract(evidence.contract):
        passport[f"definition {_name(told)} (sha256)"] = told.digest
    return {"id": digest_of(passport)[:16].upper(), **passport}
