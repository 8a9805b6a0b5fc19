"""Draws: they have the errors and the correlations that are asked for, and the same seed gives the same."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.transforms.by_hand import joy
from tests.transforms.small import small_contract
from transforms.draws import Around, courses
from transforms.stress import stress

PERIODS = ["1", "2", "3", "4"]


def test_the_same_contract_gives_the_same_figures_and_one_more_outcome_does_not_move_the_others():
    alone, both = small_contract({"joy": joy()}), small_contract({"joy": joy(), "more": joy(error="1 points")})
    assert stress(alone, 50) == stress(alone, 50)
    mean = Around(0.1, 0.3, 0.5)
    one = list(courses(alone, {"joy": mean}, PERIODS, 20))
    two = list(courses(both, {"more": mean, "joy": mean}, PERIODS, 20))
    assert [course["4", "joy"] for course in one] == [course["4", "joy"] for course in two]
    assert all(course["4", "joy"] != course["4", "more"] for course in two)


def test_draws_have_the_errors_and_the_correlation_of_the_plan():
    contract = small_contract({"joy": joy()})
    drawn = list(courses(contract, {"joy": Around(0.1, 0.3, 0.5)}, PERIODS, 4_000))
    alone = np.array([[float(course[p, "joy"].period) for p in PERIODS] for course in drawn])
    so_far = np.array([[float(course[p, "joy"].cumulative) for p in PERIODS] for course in drawn])
    assert alone.mean() == pytest.approx(0.1, abs=1e-6)  # pairs of opposite sign
    assert alone.std(axis=0) == pytest.approx([0.3] * 4, rel=0.05)
    assert np.corrcoef(alone.T)[np.triu_indices(4, 1)] == pytest.approx([0.5] * 6, abs=0.05)
    assert so_far[:, 3] == pytest.approx(alone.mean(axis=1), abs=1e-5)
    last = drawn[0]["4", "joy"].cumulative_interval
    assert float(last.standard_error) == pytest.approx(0.3 * math.sqrt(2.5 / 4), abs=1e-5)
    assert float(last.high - last.low) == pytest.approx(2 * 1.96 * 0.3 * math.sqrt(2.5 / 4), abs=1e-4)


def test_after_two_measured_periods_the_estimate_of_all_moves_less():
    # Two periods measured at 0.1 with error 0.3 and ρ = 1/2: the third differs from their mean by √(ρ̄ (1 + 1/2)) × 0.3.
    contract = small_contract({"joy": joy()})
    drawn = list(courses(contract, {"joy": Around(0.1, 0.3, 0.5, measured=2)}, ["3"], 4_000))
    third = np.array([float(course["3", "joy"].period) for course in drawn])
    assert third.std() == pytest.approx(0.3 * math.sqrt(0.5 * 1.5), rel=0.05)
    assert np.array([float(c["3", "joy"].cumulative) for c in drawn]) == pytest.approx((0.2 + third) / 3, abs=1e-5)
