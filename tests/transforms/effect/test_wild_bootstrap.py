"""Turning areas: scores are those without the effect, weights are tried one and all where they are few."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from tests.transforms.effect.drawn import frame, material, renamed
from transforms.effect.contrast import design_matrix
from transforms.effect.wild_bootstrap import DRAWS, WEBB, restricted_scores, variant, wild_bootstrap


def test_webbs_six_weights_have_mean_nothing_and_variance_one():
    assert sum(WEBB) == pytest.approx(0) and sum(weight**2 for weight in WEBB) / 6 == pytest.approx(1)


@pytest.mark.parametrize("seed", [1, 2])
def test_without_the_effect_the_scores_are_those_of_common_changes(seed):
    rows = frame(material(seed, areas=(3, 3)))
    # Fitted by hand: the rates of arm and time that keep the sums of each arm and each time (iterative proportions).
    arm, after = rows["is_treated"].to_numpy(), rows["is_after"].to_numpy()
    fitted = rows["exposure"].to_numpy().copy()
    observed = rows["quantity"].to_numpy()
    for _ in range(200):
        for key in (arm, after):
            for value in (True, False):
                fitted[key == value] *= observed[key == value].sum() / fitted[key == value].sum()
    x = design_matrix(rows, "both")
    information = x.T @ (x * fitted[:, None])
    freed = x[:, 3] - x[:, :3] @ np.linalg.solve(information[:3, :3], information[:3, 3])
    by_area = pd.Series(freed * (observed - fitted)).groupby(rows["area"].to_numpy()).sum()
    assert restricted_scores(rows, "ratio") == pytest.approx(np.sort(by_area.to_numpy()), rel=1e-4, abs=1e-6)


def test_few_areas_are_turned_by_all_of_webbs_weights():
    rows = frame(material(areas=(2, 2)))
    found = wild_bootstrap(rows, "difference")
    assert (found.weights, found.draws, found.is_enumerated) == ("webb", 6**4, True)
    scores = restricted_scores(rows, "difference")
    turned = [np.array(weights) * scores for weights in product(WEBB, repeat=4)]
    studentised = [abs(one.sum()) / np.sqrt((one**2).sum()) for one in turned]
    observed = abs(scores.sum()) / np.sqrt((scores**2).sum())
    assert found.p_value == np.mean([one >= observed - 1e-9 for one in studentised])


@pytest.mark.parametrize(
    ("areas", "weights", "draws", "is_enumerated"),
    [((3, 5), "webb", DRAWS, False), ((3, 10), "signs", 2**13, True), ((3, 20), "signs", DRAWS, False)],
)
def test_more_areas_are_turned_by_a_sample_or_by_signs(areas, weights, draws, is_enumerated):
    found = wild_bootstrap(frame(material(areas=areas, people=5)), "ratio")
    assert (found.weights, found.draws, found.is_enumerated) == (weights, draws, is_enumerated)


@given(st.integers(0, 200))
@settings(max_examples=6, deadline=None)
def test_names_and_order_change_nothing(seed):
    rows = frame(material(seed, areas=(3, 5), shock=0.2))
    one, other = (wild_bootstrap(which, "ratio") for which in (rows, renamed(rows, seed)))
    assert other.p_value == pytest.approx(one.p_value, abs=2e-4)


def test_with_areas_enough_it_rejects_what_is_not_there_about_one_time_in_twenty():
    p_values = [
        wild_bootstrap(frame(material(seed, areas=(8, 8), people=10, shock=0.3)), "ratio").p_value
        for seed in range(100)
    ]
    assert binom.ppf(0.0005, 100, 0.05) <= sum(p < 0.05 for p in p_values) <= binom.ppf(0.9995, 100, 0.05)


def test_a_great_effect_on_many_areas_is_seen():
    great = {"treated": (4, 4, 4, 2), "comparison": (4, 4, 4, 4)}
    assert wild_bootstrap(frame(material(rates=great, areas=(8, 8))), "ratio").p_value < 0.02


def test_a_single_area_cannot_be_turned():
    rows = frame(material(areas=(1, 1))).assign(area="one")
    assert wild_bootstrap(rows, "ratio") is None and variant(rows, "ratio") is None


def test_no_sample_of_draws_shows_a_p_value_of_nothing():
    """The observed signs are one of the draws (Davison & Hinkley 1997, section 4.2.1), as permutation counts them."""
    rates = {"treated": (2.0, 2.0, 2.0, 0.2), "comparison": (2.0, 2.0, 2.0, 2.0)}
    found = wild_bootstrap(frame(material(areas=(10, 10), people=60, rates=rates)), "ratio")
    assert found is not None and not found.is_enumerated
    assert found.p_value >= 1 / (found.draws + 1)
