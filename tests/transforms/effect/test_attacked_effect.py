"""What a hostile reading found in estimators and their diagnostics. Each test says what should be so."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.transforms.effect.drawn import frame, material, outcome, quality
from transforms.effect import areas, matching, regression_to_the_mean
from transforms.effect.find import find
from transforms.effect.material import Asked
from transforms.effect.permutation import permutation
from transforms.effect.wild_bootstrap import wild_bootstrap


def _alone(count: int) -> areas.AreaSums:
    one = np.ones(count)
    return areas.AreaSums(one, one / 100, one / count, np.full(count, 10), np.ones(count, dtype=bool))


def test_areas_that_all_rise_are_as_strange_as_areas_that_all_fall():
    """The p-values are two-sided. Of the 32 ways that five areas can rise or fall two are as large as all alike: 1/16."""
    assert areas.smallest_p(_alone(5)) == pytest.approx(2 / 32)
    assert areas.smallest_p(_alone(6)) == pytest.approx(2 / 64)


def test_the_smallest_p_of_as_many_treated_as_not_is_one_that_can_be_found():
    """The arms turned about give the same effect with the other sign: two of 20, as the module says itself."""
    rates = {"treated": (2.0, 2.0, 2.0, 0.2), "comparison": (2.0, 2.0, 2.0, 2.0)}
    found = permutation(frame(material(areas=(3, 3), rates=rates)), "ratio")
    assert found is not None and found.p_value == pytest.approx(2 / 20)
    assert found.smallest == pytest.approx(2 / 20)


def test_no_sample_of_draws_shows_a_p_value_of_nothing():
    """The observed signs are one of the draws (Davison & Hinkley 1997, section 4.2.1), as permutation counts them."""
    rates = {"treated": (2.0, 2.0, 2.0, 0.2), "comparison": (2.0, 2.0, 2.0, 2.0)}
    found = wild_bootstrap(frame(material(areas=(10, 10), people=60, rates=rates)), "ratio")
    assert found is not None and not found.is_enumerated
    assert found.p_value >= 1 / (found.draws + 1)


def test_what_was_not_looked_at_is_not_said_to_hold():
    """`held` is told as «det sidste år før start skiller sig ikke ud»; nobody looked at the last year."""
    past = material(historical_rate=2.0)
    asked = Asked.of(outcome("historical_baseline"), quality(), None)
    found = regression_to_the_mean.check("historical_baseline", past, asked)
    assert "p_value" in found.figures or found.verdict != "held"


def test_the_caliper_is_one_of_those_who_can_be_compared():
    """All treated are on benefit and 65, and those of the comparison on benefit 90 or 65. Many more of the comparison are on
    none, which parts them altogether and makes the log odds as wide as the fit was long: a caliper of that leaves nobody out.
    """
    size = 200
    people = pd.DataFrame(
        {
            "is_treated": [True] * size + [False] * 2 * size,
            "age": [65.0, 66.0, 67.0, 68.0] * (size // 4) + [90.0, 91.0, 92.0, 66.0] * (size // 4) + [70.0, 80.0] * (size // 2),
            "sex": "F",
            "benefit": [True] * 2 * size + [False] * size,
            "earlier_use": 0.0,
        }
    )  # fmt: skip
    people.loc[people.index[:4], "age"] = 100.0, 100.0, 100.0, 100.0
    given = {"method": "propensity", "by": ["age", "sex", "benefit"], "source": "illustrative"}
    rule = outcome("matched_comparison", matching=given).matching
    assert rule is not None
    alone = people[people["benefit"]]
    known = matching.weights(alone, rule, (0,))
    found = matching.weights(people, rule, (0,))
    # Adding people whom nobody is like cannot make more of the treated like somebody.
    assert isinstance(known, pd.Series) and isinstance(found, pd.Series)
    assert int(found[people["is_treated"]].sum()) <= int(known[alone["is_treated"]].sum())


def test_without_areas_there_is_no_variant_by_area_and_no_crash():
    rows = material()
    rows = type(rows)(rows.rows.assign(area=None, wave_id=None), None, rows.baseline, rows.after, False)
    find(outcome(), quality(), rows, 0.1)
