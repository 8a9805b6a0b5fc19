"""Persons: rows of those whom the population does not know, before birth, after death; and persons who are others than before."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from tests.transforms.history.by_hand import rows
from transforms.history.look import FEW, Part
from transforms.history.persons import changed, contradicted, without_contact

AREAS = pa.table({"area": ["north", "south"], "arm": ["treated", "comparison"]})


def events(*pairs: tuple[str, date]) -> pa.Table:
    days = pa.array([day for _, day in pairs], pa.date32())
    return pa.table({"person_id": pa.array([person for person, _ in pairs], pa.string()), "happened_on": days})


def counts(happened: pa.Table, population: pa.Table) -> dict[str, int]:
    return {look.name: look.figures["count"] for look in contradicted(happened, population, 0.05, 0.01, 1)}


@pytest.mark.fault("F38")
def test_each_row_is_held_against_the_life_of_its_person():
    population = rows(
        "population",
        {
            "person_id": "a",
            "birth_month": date(1950, 3, 1),
            "died_on": date(2020, 1, 1),
            "resident_to": date(2020, 1, 1),
        },
        {"person_id": "b", "resident_from": date(2015, 1, 1), "resident_to": date(2016, 1, 1)},
    )
    told = events(
        ("a", date(1950, 2, 28)),  # before the month of birth
        ("a", date(2015, 5, 5)),
        ("a", date(2020, 3, 1)),  # 60 days after the death: tolerated
        ("a", date(2020, 3, 2)),  # 61 days
        ("b", date(2015, 6, 6)),
        ("b", date(2016, 1, 1)),  # the first day on which b lived nowhere
        ("c", date(2015, 6, 6)),
        ("c", date(2015, 6, 6)),
    )
    assert counts(told, population) == {"unknown_persons": 1, "before_birth": 1, "after_death": 1, "elsewhere": 1}


def test_two_homes_at_a_time_count_a_row_once():
    population = rows("population", {"person_id": "a"}, {"person_id": "a", "resident_from": date(2011, 1, 1)})
    found = contradicted(events(("a", date(2020, 1, 1))), population, 0.05, 0.01, 1)
    assert [look.figures["of"] for look in found] == [1, 1, 1, 1]
    assert all(look.value == 0.0 for look in found)


def test_a_file_without_rows_contradicts_nothing():
    assert all(look.value == 0.0 for look in contradicted(events(), rows("population", {}), 0.05, 0.01, 1))


def test_a_few_are_warned_of_and_never_stop_nor_told():
    few, some = (Part(count, 40, 5).look("x", "are wrong", 0.0, 0.01, "ask") for count in (4, 5))
    assert (few.stop, few.figures, few.found) == (None, {"count": FEW, "of": 40}, "a few of 40 are wrong")
    assert (some.stop, some.figures["share"], some.found) == (0.01, 0.125, "5 of 40 (12 %) are wrong")


def test_a_diagnosis_has_its_contact_or_is_counted():
    diagnoses = rows("diagnoses", {"contact_id": "k1"}, {"contact_id": "k1", "code": "E11"}, {"contact_id": "k2"})
    contacts = rows("contacts", {"contact_id": "k1"}, {"contact_id": "k3"})
    look = without_contact(diagnoses, contacts, 0.05, 1)
    assert (look.figures["count"], look.value) == (1, pytest.approx(1 / 3))


def test_who_is_gone_who_has_appeared_and_who_is_another():
    before = rows(
        "population",
        *({"person_id": f"p{n}"} for n in range(1, 5)),
        {"person_id": "left", "resident_to": date(2015, 1, 1)},
    )
    now = rows(
        "population",
        {"person_id": "p1"},
        {"person_id": "p2", "sex": "M"},
        {"person_id": "p3", "birth_month": date(1951, 1, 1)},
        {"person_id": "late", "resident_from": date(2021, 8, 1)},  # came after 15 July, three months before the day
        {"person_id": "old", "resident_from": date(2021, 7, 15)},
        {"person_id": "far", "area": "elsewhere"},
    )
    found = {look.name: look for look in changed(before, now, date(2021, 10, 15), AREAS, 0.05, 0.01, 1)}
    assert {name: look.figures["count"] for name, look in found.items()} == {
        "persons_gone": 1, "persons_appeared": 1, "persons_other_sex": 1, "persons_other_birth_month": 1,
    }  # fmt: skip
    assert found["persons_gone"].value == 0.25, "p4 of four who lived somewhere then; `left` had left"
    assert found["persons_appeared"].value == 0.25, "`old` of four who lived in the areas then"
