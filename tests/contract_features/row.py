"""The 44 features of real contracts: a complete agreement for each under `docs/examples/features/`, and how a test settles it.

A test says with `@row(14)` which row it shows. Amounts are in whole units of the currency here, in minor units inside.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from maalbar.contract import load_agreement
from maalbar.contract.checks import faults
from maalbar.contract.model import Agreement
from maalbar.money import minor_per_major
from maalbar.settings import PROJECT
from transforms.settlement import Claim, Interval, Line, Result, Settlement, settle

ROWS = PROJECT / "docs" / "examples" / "features"
Test = TypeVar("Test", bound=Callable[..., None])


def row(*numbers: int) -> Callable[[Test], Test]:
    """Marks a test as showing rows of the list of features."""

    def mark(test: Test) -> Test:
        test.rows = numbers  # type: ignore[attr-defined]
        return test

    return mark


@cache
def agreement(number: int) -> Agreement:
    """The agreement of a row, as a user would load it."""
    return load_agreement(file_of(number))


def file_of(number: int) -> Path:
    (found,) = ROWS.glob(f"{number:02}-*.yaml")
    return found


def changed(found: Agreement, changes: Mapping[str, Any]) -> Agreement:
    """The agreement with other values at some paths, still without a fault. Values are as in the file."""
    said = found.said()
    for path, value in changes.items():
        *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
        place: Any = said
        for part in way:
            place = place[part]
        if value is None:
            del place[last]
        else:
            place[last] = value
    new = type(found).model_validate(said)
    assert faults(new) == []
    return new


def effect(
    value: str,
    cumulative: str | None = None,
    *,
    low: str | None = None,
    high: str | None = None,
    error: str | None = None,
) -> Result:
    """A result: `value` in the period, the same or `cumulative` over all so far; with one interval for both."""
    so_far = Decimal(value if cumulative is None else cumulative)
    interval = None
    if low is not None and high is not None:
        interval = Interval(Decimal(low), Decimal(high), None if error is None else Decimal(error))
    return Result(Decimal(value), so_far, period_interval=interval, cumulative_interval=interval)


def units(count: int | str) -> Result:
    return Result(units=Decimal(count))


def claims(*rows: Claim) -> Result:
    return Result(claims=rows)


def claim(person: str | None = None, dated: str | None = None, quantity: str = "1", **more: Any) -> Claim:
    return Claim(Decimal(quantity), person, None if dated is None else date.fromisoformat(dated), **more)


NOT_MEASURED = Result(not_measurable="no_result")


def settled(found: Agreement, *periods: Mapping[str, Result]) -> Settlement:
    """Settle one mapping of outcome → result for each followed period from the first."""
    run = [period.id for period in found.calendar.followed][: len(periods)]
    results = {
        (period, outcome): result
        for period, of_period in zip(run, periods, strict=True)
        for outcome, result in of_period.items()
    }
    return settle(found, results, run)


def paid(found: Agreement, given: Settlement | Iterable[Line], *names: str) -> dict[Any, Decimal]:
    """Whole units of the currency by the named parts of a line, or in all by period; what sums to nothing is left out."""
    sums: dict[Any, int] = defaultdict(int)
    for line in given.lines if isinstance(given, Settlement) else given:
        key = tuple(getattr(line, name) for name in names or ("period",))
        sums[key[0] if len(key) == 1 else key] += line.amount
    one = minor_per_major(found.terms.currency)
    return {key: Decimal(amount) / one for key, amount in sums.items() if amount}


def stage(given: Settlement, period: str, outcome: str, rule: str) -> Mapping[str, Any]:
    """The facts of one rule on the way to an outcome's amount."""
    (step,) = (step for step in given.steps if (step.period, step.outcome) == (period, outcome))
    return next(stage.facts for stage in step.trail if stage.rule == rule)
