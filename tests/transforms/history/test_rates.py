"""Rates: the arms part when one of them has fewer rows per resident than it had, by more than chance."""

from __future__ import annotations

import math
from datetime import date, timedelta

import pyarrow as pa
import pytest

from tests.transforms.history.by_hand import rows
from transforms.history.rates import arms_parted

AREAS = pa.table({"area": ["north", "south"], "arm": ["treated", "comparison"]})
AS_OF = date(2022, 10, 15)
THIS_YEAR, EARLIER = date(2021, 8, 1), date(2020, 8, 1)


def of(treated_now: int, persons: int = 100):
    """Residents of two areas with six rows each in the earlier year and as many in this, but for the treated ones."""
    homes, pairs = [], []
    for number in range(2 * persons):
        is_treated = number < persons
        homes.append(
            {"person_id": f"p{number}", "area": "north" if is_treated else "south", "resident_from": date(2020, 7, 1)}
        )
        for start, count in ((EARLIER, 6), (THIS_YEAR, treated_now if is_treated else 6)):
            pairs += [(f"p{number}", start + timedelta(days=30 * k)) for k in range(count)]
    days = pa.array([day for _, day in pairs], pa.date32())
    events = pa.table({"person_id": [person for person, _ in pairs], "happened_on": days})
    return arms_parted(events, rows("population", *homes), AREAS, AS_OF, 0.2)


def test_half_the_rows_in_the_treated_areas_alone_is_told_as_half():
    look = of(treated_now=3)
    assert look.figures["change"] == pytest.approx(-0.5)
    assert look.value == pytest.approx(1.0), "as far apart as twice as many"
    assert look.stop is None, "it may be the effect"


def test_the_same_rates_as_before_have_not_parted():
    look = of(treated_now=6)
    assert look.value == pytest.approx(0.0)


def test_few_rows_and_arms_that_are_no_areas_tell_nothing():
    assert of(treated_now=6, persons=5).untested
    none = AREAS.slice(0, 0)
    assert arms_parted(AREAS, AREAS, none, AS_OF, 0.2).untested == "the arms are not areas"


def test_the_error_of_a_rate_is_that_of_persons_who_are_drawn():
    from transforms.history.rates import _variance

    # Two persons with one year each, one of them with both rows: residuals −1 and 1 about a rate of 1, over 2 rows squared.
    row = {"entries": 2, "person_days": 2, "entries_squared": 4, "entries_days": 2, "days_squared": 2}
    assert _variance(row) == pytest.approx(2 / 4)
    assert math.isfinite(_variance(row))
