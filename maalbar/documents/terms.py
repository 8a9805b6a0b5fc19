"""The terms of a contract in Danish sentences, for those who sign and those who check."""

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
from maalbar.documents.explained import estimators_in_danish, figure
from maalbar.documents.formats import Formats
from maalbar.documents.rules import rules_in_words

EARNED = {
    "evenly": "optjent ligeligt over perioderne",
    "at_end": "optjent i sidste periode",
    "every_period": "i hver periode",
    "parts": "optjent i aftalte dele",
}
UNCERTAIN = {
    "point_estimate": "",
    "lower_limit": " Der betales efter den nedre grænse af intervallet.",
    "significant": " Der betales kun, hvis hele intervallet ligger på samme side af 0.",
}


def terms_in_words(agreement: Agreement) -> tuple[str, ...]:
    """One sentence per rule: prices, shares, then what holds for all of them together."""
    form = Formats("da_DK", agreement.terms.currency)
    said = [_outcome(agreement, outcome, form) for outcome in agreement.outcomes.values()]
    return (*said, *rules_in_words(agreement, form))


def _outcome(agreement: Agreement, outcome: Outcome, form: Formats) -> str:
    name, price = outcome.title["da"], outcome.price
    if isinstance(price, Unpaid):
        return f"{name}: måles og vises, betales ikke."
    shares = "; ".join(
        f"{agreement.parties[s.payer].name} {form.percent(s.share)} til {agreement.parties[s.recipient].name}"
        for s in outcome.payments
    )
    return f"{name}: {_price(price, form)} ({shares}).{''.join(_conditions(agreement, outcome, form))}"


def _conditions(agreement: Agreement, outcome: Outcome, form: Formats) -> Iterator[str]:
    price = outcome.price
    if isinstance(price, EffectPrice) and price.uncertainty is not None:
        yield UNCERTAIN[price.uncertainty]
    if outcome.is_without_comparison:
        yield " Målt uden sammenligning: ændringen kan have andre årsager."
    if outcome.gate is not None:
        looked = agreement.outcomes[outcome.gate.outcome].title["da"] if outcome.gate.outcome else "resultatet"
        ways = [("i perioden", outcome.gate.each_period), ("samlet", outcome.gate.pooled)]
        said = " eller ".join(f"{when} er {bounds(b, form)}" for when, b in ways if b is not None)
        yield f" Betales først, når {looked} {said}."
    if outcome.deadweight is not None:
        yield f" {form.percent(outcome.deadweight.share)} fradrages som det, der var kommet alligevel."
    if outcome.fallback is not None:
        used = " + ".join(f"{form.percent(weight)} {name}" for name, weight in outcome.fallback.use.items())
        yield f" Svigter målingen, bruges den aftalte reserve: {estimators_in_danish(used)}."
    if outcome.sharing == "measured_saving":
        yield " Betalerne deler efter deres målte besparelse; andelene gælder, hvor ingen har sparet."


def bounds(given: Bounds, form: Formats) -> str:
    """`mindst 10 % og under 20 %`."""
    said = (("mindst", given.at_least), ("over", given.above), ("højst", given.at_most), ("under", given.below))
    return " og ".join(f"{word} {figure(f, 'da', form)}" for word, f in said if f is not None)


@singledispatch
def _price(price: object, form: Formats) -> str:
    raise TypeError(f"no words for a {type(price).__name__}")


@_price.register
def _(price: ProRata, form: Formats) -> str:
    most = (
        form.amount(price.maximum.minor) if price.maximum else f"{form.percent(price.weight or Decimal(0))} af puljen"
    )
    what = "ved" if price.target.unit == "units" else "ved en forbedring på"
    return f"op til {most} {what} {figure(price.target, 'da', form)}, mindre forholdsmæssigt{_earned(price)}"


@_price.register
def _(price: Tiers, form: Formats) -> str:
    steps = "; ".join(f"{bounds(tier, form)}: {form.amount(tier.amount.minor)}" for tier in price.tiers)
    return f"trin på resultatet{_earned(price)}: {steps}"


@_price.register
def _(price: Interpolated, form: Formats) -> str:
    points = "; ".join(
        f"{figure(p.at, 'da', form)}: {form.amount(p.amount.minor) if p.amount else form.percent(p.rate or Decimal(0), 2)}"
        for p in price.points
    )
    of = f" af {form.amount(price.of.minor)}" if price.of else ""
    way = "på den rette linje mellem punkterne" if price.interpolation == "linear" else "i trin mellem punkterne"
    return f"efter en tabel{of}, {way}{_earned(price)}: {points}"


@_price.register
def _(price: SavingsShare, form: Formats) -> str:
    until = form.amount(price.break_even.minor) if price.break_even else "den indskudte kapital"
    return (
        f"{form.percent(price.before_break_even)} af besparelsen, til {until} er betalt, "
        f"derefter {form.percent(price.after_break_even)}"
    )


@_price.register
def _(price: RateCard, form: Formats) -> str:
    if price.amount is not None:
        each = f"{form.amount(price.amount.minor)} for hver"
    elif price.milestones:
        each = (
            "; ".join(f"{m.id} {form.amount(m.amount.minor)}" for m in price.milestones) + ", hver én gang pr. person"
        )
    else:
        each = "; ".join(
            " ".join(
                word
                for word in (
                    rate.item,
                    form.amount(rate.amount.minor),
                    f"fra {form.day(rate.start)}" if rate.start else None,
                )
                if word
            )
            for rate in price.rates
        )
    return each + _limits(price, form)


@_price.register
def _(price: Brackets, form: Formats) -> str:
    steps = "; ".join(
        f"{'til nr. ' + form.number(b.up_to) if b.up_to else 'derefter'} {form.amount(b.amount.minor)}"
        for b in price.brackets
    )
    return f"efter nummer: {steps}{_limits(price, form)}"


def _earned(price: EffectPrice) -> str:
    return f", {EARNED[price.earned]}" if price.earned != "evenly" else ""


def _limits(price: UnitPrice, form: Formats) -> str:
    said = []
    if price.maximum is not None:
        said.append(f"højst {form.amount(price.maximum.minor)}")
    if price.min_units:
        said.append(f"færre end {price.min_units} venter til næste periode")
    if price.per_person is not None:
        limit = price.per_person
        said += [f"højst {limit.max_claims} pr. person"] if limit.max_claims is not None else []
        said += [f"højst {limit.max_units} enheder pr. person"] if limit.max_units is not None else []
        said += [f"højst {form.amount(limit.maximum.minor)} pr. person"] if limit.maximum is not None else []
    if price.yearly is not None:
        most = price.yearly.max_units if price.yearly.maximum is None else form.amount(price.yearly.maximum.minor)
        said.append(f"højst {most} om året")
    return "".join(f", {part}" for part in said)
