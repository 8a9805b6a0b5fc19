"""The nine lines of page one, from the facts of a statement. The order and number of lines never change."""

from __future__ import annotations

from dataclasses import replace

from maalbar.documents import effects
from maalbar.documents.content import Line, Part
from maalbar.documents.effects import HIDDEN
from maalbar.documents.facts import ApprovalFact, EffectFact, StatementFacts
from maalbar.documents.formats import Formats, plain
from maalbar.documents.language import LOCALES, danish
from maalbar.documents.money_facts import PaymentFact
from maalbar.documents.worth import bearer_in_words, worth_by_bearer

ILLUSTRATIVE = danish("Vilkår er illustrative, ikke aftalt.")


def formats(facts: StatementFacts) -> Formats:
    """The words and formats of the reader's language, in the contract's currency."""
    return Formats(LOCALES[facts.language], facts.currency)


def page_one(facts: StatementFacts) -> list[str]:
    """The nine lines as plain text, one string each."""
    return [plain(line.text) for line in page_one_lines(facts)]


def page_one_lines(facts: StatementFacts) -> tuple[Line, ...]:
    """The nine lines with their leads, for the templates."""
    form = formats(facts)
    return (
        _heading(facts, form),
        _payments(facts, form),
        _result(facts, form),
        _certainty(facts, form),
        _other_outcomes(facts, form),
        _cohort(facts, form),
        _value(facts, form),
        _changes(facts, form),
        _approvals(facts, form),
    )


def status(facts: StatementFacts) -> str:
    form = formats(facts)
    return form.say("GODKENDT") if facts.approved else form.say("UDKAST")


def rehearsal_mark(facts: StatementFacts) -> str | None:
    """What stands on every page of a rehearsal; None for the contract itself."""
    years, form = facts.rehearsal_years, formats(facts)
    if years is None:
        return None
    said = []
    if years:
        back = form.say_of(
            abs(years), "datoer flyttet {years} år tilbage", "datoer flyttet {years} år tilbage", years=abs(years)
        )
        ahead = form.say_of(
            abs(years), "datoer flyttet {years} år frem", "datoer flyttet {years} år frem", years=abs(years)
        )
        said.append(back if years < 0 else ahead)
    said.append(form.say("tal fra simulerede leverancer"))
    if years and any(approval.answered_on for approval in facts.approvals):
        said.append(form.say("godkendt på øvelsens egen dag"))
    return form.say("ØVELSE: {told}", told="; ".join(said))


def _heading(facts: StatementFacts, form: Formats) -> Line:
    named = f"{form.span(facts.start, facts.end)}, {facts.contract_name}."
    parts = [Part(form.say("Opgørelse~{period}:", period=facts.period), named)]
    warning = form.say(ILLUSTRATIVE) if facts.illustrative else ""
    parts.append(Part(form.say("Status: {status}.", status=status(facts)), warning))
    senders = _senders(facts, form)
    parts.append(
        Part("", form.say_of(len(facts.senders), "Afsender: {senders}.", "Afsendere: {senders}.", senders=senders))
    )
    return Line(tuple(parts))


def _senders(facts: StatementFacts, form: Formats) -> str:
    """`alle parter` when everyone who pays, receives or approves is a sender; else their names."""
    concerned = {a.party for a in facts.approvals} | {n for p in facts.payments for n in (p.payer, p.recipient)}
    is_all = len(facts.senders) > 1 and concerned <= set(facts.senders)
    return form.say("alle parter") if is_all else form.listed(facts.senders)


def _payments(facts: StatementFacts, form: Formats) -> Line:
    if not facts.payments:
        return Line((Part(form.say("Ingen betaling:"), f"{_why_nothing(facts, form)}."),))
    caps = [(p.payer, p.settled_minor, p.cap_minor, p.left_minor) for p in facts.payments]
    # Where several payments stand under one cap, it is told once, with the last of them.
    return Line(
        tuple(
            _payment(payment, facts, form, tells_cap=cap not in caps[place + 1 :])
            for place, (payment, cap) in enumerate(zip(facts.payments, caps, strict=True))
        )
    )


def _payment(payment: PaymentFact, facts: StatementFacts, form: Formats, *, tells_cap: bool) -> Part:
    said = {
        "payer": payment.payer, "recipient": payment.recipient, "day": form.day(payment.pay_by),
        "amount": form.amount(abs(payment.amount_minor)),
    }  # fmt: skip
    if payment.amount_minor < 0 and payment.is_set_off:
        lead = form.say("{recipient} skylder {payer} {amount}", **said)
        rest = form.say("som modregnes i senere betalinger.")
    elif payment.amount_minor < 0:
        lead = form.say("{recipient} betaler {amount} tilbage", **said)
        rest = form.say("til {payer} senest {day}.", **said)
    elif payment.amount_minor == 0:
        lead = form.say("{payer} betaler intet", **said)
        why = form.say("loftet er nået") if payment.left_minor == 0 else _why_nothing(facts, form)
        rest = form.say("til {recipient}: {why}.", why=why, **said)
    else:
        lead = form.say("{payer} betaler {amount}", **said)
        if payment.payer == payment.recipient:
            rest = form.say("til {recipient} (sig selv; bogføres brutto) senest {day}.", **said)
        else:
            rest = form.say("til {recipient} senest {day}.", **said)
    return Part(lead, f"{rest} {_against_cap(payment, form)}" if tells_cap else rest)


def _against_cap(payment: PaymentFact, form: Formats) -> str:
    """What is settled with this statement: owed, and not always paid yet."""
    if payment.cap_minor is None:
        settled = form.amount(payment.settled_minor)
        return form.say("Afregnet i alt, med denne opgørelse: {settled}; intet loft.", settled=settled)
    left = "" if payment.left_minor is None else form.say("; {left} tilbage", left=form.amount(payment.left_minor))
    if payment.given_up_minor:
        left = form.say("; {given_up} givet afkald på", given_up=form.amount(payment.given_up_minor)) + left
    return form.say(
        "Afregnet i alt, med denne opgørelse: {settled} af højst {cap}{left}.",
        settled=form.amount(payment.settled_minor, unit=False),
        cap=form.amount(payment.cap_minor),
        left=left,
    )


def _why_nothing(facts: StatementFacts, form: Formats) -> str:
    paid = [effect for effect in facts.effects if effect.paid]
    if paid and all(effect.change is None for effect in paid):
        return form.say("det, der betales for, er ikke målbart")
    if any(payment.settled_minor > 0 for payment in facts.payments):
        return form.say("resultatet giver efter vilkårene ikke mere end det, der allerede er afregnet")
    return form.say("resultatet giver efter vilkårene ingen betaling")


def is_so_far(facts: StatementFacts, effect: EffectFact) -> bool:
    """Whether a figure is over more periods than the one of the statement, so that the reader must be told so."""
    return effect.basis == "cumulative" and any(period != facts.period for period in facts.course)


def _result(facts: StatementFacts, form: Formats) -> Line:
    effect = facts.effects[0]
    target = form.say("Intet mål aftalt.")
    if effect.target is not None:
        target = form.say("Mål: {target}.", target=effects.promised(effect, form))
    if not is_so_far(facts, effect):
        return Line((Part(form.say("Resultat:"), f"{effects.result(effect, form)} {target}"),))
    said = [f"{effects.result(effect, form)} {target}"]
    alone = next((e for e in facts.course.get(facts.period, ()) if e.outcome == effect.outcome), None)
    if alone is not None:
        told = effects.brief(replace(alone, target=None, response_percent=None), form)
        said.append(form.say("Periode {period} alene: {told}", period=facts.period, told=told))
    return Line((Part(form.say("Resultat over alle perioder til nu:"), " ".join(said)),))


def _certainty(facts: StatementFacts, form: Formats) -> Line:
    effect = facts.effects[0]
    said = [effects.certainty(effect, form)]
    if effect.detectable is not None:
        smallest = effects.size(effect, effect.detectable, form)
        said.append(form.say("Mindste effekt, målingen kan påvise: {smallest}.", smallest=smallest))
    without = form.amount(facts.expected_without_effect_minor)
    said.append(form.say("Uden effekt ville vilkårene i gennemsnit udløse {without}", without=without))
    return Line((Part(form.say("Sikkerhed:"), _stopped(" ".join(said))),))


def _other_outcomes(facts: StatementFacts, form: Formats) -> Line:
    """The further outcomes that are paid for; those only shown stand in the tables, unless there is nothing else."""
    others = facts.effects[1:]
    chosen = [effect for effect in others if effect.paid] or list(others)
    if not chosen:
        return Line((Part(form.say("Andre resultater:"), form.say("ingen i kontrakten.")),))
    return Line(tuple(Part(_named(facts, effect, form), effects.brief(effect, form)) for effect in chosen))


def _named(facts: StatementFacts, effect: EffectFact, form: Formats) -> str:
    """`Livstilfredshed:`, and over how many periods where it is not the one of the statement."""
    if is_so_far(facts, effect):
        return form.say("{title} over alle perioder til nu:", title=effect.title)
    return f"{effect.title}:"


def _cohort(facts: StatementFacts, form: Formats) -> Line:
    cohort = facts.cohort
    number = {"number": _count(cohort.treated, form)}
    who = form.say(
        "{people}; {died}, {moved} (tæller med).",
        people=form.say("{number}~beboere", **number)
        if cohort.comparison_areas
        else form.say("{number}~personer", **number),
        died=form.say("antal døde er skjult")
        if cohort.died is None
        else form.say("{number}~døde", number=form.number(cohort.died)),
        moved=form.say("antal flyttede er skjult")
        if cohort.moved is None
        else form.say("{number}~flyttet", number=form.number(cohort.moved)),
    )
    others = _count(cohort.comparison, form)
    if areas := cohort.comparison_areas:
        told = {"others": others, "areas": areas}
        others = form.say_of(areas, "{others} i {areas}~område", "{others} i {areas}~områder", **told)
    against = form.say("Sammenlignet med {others}; {mortality}.", others=others, mortality=_mortality(facts, form))
    return Line((Part(form.say("Hvem:"), f"{who} {against}"),))


def _count(number: int | None, form: Formats) -> str:
    return form.say("skjult antal") if number is None else form.number(number)


def _mortality(facts: StatementFacts, form: Formats) -> str:
    # A rate beside a hidden number of deaths would give the number away.
    cohort = facts.cohort
    treated = None if cohort.died is None else cohort.mortality_treated
    sides = [
        form.say(HIDDEN) if rate is None else form.number(rate, 1) for rate in (treated, cohort.mortality_comparison)
    ]
    return form.say("dødelighed {treated} mod {comparison} pr. 100 personår", treated=sides[0], comparison=sides[1])


def _value(facts: StatementFacts, form: Formats) -> Line:
    bearers = [
        f"{bearer_in_words(bearer, form)} {form.say(HIDDEN) if minor is None else form.amount(minor, unit=False)}"
        for bearer, minor in worth_by_bearer(facts.values).items()
    ]
    worth = form.say("ikke opgjort.")
    if bearers:
        worth = form.say(
            "{worth} {unit} (ikke nødvendigvis frigjort budget).", worth=", ".join(bearers), unit=form.unit
        )
    money = [
        form.say(
            "indskudt {paid_in}, tilkommer i alt {due}, heraf risikotillæg {premium}",
            paid_in=form.amount(i.paid_in_minor, unit=False),
            due=form.amount(i.due_minor, unit=False),
            premium=form.amount(i.premium_minor),
        )
        for i in facts.investors
    ]
    named = money if len(money) == 1 else [f"{i.investor} {m}" for i, m in zip(facts.investors, money, strict=True)]
    parts = [Part(form.say("Beregnet værdi:"), worth)]
    if named:
        parts.append(Part(form.say_of(len(named), "Investor:", "Investorer:"), _stopped("; ".join(named))))
    return Line(tuple(parts))


def _changes(facts: StatementFacts, form: Formats) -> Line:
    changes = [f"{what}, {form.amount(minor, signed=True)}" for what, minor in facts.changes]
    told = _stopped("; ".join(changes)) if changes else form.say("Ingen ændringer.")
    return Line((Part(form.say("Ændret siden sidst:"), told),))


def _approvals(facts: StatementFacts, form: Formats) -> Line:
    given = "; ".join(_approval(a, form) for a in facts.approvals if a.name is not None)
    awaited = [a.party for a in facts.approvals if a.name is None]
    waiting = form.say("afventer {parties}", parties=form.listed(awaited)) if awaited else ""
    if given:
        part = Part(form.say("Godkendt af"), f"{given}{f'; {waiting}' if waiting else ''}.")
    elif waiting:
        part = Part(form.say("Ingen har godkendt endnu;"), f"{waiting}.")
    else:
        part = Part(form.say("Ingen godkendelse registreret."))
    known = form.say("Data kendt pr. {day}.", day=form.day(facts.data_known_as_at))
    return Line((part, Part("", f"{known} {form.say('Efterprøv: pas {id}', id=facts.passport['id'])}")))


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
