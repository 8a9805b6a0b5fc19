"""Estimates that others hand in: with their uncertainty, marked where they compare with nothing, and with a fallback."""

from __future__ import annotations

from decimal import Decimal

import pytest

from maalbar.errors import SettlementRefused
from tests.contract_features.row import NOT_MEASURED, agreement, effect, paid, row, settled, stage
from transforms.settlement import Interval, Result


@row(24)
def test_the_estimate_of_a_trial_comes_in_with_its_interval():
    found = agreement(24)
    given = settled(found, {"jail_days": effect("0.30", low="0.18", high="0.42", error="0.06")})
    # 800,000 × 30/40 = 600,000, and the interval stands beside it.
    assert paid(found, given) == {"1": 600_000}
    assert stage(given, "1", "jail_days", "result") == {
        "value": Decimal("0.30"), "basis": "cumulative", "low": Decimal("0.18"), "high": Decimal("0.42"),
    }  # fmt: skip
    assert not found.outcomes["jail_days"].is_without_comparison


@row(25)
def test_a_matched_comparison_is_paid_on_its_difference():
    found = agreement(25)
    # 640,000 × 5/8 = 400,000; the whole group counts, so the result is one figure for all.
    assert paid(found, settled(found, {"care": effect("5")})) == {"1": 400_000}
    assert not found.outcomes["care"].is_without_comparison


@row(26)
def test_a_historical_baseline_is_marked_and_a_difference_in_differences_is_not():
    found = agreement(26)
    # 200,000 × 6/10 = 120,000 and 200,000 × 4/10 = 80,000.
    given = settled(found, {"shelter_nights": effect("0.06"), "emergency_visits": effect("0.04")})
    assert paid(found, given, "outcome") == {"shelter_nights": 120_000, "emergency_visits": 80_000}
    assert {name: outcome.is_without_comparison for name, outcome in found.outcomes.items()} == {
        "shelter_nights": True,
        "emergency_visits": False,
    }


@row(28)
def test_a_change_without_control_is_paid_and_marked():
    found = agreement(28)
    # 900,000 × 20/30 = 600,000.
    assert paid(found, settled(found, {"runoff": effect("0.2")})) == {"1": 600_000}
    assert found.outcomes["runoff"].is_without_comparison


def _two(trial: str, error: str, other: str) -> Result:
    """A trial's estimate with its standard error, and that of the difference in differences beside it."""
    spread = Interval(Decimal(trial) - 2 * Decimal(error), Decimal(trial) + 2 * Decimal(error), Decimal(error))
    value = Decimal(trial)
    beside = {"difference_in_differences": effect(other)}
    return Result(value, value, period_interval=spread, cumulative_interval=spread, others=beside)


@row(29)
def test_a_trial_that_is_too_uncertain_is_mixed_with_the_agreed_other():
    found = agreement(29)
    # A standard error of 4 % is above 3 %: 80 % × 7 % + 20 % × 2 % = 6 %, so 1,000,000 × 6/10 = 600,000.
    given = settled(found, {"jail_nights": _two("0.07", "0.04", "0.02")})
    assert paid(found, given) == {"1": 600_000}
    assert stage(given, "1", "jail_nights", "fallback") == {
        "when": "standard_error_above",
        "use": "80 % trial + 20 % difference_in_differences",
        "value": Decimal("0.06"),
    }


@row(29)
def test_a_trial_that_is_certain_enough_stands_alone():
    found = agreement(29)
    # 3 % is not above 3 %: 1,000,000 × 7/10 = 700,000.
    assert paid(found, settled(found, {"jail_nights": _two("0.07", "0.03", "0.02")})) == {"1": 700_000}


@row(29)
def test_a_trial_that_cannot_be_measured_is_replaced():
    found = agreement(29)
    fallen = Result(not_measurable="too_few", others={"matched_comparison": effect("2")})
    # 400,000 × 2/8 = 100,000; without the other there is nothing to fall back on.
    assert paid(found, settled(found, {"employment": fallen})) == {"1": 100_000}
    assert settled(found, {"employment": NOT_MEASURED}).lines == ()


@row(30)
@pytest.mark.parametrize(
    ("value", "low", "high", "amounts"),
    [
        # 100,000 × 6/10 on the estimate, × 2/10 on the lower limit, and 2 %–10 % holds no zero.
        ("0.06", "0.02", "0.10", (60_000, 20_000, 60_000)),
        # −1 %–13 % holds zero: nothing by the lower limit, nothing where it must be significant.
        ("0.06", "-0.01", "0.13", (60_000, 0, 0)),
        # A bound of just zero is not significant.
        ("0.06", "0", "0.12", (60_000, 0, 0)),
    ],
)
def test_what_an_uncertain_effect_is_paid_on(value, low, high, amounts):
    found = agreement(30)
    result = effect(value, low=low, high=high)
    given = settled(found, dict.fromkeys(found.outcomes, result))
    wanted = dict(zip(("arrests", "convictions", "prison_nights"), amounts, strict=True))
    assert paid(found, given, "outcome") == {outcome: amount for outcome, amount in wanted.items() if amount}


@row(30)
def test_a_rule_of_uncertainty_refuses_a_result_without_an_interval():
    with pytest.raises(SettlementRefused, match="`lower_limit`, and the result has no interval"):
        settled(agreement(30), {"convictions": effect("0.06")})
