"""The facts of a statement: what one settlement says of one period, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from maalbar.contract import Contract, digest_of
from maalbar.contract.versions import in_force
from maalbar.definitions import related
from maalbar.documents.diagnosis import SHELVES
from maalbar.documents.facts import StatementFacts
from maalbar.documents.formats import Formats
from maalbar.documents.language import LOCALES, SOURCE, danish
from maalbar.documents.terms import terms_in_words
from maalbar.flow import amounts, figures
from maalbar.flow.answered import response_facts
from maalbar.flow.cohort_figures import cohort_facts, known_before
from maalbar.flow.corrected_facts import corrected_effects, corrected_payments
from maalbar.flow.evidence import Evidence
from maalbar.flow.rejected import rejected_facts
from maalbar.flow.restated_facts import restated_facts
from maalbar.proposals import POSTED

STANDARD_BY = {"age": danish("alder"), "sex": danish("køn"), "benefit": danish("ydelse ved start")}


def of_period(evidence: Evidence, period: str, fresh: list[str]) -> Evidence:
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
    passport = passport_of(evidence, period_id)
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
        changes=amounts.changes(evidence),
        approvals=amounts.approval_facts(evidence),
        data_known_as_at=evidence.measurements[period_id]["as_known_at"],
        passport=passport,
        rejected=rejected_facts(contract, evidence.rejected) if period_id == evidence.proposal["through"] else (),
        rates=figures.rate_facts(evidence, period_id),
        course=course,
        all_periods=tuple((p.id, p.start, p.end) for p in contract.calendar.followed),
        baseline_windows=tuple((w.id, w.start, w.end) for w in contract.baseline.windows),
        computation=amounts.computation_facts(evidence, period_id),
        ledger=amounts.ledger_facts(evidence),
        terms_in_words=terms_in_words(contract, evidence.language),
        definitions=tuple(
            (f"{told.title[evidence.language]} ({_name(told, evidence.form)})", told.counts[evidence.language])
            for told in related.of_contract(contract)
        ),
        entries=cohort.entries,
        followed=cohort.followed,
        mortality=cohort.mortality,
        responses=response_facts(evidence, period_id),
        standard=_standard(contract, evidence.form),
        known_before=known_before(evidence),
        language=evidence.language,
        settlement=evidence.proposal["number"],
        danish=_in_danish_alone(evidence),
        corrected_payments=corrected_payments(evidence),
        corrected_effects=tuple(corrected_effects(evidence, period_id)),
        restated=tuple(restated_facts(evidence, period_id)),
    )


def _in_danish_alone(evidence: Evidence) -> tuple[str, ...]:
    """What the contract and its approvers have written in one language: names, bodies, authorities, notes."""
    contract = evidence.contract
    told: list[str | None] = [contract.name]
    for party in contract.parties.values():
        told += [party.name, party.label]
    for answer in evidence.answers:
        told += [answer["name"], answer["authority"]]
    for one in evidence.rejected:
        for said in one.said:
            told += [said.name, said.why]
    for row in contract.amendments:
        told += [row.body, row.note]
    return tuple(dict.fromkeys(text for text in told if text))


def _name(told: related.Told, form: Formats) -> str:
    """`name@version`, with what kind of definition it is where it is not an indicator."""
    return " ".join(word for word in (form.say(SHELVES.get(told.shelf, told.shelf)), told.ref) if word)


def _standard(contract: Contract, form: Formats) -> str:
    """The standard population in words, as the end of a sentence."""
    standard = contract.cohort.standard
    if standard.population != "cohort":
        title = related.told("populations", standard.population).title[form.language]
        return f"{title} ({standard.population})"
    by = form.listed(form.say(STANDARD_BY[name]) for name in standard.by)
    return form.say("indsatsgruppen, som den var, da den kom ind, efter {by}", by=by)


def passport_of(evidence: Evidence, period_id: str) -> dict[str, str]:
    """What the figures were made from, and a hash of it all as their id, which is the same in every language."""
    source = Formats(LOCALES[SOURCE], evidence.contract.terms.currency)
    passport_id = digest_of(dict(_made_from(evidence, period_id, source)))[:16].upper()
    return {"id": passport_id, **dict(_made_from(evidence, period_id, evidence.form))}


def _made_from(evidence: Evidence, period_id: str, form: Formats) -> Iterator[tuple[str, str]]:
    """Each thing that the figures were made from: what it is, and its hash, name or version."""
    measured = evidence.measurements[period_id]
    shas = {row["delivery_id"]: row["sha256"] for row in evidence.deliveries}
    yield form.say("måling"), measured["measurement_id"]
    yield form.say("data kendt pr."), measured["as_known_at"].isoformat()
    yield form.say("resultater (sha256)"), measured["result_digest"]
    yield form.say("vilkår (sha256)"), measured["terms_digest"]
    yield form.say("kode"), measured["code_version"]
    yield form.say("forslag (sha256)"), evidence.proposal["digest"]
    if came := measured["bundle"]:
        yield form.say("målt i"), came["key_name"]
        yield form.say("resultatpakke (sha256)"), came["sha256"]
    for source, delivery_id in sorted(measured["inputs"].items()):
        sha = shas[delivery_id] if delivery_id else form.say("ikke kommet")
        yield form.say("leverance {source} (sha256)", source=source), sha
    for told in related.of_contract(evidence.contract):
        yield form.say("definition {name} (sha256)", name=_name(told, form)), told.digest
