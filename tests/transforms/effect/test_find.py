"""The effect as the contract asks for it, with all that is seen on the way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.transforms.effect.drawn import frame, material, outcome, quality
from transforms.effect import (
    REASONS,
    Diagnostic,
    Estimate,
    Finding,
    Material,
    NotMeasurable,
    difference_in_differences,
    find,
)

FALLBACK = {
    "when": "not_measurable",
    "use": {"before_after": "60 %", "historical_baseline": "40 %"},
    "source": "illustrative",
}
FALLING = {"treated": (3.0, 3.0, 3.0, 2.1), "comparison": (3.0, 3.0, 3.0, 3.0)}


def _found(
    of: Material, estimator: str = "difference_in_differences", target: float | None = 0.10, **given: Any
) -> Finding:
    limits = given.pop("limits", {})
    return find(outcome(estimator, **given), quality(**limits), of, target)


def _named(found: Finding) -> dict[str, Diagnostic]:
    assert len({one.name for one in found.diagnostics}) == len(found.diagnostics)
    return {one.name: one for one in found.diagnostics}


def test_the_estimate_is_the_difference_in_differences_of_its_rows():
    of = material(1, rates=FALLING)
    found = _found(of)
    plain = difference_in_differences(frame(of), "ratio", 10)
    assert isinstance(found.result, Estimate) and found.estimator == "difference_in_differences"
    assert replace(found.result, power=None) == plain


def test_windows_that_the_basis_does_not_look_at_are_left_out():
    of = material(1)
    late = of.rows[of.rows["window_id"] == "f1"].assign(window_id="f2", quantity=99.0)
    more = replace(of, rows=pd.concat([of.rows, late], ignore_index=True))
    assert _found(more).result == _found(of).result
    assert _found(replace(more, after=("f1", "f2"))).result != _found(of).result


def test_the_target_of_an_outcome_that_should_fall_is_a_fall():
    of = material(1, rates=FALLING, people=60)
    falls, rises = (_found(of, better=better).result.power for better in ("lower", "higher"))
    # log(0.9) is farther from nothing than log(1.1), so a fall of a tenth is a little easier to show.
    assert falls > rises
    assert _found(of, target=None).result.power is None


def test_every_estimator_says_what_it_assumes_and_whether_it_was_seen():
    of = material(1, historical_rate=2.0)
    trial = {"change": "-12 %", "standard_error": "4 %", "persons": "500", "source": "illustrative"}
    exact = {"method": "exact", "source": "illustrative"}
    for estimator, expected in {
        "difference_in_differences": {
            "check.same_change_without",
            "check.pre_trend",
            "check.placebo",
            "check.area_shocks",
        },
        "matched_comparison": {"check.no_hidden_difference", "check.balance", "check.pre_trend"},
        "historical_baseline": {"check.years_alike", "check.historical_trend"},
        "before_after": {"check.nothing_else_changed", "check.baseline_trend", "check.regression_to_the_mean"},
        "trial": {"check.carried_over"},
    }.items():
        found = _named(_found(of, estimator, matching=exact, trial=trial))
        assert expected <= set(found)
        checks = [one for name, one in found.items() if name.startswith("check.")]
        assert all("assumption" in one.figures for one in checks)
        assert all("why" in one.figures for one in checks if one.verdict == "untested")
        # Something always stands that no data can show.
        assert "untested" in {one.verdict for one in checks}


def test_the_estimators_of_the_fallback_are_found_from_the_same_rows():
    of = material(1, historical_rate=2.0)
    found = _found(of, fallback=FALLBACK)
    assert found.others == {name: _found(of, name).result for name in ("before_after", "historical_baseline")}
    shown = _named(found)["estimator.before_after"]
    assert shown.verdict == "shown" and shown.figures["change"] == found.others["before_after"].change


def test_an_estimator_of_the_fallback_that_fails_says_why():
    found = _found(material(1), fallback=FALLBACK)
    assert found.others["historical_baseline"] == NotMeasurable("no_history")
    assert _named(found)["estimator.historical_baseline"].figures["not_measurable"] == "no_history"


def test_an_outcome_that_is_not_measurable_still_says_what_was_seen():
    found = _found(material(1), limits={"min_events": "100000"})
    assert found.result == NotMeasurable("few_events", ("treated_after", "100000"))
    assert {one.verdict for one in found.diagnostics if one.name == "check.pre_trend"} == {"untested"}


def test_few_areas_are_approximate_or_refused_as_the_contract_says():
    of = material(1, areas=(1, 6))
    approximate = _found(of, clusters="area")
    assert approximate.result.is_approximate and _named(approximate)["check.few_areas"].verdict == "broken"
    refused = _found(of, clusters="area", limits={"few_areas": "not_measurable"})
    assert refused.result == NotMeasurable("few_areas", ("1", "6"))


@pytest.mark.parametrize("clusters", ["person", "area"])
def test_variants_stand_beside_the_estimate(clusters):
    of = material(1, waves=("w1", "w2"), people=40)
    named = _named(_found(of, clusters=clusters))
    assert {"variant.permutation", "variant.wild_bootstrap", "variant.by_wave", "variant.first_wave"} <= set(named)
    first = difference_in_differences(frame(replace(of, rows=of.rows[of.rows["wave_id"] == "w1"])), "ratio", 10)
    assert named["variant.first_wave"].figures["change"] == first.change
    assert named["variant.by_wave"].figures["w1_f1_change"] == first.change


def test_with_one_wave_there_are_no_waves_to_look_at():
    assert not {"variant.by_wave", "variant.first_wave"} & set(_named(_found(material(1))))


def test_selection_on_earlier_use_breaks_an_estimate_without_comparison():
    of = material(1, selected_on_use=True, historical_rate=2.0)
    verdicts = {
        name: _named(_found(of, name))["check.regression_to_the_mean"].verdict
        for name in ("before_after", "historical_baseline", "difference_in_differences")
    }
    assert verdicts == {
        "before_after": "broken",
        "historical_baseline": "untested",
        "difference_in_differences": "held",
    }


def test_a_year_that_stands_out_before_entry_among_the_treated_is_regression_to_the_mean():
    bump = {"treated": (2.0, 2.0, 3.5, 2.0), "comparison": (2.0, 2.0, 2.0, 2.0)}
    found = _named(_found(material(1, rates=bump, people=100)))
    assert found["check.regression_to_the_mean"].verdict == "broken"
    assert found["check.regression_to_the_mean"].figures["last_window_change"] > 0.5


def test_one_baseline_window_shows_no_trend():
    of = material(1)
    short = replace(of, rows=of.rows[of.rows["window_id"].isin(("b3", "f1"))], baseline=("b3",))
    found = _named(_found(short))
    for name in ("check.pre_trend", "check.placebo", "check.regression_to_the_mean"):
        assert found[name].verdict == "untested" and found[name].figures["why"] == "one_baseline_window"


@pytest.mark.parametrize("clusters", ["person", "area"])
def test_arms_alike_before_are_seldom_called_apart(clusters):
    broken = sum(
        _named(_found(material(seed, areas=(4, 6), people=30), clusters=clusters))["check.pre_trend"].verdict
        == "broken"
        for seed in range(40)
    )
    # Binomial(40, 5 %): seven or more come one time in three hundred.
    assert broken <= 6


def test_the_pairs_of_the_pre_trend_are_those_of_their_windows():
    of = material(1)
    figures = _named(_found(of))["check.pre_trend"].figures
    rates = of.rows.groupby(["arm", "window_id"])[["quantity", "exposure"]].sum()
    rate = (rates["quantity"] / rates["exposure"]).to_dict()
    for first, last in (("b1", "b2"), ("b1", "b3"), ("b2", "b3")):
        treated, comparison = (rate[arm, last] / rate[arm, first] for arm in ("treated", "comparison"))
        assert figures[f"{first}_{last}_change"] == pytest.approx(treated / comparison - 1, abs=1e-9)


def test_a_survey_answered_by_others_before_and_after_is_a_difference_of_means():
    chance = np.random.default_rng(1)
    of = material(1, people=60)
    rows = of.rows[of.rows["window_id"].isin(("b3", "f1"))].assign(exposure=1.0)
    rows = rows.assign(quantity=chance.normal(6, 2, len(rows))).sample(frac=0.6, random_state=1)
    found = find(outcome(contrast="difference", better="higher"), quality(), replace(of, rows=rows, baseline=()), 0.5)
    means = rows.groupby(["arm", "window_id"])["quantity"].mean()
    by_hand = (means["treated", "f1"] - means["treated", "b3"]) - (
        means["comparison", "f1"] - means["comparison", "b3"]
    )
    assert found.result.change == pytest.approx(by_hand)


def test_a_count_estimates_no_effect():
    with pytest.raises(ValueError, match="count"):
        find(outcome("count", contrast=None, indicator="action_plans@1"), quality(), material(1), None)


def test_every_refusal_has_a_known_code():
    assert {"few_areas", "imbalance", "no_match", "no_history", "no_result"} <= set(REASONS)


def test_where_areas_are_not_known_none_are_turned_and_none_counted():
    rows = material()
    rows = type(rows)(rows.rows.assign(area=None, wave_id=None), None, rows.baseline, rows.after, False)
    found = _named(find(outcome(), quality(), rows, 0.1))
    assert not {"variant.permutation", "variant.wild_bootstrap", "check.few_areas"} & set(found)
    assert found["check.area_shocks"].verdict == "untested"
