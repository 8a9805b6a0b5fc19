"""Overlap: two places at a time, two contacts with one unit, two benefits in a week."""

from __future__ import annotations

from datetime import date

import pytest

from tests.transforms.history.by_hand import rows
from transforms.history.overlap import overlap


def found(name: str, *changes: dict[str, object]):
    (look,) = overlap(rows(name, *changes), name, 0.01, 1)
    return look.figures["count"], look.value


def lived(start: int, end: int | None, person: str = "p1") -> dict[str, object]:
    return {"person_id": person, "resident_from": date(start, 1, 1), "resident_to": end and date(end, 1, 1)}


@pytest.mark.parametrize(
    ("intervals", "overlapping"),
    [
        ([lived(2010, 2012), lived(2012, None)], 0),
        ([lived(2010, 2013), lived(2012, None)], 1),
        ([lived(2010, None), lived(2012, None)], 1),
        ([lived(2010, 2020), lived(2012, 2013), lived(2015, 2016)], 2),
        ([lived(2010, 2013), lived(2012, None, "p2")], 0),
    ],
)
def test_intervals_of_residence_that_lie_over_each_other_are_counted_in_any_order(intervals, overlapping):
    assert found("population", *intervals) == found("population", *reversed(intervals))
    assert found("population", *intervals) == (overlapping, overlapping / len(intervals))


def test_contacts_overlap_only_within_a_unit_and_stop_nothing():
    stays = [
        {"contact_id": "a", "started_minute": 0, "ended_minute": 100},
        {"contact_id": "b", "started_minute": 50, "ended_minute": 60},
        {"contact_id": "c", "started_minute": 50, "ended_minute": 60, "unit": "another"},
        {"contact_id": "d", "started_minute": 100, "ended_minute": 130},
    ]
    assert found("contacts", *stays) == (1, 0.25)
    assert overlap(rows("contacts", *stays), "contacts", 0.0, 1)[0].stop is None


def test_a_week_with_two_benefits_is_counted():
    runs = [
        {"week_from": date(2022, 1, 3), "week_to": date(2022, 1, 17)},
        {"week_from": date(2022, 1, 10), "week_to": date(2022, 1, 24), "code": "750"},
        {"week_from": date(2022, 1, 24), "week_to": date(2022, 1, 31)},
    ]
    assert found("benefits", *runs) == (1, 1 / 3)


def test_what_does_not_last_cannot_overlap():
    assert overlap(rows("services", {}), "services", 0.01, 1) == []
