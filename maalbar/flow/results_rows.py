"""What a row of handed-in results means for its outcome: a figure, a claim, a saving, or the reason why there is none.

A row says all that the terms look at and nothing that they would pass over: a cell that would have no effect is refused.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from maalbar.contract import Agreement
from maalbar.flow.results_said import Said, day, number, said_by_period
from transforms.settlement import Claim, Interval, Result
from transforms.settlement.figures import Z95

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
OF_ROW = {
    "a missing result": ("estimator", "not_measurable"),
    "a saving": ("task",),
    "a figure": ("standard_error", "low", "high", "basis", "estimator"),
    "a claim": ("estimator", "person", "dated", "milestone", "item", "cohort", "state"),
}
"""Kind of row → the columns that say something in it, beside the needed ones."""
LONGEST_REASON = 200


class BadRow(Exception):
    """One fault of a row: column and what, and the remedy."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(what)
        self.what, self.mend = what, mend


@dataclass
class _Gathered:
    """What the rows of one period and outcome say."""

    figures: dict[tuple[str, str], tuple[Decimal, Interval | None]] = field(default_factory=dict)
    """(estimator, basis) → figure in the direction the contract wants."""
    not_measurable: dict[str, str] = field(default_factory=dict)
    """Estimator → reason."""
    claims: list[Claim] = field(default_factory=list)
    has_units: bool = False
    """Whether units were counted, be it none: a row of no units claims nothing, and says that nothing was missing."""
    savings: dict[str, Decimal] = field(default_factory=dict)


class Rows:
    """Takes rows one by one and gives the results of them all. The order of rows changes nothing."""

    def __init__(self, agreement: Agreement, columns: Sequence[str]) -> None:
        self._followed = [period.id for period in agreement.calendar.followed]
        self._last_day = {period.id: period.window.last for period in agreement.calendar.followed}
        self._said = said_by_period(agreement)
        self._idle = {
            kind: [name for name in columns if name not in NEEDED and name not in mine] for kind, mine in OF_ROW.items()
        }
        self._claimed: set[tuple[object, ...]] = set()
        self._gathered: dict[tuple[str, str], _Gathered] = defaultdict(_Gathered)

    def take(self, row: dict[str, str]) -> None:
        """Put one row where it belongs. Raises BadRow."""
        if row["period"] not in self._last_day:
            raise BadRow("column period: no followed period", f"name one of {', '.join(self._followed)}")
        said = self._said[row["period"]].get(row["outcome"])
        if said is None:
            names = ", ".join(self._said[row["period"]])
            raise BadRow("column outcome: no outcome of the contract", f"use {names}")
        found = self._gathered[row["period"], row["outcome"]]
        estimator = row.get("estimator") or said.estimator
        if estimator not in said.estimators:
            raise BadRow("column estimator: none that the outcome looks at", f"use {', '.join(said.estimators)}")
        if row.get("not_measurable"):
            self._take_reason(row, estimator, found)
        elif row.get("task"):
            self._take_saving(row, said, found)
        elif estimator in found.not_measurable:
            raise BadRow("column value: another row says that there is none", "keep the result or the reason")
        elif said.is_figure:
            self._take_figure(row, said, estimator, found)
        else:
            claim, found.has_units = self._claim(row, said), True
            self._hold_once(row["outcome"], claim)
            found.claims += [claim] if claim.quantity else []

    def _hold_once(self, outcome: str, claim: Claim) -> None:
        """A person's claim of a day is one claim, in whichever period it is handed in."""
        key = (outcome, claim.person, claim.dated, claim.milestone, claim.item)
        if claim.person is not None and claim.dated is not None:
            if key in self._claimed:
                raise BadRow("columns person and dated: another row claims the same", "hand a claim in once")
            self._claimed.add(key)

    def periods(self) -> list[str]:
        """The unbroken run of periods up to the last that a row names."""
        last = max((self._followed.index(period) for period, _ in self._gathered), default=-1)
        return self._followed[: last + 1]

    def results(self) -> dict[tuple[str, str], Result]:
        """(period, outcome) → Result."""
        return {
            (period, outcome): _result(self._said[period][outcome].estimator, found)
            for (period, outcome), found in self._gathered.items()
        }

    def _hold_idle(self, row: dict[str, str], kind: str) -> None:
        for name in self._idle[kind]:
            if row[name]:
                raise BadRow(f"column {name}: says nothing in the row of {kind}", "leave the cell empty")

    def _take_reason(self, row: dict[str, str], estimator: str, found: _Gathered) -> None:
        reason = row["not_measurable"]
        if row["value"]:
            raise BadRow("columns value and not_measurable: both are given", "give one of the two")
        self._hold_idle(row, "a missing result")
        if not reason.isprintable() or len(reason) > LONGEST_REASON:
            what = f"column not_measurable: no single line of at most {LONGEST_REASON} characters"
            raise BadRow(what, "write it shorter")
        has_figure = any(name == estimator for name, _ in found.figures)
        if has_figure or found.has_units or estimator in found.not_measurable:
            raise BadRow("column not_measurable: another row gives a result or a reason", "keep one of them")
        found.not_measurable[estimator] = reason

    def _take_saving(self, row: dict[str, str], said: Said, found: _Gathered) -> None:
        self._hold_idle(row, "a saving")
        if row["task"] not in said.tasks:
            use = f"use {', '.join(said.tasks)}" if said.tasks else "remove the row: its shares are fixed"
            raise BadRow("column task: none that the outcome is shared by", use)
        _same_unit(row, (said.currency,))
        saved = _number(row, "value")
        found.savings[row["task"]] = found.savings.get(row["task"], Decimal(0)) + saved

    def _take_figure(self, row: dict[str, str], said: Said, estimator: str, found: _Gathered) -> None:
        self._hold_idle(row, "a figure")
        basis = row.get("basis") or said.basis
        if basis not in ("period", "cumulative"):
            raise BadRow("column basis: not known", "write `period` or `cumulative`")
        if (estimator, basis) in found.figures:
            what = "columns period, outcome and basis: a second figure for the same three"
            raise BadRow(what, "keep one row")
        _same_unit(row, said.units)
        scale = Decimal(100) if row["unit"] == "%" else Decimal(1)
        value, interval = _number(row, "value") / scale, _interval(row, scale)
        if said.is_ratio and value < -1:
            raise BadRow("column value: nothing falls by more than 100 %", "give the relative change")
        if said.is_turned:
            value = -value
            interval = interval and Interval(-interval.high, -interval.low, interval.standard_error)
        found.figures[estimator, basis] = value, interval

    def _claim(self, row: dict[str, str], said: Said) -> Claim:
        self._hold_idle(row, "a claim")
        _same_unit(row, said.units)
        quantity, value = Decimal(1), None
        if said.is_per_result:
            value = _number(row, "value") / (Decimal(100) if row["unit"] == "%" else Decimal(1))
        else:
            quantity = _number(row, "value")
            if quantity < 0 and not said.may_be_negative:
                raise BadRow("column value: a negative number of units", "correct the row that counted too much")
        person, dated, state = row.get("person") or None, None, row.get("state") or "verified"
        if person is None and said.needs_person and quantity:
            raise BadRow("column person: empty, and a limit holds per person", "give an opaque id")
        if row.get("dated"):
            dated = self._day(row, said)
        elif said.needs_day and quantity:
            raise BadRow("column dated: empty, and the price counts days between claims", "give the day of the claim")
        if state not in said.states:
            raise BadRow("column state: not known", f"use {', '.join(said.states)}")
        if said.cohorts and row.get("cohort") and row["cohort"] not in said.cohorts:
            raise BadRow("column cohort: none with a deadweight", f"use {', '.join(said.cohorts)}, or leave it empty")
        milestone = _one_of(row, "milestone", said.milestones) if quantity else None
        if milestone is not None and quantity != 1:
            raise BadRow(
                "column value: a milestone is reached once", "write 1, and a row for each person and milestone"
            )
        item = _one_of(row, "item", said.items) if quantity else None
        return Claim(quantity, person, dated, milestone, item, row.get("cohort") or None, state, value)

    def _day(self, row: dict[str, str], said: Said) -> date:
        dated = day(row["dated"])
        if dated is None:
            raise BadRow("column dated: no day", "write YYYY-MM-DD")
        if not said.first_day <= dated <= self._last_day[row["period"]]:
            raise BadRow("column dated: before the calendar, or after the period", "mend the day or the period")
        return dated


def _one_of(row: dict[str, str], name: str, known: Sequence[str | None]) -> str | None:
    """The cell, where it names one that the price knows; None is known where the cell may be empty."""
    given = row.get(name) or None
    if given not in known:
        names = [one for one in known if one is not None]
        mend = f"use {', '.join(names)}" if names else "leave the cell empty: the price knows none"
        raise BadRow(f"column {name}: {'not known' if given else 'empty'}", mend)
    return given


def _same_unit(row: dict[str, str], units: Sequence[str]) -> None:
    if row["unit"] not in units:
        raise BadRow("column unit: does not fit the outcome", f"write {' or '.join(f'`{unit}`' for unit in units)}")


def _number(row: dict[str, str], name: str) -> Decimal:
    found = number(row[name])
    if found is None:
        mend = "write at most 15 digits, a point and 12 digits, like `12.5`, without unit or thousands"
        raise BadRow(f"column {name}: no number", mend)
    return found


def _interval(row: dict[str, str], scale: Decimal) -> Interval | None:
    """As the row gives it: both limits, or what follows from the standard error."""
    value = _number(row, "value")
    error = _number(row, "standard_error") if row.get("standard_error") else None
    if error is not None and error < 0:
        raise BadRow("column standard_error: negative", "give it without sign")
    if bool(row.get("low")) != bool(row.get("high")):
        raise BadRow("columns low and high: one of the two is missing", "give both or neither")
    if row.get("low"):
        low, high = _number(row, "low"), _number(row, "high")
        if not low <= value <= high:
            raise BadRow("columns low and high: the value does not lie between them", "mend one of the three")
    elif error is not None:
        low, high = value - Z95 * error, value + Z95 * error
    else:
        return None
    return Interval(low / scale, high / scale, None if error is None else error / scale)


def _result(estimator: str, found: _Gathered) -> Result:
    """The outcome's own estimator, with the others beside it."""
    mine = _one(estimator, found)
    names = {name for name, _ in found.figures} | set(found.not_measurable)
    return Result(
        mine.period,
        mine.cumulative,
        None,
        mine.not_measurable,
        mine.period_interval,
        mine.cumulative_interval,
        tuple(sorted(found.claims, key=_place)),
        found.savings,
        {name: _one(name, found) for name in sorted(names - {estimator})},
    )


def _place(claim: Claim) -> tuple[object, ...]:
    """An order of claims by all that they say, so that the order of rows cannot matter."""
    # Written out, since it is called for every claim.
    return (
        claim.dated or date.min,
        claim.person or "",
        claim.milestone or "",
        claim.item or "",
        claim.cohort or "",
        claim.state,
        claim.quantity,
        claim.value or Decimal(0),
    )


def _one(estimator: str, found: _Gathered) -> Result:
    period, period_interval = found.figures.get((estimator, "period"), (None, None))
    cumulative, cumulative_interval = found.figures.get((estimator, "cumulative"), (None, None))
    reason = found.not_measurable.get(estimator)
    if reason is None and period is None and cumulative is None and not found.has_units:
        reason = "no_result"
    return Result(period, cumulative, None, reason, period_interval, cumulative_interval)
