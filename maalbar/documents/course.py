"""The course of the leading outcome over all periods of the contract: once for the chart, once as its table."""

from __future__ import annotations

from decimal import Decimal

from babel.numbers import get_decimal_symbol, get_group_symbol

from maalbar.documents import effects
from maalbar.documents.chart import Course, Slot
from maalbar.documents.content import Block, Figure, Table
from maalbar.documents.facts import EffectFact, StatementFacts
from maalbar.documents.formats import Formats
from maalbar.documents.wording import LOCALE, formats

NOT_YET = "endnu ikke målt"
NOT_MEASURABLE = "ikke målbar"
NO_EFFECT = "Ingen effekt"


def leading_course(facts: StatementFacts) -> list[tuple[str, str, EffectFact | None]]:
    """The leading outcome in every period of the contract: id, months, effect (None where not measured yet)."""
    form, outcome = formats(facts), facts.effects[0].outcome
    measured = {
        period: next((effect for effect in found if effect.outcome == outcome), None)
        for period, found in facts.course.items()
    }
    return [(period, form.short_span(start, end), measured.get(period)) for period, start, end in facts.all_periods]


def course_chart(facts: StatementFacts) -> Course:
    """The chart's numbers and words."""
    form, lead = formats(facts), facts.effects[0]
    better = "lavere" if lead.better == "lower" else "højere"
    unit = "" if lead.contrast == "ratio" else f", {lead.unit}"
    return Course(
        slots=tuple(
            _slot(f"Periode {period}|{months}", effect, form) for period, months, effect in leading_course(facts)
        ),
        axis_title=f"Ændring{unit} ({better} er bedre)",
        zero_label=NO_EFFECT,
        target=_float(lead.target),
        target_label="" if lead.target is None else f"Mål: {effects.aimed(lead, form)}",
        is_share=lead.contrast == "ratio",
        separators=(get_decimal_symbol(LOCALE), get_group_symbol(LOCALE)),
    )


def course_blocks(facts: StatementFacts) -> tuple[Block, ...]:
    """The place of the chart, what it shows in words, and its numbers as a table."""
    form, lead = formats(facts), facts.effects[0]
    rows = tuple(_row(period, months, effect, lead, form) for period, months, effect in leading_course(facts))
    caption = f"{lead.title}: ændring i hver periode mod det ventede uden indsatsen, med {effects.INTERVAL}"
    told = "; ".join(
        f"{months}: {change}{f' ({between})' if between != '–' else ''}" for _, months, change, between, _ in rows
    )
    headers = ("Periode", "Måneder", "Ændring", effects.INTERVAL, "Mål")
    table = Table("Figurens tal", headers, rows, (False, False, True, True, True))
    return (Figure(caption, f"{caption}. {told}."), table)


def _slot(label: str, effect: EffectFact | None, form: Formats) -> Slot:
    if effect is None:
        return Slot(label, NOT_YET.replace(" ikke ", " ikke|"))
    if effect.change is None:
        return Slot(label, NOT_MEASURABLE)
    text = effects.signed(effect, effect.change, form)
    return Slot(label, text, float(effect.change), _float(effect.low), _float(effect.high))


def _row(period: str, months: str, effect: EffectFact | None, lead: EffectFact, form: Formats) -> tuple[str, ...]:
    target = effects.aimed(lead, form) or "intet"
    if effect is None or effect.change is None:
        return (period, months, NOT_YET if effect is None else NOT_MEASURABLE, "–", target)
    return (
        period,
        months,
        effects.worded(effect, effect.change, form),
        effects.interval(effect, form) or "–",
        target,
    )


def _float(number: Decimal | None) -> float | None:
    return None if number is None else float(number)
