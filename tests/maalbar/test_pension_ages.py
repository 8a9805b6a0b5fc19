"""The age of folkepension by date of birth, as lov om social pension § 1 a says it."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from maalbar.definitions import PensionAge, pension_age

FOLKEPENSION = pension_age("folkepension@1")

# (born in, first month on folkepension): the first and the last month of each birth cohort of the law.
BORN = [
    ("1940-05", "2005-05"), ("1953-12", "2018-12"),  # 65
    ("1954-01", "2019-07"), ("1954-06", "2019-12"),  # 65½
    ("1954-07", "2020-07"), ("1954-12", "2020-12"),  # 66
    ("1955-01", "2021-07"), ("1955-06", "2021-12"),  # 66½
    ("1955-07", "2022-07"), ("1962-12", "2029-12"),  # 67
    ("1963-01", "2031-01"), ("1966-12", "2034-12"),  # 68
    ("1967-01", "2036-01"), ("1970-12", "2039-12"),  # 69
    ("1971-01", "2041-01"), ("1999-02", "2069-02"),  # 70
]  # fmt: skip


@pytest.mark.parametrize(("born", "begins"), BORN)
def test_folkepension_begins_in_the_month_of_the_age(born, begins):
    assert FOLKEPENSION.begins_on(date.fromisoformat(f"{born}-01")) == date.fromisoformat(f"{begins}-01")


def test_it_says_what_it_rests_on():
    assert FOLKEPENSION.ref == "folkepension@1"
    assert "§ 1 a" in FOLKEPENSION.reference
    assert FOLKEPENSION.title.keys() == FOLKEPENSION.unit.keys() == FOLKEPENSION.counts.keys() == {"da", "en"}


BROKEN = [
    ("no rows", []),
    ("a last row that is closed", [{"born_until": "1960-12-31", "age": "65"}]),
    (
        "rows in disorder",
        [{"born_until": "1960-12-31", "age": "65"}, {"born_until": "1950-12-31", "age": "66"}, {"age": "67"}],
    ),
    ("two open rows", [{"age": "65"}, {"age": "66"}]),
    ("an age of parts of a month", [{"age": "65.3"}]),
    ("an age of nothing", [{"age": "0"}]),
]


@pytest.mark.parametrize("ages", [row[1] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_ages_are_refused_with(ages):
    said = {name: {"da": "x", "en": "x"} for name in ("title", "unit", "counts")}
    with pytest.raises(ValidationError):
        PensionAge.model_validate({"id": "x", "version": "1", "reference": "x", "ages": ages, **said})
