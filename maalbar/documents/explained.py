"""The way from a result to an amount in words: one phrase a step. Joined by arrows they are one line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from maalbar.contract import Agreement
from maalbar.contract.values import Figure
from maalbar.documents.diagnosis import ESTIMATORS
from maalbar.documents.effects import HIDDEN
from maalbar.documents.figure_words import way_in_words
from maalbar.documents.formats import NBSP, Formats
from maalbar.documents.language import LOCALES, Language, danish
from maalbar.documents.refusals import reason_in_words
from maalbar.money import to_minor

WORDS = {
    "level": danish("resultat {value}{interval}"),
    "result": danish("virkning {value}{interval}"),
    "fallback": danish("aftalt reserve ({use})"),
    "point_estimate": danish("{value}"),
    "lower_limit": danish("nedre grænse {value}"),
    "significant": danish("kun hvis sikker: {value}"),
    "deadweight": danish("fradrag på {share} for det, der var kommet alligevel: {value}"),
    "pro_rata": danish("{attained} af målet på {target} → {maximum} × {part} × {attained} = {amount}"),
    "tiers": danish("trinnet giver {full} × {part} = {amount}"),
    "interpolated": danish("tabellen giver {full} × {part} = {amount}"),
    "savings_share": danish("sparet {saved} til nu, udlignet ved {break_even}: {amount} til nu"),
    "units": danish("{units} enheder"),
    "units_target": danish("{units} enheder, {attained} af målet på {target}: {amount} til nu"),
    "left_out": danish("ikke betalt: {told}"),
    "too_few": danish("{units} enheder venter, færre end {min_units}"),
    "yearly_limit": danish("{units_over} enheder over årets grænse {carried}"),
    "yearly_amount": danish("højst {maximum} om året"),
    "maximum": danish("højst {maximum} i alt"),
    "floor": danish("bunden giver {amount} til nu"),
    "earned": danish("optjent {amount} til nu"),
    "gate": danish("{opened}; holdt tilbage {held}"),
    "not_before": danish("betales først fra {not_before}"),
    "on_account": danish("a conto {share}: {amount}"),
    "sharing": danish("deles {by}: {told}"),
    "stands": danish("uændret, selv om personer siden er slettet {stands}"),
    "already": danish("heraf givet før {already}"),
    "lapsed": danish("bortfaldet under tidligere års lofter {lapsed}"),
    "premium_held": danish("risikotillæg holdt tilbage {held}"),
    "cap": danish("loftet for {scope} tager {taken}{lapses}"),
    "minimum": danish("aftalt mindstebetaling: {amount}"),
    "redemption": danish("indfrielse ved ophør: {amount}"),
    "granted": danish("perioden giver {amount}"),
    "not_measurable": danish("ikke målbar, fordi {why}: intet lægges til, intet tages tilbage"),
}
CHOICES = {
    "pooled": danish("det samlede resultat åbner for alt"),
    "period": danish("periodens resultat åbner for perioden"),
    "shut": danish("betingelsen er ikke nået"),
    "True": danish("overføres"),
    "False": danish("bortfalder"),
    "fixed": danish("efter faste andele"),
    "measured_saving": danish("efter målt besparelse"),
    "returns": danish("afkastet"),
    "contract": danish("hele kontrakten"),
    "budget_year": danish("i budgetåret"),
    "claimed": danish("ikke efterprøvet"),
    "rejected": danish("afvist"),
    "after_stop": danish("efter ophør"),
    "no_value": danish("uden resultat"),
    "no_success": danish("ikke nået"),
    "person_claims": danish("over antal pr. person"),
    "person_units": danish("over enheder pr. person"),
    "too_soon": danish("for tidligt efter det forrige"),
    "repeated": danish("gentaget"),
    "out_of_order": danish("uden trinnet før"),
}
UNITS = {
    "points": danish("point"),
    "percentage points": danish("procentpoint"),
    "per person-year": danish("pr. personår"),
    "units": danish("enheder"),
}
"""The units of a contract's figures."""
FACTOR_DIGITS = 8
"""Decimals of what is multiplied, at most: enough for the øre of ten million kroner."""
MONEY = ("stands", "already", "lapsed", "full", "maximum", "amount", "saved", "break_even", "held", "taken")
SHARES = ("attained", "share", "part")


def explained(
    agreement: Agreement, outcome_id: str, stages: list[tuple[str, int | None, Mapping[str, Any]]], language: Language
) -> list[str]:
    """One phrase for each stage: (rule, amount after it in minor units, facts)."""
    form = Formats(LOCALES[language], agreement.terms.currency)
    return [_phrase(agreement, outcome_id, *stage, form) for stage in stages]


def _phrase(
    agreement: Agreement,
    outcome_id: str,
    rule: str,
    amount: int | None,
    facts: Mapping[str, Any],
    form: Formats,
) -> str:
    said = {"amount": form.amount(amount)} if amount is not None else {}
    for name, value in facts.items():
        said[name] = _said(agreement, outcome_id, name, value, form)
    limits = form.say("{low} til {high}", low=said["low"], high=said["high"]) if "low" in said else ""
    said["interval"] = f" ({limits})" if limits else ""
    if rule == "left_out":
        said["told"] = ", ".join(f"{number} {_choice(why, form)}" for why, number in facts.items())
    if rule == "sharing":
        said["told"] = _shares(agreement, facts, form)
    if rule == "cap":
        said["scope"] = _scope(agreement, facts, form)
        said["lapses"] = form.say(", som bortfalder") if facts["lapses"] else ""
    outcome = agreement.outcomes.get(outcome_id)
    word = "level" if rule == "result" and outcome is not None and outcome.contrast == "level" else rule
    return form.say(WORDS[word], **said)


def _said(agreement: Agreement, outcome_id: str, name: str, value: Any, form: Formats) -> str:
    if name == "use":
        return estimators_in_words(str(value), form)
    if name == "why":
        return reason_in_words(str(value), form)
    if isinstance(value, date):
        return form.day(value)
    if value == HIDDEN:
        return form.say(HIDDEN)
    if isinstance(value, Figure):
        return figure(value, form)
    if isinstance(value, bool) or name in ("opened", "by"):
        return _choice(str(value), form)
    if name in MONEY and isinstance(value, int | Decimal):
        return form.amount(to_minor(Decimal(value), agreement.terms.rounding))
    if name in SHARES and isinstance(value, Decimal):
        return _share(value, form)
    if isinstance(value, Decimal):
        return _value(agreement, outcome_id, name, value, form)
    return str(value)


def estimators_in_words(text: str, form: Formats) -> str:
    """The names of estimators in a text, as the reader's language has them: `50 % før og efter`."""
    for name in ESTIMATORS:
        text = text.replace(name, way_in_words(name, form))
    return text


def figure(given: Figure, form: Formats) -> str:
    """A figure of the contract as people write it: `10 %`, `0,5 point`."""
    number = form.number(given.number, _decimals(given.number))
    if given.unit == "%":
        return f"{number}{form.percent_sign}"
    return f"{number}{NBSP}{form.say(UNITS[given.unit]) if given.unit in UNITS else given.unit}"


def _share(share: Decimal, form: Formats, most: int = FACTOR_DIGITS) -> str:
    """A share as a factor: with every decimal it has, so that a reader who multiplies gets the amount; at most so many."""
    return form.percent(share, min(_decimals(share * 100), most))


def _decimals(value: Decimal) -> int:
    return max(0, -int(value.normalize().as_tuple().exponent))


def _value(agreement: Agreement, outcome_id: str, name: str, value: Decimal, form: Formats) -> str:
    """A result in the unit of its outcome: percent for rates and for levels paid by percent."""
    outcome = agreement.outcomes.get(outcome_id)
    if name in ("units", "units_over") or outcome is None:
        return form.number(value, min(_decimals(value), 2))
    price = outcome.price
    in_percent = outcome.contrast == "ratio" or any(
        f.unit == "%"
        for f in [
            *(f for tier in getattr(price, "tiers", ()) for f in tier.figures),
            *(point.at for point in getattr(price, "points", ())),
            *([price.target] if getattr(price, "target", None) else []),  # type: ignore[union-attr]
        ]
    )
    # What is multiplied is told with the decimals that it is stored with; its limits only say how sure it is.
    is_factor = name not in ("low", "high")
    if in_percent:
        return form.percent(value, max(2, min(_decimals(value * 100), FACTOR_DIGITS)) if is_factor else 2)
    if price.kind == "savings_share":
        return form.money(form.number(value))
    return form.number(value, max(3, min(_decimals(value), FACTOR_DIGITS)) if is_factor else 3)


def _choice(word: str, form: Formats) -> str:
    return form.say(CHOICES[word]) if word in CHOICES else word


def _shares(agreement: Agreement, facts: Mapping[str, Any], form: Formats) -> str:
    """Both ways of sharing beside each other, the one in use first, and the other only to a tenth of a percent."""
    used, other = ("fixed", "measured") if facts["by"] == "fixed" else ("measured", "fixed")

    def told(name: str, digits: int) -> str:
        shares = facts[name].items()
        return ", ".join(f"{agreement.parties[payer].label} {_share(share, form, digits)}" for payer, share in shares)

    if other not in facts:
        return told(used, FACTOR_DIGITS)
    names = {"measured": "measured_saving", "fixed": "fixed"}
    return f"{told(used, FACTOR_DIGITS)} ({_choice(names[other], form)}: {told(other, 1)})"


def _scope(agreement: Agreement, facts: Mapping[str, Any], form: Formats) -> str:
    if facts["kind"] == "returns":
        scope = f"{_choice('returns', form)}, {agreement.parties[facts['recipient']].label}"
    elif facts["payer"]:
        scope = agreement.parties[facts["payer"]].label
        if facts["recipient"]:
            scope += f" → {agreement.parties[facts['recipient']].label}"
    else:
        scope = _choice("contract", form)
    return f"{scope} {_choice('budget_year', form)}" if facts["per"] == "budget_year" else scope
