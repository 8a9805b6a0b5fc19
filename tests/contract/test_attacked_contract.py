"""Nonsense that `check` should refuse. Each was accepted, and gave a wrong figure or a crash."""

from __future__ import annotations

from typing import Any

import pytest

from maalbar.errors import ContractError


@pytest.mark.parametrize(
    "changes",
    [
        # A window that treated people have lived in is no baseline: 2021-01-01 lies in the middle of b2.
        {"cohort.waves.0.entry": "2021-01-01"},
        # Scores know no end of follow-up: the answers after a crossover count, and the statement says that they do not.
        {"outcomes.satisfaction.censor": ["crossover"]},
        # A difference in differences is no level: it would be held against the level that the price asks for.
        {"outcomes.satisfaction.contrast": "level"},
        # There is nothing to count in a score: the measurement ends in ValueError.
        {"outcomes.action_plans.indicator": "life_satisfaction@1"},
        # A unit twice in the list.
        {"cohort.own_units": ["own", "own"]},
        # Nobody who would have entered earlier is asked: never measurable, and said so only after the first period.
        {"outcomes.satisfaction.estimator": "historical_baseline"},
    ],
    ids=["entry in the baseline", "survey censored", "level of differences", "count of scores", "unit twice", "survey of the past"],
)  # fmt: skip
def test_refused(tiny_contract, changes: dict[str, Any]):
    tiny_contract()
    with pytest.raises(ContractError):
        tiny_contract(changes)
