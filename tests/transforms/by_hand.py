"""What the tests of draws share: outcomes with a plan, and means worked out by integration."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.stats import norm

from tests.transforms.small import TO_FUND, outcome, pro_rata
from transforms.stress import Expected


def plan(**given: str) -> dict[str, str]:
    return {"source": "illustrative"} | given


def joy(maximum: int = 1_000, *, error: str = "0.3 points", correlation: str = "0 %", **changed: Any) -> dict[str, Any]:
    """Life satisfaction, paid in proportion to half a point."""
    planning = plan(standard_error=error, correlation=correlation)
    return pro_rata(maximum, "0.5 points", indicator="life_satisfaction@1", planning=planning) | changed


def clipped_mean(mean: float, error: float) -> float:
    """E[min(max(X, 0), 1)] for X normal. Around 0 it is s (φ(0) − φ(1/s)) + 1 − Φ(1/s); elsewhere by the same integral."""
    low, high = (0 - mean) / error, (1 - mean) / error
    inside = mean * (norm.cdf(high) - norm.cdf(low)) - error * (norm.pdf(high) - norm.pdf(low))
    return float(inside + norm.sf(high))


def integrated(value: Callable[[float], float], mean: float, error: float) -> float:
    """E[value(X)] for X normal, by the trapezoid rule."""
    steps = np.linspace(mean - 8 * error, mean + 8 * error, 20_001)
    return float(np.trapezoid([value(x) for x in steps] * norm.pdf(steps, mean, error), steps))


def close(found: Expected, expected: float) -> bool:
    """Within four standard errors of the draws, and a little for the six digits of a share."""
    return abs(float(found.share) - expected) <= 4 * float(found.error) + 1e-5


def given(**changed: Any) -> dict[str, Any]:
    return (
        outcome(indicator="given@1", estimator="given", contrast=None, better="higher", payments=list(TO_FUND))
        | changed
    )
