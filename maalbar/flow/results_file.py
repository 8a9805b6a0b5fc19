"""Results that others hand in: one CSV, one row per period × outcome, and per unit or person where the price needs it.

The columns are described in `docs/contract-reference.md`. Numbers are written with a point; nothing is guessed. Every fault is
told with its line and column, and never with what the row says.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from maalbar.contract import Agreement
from maalbar.contract.outcomes import Estimator, Outcome
from maalbar.errors import ResultsRefused
from transforms.settlement import Claim, Interval, Result

COLUMNS = {
    "period": "the id of a followed period",
    "outcome": "the id of an outcome",
    "unit": "`%`, `points`, `percentage points`, `per person-year`, `units` or the currency",
    "value": "the measured change or level, the number of units, or a person's own result",
    "standard_error": "of the value, in the same unit",
    "low": "lower limit of the 95 % interval",
    "high": "upper limit of the 95 % interval",
    "basis": "`period` or `cumulative`; the contract's own where it is empty",
    "estimator": "the estimator, where a fallback needs results of several",
    "not_measurable": "the reason why there is no value",
    "person": "an opaque id, where limits hold per person",
    "dated": "the day of the claim, YYYY-MM-DD",
    "milestone": "the step of a chain",
    "item": "what kind of unit, where rates differ",
    "cohort": "the cohort, where deadweight differs",
    "state": "the state of the claim; `verified` where it is empty",
    "task": "the row says what was saved on this task, for payers who share by saving",
}
NEEDED = ("period", "outcome", "unit", "value")
ESTIMATORS = frozenset(Estimator.__args__)  # type: ignore[attr-defined]
MOST_ROWS = 5_000_000
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


@dataclass
class _Gathered:
    """What the rows of one period and outcome say."""

    figures: dict[tuple[str, str], tuple[Decimal, Interval | None]] = field(default_factory=dict)
    """(estimator, basis) → figure in the direction the contract wants."""
    not_measurable: dict[str, str] = field(default_factory=dict)
    """Estimator → reason."""
    claims: list[Claim] = field(default_factory=list)
    savings: dict[str, Decimal] = field(default_factory=dict)


class _Bad(Exception):
    """One fault of a row: column, what, remedy."""


def read_results(agreement: Agreement, path: Path) -> tuple[dict[tuple[str, str], Result], list[str]]:
    """(period, outcome) → Result, and the unbroken run of periods up to the last that the file names.

    Raises ResultsRefused with one line for every fault (the first hundred).
    """
    gathered: dict[tuple[str, str], _Gathered] = defaultdict(_Gathered)
    faults: list[ResultsRefused] = []
    followed = [period.id for period in agreement.calendar.followed]
    for number, row in _rows(path):
        try:
            if row["period"] not in followed:
                raise _Bad("column period: no followed period", f"name one of {', '.join(followed)}")
            _take(agreement, row, gathered)
        except _Bad as bad:
            what, mend = bad.args
            faults.append(ResultsRefused(what, where=f"{path}:{number}", mend=mend))
            if len(faults) == 100:
                break
    if faults:
        raise ResultsRefused.of(faults)
    last = max((followed.index(period) for period, _ in gathered), default=-1)
    if last < 0:
        raise ResultsRefused("holds no results", where=str(path), mend="give a row per period and outcome")
    results = {key: _result(agreement.outcomes[key[1]], found) for key, found in gathered.items()}
    return results, followed[: last + 1]


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ResultsRefused(f"cannot be read ({error.strerror})", where=str(path), mend="check the path") from None
    except UnicodeDecodeError as error:
        raise ResultsRefused(f"not UTF-8 at byte {error.start}", where=str(path), mend="save it as UTF-8") from None
    lines = text.splitlines()
    header = lines[0] if lines else ""
    reader = csv.reader(lines, delimiter=";" if header.count(";") > header.count(",") else ",", strict=True)
    names = [name.strip() for name in next(reader, [])]
    unknown = [name for name in names if name not in COLUMNS]
    missing = [name for name in NEEDED if name not in names]
    if unknown or missing or len(set(names)) < len(names):
        what = f"has no column {', '.join(missing)}" if missing else "has a column that is not known, or one twice"
        raise ResultsRefused(what, where=f"{path}:1", mend=f"the columns are {', '.join(COLUMNS)}")
    try:
        for cells in reader:
            if reader.line_num > MOST_ROWS:
                raise ResultsRefused(f"more than {MOST_ROWS} rows", where=str(path), mend="divide the file by period")
            if any(cells):
                if len(cells) != len(names):
                    what = f"{len(cells)} cells under {len(names)} columns"
                    raise ResultsRefused(what, where=f"{path}:{reader.line_num}", mend="mend the row")
                yield reader.line_num, dict(zip(names, map(str.strip, cells), strict=True))
    except csv.Error as error:
        raise ResultsRefused(f"no CSV: {error}", where=f"{path}:{reader.line_num}", mend="mend the quotes") from None


def _take(agreement: Agreement, row: dict[str, str], gathered: dict[tuple[str, str], _Gathered]) -> None:
    """Put one row where it belongs. Raises _Bad."""
    outcome = agreement.outcomes.get(row["outcome"])
    if outcome is None:
        raise _Bad("column outcome: no outcome of the contract", f"use {', '.join(agreement.outcomes)}")
    found = gathered[row["period"], row["outcome"]]
    estimator = row.get("estimator") or outcome.estimator
    if estimator not in ESTIMATORS:
        raise _Bad("column estimator: not known", f"use {', '.join(sorted(ESTIMATORS))}")
    if row.get("not_measurable"):
        found.not_measurable[estimator] = row["not_measurable"]
    elif row.get("task"):
        _same(row, agreement.terms.currency)
        found.savings[row["task"]] = found.savings.get(row["task"], Decimal(0)) + _number(row, "value")
    elif _is_effect(outcome):
        _take_figure(agreement, outcome, estimator, row, found)
    else:
        found.claims.append(_claim(outcome, row))


def _is_effect(outcome: Outcome) -> bool:
    """Whether a row is one figure. Tariffs and prices on units count rows up instead."""
    return outcome.contrast is not None and not getattr(outcome.price, "tariff", ())


def _take_figure(agreement: Agreement, outcome: Outcome, estimator: str, row: dict[str, str], found: _Gathered) -> None:
    basis = row.get("basis") or ("cumulative" if agreement.terms.basis == "cumulative" else "period")
    if basis not in ("period", "cumulative"):
        raise _Bad("column basis: not known", "write `period` or `cumulative`")
    if (estimator, basis) in found.figures:
        raise _Bad("a second figure for the same period, outcome and basis", "keep one row")
    _same(row, *_units(agreement, outcome))
    scale = Decimal(100) if row["unit"] == "%" else Decimal(1)
    turn = -1 if outcome.better == "lower" and outcome.contrast in ("ratio", "difference") else 1
    low, high = (_number(row, name) / scale * turn if row.get(name) else None for name in ("low", "high"))
    error = _number(row, "standard_error") / scale if row.get("standard_error") else None
    value = _number(row, "value") / scale * turn
    interval = None
    if low is not None and high is not None:
        interval = Interval(min(low, high), max(low, high), error)
        if not interval.low <= value <= interval.high:
            raise _Bad("columns low and high: the value lies outside its interval", "mend one of the three")
    elif low is not None or high is not None:
        raise _Bad("columns low and high: one of the two is missing", "give both or neither")
    elif error is not None:
        interval = Interval(value - Z95 * error, value + Z95 * error, error)
    found.figures[estimator, basis] = value, interval


Z95 = Decimal("1.959963984540054")
"""The 97.5 % point of the normal distribution: the interval where only the standard error is given."""


def _units(agreement: Agreement, outcome: Outcome) -> tuple[str, ...]:
    """The units a figure of an outcome may be written in."""
    price = outcome.price
    if price.kind == "savings_share":
        return (agreement.terms.currency,)
    figures = [f for tier in getattr(price, "tiers", ()) for f in tier.figures]
    figures += [point.at for point in getattr(price, "points", ())]
    figures += [price.target] if getattr(price, "target", None) else []  # type: ignore[union-attr]
    if figures:
        return (figures[0].unit,)
    return ("%",) if outcome.contrast == "ratio" else ("%", "points", "percentage points", "per person-year")


def _claim(outcome: Outcome, row: dict[str, str]) -> Claim:
    success = getattr(outcome.price, "success", None)
    if success is not None:
        _same(row, success.figures[0].unit)
        scale = Decimal(100) if row["unit"] == "%" else Decimal(1)
        quantity, value = Decimal(1), _number(row, "value") / scale
    else:
        _same(row, "units")
        quantity, value = _number(row, "value"), None
        if quantity < 0 and not getattr(outcome.price, "tariff", ()):
            raise _Bad("column value: a negative number of units", "correct the row that counted too much")
    return Claim(
        quantity,
        row.get("person") or None,
        _day(row),
        row.get("milestone") or None,
        row.get("item") or None,
        row.get("cohort") or None,
        row.get("state") or "verified",
        value,
    )


def _same(row: dict[str, str], *units: str) -> None:
    if row["unit"] not in units:
        raise _Bad("column unit: does not fit the outcome", f"write {' or '.join(f'`{unit}`' for unit in units)}")


def _number(row: dict[str, str], name: str) -> Decimal:
    if not _NUMBER.fullmatch(row[name]):
        raise _Bad(f"column {name}: no number", "write digits and a point, like `12.5`, without unit or thousands")
    return Decimal(row[name])


def _day(row: dict[str, str]) -> date | None:
    text = row.get("dated")
    if not text:
        return None
    try:
        if len(text) == 10:
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise _Bad("column dated: no day", "write YYYY-MM-DD")


def _result(outcome: Outcome, found: _Gathered) -> Result:
    """The outcome's own estimator, with the others beside it."""
    mine = _one(found, outcome.estimator)
    names = {name for name, _ in found.figures} | set(found.not_measurable)
    others = {name: _one(found, name) for name in sorted(names - {outcome.estimator})}
    return Result(
        mine.period,
        mine.cumulative,
        None,
        mine.not_measurable,
        mine.period_interval,
        mine.cumulative_interval,
        tuple(found.claims),
        found.savings,
        others,
    )


def _one(found: _Gathered, estimator: str) -> Result:
    period, period_interval = found.figures.get((estimator, "period"), (None, None))
    cumulative, cumulative_interval = found.figures.get((estimator, "cumulative"), (None, None))
    reason = found.not_measurable.get(estimator)
    if reason is None and period is None and cumulative is None and not found.claims:
        reason = "no_result"
    return Result(period, cumulative, None, reason, period_interval, cumulative_interval)
