"""The figures behind the effects: one table per outcome, windows down, the two arms side by side."""

from __future__ import annotations

from decimal import Decimal

from maalbar.documents.content import Table
from maalbar.documents.effects import HIDDEN
from maalbar.documents.facts import RateFact, StatementFacts
from maalbar.documents.formats import Formats

ARMS = {"treated": "Indsats", "comparison": "Sammenligning"}
ABSENT = "–"


def rate_tables(facts: StatementFacts, form: Formats) -> tuple[Table, ...]:
    """One table per outcome, in the order in which the outcomes first appear."""
    titles = {rate.outcome: f"{rate.title}, {rate.unit}" for rate in facts.rates}
    months = {period: f"{period}: {form.short_span(start, end)}" for period, start, end in facts.all_periods}
    months |= {window: f"før: {form.short_span(start, end)}" for window, start, end in facts.baseline_windows}
    return tuple(
        _table(title, [rate for rate in facts.rates if rate.outcome == outcome], months, form)
        for outcome, title in titles.items()
    )


def _table(title: str, rates: list[RateFact], months: dict[str, str], form: Formats) -> Table:
    """A column that no row fills (person-years of a survey) is left out; a single missing number is marked."""
    columns = [
        ("Personer", [_number(rate.persons, 0, form) for rate in rates]),
        ("Personår", [_number(rate.person_years, 1, form) for rate in rates]),
        ("Antal", [_number(rate.events, 0, form) for rate in rates]),
        ("Værdi", [_number(rate.value, _digits(rates), form) for rate in rates]),
    ]
    kept = [
        (name, cells)
        for name, cells in columns
        if any(cell != HIDDEN for cell in cells) or name in ("Personer", "Værdi")
    ]
    cell: dict[tuple[str, str, str], str] = {
        (name, rate.window, rate.arm): text for name, cells in kept for rate, text in zip(rates, cells, strict=True)
    }
    arms = [arm for arm in ARMS if any(rate.arm == arm for rate in rates)]
    windows = list(dict.fromkeys(rate.window for rate in rates))
    keys = [(name, arm) for arm in arms for name, _ in kept]
    headers = ("Vindue", *(name for name, _ in keys))
    groups = (("", 1), *((ARMS[arm], len(kept)) for arm in arms))
    rows = tuple(
        (_window(window, months), *(cell.get((name, window, arm), ABSENT) for name, arm in keys)) for window in windows
    )
    return Table(title, headers, rows, (False, *(True for _ in keys)), groups=groups)


def _window(window: str, months: dict[str, str]) -> str:
    return months.get(window, f"før: {window}")


def _number(value: Decimal | int | None, digits: int, form: Formats) -> str:
    return HIDDEN if value is None else form.number(value, digits)


def _digits(rates: list[RateFact]) -> int:
    """Decimals for one outcome's values: three for small rates, one for scores in tens."""
    largest = max((abs(rate.value) for rate in rates if rate.value is not None), default=Decimal(0))
    return 3 if largest < 1 else 2 if largest < 10 else 1
