"""Exchanging areas: the p-value counts assignments, whatever they are called, and is even where nothing happens."""

from __future__ import annotations

from itertools import combinations
from math import log

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from tests.transforms.effect.drawn import frame, material, renamed
from transforms.effect.permutation import ALL_UP_TO, DRAWS, permutation, variant


def _by_hand(rows: pd.DataFrame, contrast: str) -> float:
    """Every set of areas as the treated, the four numbers each time."""
    areas = sorted(rows["area"].unique())
    treated = set(rows.loc[rows["is_treated"], "area"])

    def effect(chosen: set[str]) -> float:
        change = []
        for inside in (True, False):
            mine = rows[rows["area"].isin(chosen) == inside]
            rates = [
                (part := mine[mine["is_after"] == after])["quantity"].sum() / part["exposure"].sum()
                for after in (True, False)
            ]
            change.append(log(rates[0] / rates[1]) if contrast == "ratio" else rates[0] - rates[1])
        return change[0] - change[1]

    observed = abs(effect(treated))
    found = [abs(effect(set(chosen))) for chosen in combinations(areas, len(treated))]
    return sum(one >= observed - 1e-9 for one in found) / len(found)


@pytest.mark.parametrize("contrast", ["ratio", "difference"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_all_assignments_are_tried_and_as_large_effects_counted(contrast, seed):
    rows = frame(material(seed, areas=(2, 4), shock=0.3))
    found = permutation(rows, contrast)
    assert (found.assignments, found.tried, found.smallest) == (15, 15, 1 / 15)
    assert found.p_value == pytest.approx(_by_hand(rows, contrast))


def test_three_of_six_areas_have_twenty_assignments_and_a_mirror_of_each():
    great = {"treated": (4, 4, 4, 1), "comparison": (4, 4, 4, 4)}
    found = permutation(frame(material(rates=great, areas=(3, 3), people=100)), "ratio")
    # The other three as the treated give the same effect with the other sign: two of twenty.
    assert (found.assignments, found.smallest, found.p_value) == (20, 2 / 20, 2 / 20)


def test_three_of_nine_show_a_great_effect_by_one_in_84():
    great = {"treated": (4, 4, 4, 1), "comparison": (4, 4, 4, 4)}
    assert permutation(frame(material(rates=great, people=100)), "ratio").p_value == 1 / 84


def test_of_too_many_assignments_a_sample_is_tried_and_the_true_one_is_in_it():
    great = {"treated": (4, 4, 4, 1), "comparison": (4, 4, 4, 4)}
    found = permutation(frame(material(rates=great, areas=(6, 20), people=40)), "ratio")
    assert found.assignments > ALL_UP_TO and found.tried == DRAWS + 1
    assert found.p_value == found.smallest == 1 / (DRAWS + 1)


@given(st.integers(0, 200), st.sampled_from([(3, 5), (6, 20)]))
@settings(max_examples=8, deadline=None)
def test_names_and_order_change_nothing_even_in_a_sample(seed, areas):
    rows = frame(material(seed, areas=areas, people=8))
    assert permutation(renamed(rows, seed), "ratio") == permutation(rows, "ratio")


def test_without_areas_in_both_arms_nothing_is_exchanged():
    rows = frame(material())
    assert permutation(rows[rows["is_treated"]], "ratio") is None
    assert variant(rows[rows["is_treated"]], "ratio") is None


def test_where_areas_are_alike_a_p_value_of_one_in_five_comes_one_time_in_five():
    # 3 of 6 areas alike in everything: 20 assignments, so p ≤ 0.2 has a chance of exactly 4/20.
    p_values = [permutation(frame(material(seed, areas=(3, 3), shock=0.3)), "ratio").p_value for seed in range(200)]
    fewest, most = (int(binom.ppf(q, 200, 0.2)) for q in (0.0005, 0.9995))
    assert fewest <= int(np.sum(np.array(p_values) <= 0.2 + 1e-9)) <= most


def test_a_set_of_areas_without_events_is_counted_against_the_effect():
    rows = frame(material(areas=(1, 3)))
    silent = rows.assign(quantity=rows["quantity"].where(rows["area"] != "comparison 0", 0.0))
    # Three sets have a rate each; the silent area's has none, and may not make the p-value smaller.
    assert permutation(silent, "ratio").p_value >= 2 / 4
