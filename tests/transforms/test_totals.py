"""Totals as they are stored: sums, and rates with their intervals, crude and as in the standard population."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pytest

from transforms.totals import kind_of, of_rates, persons, rounded


@pytest.mark.parametrize(
    ("number", "stored"), [(1 / 3, "0.333333"), (-1e-9, "0"), (2.0, "2"), (-0.1234565001, "-0.123457")]
)
def test_figures_are_stored_with_six_decimals_and_never_as_minus_nothing(number, stored):
    assert rounded(number) == Decimal(stored)
    assert not rounded(number).is_signed() or rounded(number) < 0


def _rows(young: int, old: int) -> pd.DataFrame:
    """Ten young and ten old persons of one arm, each a year, with so many events each."""
    found = [(f"p{n}", "young" if n < 10 else "old", young if n < 10 else old) for n in range(20)]
    frame = pd.DataFrame(found, columns=["person_id", "stratum", "quantity"]).astype({"quantity": "float64"})
    frame.loc[0, "quantity"] += 1  # persons differ, or there would be no spread
    frame.loc[10, "quantity"] += 1
    return frame.assign(window_id="1", arm="treated", person_days=365, exposure=1.0)


def test_a_rate_is_shown_crude_and_as_it_would_be_in_the_standard():
    (row,) = of_rates("acute", _rows(young=1, old=3), "repeated", {"young": 300.0, "old": 100.0})
    # 11 + 31 events of 20 years; in the standard three quarters young: 0.75 × 1.1 + 0.25 × 3.1 = 1.6.
    assert (row["persons"], row["person_days"], row["person_years"]) == (20, 7300, 20)
    assert (row["quantity"], row["value"]) == (42, Decimal("2.1"))
    assert row["standardised"] == Decimal("1.6")
    assert row["low"] < row["value"] < row["high"]
    assert row["standardised_low"] < row["standardised"] < row["standardised_high"]
    assert row["standardised_refused"] is None


def test_beside_a_sum_stands_how_many_persons_it_is_the_sum_of():
    rows = _rows(young=0, old=0).assign(person_days=365)
    (row,) = of_rates("nights", rows.assign(quantity=[21.0] + [0.0] * 19), "amount")
    assert (row["persons"], row["quantity"], row["persons_with_any"]) == (20, 21, 1)


def test_a_standard_of_the_arms_own_composition_changes_nothing():
    (row,) = of_rates("acute", _rows(young=1, old=3), "repeated", {"young": 10.0, "old": 10.0})
    assert row["standardised"] == row["value"]


def test_a_stratum_that_nobody_was_followed_in_is_a_refusal_beside_the_crude_rate():
    (row,) = of_rates("acute", _rows(young=1, old=3), "repeated", {"young": 90.0, "oldest": 10.0})
    assert (row["value"], row["standardised"]) == (Decimal("2.1"), None)
    assert row["standardised_refused"] == "empty_stratum: 1; 10.0"


def test_without_a_standard_nothing_is_standardised_and_nothing_refused():
    (row,) = of_rates("acute", _rows(young=1, old=3))
    assert row["standardised"] is row["standardised_refused"] is None


@pytest.mark.parametrize(
    ("indicator", "kind"),
    [
        ("acute_hospital_contacts@1", "repeated"),
        ("admissions@1", "repeated"),
        ("bed_days@1", "amount"),
        ("home_care_hours@1", "amount"),
        ("self_support_weeks@1", "amount"),
        ("hospital_costs@1", "amount"),
    ],
)
def test_hours_days_weeks_and_kroner_are_no_events(indicator, kind):
    assert kind_of(indicator) == kind


def test_a_person_seen_in_several_indicators_is_one_person():
    twice = pd.concat([_rows(1, 3), _rows(2, 2)])
    assert persons(twice) == [{"window_id": "1", "arm": "treated", "persons": 20}]
