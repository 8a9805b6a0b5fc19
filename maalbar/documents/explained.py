"""The way from a result to an amount in words: one phrase a step, in Danish or English. Joined by arrows they are one line."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal

from maalbar.contract import Agreement
from maalbar.contract.values import Figure
from maalbar.documents.diagnosis import ESTIMATORS
from maalbar.documents.formats import Formats
from maalbar.documents.refusals import in_danish
from maalbar.money import to_minor

Language = Literal["da", "en"]
LOCALES = {"da": "da_DK", "en": "en_GB"}
WORDS: dict[str, dict[Language, str]] = {
    "level": {"da": "resultat {value}{interval}", "en": "result {value}{interval}"},
    "result": {"da": "virkning {value}{interval}", "en": "effect {value}{interval}"},
    "fallback": {"da": "aftalt reserve ({use})", "en": "agreed fallback ({use})"},
    "point_estimate": {"da": "{value}", "en": "{value}"},
    "lower_limit": {"da": "nedre grænse {value}", "en": "lower limit {value}"},
    "significant": {"da": "kun hvis sikker: {value}", "en": "only if significant: {value}"},
    "deadweight": {
        "da": "fradrag på {share} for det, der var kommet alligevel: {value}",
        "en": "less {share} deadweight: {value}",
    },
    "pro_rata": {
        "da": "{attained} af målet på {target} → {maximum} × {part} × {attained} = {amount}",
        "en": "{attained} of the target of {target} → {maximum} × {part} × {attained} = {amount}",
    },
    "tiers": {
        "da": "trinnet giver {full} × {part} = {amount}",
        "en": "the tier pays {full} × {part} = {amount}",
    },
    "interpolated": {
        "da": "tabellen giver {full} × {part} = {amount}",
        "en": "the table pays {full} × {part} = {amount}",
    },
    "savings_share": {
        "da": "sparet {saved} til nu, udlignet ved {break_even}: {amount} til nu",
        "en": "saved {saved} so far, break-even at {break_even}: {amount} so far",
    },
    "units": {"da": "{units} enheder", "en": "{units} units"},
    "units_target": {
        "da": "{units} enheder, {attained} af målet på {target}: {amount} til nu",
        "en": "{units} units, {attained} of the target of {target}: {amount} so far",
    },
    "left_out": {"da": "ikke betalt: {told}", "en": "not paid: {told}"},
    "too_few": {
        "da": "{units} enheder venter, færre end {min_units}",
        "en": "{units} units wait, fewer than {min_units}",
    },
    "yearly_limit": {
        "da": "{units_over} enheder over årets grænse {carried}",
        "en": "{units_over} units over the year's limit {carried}",
    },
    "yearly_amount": {"da": "højst {maximum} om året", "en": "at most {maximum} a year"},
    "maximum": {"da": "højst {maximum} i alt", "en": "at most {maximum} in all"},
    "floor": {"da": "bunden giver {amount} til nu", "en": "the floor makes it {amount} so far"},
    "earned": {"da": "optjent {amount} til nu", "en": "earned {amount} so far"},
    "gate": {"da": "{opened}; holdt tilbage {held}", "en": "{opened}; held back {held}"},
    "not_before": {"da": "betales først fra {not_before}", "en": "payable only from {not_before}"},
    "on_account": {"da": "a conto {share}: {amount}", "en": "on account {share}: {amount}"},
    "sharing": {"da": "deles {by}: {told}", "en": "shared {by}: {told}"},
    "stands": {
        "da": "uændret, selv om personer siden er slettet {stands}",
        "en": "unchanged although persons have been erased since {stands}",
    },
    "already": {"da": "heraf givet før {already}", "en": "of which granted before {already}"},
    "lapsed": {
        "da": "bortfaldet under tidligere års lofter {lapsed}",
        "en": "lapsed under caps of earlier years {lapsed}",
    },
    "premium_held": {"da": "risikotillæg holdt tilbage {held}", "en": "risk premium held back {held}"},
    "cap": {"da": "loftet for {scope} tager {taken}{lapses}", "en": "the cap on {scope} takes {taken}{lapses}"},
    "minimum": {"da": "aftalt mindstebetaling: {amount}", "en": "agreed minimum: {amount}"},
    "redemption": {"da": "indfrielse ved ophør: {amount}", "en": "redemption at the early end: {amount}"},
    "granted": {"da": "perioden giver {amount}", "en": "the period pays {amount}"},
    "not_measurable": {
        "da": "ikke målbar, fordi {why}: intet lægges til, intet tages tilbage",
        "en": "not measurable ({why}): nothing is added, nothing taken back",
    },
}
CHOICES: dict[str, dict[Language, str]] = {
    "pooled": {"da": "det samlede resultat åbner for alt", "en": "the pooled result opens for everything"},
    "period": {"da": "periodens resultat åbner for perioden", "en": "the period's result opens for the period"},
    "shut": {"da": "betingelsen er ikke nået", "en": "the gate is not reached"},
    "True": {"da": "overføres", "en": "are carried over"},
    "False": {"da": "bortfalder", "en": "lapse"},
    "fixed": {"da": "efter faste andele", "en": "by fixed shares"},
    "measured_saving": {"da": "efter målt besparelse", "en": "by measured saving"},
    "returns": {"da": "afkastet", "en": "the return"},
    "contract": {"da": "hele kontrakten", "en": "the whole contract"},
    "budget_year": {"da": "i budgetåret", "en": "in the budget year"},
    "claimed": {"da": "ikke efterprøvet", "en": "not verified"},
    "rejected": {"da": "afvist", "en": "rejected"},
    "after_stop": {"da": "efter ophør", "en": "after the stop"},
    "no_value": {"da": "uden resultat", "en": "without a result"},
    "no_success": {"da": "ikke nået", "en": "no success"},
    "person_claims": {"da": "over antal pr. person", "en": "over the number per person"},
    "person_units": {"da": "over enheder pr. person", "en": "over the units per person"},
    "too_soon": {"da": "for tidligt efter det forrige", "en": "too soon after the one before"},
    "repeated": {"da": "gentaget", "en": "repeated"},
    "out_of_order": {"da": "uden trinnet før", "en": "without the step before"},
}
LAPSES: dict[Language, str] = {"da": ", som bortfalder", "en": ", for good"}
FACTOR_DIGITS = 8
"""Decimals of what is multiplied, at most: enough for the øre of ten million kroner."""
MONEY = ("stands", "already", "lapsed", "full", "maximum", "amount", "saved", "break_even", "held", "taken")
SHARES = ("attained", "share", "part")


def explained(
    agreement: Agreement, outcome_id: str, stages: list[tuple[str, int | None, Mapping[str, Any]]], language: Language
) -> list[str]:
    """One phrase for each stage: (rule, amount after it in minor units, facts)."""
    form = Formats(LOCALES[language], agreement.terms.currency)
    return [_phrase(agreement, outcome_id, *stage, language, form) for stage in stages]


def _phrase(
    agreement: Agreement,
    outcome_id: str,
    rule: str,
    amount: int | None,
    facts: Mapping[str, Any],
    language: Language,
    form: Formats,
) -> str:
    said = {"amount": form.amount(amount)} if amount is not None else {}
    for name, value in facts.items():
        said[name] = _said(agreement, outcome_id, name, value, language, form)
    said["interval"] = f" ({said['low']} {'til' if language == 'da' else 'to'} {said['high']})" if "low" in said else ""
    if rule == "left_out":
        said["told"] = ", ".join(f"{number} {_choice(why, language)}" for why, number in facts.items())
    if rule == "sharing":
        said["told"] = _shares(agreement, facts, language, form)
    if rule == "cap":
        said["scope"] = _scope(agreement, facts, language)
        said["lapses"] = LAPSES[language] if facts["lapses"] else ""
    outcome = agreement.outcomes.get(outcome_id)
    word = "level" if rule == "result" and outcome is not None and outcome.contrast == "level" else rule
    return WORDS[word][language].format(**said)


def _said(agreement: Agreement, outcome_id: str, name: str, value: Any, language: Language, form: Formats) -> str:
    if name == "use" and language == "da":
        return estimators_in_danish(str(value))
    if name == "why":
        return in_danish(value) if language == "da" else str(value)
    if isinstance(value, Figure):
        return figure(value, language, form)
    if isinstance(value, bool) or name in ("opened", "by"):
        return _choice(str(value), language)
    if name in MONEY and isinstance(value, int | Decimal):
        return form.amount(to_minor(Decimal(value), agreement.terms.rounding))
    if name in SHARES and isinstance(value, Decimal):
        return _share(value, form)
    if isinstance(value, Decimal):
        return _value(agreement, outcome_id, name, value, form)
    return str(value)


def estimators_in_danish(text: str) -> str:
    """The names of estimators in a text, as Danish has them: `50 % før og efter`."""
    for name, way in ESTIMATORS.items():
        text = text.replace(name, f"{way.name[:1].lower()}{way.name[1:]}")
    return text


def figure(given: Figure, language: Language, form: Formats) -> str:
    """A figure of the contract as people write it: `10 %`, `0,5 point`."""
    units = {
        "points": {"da": "point", "en": "points"},
        "percentage points": {"da": "procentpoint", "en": "percentage points"},
        "per person-year": {"da": "pr. personår", "en": "per person-year"},
        "units": {"da": "enheder", "en": "units"},
    }
    digits = _decimals(given.number)
    unit = units[given.unit][language] if given.unit in units else given.unit
    return f"{form.number(given.number, digits)}\N{NO-BREAK SPACE}{unit}"


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
        return f"{form.number(value)}\N{NO-BREAK SPACE}{form.unit}"
    return form.number(value, max(3, min(_decimals(value), FACTOR_DIGITS)) if is_factor else 3)


def _choice(word: str, language: Language) -> str:
    return CHOICES[word][language] if word in CHOICES else word


def _shares(agreement: Agreement, facts: Mapping[str, Any], language: Language, form: Formats) -> str:
    """Both ways of sharing beside each other, the one in use first, and the other only to a tenth of a percent."""
    used, other = ("fixed", "measured") if facts["by"] == "fixed" else ("measured", "fixed")

    def told(name: str, digits: int) -> str:
        shares = facts[name].items()
        return ", ".join(f"{agreement.parties[payer].label} {_share(share, form, digits)}" for payer, share in shares)

    if other not in facts:
        return told(used, FACTOR_DIGITS)
    names = {"measured": "measured_saving", "fixed": "fixed"}
    return f"{told(used, FACTOR_DIGITS)} ({_choice(names[other], language)}: {told(other, 1)})"


def _scope(agreement: Agreement, facts: Mapping[str, Any], language: Language) -> str:
    if facts["kind"] == "returns":
        scope = f"{_choice('returns', language)}, {agreement.parties[facts['recipient']].label}"
    elif facts["payer"]:
        scope = agreement.parties[facts["payer"]].label
        if facts["recipient"]:
            scope += f" → {agreement.parties[facts['recipient']].label}"
    else:
        scope = _choice("contract", language)
    return f"{scope} {_choice('budget_year', language)}" if facts["per"] == "budget_year" else scope
