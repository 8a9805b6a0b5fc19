"""What the terms would pay on average if nothing worked, against the same mean worked out by integration."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest
from scipy.stats import norm

from tests.transforms.small import cap, pro_rata, rate_card, small_contract
from transforms.without_effect import DRAWS, Uncertainty, expected_without_effect

CONTRACT = small_contract({"joy": pro_rata(1_000, "0.5 points", indicator="life_satisfaction@1")})


def _error(standard_error: str, change: str = "0") -> Uncertainty:
    return Uncertainty(Decimal(change), Decimal(standard_error))


def _clipped_mean(ratio: float) -> tuple[float, float]:
    """Mean and spread of min(max(X/t, 0), 1) for X normal around 0 with error s, `ratio` = s/t.

    With b = t/s: E = s/t × (φ(0) − φ(b)) + (1 − Φ(b)); E² = (s/t)² × (Φ(b) − 1/2 − b φ(b)) + (1 − Φ(b)).
    """
    b = 1 / ratio
    mean = ratio * (norm.pdf(0) - norm.pdf(b)) + norm.sf(b)
    square = ratio**2 * (norm.cdf(b) - 0.5 - b * norm.pdf(b)) + norm.sf(b)
    return mean, math.sqrt(square - mean**2)


@pytest.mark.parametrize("standard_error", ["0.05", "0.25", "0.5", "2.5"])
@pytest.mark.parametrize("through", ["1", "2", "4"])
def test_the_mean_is_that_of_a_clipped_normal(standard_error, through):
    mean, spread = _clipped_mean(float(standard_error) / 0.5)
    most = 1_000_00 * int(through) / 4
    found = expected_without_effect(CONTRACT, {"joy": _error(standard_error)}, through)
    # 1,000 seeded draws: the mean lies within four standard errors of theirs, save once in 16,000 seeds.
    assert abs(found - most * mean) <= 4 * most * spread / math.sqrt(DRAWS)


def test_an_error_large_beside_the_target_pays_nearly_half_and_a_small_one_nearly_nothing():
    # s/t = 1000: half the draws are above nothing, and all of those above the target.
    assert expected_without_effect(CONTRACT, {"joy": _error("500")}, "4") == pytest.approx(500_00, rel=0.13)
    # s/t = 0.01: 0.01 × φ(0) = 0.4 % of 1,000.
    assert expected_without_effect(CONTRACT, {"joy": _error("0.005")}, "4") == pytest.approx(3_99, rel=0.25)


def test_a_ratio_is_drawn_on_its_log_scale():
    # The error 0.08 of a change of -0.2 is 0.08 / 0.8 = 0.1 on the log scale. Better is lower: exp(-0.1 z) below 0.9.
    contract = small_contract({"acute": pro_rata(1_000, "10 %")})
    found = expected_without_effect(contract, {"acute": _error("0.08", "-0.2")}, "4")
    # By numerical integration of min(max((1 - exp(0.1 z)) / 0.1, 0), 1) over the normal density.
    steps = [i / 1000 for i in range(-8000, 8000)]
    mean = sum(min(max((1 - math.exp(0.1 * z)) / 0.1, 0), 1) * norm.pdf(z) / 1000 for z in steps)
    assert found == pytest.approx(1_000_00 * mean, abs=4 * 1_000_00 * 0.5 / math.sqrt(DRAWS))


def test_the_same_results_give_the_same_figure():
    errors = {"joy": _error("0.3")}
    assert expected_without_effect(CONTRACT, errors, "3") == expected_without_effect(CONTRACT, dict(errors), "3")


def test_what_is_not_measurable_or_paid_by_the_piece_pays_nothing_without_effect():
    contract = small_contract(
        {"plans": rate_card(100), "joy": pro_rata(1_000, "0.5 points", indicator="life_satisfaction@1")}
    )
    assert expected_without_effect(contract, {}, "4") == 0


def test_caps_hold_here_too():
    capped = small_contract({"joy": pro_rata(1_000, "0.5 points", indicator="life_satisfaction@1")}, [cap(100)])
    # s/t = 1000: half the draws are held at 100, the others are nothing.
    assert expected_without_effect(capped, {"joy": _error("500")}, "4") == pytest.approx(50_00, rel=0.13)


def test_by_the_period_the_same_chance_is_given_every_period_and_none_is_taken_back():
    # Each of two periods pays 250 × the clipped mean.
    contract = small_contract(
        {"joy": pro_rata(1_000, "0.5 points", indicator="life_satisfaction@1")}, basis="per_period"
    )
    mean, spread = _clipped_mean(1.0)
    found = expected_without_effect(contract, {"joy": _error("0.5")}, "2")
    assert abs(found - 500_00 * mean) <= 4 * 500_00 * spread / math.sqrt(DRAWS)
