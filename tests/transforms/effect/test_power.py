"""What can be shown: the planning table of the reference, and the normal and t approximations."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import norm, t

from tests.transforms.effect.drawn import outcome
from transforms.effect.estimate import Estimate, Spread, estimate_from
from transforms.effect.planning import diagnostic
from transforms.effect.power import detectable_ratio, power_of

PLANNING_TABLE = [
    (0.35, 1.5, 0.81),
    (0.35, 3.0, 0.74),
    (0.20, 1.5, 0.76),
    (0.20, 3.0, 0.67),
    (5.00, 1.5, 0.95),
    (5.00, 3.0, 0.92),
]
"""Rate per person-year, overdispersion, and the ratio shown: 1,000 against 3,000 persons in one year."""


@pytest.mark.parametrize(("rate", "overdispersion", "shown"), PLANNING_TABLE)
def test_a_thousand_against_three_thousand_show_what_the_planning_table_says(rate, overdispersion, shown):
    ratio = detectable_ratio(1_000, 3_000, rate, overdispersion)
    # The table has "0.81 or lower" with two decimals.
    assert round(ratio, 2) == shown or math.floor(ratio * 100) / 100 == shown


def test_a_promised_tenth_of_admissions_is_not_shown_in_one_year():
    assert detectable_ratio(1_000, 3_000, 0.35, 1.5) < 0.90


def test_four_years_show_as_much_as_four_times_the_persons():
    assert detectable_ratio(1_000, 3_000, 0.35, 1.5, years=4) == detectable_ratio(4_000, 12_000, 0.35, 1.5)


@pytest.mark.parametrize("given", [(0, 10, 1.0, 1.0), (10, 10, 0.0, 1.0), (10, 10, 1.0, 0.0)])
def test_nothing_is_planned_without_persons_or_events(given):
    with pytest.raises(ValueError, match="persons, time and events"):
        detectable_ratio(*given)


def test_two_point_eight_errors_are_shown_with_eighty_percent():
    assert power_of(2.801585, 1.0) == pytest.approx(0.80, abs=1e-4)
    assert power_of(0.0, 1.0) == pytest.approx(0.05)


@pytest.mark.parametrize("freedom", [2, 4, 13])
def test_few_degrees_of_freedom_need_larger_effects(freedom):
    draws = np.random.default_rng(1).standard_normal((40_000, freedom + 1))
    # t with an effect of three errors: (z + 3) / sqrt(chi2 / freedom), simulated.
    simulated = np.abs((draws[:, 0] + 3) / np.sqrt((draws[:, 1:] ** 2).mean(axis=1))) > t.ppf(0.975, freedom)
    assert power_of(3.0, 1.0, freedom) == pytest.approx(simulated.mean(), abs=0.01)
    assert power_of(3.0, 1.0, freedom) < power_of(3.0, 1.0)
    assert power_of(1e6, 1.0, freedom) == pytest.approx(1.0)
    # From nothing to certainty without a gap: scipy's lower tail is not a number here and there.
    powers = [power_of(size, 1.0, freedom) for size in np.linspace(0, 60, 241)]
    assert powers[0] == pytest.approx(0.05) and all(np.diff(powers) >= -1e-7) and powers[-1] == pytest.approx(1.0)


def test_an_estimate_says_its_power_for_the_target():
    found = estimate_from(math.log(0.95), Spread(0.05), "ratio", target=-0.10)
    assert isinstance(found, Estimate)
    # log(0.9) is 2.107 errors away; 1.96 are needed.
    assert found.power == pytest.approx(norm.cdf(-math.log(0.9) / 0.05 - 1.959964), abs=1e-4)
    assert estimate_from(math.log(0.95), Spread(0.05), "ratio").power is None


def test_planning_stands_beside_what_was_measured():
    planned = outcome(planning={"standard_error": "5 %", "source": "illustrative"})
    measured = estimate_from(-0.05, Spread(0.04), "ratio", target=-0.10)
    figures = diagnostic(planned, 0.10, measured).figures
    assert figures["power_before"] == pytest.approx(norm.cdf(2 - 1.959964), abs=1e-3)
    assert figures["detectable_before"] == pytest.approx(2.801585 * 0.05, rel=1e-5)
    assert figures["detectable_after"] == measured.detectable and figures["power_after"] == measured.power
    assert figures["target"] == 0.10
