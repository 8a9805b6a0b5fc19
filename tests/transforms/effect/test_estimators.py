"""Estimators without a comparison arm, and a trial's result: worked out by hand, and wrong where what they assume is not so."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.effect.drawn import material, outcome, quality
from transforms.effect import (
    Estimate,
    Material,
    NotMeasurable,
    before_after,
    find,
    historical,
    regression_to_the_mean,
    trial,
)
from transforms.effect.material import Asked

ASKED = Asked("ratio", 5)


def _rate(rows, **where) -> float:
    for column, value in where.items():
        rows = rows[rows[column] == value]
    return rows["quantity"].sum() / rows["exposure"].sum()


@given(st.integers(0, 1_000))
@settings(max_examples=15, deadline=None)
def test_before_and_after_is_that_of_two_numbers_of_the_treated(seed):
    of = material(seed)
    then, now = (_rate(of.rows, arm="treated", phase=phase) for phase in ("baseline", "follow_up"))
    assert before_after.estimate(of, ASKED).change == pytest.approx(now / then - 1, abs=1e-9)
    assert before_after.estimate(of, Asked("difference", 0)).change == pytest.approx(now - then, abs=1e-9)


@given(st.integers(0, 1_000))
@settings(max_examples=15, deadline=None)
def test_a_historical_baseline_is_that_of_those_who_entered_earlier(seed):
    of = material(seed, historical_rate=3.0)
    then, now = _rate(of.historical), _rate(of.rows, arm="treated", phase="follow_up")
    assert historical.estimate(of, ASKED).change == pytest.approx(now / then - 1, abs=1e-9)
    assert historical.estimate(of, Asked("difference", 0)).change == pytest.approx(now - then, abs=1e-9)


def test_what_the_comparison_does_is_nothing_to_either():
    of = material(1, historical_rate=3.0)
    other = replace(of, rows=of.rows.assign(quantity=of.rows["quantity"].where(of.rows["arm"] == "treated", 99.0)))
    for estimator in (before_after, historical):
        assert estimator.estimate(other, ASKED) == estimator.estimate(of, ASKED)


def test_without_those_of_earlier_dates_there_is_no_history():
    of = material(1)
    assert historical.estimate(of, ASKED) == NotMeasurable("no_history")
    empty = replace(of, historical=of.rows.iloc[:0])
    assert historical.estimate(empty, ASKED) == NotMeasurable("no_history")


def test_too_few_events_are_refused_by_the_cell_they_are_in():
    assert before_after.estimate(material(1), Asked("ratio", 1_000)).code == "few_events"


def test_areas_of_one_arm_can_be_the_clusters():
    found = before_after.estimate(material(1, areas=(6, 6)), Asked("ratio", 5, "area"))
    assert isinstance(found, Estimate) and found.clusters == "area" and not found.is_approximate
    # Three areas of one arm: each as likely to rise as to fall, 2/8 at best.
    great = {"treated": (4, 4, 4, 1), "comparison": (4, 4, 4, 4)}
    assert not before_after.estimate(material(1, rates=great), Asked("ratio", 5, "area")).is_significant


def test_a_trial_is_taken_at_its_word():
    given = outcome(
        "trial", trial={"change": "-12 %", "standard_error": "4 %", "persons": "500", "source": "illustrative"}
    )
    found = trial.estimate(given.trial, Asked("ratio", 5, target=-0.10))
    assert (found.change, found.standard_error) == (-0.12, 0.04)
    # Normal, on the scale of the change: 12 ± 1.959964 × 4.
    assert (found.low, found.high) == (pytest.approx(-0.198399, abs=1e-6), pytest.approx(-0.041601, abs=1e-6))
    assert found.p_value == pytest.approx(0.0026998, abs=1e-6) and found.is_significant
    assert trial.estimate(None, ASKED) == NotMeasurable("no_result")


def _found(estimator: str, of: Material, **given):
    found = find(outcome(estimator, **given), quality(), of, 0.10)
    return found, {one.name: one for one in found.diagnostics}


def test_a_trend_passes_for_an_effect_before_and_after_and_is_seen_in_the_baseline():
    falling = dict.fromkeys(("treated", "comparison"), (4.0, 3.4, 2.9, 2.4))
    of = material(1, rates=falling, people=150)
    simple, checks = _found("before_after", of)
    compared, against = _found("difference_in_differences", of)
    assert simple.result.high < 0 and checks["check.baseline_trend"].verdict == "broken"
    assert compared.result.low < 0 < compared.result.high and against["check.pre_trend"].verdict == "held"


def test_arms_that_drift_apart_are_seen_in_the_baseline():
    apart = {"treated": (2.0, 2.6, 3.4, 4.4), "comparison": (2.0, 2.0, 2.0, 2.0)}
    found, checks = _found("difference_in_differences", material(1, rates=apart, people=150))
    assert found.result.low > 0
    assert checks["check.pre_trend"].verdict == "broken" and checks["check.placebo"].verdict == "broken"


def test_a_level_that_changed_since_passes_for_an_effect_of_a_historical_baseline():
    of = material(1, historical_rate=3.0, people=150)
    found, checks = _found("historical_baseline", of)
    assert found.result.high < 0
    # The years before were alike, so nothing in the data says so: the assumption stands as untested.
    assert checks["check.historical_trend"].verdict == "held"
    assert checks["check.years_alike"].verdict == "untested"


def test_a_last_year_that_was_not_looked_at_is_not_said_to_hold():
    """`held` is told as «det sidste år før start skiller sig ikke ud»; nobody looked at the last year."""
    past = material(historical_rate=2.0)
    asked = Asked.of(outcome("historical_baseline"), quality(), None)
    found = regression_to_the_mean.check("historical_baseline", past, asked)
    assert (found.verdict, found.figures["why"]) == ("untested", "selected_in_the_same_way")
