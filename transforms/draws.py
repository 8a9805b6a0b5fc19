"""Draws: courses of results by chance, for what terms pay on average. One way of drawing for stress, forecast and statements.

A period's estimate is the truth and an error. Errors of two periods are correlated, since they share a baseline; the
estimate over all periods so far is the mean of theirs. A relative change is drawn on its log scale, where its error is
normal. Units are drawn as Poisson, and a number names nobody: limits per person are left out, so a plan in units is
reckoned after those limits. Outcomes are drawn apart from one another, each from a seed of its own, so that one more
outcome does not move the others. No draw lies further from its mean than `REACH` standard errors.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import numpy as np

from maalbar.contract.bounds import Bounds
from maalbar.contract.model import Agreement
from maalbar.contract.outcomes import Outcome
from maalbar.contract.prices import RateCard, SavingsShare, UnitPrice
from maalbar.contract.versions import versions
from maalbar.periods import add_days
from transforms.settlement import Claim, Interval, Result
from transforms.settlement.figures import Z95

SEED = 1_812
REACH = 4.0
Course = dict[tuple[str, str], Result]
"""(period, outcome) → Result, of every period of a course."""


@dataclass(frozen=True)
class Around:
    """What the results of an outcome are drawn around.

    `figure`: the true improvement (or level); `standard_error`: of one period alone, relative for a ratio. With `measured`
    periods behind it the figure is their mean, and what is drawn are the periods to come. `units`: the mean in a period,
    instead of a figure.
    """

    figure: float = 0.0
    standard_error: float = 0.0
    correlation: float = 0.0
    measured: int = 0
    units: float | None = None

    def error_after(self, periods: int) -> float:
        """The standard error of the mean of so many periods."""
        return self.standard_error * math.sqrt((1 + (periods - 1) * self.correlation) / periods)


def courses(
    agreement: Agreement, around: Mapping[str, Around], periods: Sequence[str], draws: int, seed: int = SEED
) -> Iterator[Course]:
    """Draw the results of periods, `draws` times; every second course has the errors of the one before with other signs."""
    drawn = {}
    for outcome_id, mean in around.items():
        chance = np.random.default_rng([seed, zlib.crc32(outcome_id.encode())])
        outcome = agreement.outcomes[outcome_id]
        if mean.units is not None:
            drawn[outcome_id] = _counts(outcome, mean.units, (draws, len(periods)), chance)
        else:
            drawn[outcome_id] = _estimates(outcome, mean, (draws, len(periods)), chance)
    for number in range(draws):
        yield {
            (period, outcome_id): result(agreement, agreement.outcomes[outcome_id], period, values[:, number, position])
            for outcome_id, values in drawn.items()
            for position, period in enumerate(periods)
        }


def result(agreement: Agreement, outcome: Outcome, period: str, values: np.ndarray) -> Result:
    """A result from plain numbers: units alone, or value, low, high, error of the period and of all periods so far."""
    if len(values) == 1:
        return Result(claims=counted(agreement, outcome, period, Decimal(int(values[0]))))
    alone, low, high, error, so_far, so_far_low, so_far_high, so_far_error = (Decimal(f"{v:.6f}") for v in values)
    of_period, of_all = Interval(low, high, error), Interval(so_far_low, so_far_high, so_far_error)
    return estimated(outcome, Result(alone, so_far, period_interval=of_period, cumulative_interval=of_all))


def estimated(outcome: Outcome, found: Result) -> Result:
    """An estimate, with what the agreed other estimators are reckoned to find: the same, since nobody plans their difference."""
    return replace(found, others=dict.fromkeys(outcome.fallback.use, found)) if outcome.fallback else found


def counted(agreement: Agreement, outcome: Outcome, period: str, units: Decimal) -> tuple[Claim, ...]:
    """Units of a period as claims that the price takes: of each milestone so many, of each item with a rate an equal part."""
    price, first = outcome.price, agreement.period(period).start
    if isinstance(price, RateCard) and price.milestones:
        return _chain(price, period, first, units)
    rates = price.rates if isinstance(price, RateCard) else price.tariff if isinstance(price, SavingsShare) else ()
    begun = [r.item for r in rates if (not r.start or r.start <= first) and (not r.end or first < r.end)]
    items = list(dict.fromkeys(begun)) if rates else [None]
    success = price.success if isinstance(price, UnitPrice) else None
    value = _inside(success) if success else None
    states = price.pays_states if isinstance(price, UnitPrice) else ("verified",)
    state = "verified" if "verified" in states else states[0]
    return tuple(Claim(units / len(items), dated=first, item=item, state=state, value=value) for item in items)


def _chain(price: RateCard, period: str, first: date, units: Decimal) -> tuple[Claim, ...]:
    """So many persons a period, as one, who reach every milestone as soon as they may."""
    claims, day = [], first
    for milestone in price.milestones:
        day = add_days(day, milestone.days_after_previous)
        claims.append(Claim(units, period, day, milestone.id))
    return tuple(claims)


def drawn_under(agreement: Agreement) -> tuple[Agreement, ...]:
    """The versions of the terms without limits per person: units are drawn as a number, and a number names nobody."""
    return tuple(_without_limits(version) for version in versions(agreement))


def _without_limits(agreement: Agreement) -> Agreement:
    outcomes = {
        outcome_id: outcome.model_copy(update={"price": outcome.price.model_copy(update={"per_person": None})})
        if isinstance(outcome.price, UnitPrice)
        else outcome
        for outcome_id, outcome in agreement.outcomes.items()
    }
    terms = agreement.terms.model_copy(update={"person_maximum": None})
    return agreement.model_copy(update={"outcomes": outcomes, "terms": terms})


def _inside(bounds: Bounds) -> Decimal:
    """A figure inside the bounds."""
    near = [f.value for f in bounds.figures] or [Decimal(0)]
    tried = [*near, sum(near, Decimal(0)) / len(near), min(near) - 1, max(near) + 1]
    return next(value for value in tried if bounds.hold(value))


def _counts(outcome: Outcome, mean: float, shape: tuple[int, int], chance: np.random.Generator) -> np.ndarray:
    return np.minimum(chance.poisson(mean, shape), most_units(mean))[np.newaxis].astype(float)


def most_units(mean: float) -> int:
    """The most that is drawn where so many are the mean: `REACH` standard deviations above it."""
    return math.ceil(mean + REACH * math.sqrt(mean))


def _estimates(outcome: Outcome, mean: Around, shape: tuple[int, int], chance: np.random.Generator) -> np.ndarray:
    """Value, low, high, error of each period and of all so far: an array (8, draws, periods)."""
    draws, periods = shape
    shared, own = (_antithetic(chance, draws, width) for width in (1, periods))
    if mean.measured:
        # What is measured shares the baseline's error with what comes; its own part is the mean of so many periods'.
        noise = math.sqrt(1 - mean.correlation) * (own - shared / math.sqrt(mean.measured))
    else:
        noise = math.sqrt(mean.correlation) * shared + math.sqrt(1 - mean.correlation) * own
    numbers = mean.measured + np.arange(1, periods + 1)
    centre = to_scale(outcome, mean.figure)
    alone = centre + mean.standard_error * np.clip(noise, -REACH, REACH)
    so_far = (mean.measured * centre + np.cumsum(alone, axis=1)) / numbers
    errors = np.array([mean.error_after(int(number)) for number in numbers])
    both = (_spread(outcome, alone, mean.standard_error), _spread(outcome, so_far, errors))
    return np.concatenate([np.stack(part) for part in both])


def _antithetic(chance: np.random.Generator, draws: int, width: int) -> np.ndarray:
    """Standard normal rows in pairs of opposite sign, which makes the mean of few draws steadier."""
    half = chance.standard_normal(((draws + 1) // 2, width))
    return np.stack([half, -half], axis=1).reshape(2 * len(half), width)[:draws]


def to_scale(outcome: Outcome, figure: float) -> float:
    """A figure on the scale it is drawn on: the logarithm of the ratio of rates, or itself."""
    if outcome.contrast != "ratio":
        return figure
    return math.log(max(1 - figure if outcome.better == "lower" else 1 + figure, 1e-9))


def _spread(
    outcome: Outcome, drawn: np.ndarray, error: float | np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Value, low, high and error in the direction the contract wants."""
    reach = float(Z95) * error
    low, high = drawn - reach, drawn + reach
    if outcome.contrast != "ratio":
        return drawn, low, high, np.broadcast_to(error, drawn.shape)
    if outcome.better == "lower":
        return -np.expm1(drawn), -np.expm1(high), -np.expm1(low), error * np.exp(drawn)
    return np.expm1(drawn), np.expm1(low), np.expm1(high), error * np.exp(drawn)
