"""What was counted, and its rate per living person-year: by outcome, arm, window and group."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from decimal import Decimal

import pandas as pd

from transforms import indicators
from transforms.disclosure import Draft, Key, Quantity, Ratio, Relation, key
from transforms.disclosure.drafts import Kind, Piece
from transforms.extract.divided import Divided, table
from transforms.observed import Observed, is_survey

DAYS_A_YEAR = Decimal("365.25")
LARGEST = 2
"""Contributions of single persons that the rules of dominance look at."""


def counted(seen: Observed, divided: Divided, outcomes: Collection[str]) -> Iterator[Piece | Draft]:
    """Of every outcome that is counted here from what persons had: its events or amount, days lived, and rates."""
    for outcome_id, outcome in seen.contract.outcomes.items():
        if outcome_id not in outcomes or is_survey(outcome) or outcome.estimator == "count":
            continue
        rows, divisor = divided.coded(seen.rows(outcome)), indicators.divisor(outcome.indicator)
        for (window, arm), cell in rows.groupby(["window_id", "arm"], sort=True):
            at = {"outcome": outcome_id, "arm": str(arm), "window": str(window)}
            yield from _cell(divided, at, cell, divisor)


def _cell(divided: Divided, at: dict[str, str], rows: pd.DataFrame, divisor: int) -> Iterator[Piece | Draft]:
    measure, kind = measure_of(divisor)
    days: list[Key] = []
    for by in divided.tables():
        found = dict(divided.cells(rows, by))
        yield table(measure, by, {codes: _sum(part, kind, divisor) for codes, part in found.items()}, at)
        lived = table("days_of_outcome", by, {codes: _days(part) for codes, part in found.items()}, at)
        days += [k for k, quantity in lived.quantities.items() if quantity.value > 0]
        yield lived
    for k in dict.fromkeys(days):
        under = Key(measure, k.at)
        yield Ratio(Key("rate", k.at), under, k, DAYS_A_YEAR / divisor, digits=2)
    if divisor != 1:
        yield from _in_whole_units(at, rows, measure, divisor)


def measure_of(divisor: int) -> tuple[str, Kind]:
    """What an outcome's quantity is called: events, or an amount in the smallest unit that it is stored in."""
    return ("events", "events") if divisor == 1 else ("amount", "amount")


def _sum(rows: pd.DataFrame, kind: Kind, divisor: int) -> Quantity:
    person = (rows.groupby("person_id")["quantity"].sum() * divisor).round().astype("int64")
    largest = tuple(int(x) for x in person.nlargest(LARGEST) if x > 0)
    return Quantity(key(""), int(person.sum()), kind, persons=int((person > 0).sum()), largest=largest)


def _days(rows: pd.DataFrame) -> Quantity:
    persons = int(rows.loc[rows["person_days"] > 0, "person_id"].nunique())
    days = int(rows["person_days"].sum())
    return Quantity(key(""), days, "amount", persons=persons, is_shown=False, is_known=True)


def _in_whole_units(at: dict[str, str], rows: pd.DataFrame, measure: str, divisor: int) -> Iterator[Piece]:
    """The same in whole units, as other releases tell it."""
    exact = _sum(rows, "amount", divisor)
    whole = Quantity(key("events", at), exact.value // divisor, "events", persons=exact.persons, is_shown=False)
    yield whole
    yield Relation(((key(measure, at), 1), (whole.key, -divisor)), 0, divisor - 1)
