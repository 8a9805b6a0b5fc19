"""Estimate: a change with its interval, or the refusal of one, and what was found when its assumptions were looked at."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from scipy.stats import norm, t

from transforms.effect.power import CONFIDENCE, POWER, SIGNIFICANCE, power_of

LEAST_ERROR = 1e-6
"""A smaller standard error would be stored as nothing: there is no spread, only the noise of arithmetic."""
REASONS = (
    "no_data", "few_persons", "few_events", "no_spread", "no_delivery", "no_result", "not_measured_here",
    "no_survey_before", "no_answers", "low_response", "response_gap", "few_answers", "empty_stratum",
    "few_areas", "imbalance", "no_match", "no_history", "no_municipality", "mortality",
)  # fmt: skip


@dataclass(frozen=True)
class Estimate:
    """The change with its interval (95 %), p-value of no effect, and the smallest effect shown with 80 % power.

    In the unit of the contrast: relative for a ratio, the indicator's own for a difference. `detectable` is positive.
    """

    change: float
    standard_error: float
    low: float
    high: float
    p_value: float
    detectable: float
    clusters: str = "person"
    """What was taken as independent: `person` or `area`."""
    is_approximate: bool = False
    """Whether the interval holds the truth less often, or more often, than it says, as far as `docs/calibration.md` knows."""
    is_significant: bool = False
    """Whether the interval excludes no effect and there are areas enough to show one."""
    power: float | None = None
    """The chance that an effect as large as the target would have been shown; none without a target."""


@dataclass(frozen=True)
class NotMeasurable:
    """A refusal: a code of `REASONS`, and what it is about. Stored as `code: detail; detail`, put into words by documents."""

    code: str
    details: tuple[str, ...] = ()

    @property
    def reason(self) -> str:
        return f"{self.code}: {'; '.join(self.details)}" if self.details else self.code


@dataclass(frozen=True)
class Diagnostic:
    """What was found when an estimate was looked at: an assumption, a variant, a figure that belongs beside it.

    `verdict`: `held` or `broken` where a rule judges it, `untested` where the data cannot say (`figures` then hold `why`),
    `shown` where nobody judges. `figures` are plain numbers or text, in the unit of the estimate where nothing else is said.
    """

    name: str
    verdict: Literal["held", "broken", "untested", "shown"]
    figures: Mapping[str, float | int | str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Spread:
    """How sure an effect is: its standard error, on how many degrees of freedom, and what it was reckoned from.

    `smallest_p` is the smallest p-value that the number of areas can give; an effect is not significant unless it is below 5 %.
    """

    error: float
    freedom: float = math.inf
    clusters: str = "person"
    is_approximate: bool = False
    smallest_p: float = 0.0


def estimate_from(
    effect: float, spread: Spread, contrast: str, target: float | None = None
) -> Estimate | NotMeasurable:
    """The estimate of an effect: the logarithm of a ratio of rates, or a difference of means.

    `target` is the change that the contract promises, signed as measured. Refuses an effect without any spread.
    """
    error = spread.error
    if not (math.isfinite(effect) and math.isfinite(error)) or error < LEAST_ERROR:
        return NotMeasurable("no_spread")
    reference = norm if math.isinf(spread.freedom) else t(spread.freedom)
    reach = float(reference.ppf(0.5 + CONFIDENCE / 2))
    shown = (reach + float(reference.ppf(POWER))) * error
    p_value = float(2 * reference.sf(abs(effect) / error))
    low, high = effect - reach * error, effect + reach * error
    power = None
    if target is not None and (contrast != "ratio" or target > -1):
        power = power_of(math.log1p(target) if contrast == "ratio" else target, error, spread.freedom)
    change = effect
    if contrast == "ratio":
        # On the log scale symmetric, as a relative change not: the delta method gives the error of exp(effect).
        change, error = math.expm1(effect), math.exp(effect) * error
        low, high, shown = math.expm1(low), math.expm1(high), -math.expm1(-shown)
    is_significant = not low <= 0 <= high and spread.smallest_p < SIGNIFICANCE
    return Estimate(
        change, error, low, high, p_value, shown, spread.clusters, spread.is_approximate, is_significant, power
    )
