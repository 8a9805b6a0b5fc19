"""How each effect was found and what speaks for and against it: estimator, assumption, checks, power."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from maalbar.documents import effects
from maalbar.documents.content import Block, Items, Table
from maalbar.documents.diagnosis import (
    CENSORED,
    CHECKS,
    CLUSTERS,
    CODES,
    ESTIMATORS,
    VARIANTS,
    VERDICTS,
    Told,
    told_of,
)
from maalbar.documents.effects import HIDDEN
from maalbar.documents.facts import EffectFact, ResponseFact, StatementFacts
from maalbar.documents.findings import Finding
from maalbar.documents.followed import ABSENT, ARMS
from maalbar.documents.formats import Formats
from maalbar.documents.refusals import in_danish
from maalbar.documents.ways import exact, is_a_way, limits_in_words, rated, ways_blocks

SMALLEST_P = Decimal("0.001")


def certainty_blocks(facts: StatementFacts, form: Formats) -> tuple[Block, ...]:
    """The blocks of every outcome, in the contract's order."""
    blocks: list[Block] = []
    for effect in facts.effects:
        if not effect.estimator:
            continue
        blocks.append(Items(tuple(_told(effect, form)), title=effect.title))
        blocks += _checks(effect, form)
        blocks += _responses(effect, facts, form)
        blocks += ways_blocks(effect, form)
    return tuple(blocks)


def p_value(p: Decimal, form: Formats) -> str:
    return f"< {form.number(SMALLEST_P, 3)}" if p < SMALLEST_P else form.number(p, 3)


def _told(effect: EffectFact, form: Formats) -> Iterator[str]:
    """What is compared, what that assumes, what the interval takes as independent, and what could have been shown."""
    way = ESTIMATORS.get(effect.estimator)
    yield f"{way.name}: {way.compares}." if way else f"{effect.estimator}."
    if way:
        yield f"Det bygger på, at {way.assumes}."
    if effect.low is not None:
        yield CLUSTERS.get(effect.clusters, effect.clusters)
    for reason in effect.censor:
        yield f"Opfølgningen slutter i begge grupper, når {CENSORED.get(reason, reason)}."
    planning = effect.finding("planning")
    if planning is not None:
        yield f"{_sentence(_figures(effect, planning, form))}."
    elif effect.detectable is not None:
        chance = "" if effect.power is None else f" Chance for at påvise målet: {form.percent(effect.power)}."
        yield f"Mindste effekt, der kan påvises: {effects.size(effect, effect.detectable, form)}.{chance}"
    if effect.change is None:
        yield f"{effect.title} er {effects.reason(effect)}."
    if effect.is_replaced:
        yield "Der betales på den aftalte reserve."


def _checks(effect: EffectFact, form: Formats) -> list[Block]:
    """What was looked into, what was found, and the verdict; variants that have no effect of their own are among them."""
    rows = []
    for finding in effect.findings:
        if finding.kind == "check":
            check = CHECKS.get(finding.about)
            answer = check.answers.get(finding.verdict, "") if check else ""
            question = check.question if check else finding.about
        elif finding.kind == "variant" and not is_a_way(finding):
            question, answer = VARIANTS.get(finding.about, finding.about), ""
        else:
            continue
        found = " ".join(part for part in (answer, _sentence(_figures(effect, finding, form))) if part)
        rows.append((question, found or ABSENT, VERDICTS.get(finding.verdict, finding.verdict)))
    if not rows:
        return []
    headers = ("Spørgsmål", "Fund", "Dom")
    return [Table(f"{effect.title}: hvad der er undersøgt", headers, tuple(rows), (False,) * 3)]


def _responses(effect: EffectFact, facts: StatementFacts, form: Formats) -> list[Block]:
    """Who answered a survey, arm by arm."""
    mine = [row for row in facts.responses if row.outcome == effect.outcome]
    if not mine:
        return []
    months = {
        p: f"{p}: {form.short_span(start, end)}" for p, start, end in (*facts.all_periods, *facts.baseline_windows)
    }
    rows = tuple((months.get(row.window, row.window), ARMS[row.arm], *_response(row, form)) for row in mine)
    headers = ("Vindue", "Gruppe", "Svar", "Kunne have svaret", "Svarprocent")
    return [Table(f"{effect.title}: hvem der har svaret", headers, rows, (False, False, True, True, True))]


def _response(row: ResponseFact, form: Formats) -> tuple[str, str, str]:
    if row.answers is None:
        return HIDDEN, HIDDEN, HIDDEN
    asked = ABSENT if row.asked is None else form.number(row.asked)
    return form.number(row.answers), asked, ABSENT if row.percent is None else form.number(row.percent)


def _figures(effect: EffectFact, finding: Finding, form: Formats) -> list[str]:
    """Every figure of a finding as a phrase; the limits stand with what they are the limits of."""
    said = []
    for name, value in finding.figures.items():
        if name in ("low", "high") and "change" in finding.figures:
            continue
        told = told_of(name)
        if told is None:
            text = HIDDEN if value is None else form.number(value, 2) if isinstance(value, Decimal) else str(value)
            said.append(f"{name} {text}")
        elif told.phrase:
            text = told.phrase.format(_figure(effect, told, value, form))
            said.append(f"{text}{_limits(effect, finding, form)}" if name == "change" else text)
    return said


def _limits(effect: EffectFact, finding: Finding, form: Formats) -> str:
    limits = limits_in_words(effect, rated(finding), form)
    return "" if limits == ABSENT else f" ({limits})"


def _figure(effect: EffectFact, told: Told, value: object, form: Formats) -> str:
    if value is None:
        return HIDDEN
    number = exact(value)
    if number is None:
        return in_danish(str(value)) if told.kind == "reason" else CODES.get(str(value), str(value))
    formats = {
        "effect": lambda: effects.signed(effect, number, form),
        "size": lambda: effects.size(effect, number, form),
        "p": lambda: p_value(number, form),
        "share": lambda: form.percent(number),
        "number": lambda: form.number(number, 2),
        "ratio": lambda: form.number(number, 2),
    }
    return formats[told.kind]() if told.kind in formats else form.number(number)


def _sentence(parts: list[str]) -> str:
    """The phrases as one sentence, without its full stop."""
    said = "; ".join(parts)
    return f"{said[:1].upper()}{said[1:]}"
