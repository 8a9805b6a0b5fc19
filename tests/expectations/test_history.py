"""The suite of history: above its limit for stopping a look is broken, above that for warning it is warned of."""

from __future__ import annotations

import pytest

from expectations.history import history_suite, verdicts
from transforms.history.look import Look, untested


@pytest.mark.parametrize(
    ("value", "warn", "stop", "verdict"),
    [
        (0.0, 0.1, 0.2, "held"),
        (0.1, 0.1, 0.2, "held"),  # a limit is what may still be
        (0.15, 0.1, 0.2, "warned"),
        (0.25, 0.1, 0.2, "broken"),
        (0.25, 0.1, None, "warned"),
        (0.25, None, 0.2, "broken"),
        (0.15, None, 0.2, "held"),
        (0.01, 0.0, 0.5, "warned"),
    ],
)
def test_a_look_is_judged_by_its_limits(value, warn, stop, verdict):
    assert verdicts([Look("volume", value, warn, stop)]) == [verdict]


def test_looks_are_judged_apart_and_what_could_not_be_tested_is_not_held():
    looks = [Look("a", 0.3, None, 0.2), untested("b", "first"), Look("codes.form", 0.0, 0.1, 0.2)]
    assert verdicts(looks) == ["broken", "untested", "held"]
    assert len(history_suite(looks).expectations) == 3
    assert verdicts([untested("b", "first")]) == ["untested"]
