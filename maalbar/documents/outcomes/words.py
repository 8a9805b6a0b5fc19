"""The Outcomes pages in words: amounts, effects and states as they are read. English, as Airflow around them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from maalbar.documents import effects
from maalbar.documents.chart import Course, course_svg
from maalbar.documents.content import Table
from maalbar.documents.course import CourseFacts, course_blocks, course_chart
from maalbar.documents.facts import EffectFact
from maalbar.documents.formats import Formats
from maalbar.documents.language import LOCALES, Language
from maalbar.documents.outcomes.facts import Awaited, Figures, Head, Payment, Period

LANGUAGE: Language = "en"
REJECTED_STEPS = {
    "rejected": "rejected",
    "disputed": "disputed",
    "settled": "the dispute settled, the figures stand",
    "waiving": "given up, once another person of the party says so too,",
    "waived": "given up",
}
NAMES: dict[Language, str] = {"da": "Danish", "en": "English"}


def form_of(head: Head) -> Formats:
    """Numbers, dates and money as the pages write them."""
    return Formats(LOCALES[LANGUAGE], head.currency)


@dataclass(frozen=True)
class EffectRow:
    """One outcome of a period: its change, between what limits, against what target, and what one may believe."""

    title: str
    change: str
    between: str
    target: str
    certainty: str


def effect_rows(found: Iterable[EffectFact], form: Formats) -> tuple[EffectRow, ...]:
    """The effects of a period, as the statement says them."""
    return tuple(
        EffectRow(
            effect.title,
            effects.reason(effect, form) if effect.change is None else effects.worded(effect, effect.change, form),
            effects.interval(effect, form) or "–",
            effects.aimed(effect, form) or "none",
            effects.certainty(effect, form),
        )
        for effect in found
    )


@dataclass(frozen=True)
class Drawn:
    """The chart of an outcome over all periods: its heading, what it shows in words, its SVG and its numbers."""

    caption: str
    alt: str
    svg: str
    table: Table


def charts(figures: Figures, periods: Sequence[Period], head: Head) -> tuple[Drawn, ...]:
    """A chart for every outcome, the leading one first. Periods without a figure say so."""
    followed = tuple((p.id, p.start, p.end) for p in periods if p.state != "baseline")
    found = []
    for lead in next(reversed([*figures.course.values()]), ()):
        facts = CourseFacts((lead,), figures.course, followed, LANGUAGE, head.currency)
        figure, table = course_blocks(facts)
        assert figure.kind == "figure" and table.kind == "table"
        found.append(Drawn(figure.caption, figure.alt, _svg(course_chart(facts)), table))
    return tuple(found)


@lru_cache(maxsize=64)
def _svg(course: Course) -> str:
    # Drawing takes a tenth of a second, and the same figures are looked at again and again.
    # What it shows stands in words around it, so that its parts need no names of their own.
    return course_svg(course).replace("<svg ", '<svg aria-hidden="true" ', 1)


@dataclass(frozen=True)
class PaymentTable:
    """Payer → recipient by period, in words; `rows`: label, one amount a period, all."""

    periods: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...], str], ...]
    total: tuple[tuple[str, ...], str]


def payment_table(payments: Sequence[Payment], form: Formats) -> PaymentTable:
    """What is posted, by payer and recipient, period by period."""
    periods = tuple(dict.fromkeys(one.period for one in payments))
    cells: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(periods, 0))
    for one in payments:
        cells[f"{one.payer} → {one.recipient}"][one.period] += one.posted_minor

    def said(row: Iterable[int]) -> tuple[str, ...]:
        return tuple(form.amount(amount, unit=False) for amount in row)

    sums = [sum(row[period] for row in cells.values()) for period in periods]
    rows = tuple((label, said(row.values()), said([sum(row.values())])[0]) for label, row in cells.items())
    return PaymentTable(periods, rows, (said(sums), said([sum(sums)])[0]))


def still_awaited(awaited: Iterable[Awaited]) -> tuple[Awaited, ...]:
    """Those that have not come, of periods that have ended or are the next to end."""
    open_ = [one for one in awaited if one.state in ("awaited", "overdue", "not yet")]
    next_ = next((one.period for one in open_ if one.state == "not yet"), None)
    return tuple(one for one in open_ if one.state != "not yet" or one.period == next_)
