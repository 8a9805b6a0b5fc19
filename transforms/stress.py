"""Stress: what the terms pay on average when nothing works, half works and all works, before anyone signs.

Each scenario holds one truth for every period, without a run-in; the measurement's own uncertainty is drawn around it from the
plan of each outcome (`draws`), and the terms are applied to every draw. No saving is planned task by task, so payers who
share by measured savings share by their fixed shares here.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import get_args

from maalbar.contract.model import Agreement
from maalbar.contract.prices import EffectPrice, Uncertainty
from maalbar.contract.terms import Terms
from maalbar.money import minor_per_major
from transforms.draws import SEED, courses, drawn_under
from transforms.planned import FAR, best, planned
from transforms.settlement import Settlement, settle

SCENARIOS: dict[str, Decimal] = {"nothing": Decimal(0), "half": Decimal("0.5"), "all": Decimal(1)}
"""Which part of everything works."""
ACCEPTABLE = Decimal("0.10")
"""The part of the maximum that terms may pay on average when nothing works, without a written acceptance."""
DRAWS = 2_000
Cell = tuple[str, str, str]
"""(payer, recipient, budget year)"""
Told = Callable[[int, int], None]
"""Called with the courses done and all there are."""


@dataclass(frozen=True)
class Expected:
    """Mean payments of one scenario, in minor units rounded to whole units of the currency: an estimate has no øre.

    `share` is of the maximum, exact as drawn; `error` its standard error, for the draws are so many and no more.
    """

    payments: dict[Cell, int]
    share: Decimal
    error: Decimal

    @property
    def total(self) -> int:
        return sum(self.payments.values())


@dataclass(frozen=True)
class Stress:
    """`maximum`: the most the terms can pay. Where they know no most, `is_limited` is false and it is the mean when all works."""

    scenarios: dict[str, Expected]
    maximum: int
    is_limited: bool
    draws: int

    @property
    def pays_for_nothing(self) -> bool:
        """Whether the terms pay more than is acceptable when nothing works."""
        return self.scenarios["nothing"].share > ACCEPTABLE


@dataclass(frozen=True)
class Variant:
    """Expected shares of the maximum by scenario, under another basis, floor and rule of uncertainty."""

    basis: str
    floor: str
    uncertainty: str
    shares: dict[str, Decimal]
    is_own: bool
    """Whether these are the contract's own terms."""


def stress(agreement: Agreement, draws: int = DRAWS, *, seed: int = SEED, tell: Told | None = None) -> Stress:
    """Settle `draws` courses of every scenario. The plans are complete (`planned.missing`)."""
    known, periods = drawn_under(agreement), [period.id for period in agreement.calendar.followed]
    totals: dict[str, list[int]] = {}
    sums: dict[str, dict[Cell, int]] = {}
    for position, (name, part) in enumerate(SCENARIOS.items()):
        totals[name], sums[name] = [], defaultdict(int)
        for number, course in enumerate(courses(known[-1], planned(known[-1], part), periods, draws, seed), start=1):
            found = settle(agreement, course, periods, known)
            totals[name].append(found.total)
            for cell, amount in by_cell(agreement, found).items():
                sums[name][cell] += amount
            if tell:
                tell(position * draws + number, len(SCENARIOS) * draws)
    maximum = most(agreement, known)
    measure = maximum if maximum is not None else round(sum(totals["all"]) / draws)
    scenarios = {
        name: Expected(
            means(sums[name], draws, minor_per_major(agreement.terms.currency)), *_mean_share(totals[name], measure)
        )
        for name in SCENARIOS
    }
    return Stress(scenarios, measure, maximum is not None, draws)


def most(agreement: Agreement, known: Sequence[Agreement]) -> int | None:
    """What the terms pay for results better than any target, in minor units; None where they know no most."""
    periods = [period.id for period in agreement.calendar.followed]
    found = [settle(agreement, best(known[-1], periods, far), periods, known).total for far in (FAR, 10 * FAR)]
    return found[0] if found[0] == found[1] else None


def by_cell(agreement: Agreement, settlement: Settlement) -> dict[Cell, int]:
    """Payments by payer, recipient and the budget year that bears them."""
    sums: dict[Cell, int] = defaultdict(int)
    for line in settlement.lines:
        sums[line.payer, line.recipient, agreement.period(line.period).year] += line.amount
    return sums


def means(sums: Mapping[Cell, int], draws: int, unit: int) -> dict[Cell, int]:
    """Means of sums over draws, in whole units of so many minor ones, rounded together so that they add up to their total's."""
    exact = {cell: Fraction(amount, draws * unit) for cell, amount in sums.items()}
    found = {cell: floor(mean) for cell, mean in exact.items()}
    left = floor(sum(exact.values(), Fraction(1, 2))) - sum(found.values())
    for cell in sorted(exact, key=lambda cell: (found[cell] - exact[cell], cell))[:left]:
        found[cell] += 1
    return {cell: whole * unit for cell, whole in found.items()}


def _mean_share(totals: Sequence[int], measure: int) -> tuple[Decimal, Decimal]:
    """The mean as a part of the measure, and its standard error. Draws come in pairs that lean opposite ways."""
    if not measure:
        return Decimal(0), Decimal(0)
    pairs = [(a + b) / 2 for a, b in zip(totals[::2], totals[1::2], strict=False)] or [float(totals[0])]
    mean = sum(pairs) / len(pairs)
    variance = sum((pair - mean) ** 2 for pair in pairs) / max(len(pairs) - 1, 1)
    share = Decimal(sum(totals)) / len(totals) / measure
    error = math.sqrt(variance / len(pairs)) / abs(measure)
    return share.quantize(Decimal("0.000001")), Decimal(f"{error:.6f}")


def variants(agreement: Agreement, draws: int, *, seed: int = SEED, tell: Told | None = None) -> tuple[Variant, ...]:
    """The same draws under every basis, floor and rule of uncertainty that the language knows, besides `floor: none`."""
    ours, periods = drawn_under(agreement), [period.id for period in agreement.calendar.followed]
    changed = {
        (basis, floor, rule): tuple(_changed(version, basis, floor, rule) for version in ours)
        for basis in ("cumulative", "per_period")
        for floor in ("each_period", "running_total")
        for rule in get_args(Uncertainty)
    }
    sums = {key: dict.fromkeys(SCENARIOS, 0) for key in changed}
    for position, (name, part) in enumerate(SCENARIOS.items()):
        for number, course in enumerate(courses(ours[-1], planned(ours[-1], part), periods, draws, seed), start=1):
            for key, known in changed.items():
                sums[key][name] += settle(known[0], course, periods, known).total
            if tell:
                tell(position * draws + number, len(SCENARIOS) * draws)
    own = (agreement.terms.basis, agreement.terms.floor, agreement.terms.uncertainty)
    return tuple(
        Variant(*key, _shares(sums[key], most(known[0], known), draws), key == own) for key, known in changed.items()
    )


def _shares(sums: Mapping[str, int], maximum: int | None, draws: int) -> dict[str, Decimal]:
    measure = Decimal(maximum) * draws if maximum is not None else Decimal(sums["all"])
    return {
        name: (total / measure if measure else Decimal(0)).quantize(Decimal("0.000001")) for name, total in sums.items()
    }


def _changed(version: Agreement, basis: str, floor: str, rule: str) -> Agreement:
    """The same agreement under other rules. What an outcome says of uncertainty itself gives way.

    A level is never significant, since it is not compared with nothing: it stays on the estimate.
    """
    terms: Terms = version.terms.model_copy(update={"basis": basis, "floor": floor, "uncertainty": rule})
    outcomes = {}
    for outcome_id, outcome in version.outcomes.items():
        if isinstance(outcome.price, EffectPrice):
            own = "point_estimate" if rule == "significant" and outcome.contrast == "level" else None
            price = outcome.price.model_copy(update={"uncertainty": own})
            outcomes[outcome_id] = outcome.model_copy(update={"price": price})
        else:
            outcomes[outcome_id] = outcome
    return version.model_copy(update={"terms": terms, "outcomes": outcomes})
