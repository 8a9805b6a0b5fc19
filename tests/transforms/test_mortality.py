"""Mortality beside every rate: a higher one in the treated arm explains fewer contacts, and is no effect."""

from __future__ import annotations

import pandas as pd
import pytest

from transforms.mortality import check


def counts(treated: tuple[int, int], comparison: tuple[int, int], window: str = "1") -> pd.DataFrame:
    """Deaths and living days of both arms in one window."""
    return pd.DataFrame(
        [(window, "treated", *treated), (window, "comparison", *comparison)],
        columns=["window_id", "arm", "deaths", "person_days"],
    )


THOUSAND_YEARS = 365_250


def test_rates_are_per_living_year_and_the_ratio_has_its_interval():
    found = check(counts((40, THOUSAND_YEARS), (80, 2 * THOUSAND_YEARS)), ["1"])
    assert found.name == "check.mortality"
    assert (found.figures["deaths_treated"], found.figures["years_comparison"]) == (40, pytest.approx(2_000))
    assert (found.figures["treated"], found.figures["comparison"]) == (pytest.approx(0.04), pytest.approx(0.04))
    # 1.96 × √(1/40 + 1/80) = 0.3796 on the log scale.
    assert found.figures["ratio"] == pytest.approx(1)
    assert found.figures["ratio_low"] == pytest.approx(0.6841, abs=1e-4)
    assert found.figures["ratio_high"] == pytest.approx(1.4617, abs=1e-4)
    assert found.verdict == "held"


@pytest.mark.parametrize(
    ("deaths", "verdict"),
    # Against 100 of as many years the lower limit is d/100 × exp(-1.96 √(1/d + 1/100)): 0.993 at 129 deaths, 1.010 at 131.
    [(129, "held"), (131, "broken"), (60, "held")],
)
def test_it_is_broken_only_where_the_whole_interval_lies_above_one(deaths, verdict):
    assert check(counts((deaths, THOUSAND_YEARS), (100, THOUSAND_YEARS)), ["1"]).verdict == verdict


def test_windows_that_are_not_looked_at_do_not_count():
    both = pd.concat([counts((10, THOUSAND_YEARS), (10, THOUSAND_YEARS)), counts((500, 1_000), (0, 1_000), "2")])
    assert check(both, ["1"]).figures["deaths_treated"] == 10
    assert check(both, ["1", "2"]).verdict == "broken"


def test_nobody_dead_in_either_arm_gives_no_ratio_and_says_why():
    found = check(counts((0, THOUSAND_YEARS), (0, THOUSAND_YEARS)), ["1"])
    assert (found.verdict, found.figures["why"]) == ("untested", "few_events: comparison_after; 1")
    assert "ratio" not in found.figures


def test_twelve_deaths_against_none_is_more_than_chance():
    """Given 12 deaths, all among a quarter of the years: of 12 all fall to the treated with 2.5 % where p^12 = 0.025."""
    found = check(counts((12, 36_525), (0, 3 * 36_525)), ["1"])
    assert found.verdict == "broken"
    share = 0.025 ** (1 / 12)
    assert found.figures["ratio_low"] == pytest.approx(3 * share / (1 - share)) == pytest.approx(8.34, abs=0.01)
    assert found.figures["ratio"] is None and found.figures["ratio_high"] is None
    # One against none can be chance, and is no reason to hold a payment.
    assert check(counts((1, 36_525), (0, 3 * 36_525)), ["1"]).verdict == "held"
