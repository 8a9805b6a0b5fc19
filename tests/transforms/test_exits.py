"""The ends of following someone: death on the edges of a window, and coming back from abroad."""

from __future__ import annotations

from tests.transforms.small import rows, small_contract
from transforms import indicators
from transforms.cohort import Followed, follow

CONTRACT = small_contract()
# Period 1 is [2020-07-01, 2021-07-01), period 2 the year after; the first wave enters on 1 July 2020.
PEOPLE = """
    person_id | resident_from | resident_to | emigrated_on | died_on
    first_day | 2010-01-01    |             |              | 2021-07-01
    last_day  | 2010-01-01    |             |              | 2021-06-30
    returned  | 2000-01-01    | 2015-01-01  | 2015-01-01   |
    returned  | 2017-01-01    |             |              |
    left      | 2010-01-01    | 2020-10-01  | 2020-10-01   |
"""


def _followed() -> Followed:
    return follow(CONTRACT, {"population": rows("population", PEOPLE)}, "2")


def _days(window: str) -> dict[str, int]:
    time = _followed().person_time.to_pylist()
    return {row["person_id"]: row["person_days"] for row in time if row["window_id"] == window}


def test_one_who_emigrated_long_ago_and_came_back_is_followed_like_anyone():
    assert _days("1")["returned"] == 365
    assert _days("2")["returned"] == 365


def test_one_who_emigrates_after_entry_is_followed_until_then():
    # July, August, September: 31 + 31 + 30 days.
    assert _days("1")["left"] == 92
    assert "left" not in _days("2")


def test_a_death_belongs_to_the_window_whose_time_it_ends():
    time = _followed().person_time.to_pylist()
    dead = {(row["person_id"], row["window_id"]) for row in time if row["is_death"]}
    # Dead on the first day of period 2, a person has lived through period 1 and not a day of period 2.
    assert dead == {("first_day", "1"), ("last_day", "1")}
    assert _days("1") | {"returned": 0, "left": 0} == {"first_day": 365, "last_day": 364, "returned": 0, "left": 0}
    assert set(_days("2")) == {"returned"}


def test_the_contact_of_the_day_of_death_counts_and_none_after_it():
    contacts = """
        person_id | started_on
        last_day  | 2021-06-30
        last_day  | 2021-07-01
        first_day | 2021-07-01
        left      | 2020-10-01
    """
    tables = {"population": rows("population", PEOPLE), "contacts": rows("contacts", contacts)}
    seen = indicators.observe(CONTRACT, tables, _followed(), "2").to_pylist()
    counted = {(row["person_id"], row["window_id"]): row["quantity"] for row in seen if row["quantity"]}
    # Emigration takes its own day with it: what happens that day happens abroad or is not known.
    assert counted == {("last_day", "1"): 1, ("first_day", "1"): 1}
