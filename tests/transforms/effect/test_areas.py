"""An interval by area leaves the estimate alone, is what the books say, and knows when areas are too few."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t, ttest_ind
from statsmodels.genmod.families import Poisson
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.stats.meta_analysis import combine_effects

from tests.transforms.effect.drawn import frame, material, renamed
from transforms.effect import Estimate, NotMeasurable, difference_in_differences
from transforms.effect.areas import AreaSums, is_trusted, shocks, smallest_p, sums_of
from transforms.effect.comparison import compare, spread_of
from transforms.effect.contrast import fit
from transforms.effect.material import Asked


def _both(rows: pd.DataFrame, contrast: str) -> tuple[Estimate, Estimate]:
    person, area = (difference_in_differences(rows, contrast, 5, clusters) for clusters in ("person", "area"))
    assert isinstance(person, Estimate) and isinstance(area, Estimate)
    return person, area


@given(st.integers(0, 10_000), st.sampled_from(["ratio", "difference"]))
@settings(max_examples=15, deadline=None)
def test_what_is_independent_changes_the_interval_and_never_the_estimate(seed, contrast):
    person, area = _both(frame(material(seed)), contrast)
    assert area.change == person.change
    assert (person.clusters, area.clusters) == ("person", "area")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_sum_of_squared_influence_is_the_librarys_clustered_variance(seed):
    rows = frame(material(seed))
    x = np.column_stack(
        [np.ones(len(rows)), rows["is_treated"], rows["is_after"], rows["is_treated"] * rows["is_after"]]
    )
    groups = pd.factorize(rows["person_id"])[0]
    theirs = GLM(rows["quantity"], x.astype(float), family=Poisson(), offset=np.log(rows["exposure"])).fit(
        cov_type="cluster", cov_kwds={"groups": groups}
    )
    assert spread_of(fit(rows, "both", "ratio"), "person").error == pytest.approx(theirs.bse.iloc[3], rel=1e-6)


def _areas(changes: list[float], variances: list[float], treated: int) -> AreaSums:
    """Areas of equal size in each arm, with a change each and a variance of it known from their persons."""
    count = len(changes)
    is_treated = np.arange(count) < treated
    many = np.where(is_treated, treated, count - treated)
    means = np.array([np.mean(np.array(changes)[is_treated == arm]) for arm in is_treated])
    return AreaSums(
        influence=(np.array(changes) - means) / many,
        chance=np.array(variances) / many**2,
        part=1 / many,
        persons=np.full(count, 100),
        is_treated=is_treated,
    )


def test_areas_alike_in_size_give_students_two_sample_test():
    changes = [-0.30, -0.05, -0.12, 0.10, 0.02, -0.08, 0.21, 0.05]
    areas = _areas(changes, [0.001] * 8, treated=3)
    found = shocks(areas)
    # Three against five, pooled variance, six degrees of freedom: the textbook's t.
    theirs = ttest_ind(changes[:3], changes[3:])
    apart = np.mean(changes[:3]) - np.mean(changes[3:])
    assert areas.freedom == theirs.df == 6
    assert 2 * t.sf(abs(apart) / found.error, 6) == pytest.approx(theirs.pvalue, rel=1e-6)


def test_areas_that_differ_less_than_chance_give_students_test_too():
    changes = [-0.30, -0.05, -0.12, 0.10, 0.02, -0.08, 0.21, 0.05]
    found = shocks(_areas(changes, [1.0] * 8, treated=3))
    assert found.variance == 0
    apart = np.mean(changes[:3]) - np.mean(changes[3:])
    assert 2 * t.sf(abs(apart) / found.error, 6) == pytest.approx(ttest_ind(changes[:3], changes[3:]).pvalue, rel=1e-6)


def test_in_one_arm_shocks_are_those_of_the_librarys_meta_analysis():
    changes = np.array([-0.30, -0.05, -0.12, 0.10, 0.02, -0.18])
    variances = np.array([0.004, 0.012, 0.006, 0.010, 0.003, 0.008])
    found = shocks(_areas(list(changes), list(variances), treated=6))
    theirs = combine_effects(changes, variances, method_re="iterated", use_t=True)
    assert found.variance == pytest.approx(theirs.tau2, rel=1e-4)
    # At the Paule-Mandel variance the areas' spread is what it should be, so nothing is scaled.
    assert found.scale == pytest.approx(1.0, abs=1e-6)
    assert found.error == pytest.approx(math.sqrt((variances + theirs.tau2).sum()) / 6, rel=1e-4)
    assert found.p_value == pytest.approx(theirs.test_homogeneity().pvalue, rel=1e-6)


@pytest.mark.parametrize(("treated", "comparison", "freedom"), [(3, 3, 4), (3, 12, 13), (1, 5, 4), (2, 2, 2)])
def test_the_freedom_is_the_areas_less_the_arms(treated, comparison, freedom):
    areas = sums_of(fit(frame(material(areas=(treated, comparison))), "both", "ratio"))
    assert (areas.treated, areas.comparison, areas.freedom) == (treated, comparison, freedom)
    rested = shocks(areas).freedom
    assert 1 <= rested <= freedom
    _, found = _both(frame(material(areas=(treated, comparison))), "difference")
    assert (found.high - found.low) / 2 >= t.ppf(0.975, freedom) * found.standard_error * (1 - 1e-9)


def test_an_error_that_hangs_on_the_surest_areas_rests_on_less():
    # Three treated areas of little chance against ten of much, all with shocks: what is known of shocks is blurred.
    changes = [-0.6, 0.5, 0.1, 0.9, -0.8, 0.7, -0.9, 0.8, -0.7, 0.6, -0.6, 0.5, -0.5]
    even = shocks(_areas(changes, [0.1] * 13, treated=3))
    uneven = shocks(_areas(changes, [0.02] * 3 + [0.3] * 10, treated=3))
    assert even.variance > 0 and uneven.variance > 0
    assert even.freedom == 11 and uneven.freedom < 9


def test_three_of_six_areas_can_show_nothing_and_four_of_eight_can():
    great = {"treated": (4, 4, 4, 1), "comparison": (4, 4, 4, 4)}
    _, three = _both(frame(material(rates=great, areas=(3, 3))), "ratio")
    _, four = _both(frame(material(rates=great, areas=(4, 4))), "ratio")
    # Both intervals are far from nothing; 3 of 6 areas have 20 assignments, 4 of 8 have 70.
    assert three.high < 0 and four.high < 0
    assert (three.is_significant, four.is_significant) == (False, True)


@pytest.mark.parametrize(
    ("treated", "comparison", "smallest"),
    [(3, 3, 2 / 20), (3, 6, 1 / 84), (3, 30, 1 / 5456), (1, 19, 1 / 20), (3, 0, 2 / 8), (5, 0, 2 / 32), (6, 0, 2 / 64)],
)
def test_the_smallest_p_value_is_one_of_all_assignments_and_two_where_each_has_a_mirror(treated, comparison, smallest):
    count = treated + comparison
    areas = AreaSums(np.zeros(count), np.ones(count), np.ones(count), np.ones(count), np.arange(count) < treated)
    assert smallest_p(areas) == smallest


def test_one_area_against_one_has_no_interval():
    assert difference_in_differences(frame(material(areas=(1, 1))), "ratio", 5, "area") == NotMeasurable(
        "few_areas", ("1", "1")
    )


def test_one_treated_area_is_approximate_or_refused_as_the_contract_says():
    rows = frame(material(areas=(1, 6)))
    found = compare(rows, "both", Asked("ratio", 5, "area"))
    assert isinstance(found, Estimate) and found.is_approximate
    refused = compare(rows, "both", Asked("ratio", 5, "area", few_areas="not_measurable"))
    assert refused == NotMeasurable("few_areas", ("1", "6"))
    assert not is_trusted(sums_of(fit(rows, "both", "ratio")))


def test_an_interval_by_person_is_called_approximate_where_areas_change_together():
    calm = compare(frame(material(3, people=100)), "both", Asked("ratio", 5))
    shaken = compare(frame(material(3, people=100, shock=0.8)), "both", Asked("ratio", 5))
    assert isinstance(calm, Estimate) and isinstance(shaken, Estimate)
    assert (calm.is_approximate, shaken.is_approximate) == (False, True)


def test_areas_that_change_together_make_the_interval_wider():
    person, area = _both(frame(material(3, people=100, shock=0.5)), "ratio")
    assert area.high - area.low > 2 * (person.high - person.low)


@given(st.integers(0, 200), st.sampled_from(["ratio", "difference"]))
@settings(max_examples=10, deadline=None)
def test_names_and_order_of_persons_and_areas_change_nothing(seed, contrast):
    rows = frame(material(seed, shock=0.2))
    one, other = (_both(which, contrast)[1] for which in (rows, renamed(rows, seed)))
    assert other.change == pytest.approx(one.change, abs=1e-9)
    assert other.standard_error == pytest.approx(one.standard_error, rel=1e-6)


@given(st.integers(0, 200), st.sampled_from([0.001, 12.0, 1000.0]))
@settings(max_examples=10, deadline=None)
def test_per_person_or_per_thousand_is_the_same_ratio_by_area(seed, unit):
    rows = frame(material(seed, shock=0.2))
    one, other = (_both(which, "ratio")[1] for which in (rows, rows.assign(exposure=rows["exposure"] * unit)))
    assert other.change == pytest.approx(one.change, abs=1e-6)
    assert other.standard_error == pytest.approx(one.standard_error, rel=1e-4)


@given(st.integers(0, 200), st.floats(-0.5, 0.5))
@settings(max_examples=10, deadline=None)
def test_what_everyone_gains_afterwards_is_no_effect(seed, gain):
    # A constant added to both arms per unit of exposure leaves a difference in differences of means where it was.
    rows = frame(material(seed))
    moved = rows.assign(quantity=rows["quantity"] + gain * rows["exposure"] * rows["is_after"])
    for one, other in zip(_both(rows, "difference"), _both(moved, "difference"), strict=True):
        assert other.change == pytest.approx(one.change, abs=1e-9)
        assert other.standard_error == pytest.approx(one.standard_error, rel=1e-6)


@given(st.integers(0, 200), st.integers(2, 5))
@settings(max_examples=10, deadline=None)
def test_what_multiplies_everyone_afterwards_is_no_effect(seed, times):
    rows = frame(material(seed))
    grown = rows.assign(quantity=rows["quantity"].where(~rows["is_after"], rows["quantity"] * times))
    one, other = (difference_in_differences(which, "ratio", 5) for which in (rows, grown))
    assert other.change == pytest.approx(one.change, abs=1e-6)


def test_areas_that_happen_to_agree_do_not_make_an_effect_certain():
    agreeing = shocks(_areas([0.1, 0.1, 0.1, 0.0, 0.0, 0.0], [0.04] * 6, treated=3))
    # By persons the error is root of 0.04 × (1/3 + 1/3) / 1; a tenth of it stays.
    assert agreeing.error == pytest.approx(0.1 * math.sqrt(0.04 * 2 / 3))
