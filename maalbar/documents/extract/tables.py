"""The tables of an extract: one row for each place that has a figure, in the order of the contract."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from maalbar.documents.extract.facts import ExtractFacts, Figure, Shown

ALL = "all"
"""The code of a margin: over all of a dimension."""
ARMS = ("treated", "comparison")
STEPS = (
    "residents",
    "entered_earlier",
    "care_home",
    "residence",
    "age_or_benefit",
    "earlier_use",
    "entered",
    "known_before",
)
EFFECT = (
    "outcome", "basis", "contrast", "estimator", "change", "standard_error", "low", "high", "p_value", "units",
    "not_measurable",
)  # fmt: skip
Value = Shown | str | None


@dataclass(frozen=True)
class ExtractTable:
    """A table of an extract. `places`: its columns that say where; `measures`: those that hold figures."""

    name: str
    places: tuple[str, ...]
    measures: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]

    @property
    def columns(self) -> tuple[str, ...]:
        return self.places + self.measures


def extract_tables(facts: ExtractFacts) -> list[ExtractTable]:
    """Every table of the extract, those without rows left out."""
    groups = facts.dimensions
    tables = [
        _table(facts, "followed", ("arm", *groups), ("followed",)),
        _table(facts, "attrition", ("arm", "wave", "step"), ("attrition",)),
        _table(facts, "windows", ("arm", "window"), ("persons", "deaths")),
        _table(facts, "rates", ("outcome", "arm", "window", *groups), ("quantity", "person_years", "rate")),
        _table(facts, "surveys", ("outcome", "arm", "window"), ("answers", "response", "mean")),
    ]
    effects = tuple(tuple(row.get(name) for name in EFFECT) for row in facts.effects)
    tables.append(ExtractTable("effects", EFFECT[:4], EFFECT[4:], effects))
    return [table for table in tables if table.rows]


def _table(facts: ExtractFacts, name: str, places: tuple[str, ...], measures: tuple[str, ...]) -> ExtractTable:
    found = {figure.at for figure in facts.figures if figure.measure in measures}
    rows = []
    for at in sorted(found, key=lambda at: _order(facts, places, dict(at))):
        where = dict(at)
        figures = (facts.figures.get(Figure(measure, at)) for measure in measures)
        rows.append((*(where.get(place, ALL) for place in places), *figures))
    return ExtractTable(name, places, measures, tuple(rows))


def _order(facts: ExtractFacts, places: Sequence[str], where: dict[str, str]) -> tuple[tuple[int, str], ...]:
    """As the contract has outcomes and windows, treated before comparison, a total before its parts."""
    known = {
        "outcome": [outcome.id for outcome in facts.outcomes],
        "window": [window.id for window in facts.windows],
        "arm": list(ARMS),
        "step": list(STEPS),
    }
    return tuple(_place(known.get(place, []), where.get(place)) for place in places)


def _place(known: list[str], code: str | None) -> tuple[int, str]:
    if code is None:
        return -1, ""
    return (known.index(code), "") if code in known else (len(known), code)


def cells_of(table: ExtractTable) -> Iterator[tuple[str, Value]]:
    """(column, value) of every cell."""
    for row in table.rows:
        yield from zip(table.columns, row, strict=True)
