"""The course of the leading outcome over all periods of the contract: once for the chart, once as its table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from maalbar.documents import effects
from maalbar.documents.chart import Course, Slot
from maalbar.documents.content import Block, Figure, Table
from maalbar.documents.drawing import folded, signs_of
from maalbar.documents.facts import EffectFact, StatementFacts
from maalbar.documents.formats import Formats
from maalbar.documents.language import LOCALES, Language, danish

NOT_YET = danish("endnu ikke målt")
NOT_MEASURABLE = danish("ikke målbar")
NO_EFFECT = danish("Ingen effekt")
SLOT_WIDTH = 12
"""Letters that a slot without a figure has room for beside each other."""


@dataclass(frozen=True)
class CourseFacts:
    """What the course is made from, where there is no whole statement; the names are those of `StatementFacts`."""

    effects: tuple[EffectFact, ...]
    course: Mapping[str, tuple[EffectFact, ...]]
    all_periods: tuple[tuple[str, date, date], ...]
    language: Language
    currency: str


def leading_course(facts: StatementFacts | CourseFacts) -> list[tuple[str, str, EffectFact | None]]:
    """The leading outcome in every period of the contract: id, months, effect (None where not measured yet)."""
    form, outcome = _formats(facts), facts.effects[0].outcome
    measured = {
        period: next((effect for effect in found if effect.outcome == outcome), None)
        for period, found in facts.course.items()
    }
    return [(period, form.short_span(start, end), measured.get(period)) for period, start, end in facts.all_periods]


def course_chart(facts: StatementFacts | CourseFacts) -> Course:
    """The chart's numbers and words."""
    form, lead = _formats(facts), facts.effects[0]
    change = form.say("Ændring") if lead.contrast == "ratio" else form.say("Ændring, {unit}", unit=lead.unit)
    if lead.better == "lower":
        title = form.say("{change} (lavere er bedre)", change=change)
    else:
        title = form.say("{change} (højere er bedre)", change=change)
    return Course(
        slots=tuple(
            _slot(f"{form.say('Periode {period}', period=period)}|{months}", effect, form)
            for period, months, effect in leading_course(facts)
        ),
        axis_title=title,
        zero_label=form.say(NO_EFFECT),
        target=_float(lead.target),
        target_label="" if lead.target is None else form.say("Mål: {target}", target=effects.aimed(lead, form)),
        is_share=lead.contrast == "ratio",
        signs=signs_of(form),
    )


def course_blocks(facts: StatementFacts | CourseFacts) -> tuple[Block, ...]:
    """The place of the chart, what it shows in words, and its numbers as a table."""
    form, lead = _formats(facts), facts.effects[0]
    rows = tuple(_row(period, months, effect, lead, form) for period, months, effect in leading_course(facts))
    caption = form.say(
        "{title}: ændring i hver periode mod det ventede uden indsatsen, med {interval}",
        title=lead.title,
        interval=form.say(effects.INTERVAL),
    )
    told = "; ".join(
        f"{months}: {change}{f' ({between})' if between != '–' else ''}" for _, months, change, between, _ in rows
    )
    headers = (
        form.say("Periode"), form.say("Måneder"), form.say("Ændring"), form.say(effects.INTERVAL), form.say("Mål"),
    )  # fmt: skip
    table = Table(form.say("Figurens tal"), headers, rows, (False, False, True, True, True))
    return (Figure(caption, f"{caption}. {told}."), table)


def _formats(facts: StatementFacts | CourseFacts) -> Formats:
    return Formats(LOCALES[facts.language], facts.currency)


def _slot(label: str, effect: EffectFact | None, form: Formats) -> Slot:
    if effect is None:
        return Slot(label, folded(form.say(NOT_YET), SLOT_WIDTH))
    if effect.change is None:
        return Slot(label, form.say(NOT_MEASURABLE))
    text = effects.signed(effect, effect.change, form)
    return Slot(label, text, float(effect.change), _float(effect.low), _float(effect.high))


def _row(period: str, months: str, effect: EffectFact | None, lead: EffectFact, form: Formats) -> tuple[str, ...]:
    target = effects.aimed(lead, form) or form.say("intet")
    if effect is None or effect.change is None:
        return (period, months, form.say(NOT_YET if effect is None else NOT_MEASURABLE), "–", target)
    return (
        period,
        months,
        effects.worded(effect, effect.change, form),
        effects.interval(effect, form) or "–",
        target,
    )


def _float(number: Decimal | None) -> float | None:
    return None if number is None else float(number)
