"""Results for any agreement, made up from a seed: figures around what it aims at, claims of few persons, a period that fails."""

from __future__ import annotations

import random
from datetime import timedelta
from decimal import Decimal

from maalbar.contract.model import Agreement
from maalbar.contract.outcomes import Outcome
from maalbar.contract.prices import Interpolated, ProRata, RateCard, SavingsShare, Tiers, UnitPrice
from maalbar.contract.versions import in_force
from maalbar.periods import Window
from transforms.settlement import Claim, Interval, Result

Results = dict[tuple[str, str], Result]


def made_up(agreement: Agreement, seed: str) -> Results:
    """A result for every followed period and outcome."""
    draw, found = random.Random(seed), Results()
    for period in agreement.calendar.followed:
        terms = in_force(agreement, period.id)
        for outcome_id, outcome in terms.outcomes.items():
            found[period.id, outcome_id] = _result(draw, terms, outcome, period.window)
    return found


def _result(draw: random.Random, terms: Agreement, outcome: Outcome, window: Window) -> Result:
    price = outcome.price
    tasks = {row.task: _number(draw, 0, 90_000) for row in terms.terms.responsibilities}
    if draw.random() < 0.1:
        return Result(not_measurable="few_events: treated_after; 10", savings=tasks)
    if isinstance(price, UnitPrice) or getattr(price, "tariff", ()):
        claims = tuple(_claim(draw, outcome, window) for _ in range(draw.randrange(9)))
        return Result(claims=claims, savings=tasks)
    if isinstance(price, ProRata) and price.target.unit == "units":
        return Result(units=draw.randrange(200), savings=tasks)
    size = _size(price)
    others = {name: _figures(draw, size) for name in outcome.estimators[1:]}
    mine = _figures(draw, size)
    return Result(
        mine.period, mine.cumulative, None, None, mine.period_interval, mine.cumulative_interval,
        savings=tasks, others=others,
    )  # fmt: skip


def _size(price: object) -> Decimal:
    """What a result is about as large as."""
    if isinstance(price, ProRata):
        return price.target.value
    if isinstance(price, Tiers):
        return max(figure.value for tier in price.tiers for figure in tier.figures)
    if isinstance(price, Interpolated):
        return price.points[-1].at.value
    return Decimal(400_000) if isinstance(price, SavingsShare) else Decimal("0.1")


def _figures(draw: random.Random, size: Decimal) -> Result:
    found = []
    for _ in range(2):
        value, error = size * _number(draw, -1, 2), abs(size) * _number(draw, 0, 1) / 4
        found.append((value, Interval(value - 2 * error, value + 2 * error, error, draw.choice([None, True, False]))))
    (alone, spread), (so_far, spread_so_far) = found
    return Result(alone, so_far, period_interval=spread, cumulative_interval=spread_so_far)


def _claim(draw: random.Random, outcome: Outcome, window: Window) -> Claim:
    price = outcome.price
    day = window.start + timedelta(days=draw.randrange(window.days))
    rates = price.rates if isinstance(price, RateCard) else getattr(price, "tariff", ())
    steps = [step.id for step in price.milestones] if isinstance(price, RateCard) else []
    return Claim(
        quantity=Decimal(1) if steps else Decimal(draw.choice(["1", "2", "0.5"])),
        person=draw.choice(["ann", "bo", "cat"]),
        dated=day,
        milestone=draw.choice(steps) if steps else None,
        item=draw.choice([rate.item for rate in rates]) if rates else None,
        cohort=draw.choice([None, *(outcome.deadweight.cohorts if outcome.deadweight else ())]),
        state=draw.choice(["verified", "verified", "verified", "claimed"]),
        value=_number(draw, 0, 60),
    )


def _number(draw: random.Random, low: int, high: int) -> Decimal:
    return Decimal(draw.randrange(low * 10_000, high * 10_000 + 1)) / 10_000
