"""Estimate: a change with its interval, or the refusal of one, and what was found when its assumptions were looked at."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from scipy.stats import norm

CONFIDENCE = 0.95
POWER = 0.80
LEAST_ERROR = 1e-6
"""A smaller standard error would be stored as nothing: there is no spread, only the noise of arithmetic."""
REASONS = (
    "no_data", "few_events", "no_spread", "no_delivery", "no_result", "not_measured_here",
    "no_survey_before", "no_answers", "low_response", "response_gap", "few_answers", "empty_stratum",
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


def estimate_from(effect: float, error: float, contrast: str) -> Estimate | NotMeasurable:
    if not (math.isfinite(effect) and math.isfinite(error)) or error < LEAST_ERROR:
        return NotMeasurable("no_spread")
    reach = float(norm.ppf(0.5 + CONFIDENCE / 2))
    shown = (reach + float(norm.ppf(POWER))) * error
    p_value = float(2 * norm.sf(abs(effect) / error))
    low, high = effect - reach * error, effect + reach * error
    if contrast == "ratio":
        # On the log scale symmetric, as a relative change not: the delta method gives the error of exp(effect).
        change, error = math.expm1(effect), math.exp(effect) * error
        return Estimate(change, error, math.expm1(low), math.expm1(high), p_value, -math.expm1(-shown))
    return Estimate(effect, error, low, high, p_value, shown)
