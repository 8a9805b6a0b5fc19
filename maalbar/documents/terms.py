"""The terms of a contract in sentences, for those who sign and those who check."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import singledispatch

from maalbar.contract import Agreement
from maalbar.contract.bounds import Bounds
from maalbar.contract.outcomes import Outcome
from maalbar.contract.prices import (
    Brackets,
    EffectPrice,
    Interpolated,
    ProRata,
    RateCard,
    SavingsShare,
    Tiers,
    UnitPrice,
    Unpaid,
)
from maalbar.documents.explained import estimators_in_words, figure
from maalbar.documents.formats import Formats
from maalbar.documents.language import LOCALES, SOURCE, Language, danish
from maalbar.documents.rules import rules_in_words

EARNED = {
    "evenly": danish("optjent ligeligt over perioderne"),
    "at_end": danish("optjent i sidste periode"),
    "every_period": danish("i hver periode"),
    "parts": danish("optjent i aftalte dele"),
}
BOUNDS = (danish("mindst {limit}"), danish("over {limit}"), danish("højst {limit}"), danish("under {limit}"))
UNCERTAIN = {
    "point_estimate": "",
    "lower_limit": danish("Der betales efter den nedre grænse af intervallet."),
    "significant": danish("Der betales kun, hvis hele intervallet ligger på samme side af 0."),
}


def terms_in_words(agreement: Agreement, language: Language = SOURCE) -> tuple[str, ...]:
    """One sentence per rule: prices, shares, then what holds for all of them together."""
    form = Formats(LOCALES[language], agreement.terms.currency)
    said = [_outcome(agreement, outcome, form) for outcome in agreement.outcomes.values()]
    return (*said, *rules_in_words(agreement, form))


def _outcome(agreement: Agreement, outcome: Outcome, form: Formats) -> str:
    name, price = outcome.title[form.language], outcome.price
    if isinstance(price, Unpaid):
        return form.say("{title}: måles og vises, betales ikke.", title=name)
    shares = "; ".join(
        form.say(
            "{payer} {share} til {recipient}",
            payer=agreement.parties[s.payer].name,
            share=form.percent(s.share),
            recipient=agreement.parties[s.recipient].name,
        )
        for s in outcome.payments
    )
    said = [f"{name}: {_price(price, form)} ({shares}).", *_conditions(agreement, outcome, form)]
    return " ".join(sentence for sentence in said if sentence)


def _conditions(agreement: Agreement, outcome: Outcome, form: Formats) -> Iterator[str]:
    price = outcome.price
    if isinstance(price, EffectPrice) and price.uncertainty is not None:
        yield form.say(UNCERTAIN[price.uncertainty])
    if outcome.is_without_comparison:
        yield form.say("Målt uden sammenligning: ændringen kan have andre årsager.")
    if outcome.gate is not None:
        looked = form.say("resultatet")
        if outcome.gate.outcome:
            looked = agreement.outcomes[outcome.gate.outcome].title[form.language]
        ways = []
        if outcome.gate.each_period is not None:
            ways.append(form.say("i perioden er {bounds}", bounds=bounds(outcome.gate.each_period, form)))
        if outcome.gate.pooled is not None:
            ways.append(form.say("samlet er {bounds}", bounds=bounds(outcome.gate.pooled, form)))
        said = ways[0] if len(ways) == 1 else form.say("{first} eller {second}", first=ways[0], second=ways[1])
        yield form.say("Betales først, når {title} {opened}.", title=looked, opened=said)
    if outcome.deadweight is not None:
        share = form.percent(outcome.deadweight.share)
        yield form.say("{share} fradrages som det, der var kommet alligevel.", share=share)
    if outcome.fallback is not None:
        used = " + ".join(f"{form.percent(weight)} {name}" for name, weight in outcome.fallback.use.items())
        use = estimators_in_words(used, form)
        yield form.say("Svigter målingen, bruges den aftalte reserve: {use}.", use=use)
    if outcome.sharing == "measured_saving":
        yield form.say("Betalerne deler efter deres målte besparelse; andelene gælder, hvor ingen har sparet.")


def bounds(given: Bounds, form: Formats) -> str:
    """`mindst 10 % og under 20 %`."""
    limits = (given.at_least, given.above, given.at_most, given.below)
    said = [
        form.say(text, limit=figure(limit, form))
        for text, limit in zip(BOUNDS, limits, strict=True)
        if limit is not None
    ]
    return form.listed(said)


@singledispatch
def _price(price: object, form: Formats) -> str:
    raise TypeError(f"no words for a {type(price).__name__}")


@_price.register
def _(price: ProRata, form: Formats) -> str:
    if price.maximum:
        most = form.amount(price.maximum.minor)
    else:
        most = form.say("{share} af puljen", share=form.percent(price.weight or Decimal(0)))
    said = {"most": most, "target": figure(price.target, form), "earned": _earned(price, form)}
    if price.target.unit == "units":
        return form.say("op til {most} ved {target}, mindre forholdsmæssigt{earned}", **said)
    return form.say("op til {most} ved en forbedring på {target}, mindre forholdsmæssigt{earned}", **said)


@_price.register
def _(price: Tiers, form: Formats) -> str:
    steps = "; ".join(f"{bounds(tier, form)}: {form.amount(tier.amount.minor)}" for tier in price.tiers)
    return form.say("trin på resultatet{earned}: {steps}", earned=_earned(price, form), steps=steps)


@_price.register
def _(price: Interpolated, form: Formats) -> str:
    points = "; ".join(
        f"{figure(p.at, form)}: {form.amount(p.amount.minor) if p.amount else form.percent(p.rate or Decimal(0), 2)}"
        for p in price.points
    )
    of = form.say(" af {amount}", amount=form.amount(price.of.minor)) if price.of else ""
    said = {"of": of, "earned": _earned(price, form), "points": points}
    if price.interpolation == "linear":
        return form.say("efter en tabel{of}, på den rette linje mellem punkterne{earned}: {points}", **said)
    return form.say("efter en tabel{of}, i trin mellem punkterne{earned}: {points}", **said)


@_price.register
def _(price: SavingsShare, form: Formats) -> str:
    until = form.amount(price.break_even.minor) if price.break_even else form.say("den indskudte kapital")
    return form.say(
        "{before} af besparelsen, til {until} er betalt, derefter {after}",
        before=form.percent(price.before_break_even),
        until=until,
        after=form.percent(price.after_break_even),
    )


@_price.register
def _(price: RateCard, form: Formats) -> str:
    if price.amount is not None:
        each = form.say("{amount} for hver", amount=form.amount(price.amount.minor))
    elif price.milestones:
        milestones = "; ".join(f"{m.id} {form.amount(m.amount.minor)}" for m in price.milestones)
        each = form.say("{milestones}, hver én gang pr. person", milestones=milestones)
    else:
        each = "; ".join(
            " ".join(
                word
                for word in (
                    rate.item,
                    form.amount(rate.amount.minor),
                    form.say("fra {day}", day=form.day(rate.start)) if rate.start else None,
                )
                if word
            )
            for rate in price.rates
        )
    return each + _limits(price, form)


@_price.register
def _(price: Brackets, form: Formats) -> str:
    steps = "; ".join(
        form.say("til nr. {number} {amount}", number=form.number(b.up_to), amount=form.amount(b.amount.minor))
        if b.up_to
        else form.say("derefter {share}", share=form.amount(b.amount.minor))
        for b in price.brackets
    )
    return form.say("efter nummer: {steps}{limits}", steps=steps, limits=_limits(price, form))


def _earned(price: EffectPrice, form: Formats) -> str:
    return f", {form.say(EARNED[price.earned])}" if price.earned != "evenly" else ""


def _limits(price: UnitPrice, form: Formats) -> str:
    said = []
    if price.maximum is not None:
        said.append(form.say("højst {limit}", limit=form.amount(price.maximum.minor)))
    if price.min_units:
        said.append(form.say("færre end {number} venter til næste periode", number=price.min_units))
    if price.per_person is not None:
        limit = price.per_person
        if limit.max_claims is not None:
            said.append(form.say("højst {limit} pr. person", limit=limit.max_claims))
        if limit.max_units is not None:
            said.append(form.say("højst {limit} enheder pr. person", limit=limit.max_units))
        if limit.maximum is not None:
            said.append(form.say("højst {limit} pr. person", limit=form.amount(limit.maximum.minor)))
    if price.yearly is not None:
        most = price.yearly.max_units if price.yearly.maximum is None else form.amount(price.yearly.maximum.minor)
        said.append(form.say("højst {limit} om året", limit=most))
    return "".join(f", {part}" for part in said)
