"""From ledger and proposal to the facts of a statement: payments, caps, investors, changes, the way to each krone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from zoneinfo import ZoneInfo

from maalbar.contract import Agreement, Contract
from maalbar.contract.prices import UnitPrice
from maalbar.contract.terms import Cap
from maalbar.documents.effects import HIDDEN
from maalbar.documents.explained import explained
from maalbar.documents.facts import ApprovalFact, ComputationFact
from maalbar.documents.language import Language
from maalbar.documents.money_facts import InvestorFact, LedgerFact, PaymentFact, TransferFact
from maalbar.flow.answered import hides_percent, told_reason
from maalbar.flow.evidence import Evidence, Row
from maalbar.proposals import of_party
from transforms.settlement import Line, Step
from transforms.settlement.investors import investor_returns
from transforms.settlement.payable import Entitled, by_settlement, payable


def payment_facts(evidence: Evidence, period: str) -> tuple[PaymentFact, ...]:
    """Every pair of payer and recipient of the terms: what this settlement entitles to, and where it stands under the cap."""
    contract = evidence.contract
    shares = (share for outcome in contract.outcomes.values() for share in outcome.payments)
    pairs = [(contract.acting_for(s.payer, period), contract.acting_for(s.recipient, period)) for s in shares]
    pairs += [(line["payer"], line["recipient"]) for line in evidence.lines]
    facts = []
    for payer, recipient in dict.fromkeys(pairs):
        payers, recipients = (and_before(contract, party, period) for party in (payer, recipient))
        cap = cap_of(evidence, payers, recipients)
        within = None if cap and cap.recipient is None else recipients
        scope = [e for e in paid_entries(evidence) if e["payer"] in payers and (not within or e["recipient"] in within)]
        paid = sum(e["amount_minor"] for e in scope)
        given_up = sum(
            a for (_, _, p, r, _), a in evidence.given_up.items() if p in payers and (not within or r in within)
        )
        told = [line for line in evidence.lines if (line["payer"], line["recipient"]) == (payer, recipient)]
        facts.append(
            PaymentFact(
                payer=contract.parties[payer].name,
                recipient=contract.parties[recipient].name,
                amount_minor=sum(line["amount_minor"] for line in told),
                pay_by=contract.period(period).pay_by,
                settled_minor=paid,
                cap_minor=cap.maximum.minor if cap else None,
                left_minor=cap.maximum.minor - paid - given_up if cap else None,
                is_set_off=contract.terms.negative_difference == "set_off",
                given_up_minor=given_up,
            )
        )
    return tuple(facts)


def and_before(contract: Contract, party_id: str, period: str) -> set[str]:
    """A party and those whose place it has taken."""
    return {party_id, *(other for other in contract.parties if contract.acting_for(other, period) == party_id)}


def transfer_facts(evidence: Evidence, period: str) -> tuple[TransferFact, ...]:
    """What this settlement moves after setting off and netting; only where the terms do either, in its newest statement."""
    contract, terms = evidence.contract, evidence.contract.terms
    number: int = evidence.proposal["number"]
    plain = terms.negative_difference == "claw_back" and terms.netting == "gross"
    if plain or period != evidence.proposal["through"]:
        return ()
    names = {party_id: party.name for party_id, party in contract.parties.items()}
    made = payable(entitled_by(contract, evidence.throughs, number, paid_entries(evidence)))
    moved = [
        TransferFact(names[t.sender], names[t.receiver], t.amount, contract.period(period).pay_by)
        for t in made.transfers
        if t.settlement == str(number)
    ]
    carried = [TransferFact(names[r], names[p], amount, None) for (p, r), amount in made.set_off.items()]
    return (*moved, *carried)


def entitled_by(contract: Contract, throughs: Mapping[int, str], number: int, rows: Iterable[Row]) -> list[Entitled]:
    """What each settlement entitles to, under the terms of `contract`. `throughs`: settlement → the period it goes through.

    `rows`: entries of the ledger, and lines of the draft `number`.
    """
    last = contract.calendar.followed[-1].id
    held = {settlement: (contract.terms, through == last) for settlement, through in sorted(throughs.items())}
    # The lines of a draft are of no settlement yet: they will be of this one.
    moved = ((row.get("settlement", number), (row["payer"], row["recipient"]), row["amount_minor"]) for row in rows)
    return by_settlement(moved, held)


def paid_entries(evidence: Evidence) -> list[Row]:
    """The ledger so far and, for a draft, the lines it would add."""
    if evidence.proposal["state"] == "posted":
        return list(evidence.entries)
    return [*evidence.entries, *evidence.lines]


def cap_of(evidence: Evidence, payers: set[str], recipients: set[str]) -> Cap | None:
    """The narrowest cap on a payer over the whole contract: to this recipient, else on all it pays."""
    caps = [
        cap
        for cap in evidence.contract.terms.caps
        if cap.payer in payers
        and (cap.recipient is None or cap.recipient in recipients)
        and cap.outcome is None
        and cap.per == "contract"
    ]
    return min(caps, key=lambda cap: cap.recipient is None, default=None)


def investor_facts(evidence: Evidence, period: str) -> tuple[InvestorFact, ...]:
    """Each investor: paid in by the pay day of the period, paid back, and in the last period what it has earned a year.

    Before that the return is of capital that is still at work, and would only frighten.
    """
    contract = evidence.contract
    is_last = period == contract.calendar.followed[-1].id
    lines = [as_line(entry) for entry in paid_entries(evidence)]
    return tuple(
        InvestorFact(
            contract.parties[found.investor].name,
            found.paid_in - found.returned,
            found.principal,
            found.premium,
            found.yearly_return if is_last else None,
        )
        for found in investor_returns(contract, lines, period)
    )


def as_line(row: Row) -> Line:
    """A row of the ledger or of a proposal as the line it was made from."""
    key = (row["period"], row["outcome"], row["payer"], row["recipient"], row["component"])
    return Line(*key, row["amount_minor"])


def changes(evidence: Evidence) -> tuple[tuple[str, int], ...]:
    """Differences to periods that an earlier settlement had closed, as signed sums by period.

    A period in which lines change and sum to nothing is told of too: one pays more and another less.
    """
    before = {e["period"] for e in evidence.entries if e["settlement"] < evidence.proposal["number"]}
    sums: dict[str, int] = {}
    for line in evidence.lines:
        if line["period"] in before and line["amount_minor"]:
            sums[line["period"]] = sums.get(line["period"], 0) + line["amount_minor"]
    return tuple((evidence.form.say("periode {period}", period=p), amount) for p, amount in sorted(sums.items()))


def approval_facts(evidence: Evidence) -> tuple[ApprovalFact, ...]:
    """Each party whose yes is needed, and its answers, on the local day; one without a name where a yes is still awaited."""
    facts, zone = [], ZoneInfo(evidence.contract.calendar.timezone)
    for party_id, party in evidence.contract.answering_in(evidence.proposal["through"]).items():
        given = [row for row in of_party(evidence.answers, party_id) if row["answer"] == "approve"]
        facts += [
            ApprovalFact(party.name, row["name"], row["authority"], row["answered_at"].astimezone(zone).date())
            for row in given
        ]
        if len(given) < (2 if party.four_eyes else 1):
            facts.append(ApprovalFact(party.name, None, None, None))
    return tuple(facts)


def ledger_facts(evidence: Evidence) -> tuple[LedgerFact, ...]:
    """The posted entries of this settlement."""
    parties = evidence.contract.parties
    told = {line["line"] for line in evidence.lines}
    return tuple(
        LedgerFact(
            entry=e["entry"],
            settlement=e["settlement"],
            period=e["period"],
            outcome=evidence.contract.title_of(e["outcome"])[evidence.language],
            payer=parties[e["payer"]].name,
            recipient=parties[e["recipient"]].name,
            component=e["component"],
            amount_minor=e["amount_minor"],
        )
        for e in evidence.entries
        if e["settlement"] == evidence.proposal["number"] and e["line"] in told
    )


def computation_facts(evidence: Evidence, period: str) -> tuple[ComputationFact, ...]:
    """From result to krone for each priced outcome of a period, one phrase a step."""
    contract = evidence.contract
    return tuple(
        ComputationFact(
            contract.title_of(step.outcome)[evidence.language],
            tuple(phrases(contract, _may_be_told(evidence, step), evidence.language)),
        )
        for step in evidence.steps
        if step.period == period and step.kind != "none"
    )


def _may_be_told(evidence: Evidence, step: Step) -> Step:
    """The step without a number of few persons, and without a percentage that would tell how many answered."""
    price = evidence.contract.outcomes[step.outcome].price if step.outcome in evidence.contract.outcomes else None
    small = evidence.contract.quality.small_cell
    are_persons = isinstance(price, UnitPrice) and price.counts == "persons"
    trail = []
    for stage in step.trail:
        facts = dict(stage.facts)
        for name in ("units", "units_over") if are_persons else ():
            if name in facts and 0 < facts[name] < small:
                facts[name] = HIDDEN
        if isinstance(why := facts.get("why"), str):
            hides = any(hides_percent(evidence, step.period, step.outcome, basis) for basis in ("period", "cumulative"))
            facts["why"] = told_reason(why, hides)
        trail.append(replace(stage, facts=facts))
    return replace(step, trail=tuple(trail))


def phrases(agreement: Agreement, step: Step, language: Language) -> list[str]:
    """The way of a step in words."""
    return explained(agreement, step.outcome, [(s.rule, s.amount, s.facts) for s in step.trail], language)
