"""The nine lines of page one, in Danish, from the facts of a statement. The order and number of lines never change."""

from __future__ import annotations

from collections.abc import Iterable

from maalbar.documents import effects
from maalbar.documents.content import Line, Part
from maalbar.documents.effects import HIDDEN
from maalbar.documents.facts import ApprovalFact, EffectFact, PaymentFact, StatementFacts
from maalbar.documents.formats import NBSP, Formats, plain
from maalbar.documents.worth import worth_by_bearer

LOCALE = "da_DK"


def formats(facts: StatementFacts) -> Formats:
    """Danish formats in the contract's currency."""
    return Formats(LOCALE, facts.currency)


def page_one(facts: StatementFacts) -> list[str]:
    """The nine lines as plain text, one string each."""
    return [plain(line.text) for line in page_one_lines(facts)]


def page_one_lines(facts: StatementFacts) -> tuple[Line, ...]:
    """The nine lines with their leads, for the templates."""
    form = formats(facts)
    return (
        _heading(facts, form),
        _payments(facts, form),
        _result(facts.effects[0], form),
        _certainty(facts, form),
        _other_outcomes(facts.effects[1:], form),
        _cohort(facts, form),
        _value(facts, form),
        _changes(facts, form),
        _approvals(facts, form),
    )


def status(facts: StatementFacts) -> str:
    return "GODKENDT" if facts.approved else "UDKAST"


def rehearsal_mark(facts: StatementFacts) -> str | None:
    """What stands on every page of a rehearsal; None for the contract itself."""
    years = facts.rehearsal_years
    if years is None:
        return None
    moved = f"datoer flyttet {abs(years)} år {'tilbage' if years < 0 else 'frem'}; " if years else ""
    answered = any(approval.answered_on for approval in facts.approvals)
    asked = "; godkendt på øvelsens egen dag" if years and answered else ""
    return f"ØVELSE: {moved}tal fra simulerede leverancer{asked}"


def listed(names: Iterable[str]) -> str:
    """`A, B og C`."""
    *first, last = names
    return f"{', '.join(first)} og {last}" if first else last


def _heading(facts: StatementFacts, form: Formats) -> Line:
    named = f"{form.span(facts.start, facts.end)}, {facts.contract_name}."
    parts = [Part(f"Opgørelse{NBSP}{facts.period}:", named)]
    parts.append(
        Part(f"Status: {status(facts)}.", "Vilkår er illustrative, ikke aftalt." if facts.illustrative else "")
    )
    parts.append(Part("", f"{'Afsender' if len(facts.senders) == 1 else 'Afsendere'}: {_senders(facts)}."))
    return Line(tuple(parts))


def _senders(facts: StatementFacts) -> str:
    """`alle parter` when everyone who pays, receives or approves is a sender; else their names."""
    concerned = {a.party for a in facts.approvals} | {n for p in facts.payments for n in (p.payer, p.recipient)}
    return "alle parter" if len(facts.senders) > 1 and concerned <= set(facts.senders) else listed(facts.senders)


def _payments(facts: StatementFacts, form: Formats) -> Line:
    if not facts.payments:
        return Line((Part("Ingen betaling:", f"{_why_nothing(facts)}."),))
    caps = [(p.payer, p.settled_minor, p.cap_minor, p.left_minor) for p in facts.payments]
    # Where several payments stand under one cap, it is told once, with the last of them.
    return Line(
        tuple(
            _payment(payment, facts, form, tells_cap=cap not in caps[place + 1 :])
            for place, (payment, cap) in enumerate(zip(facts.payments, caps, strict=True))
        )
    )


def _payment(payment: PaymentFact, facts: StatementFacts, form: Formats, *, tells_cap: bool) -> Part:
    amount = form.amount(abs(payment.amount_minor))
    due = f"senest {form.day(payment.pay_by)}"
    if payment.amount_minor < 0 and payment.is_set_off:
        lead = f"{payment.recipient} skylder {payment.payer} {amount}"
        rest = "som modregnes i senere betalinger."
    elif payment.amount_minor < 0:
        lead = f"{payment.recipient} betaler {amount} tilbage"
        rest = f"til {payment.payer} {due}."
    elif payment.amount_minor == 0:
        lead = f"{payment.payer} betaler intet"
        why = "loftet er nået" if payment.left_minor == 0 else _why_nothing(facts)
        rest = f"til {payment.recipient}: {why}."
    else:
        lead = f"{payment.payer} betaler {amount}"
        to_self = " (sig selv; bogføres brutto)" if payment.payer == payment.recipient else ""
        rest = f"til {payment.recipient}{to_self} {due}."
    return Part(lead, f"{rest} {_against_cap(payment, form)}" if tells_cap else rest)


def _against_cap(payment: PaymentFact, form: Formats) -> str:
    """What is settled with this statement: owed, and not always paid yet."""
    if payment.cap_minor is None:
        return f"Afregnet i alt, med denne opgørelse: {form.amount(payment.settled_minor)}; intet loft."
    left = "" if payment.left_minor is None else f"; {form.amount(payment.left_minor)} tilbage"
    return (
        f"Afregnet i alt, med denne opgørelse: {form.amount(payment.settled_minor, unit=False)} "
        f"af højst {form.amount(payment.cap_minor)}{left}."
    )


def _why_nothing(facts: StatementFacts) -> str:
    paid = [effect for effect in facts.effects if effect.paid]
    if paid and all(effect.change is None for effect in paid):
        return "det, der betales for, er ikke målbart"
    if any(payment.settled_minor > 0 for payment in facts.payments):
        return "resultatet giver efter vilkårene ikke mere end det, der allerede er afregnet"
    return "resultatet giver efter vilkårene ingen betaling"


def _result(effect: EffectFact, form: Formats) -> Line:
    target = "Intet mål aftalt." if effect.target is None else f"Mål: {effects.promised(effect, form)}."
    return Line((Part("Resultat:", f"{effects.result(effect, form)} {target}"),))


def _certainty(facts: StatementFacts, form: Formats) -> Line:
    effect = facts.effects[0]
    said = [effects.certainty(effect, form)]
    if effect.detectable is not None:
        smallest = effects.size(effect, effect.detectable, form)
        said.append(f"Mindste effekt, målingen kan påvise: {smallest}.")
    without = form.amount(facts.expected_without_effect_minor)
    said.append(f"Uden effekt ville vilkårene i gennemsnit udløse {without}")
    return Line((Part("Sikkerhed:", _stopped(" ".join(said))),))


def _other_outcomes(others: tuple[EffectFact, ...], form: Formats) -> Line:
    """The further outcomes that are paid for; those only shown stand in the tables, unless there is nothing else."""
    chosen = [effect for effect in others if effect.paid] or list(others)
    if not chosen:
        return Line((Part("Andre resultater:", "ingen i kontrakten."),))
    return Line(tuple(Part(f"{effect.title}:", effects.brief(effect, form)) for effect in chosen))


def _cohort(facts: StatementFacts, form: Formats) -> Line:
    cohort = facts.cohort
    people = "beboere" if cohort.comparison_areas else "personer"
    followed = ", ".join((_count(cohort.died, "døde", form), _count(cohort.moved, "flyttet", form)))
    who = f"{_count(cohort.treated, people, form)}; {followed} (tæller med)."
    areas = f" i {cohort.comparison_areas}{NBSP}{'område' if cohort.comparison_areas == 1 else 'områder'}"
    others = form.number(cohort.comparison) if cohort.comparison is not None else f"{HIDDEN} antal"
    against = f"Sammenlignet med {others}{areas if cohort.comparison_areas else ''}; {_mortality(facts, form)}."
    return Line((Part("Hvem:", f"{who} {against}"),))


def _count(number: int | None, what: str, form: Formats) -> str:
    return f"{HIDDEN} antal {what}" if number is None else f"{form.number(number)}{NBSP}{what}"


def _mortality(facts: StatementFacts, form: Formats) -> str:
    # A rate beside a hidden number of deaths would give the number away.
    cohort = facts.cohort
    treated = None if cohort.died is None else cohort.mortality_treated
    sides = (HIDDEN if rate is None else form.number(rate, 1) for rate in (treated, cohort.mortality_comparison))
    return f"dødelighed {' mod '.join(sides)} pr. 100 personår"


def _value(facts: StatementFacts, form: Formats) -> Line:
    bearers = [
        f"{bearer} {HIDDEN if minor is None else form.amount(minor, unit=False)}"
        for bearer, minor in worth_by_bearer(facts.values).items()
    ]
    worth = f"{', '.join(bearers)} {form.unit} (ikke nødvendigvis frigjort budget)." if bearers else "ikke opgjort."
    money = [
        f"indskudt {form.amount(i.paid_in_minor, unit=False)}, tilkommer i alt {form.amount(i.due_minor, unit=False)}, "
        f"heraf risikotillæg {form.amount(i.premium_minor)}"
        for i in facts.investors
    ]
    parts = [Part("Beregnet værdi:", worth)]
    if len(money) == 1:
        parts.append(Part("Investor:", _stopped(money[0])))
    elif money:
        named = (f"{i.investor} {said}" for i, said in zip(facts.investors, money, strict=True))
        parts.append(Part("Investorer:", _stopped("; ".join(named))))
    return Line(tuple(parts))


def _changes(facts: StatementFacts, form: Formats) -> Line:
    changes = [f"{what}, {form.amount(minor, signed=True)}" for what, minor in facts.changes]
    return Line((Part("Ændret siden sidst:", _stopped("; ".join(changes)) if changes else "Ingen ændringer."),))


def _approvals(facts: StatementFacts, form: Formats) -> Line:
    given = "; ".join(_approval(a, form) for a in facts.approvals if a.name is not None)
    awaited = [a.party for a in facts.approvals if a.name is None]
    waiting = f"afventer {listed(awaited)}" if awaited else ""
    if given:
        part = Part("Godkendt af", f"{given}{f'; {waiting}' if waiting else ''}.")
    else:
        part = Part(
            "Ingen har godkendt endnu;" if waiting else "Ingen godkendelse registreret.",
            f"{waiting}." if waiting else "",
        )
    known = f"Data kendt pr. {form.day(facts.data_known_as_at)}."
    return Line((part, Part("", f"{known} Efterprøv: pas {facts.passport['id']}")))


def _approval(approval: ApprovalFact, form: Formats) -> str:
    known = (
        approval.name,
        approval.party,
        approval.authority,
        approval.answered_on and form.day(approval.answered_on),
    )
    return ", ".join(word for word in known if word)


def _stopped(sentence: str) -> str:
    """With exactly one full stop, also after `kr.`."""
    return sentence if sentence.endswith(".") else f"{sentence}."
