"""Which answers to a survey count: the first in a window, given by the person, before or after the person's own entry."""

from __future__ import annotations

import pytest

from tests.transforms.small import rows, small_contract, unpaid
from transforms import indicators
from transforms.cohort import follow

PEOPLE = """
    person_id | birth_month | area
    anna      | 1950-01     | north
    bo        | 1950-01     | south
    carl      | 1950-01     | north
    dora      | 1961-01     | north
"""


def _scores(surveys: str, through: str = "1") -> dict[tuple[str, str, str], float]:
    contract = small_contract({"joy": unpaid("life_satisfaction@1", "difference")})
    tables = {"population": rows("population", PEOPLE), "surveys": rows("surveys", surveys)}
    found = indicators.survey_scores(contract, tables, follow(contract, tables, through), through)
    return {(r.person_id, r.window_id, r.phase): r.score for r in found.itertuples()}


@pytest.mark.fault("F49")
def test_the_first_answer_in_a_window_counts_given_by_the_person():
    found = _scores(
        """
        person_id | answered_on | answer | is_proxy | scale
        anna      | 2021-05-10  | 9      |          |
        anna      | 2021-05-01  | 6      |          |
        anna      | 2020-05-01  | 5      |          |
        bo        | 2021-04-01  | 3      | yes      |
        bo        | 2021-05-01  | 7      |          |
        carl      | 2021-05-01  | 8      | yes      |
        stranger  | 2021-05-01  | 8      |          |
        anna      | 2021-05-01  | 4      |          | hls19_q12
        """
    )
    assert found == {("anna", "1", "after"): 6, ("anna", "b1", "before"): 5, ("bo", "1", "after"): 7}


def test_answers_outside_every_window_are_left_out_and_before_or_after_is_by_the_persons_own_entry():
    found = _scores(
        """
        person_id | answered_on | answer
        anna      | 2019-06-30  | 1
        anna      | 2020-07-01  | 6
        anna      | 2022-07-01  | 2
        dora      | 2021-05-01  | 4
        dora      | 2022-05-01  | 5
        """,
        through="2",
    )
    assert found == {("anna", "1", "after"): 6, ("dora", "1", "before"): 4, ("dora", "2", "after"): 5}


def test_each_indicator_is_scored_by_its_own_version_of_a_scale_whole_or_by_groups():
    # Anna: 3 3 3 2 2 is 13, times 4 is 52, above 50. Bo leaves one item out of five: no score on WHO-5.
    contract = small_contract(
        {
            "mood": unpaid("who5_wellbeing@1", "difference"),
            "well": unpaid("who5_out_of_risk@1", "difference"),
            "joy": unpaid("life_satisfaction@2", "difference"),
        }
    )
    surveys = rows(
        "surveys",
        """
        person_id | answered_on | scale | item | answer
        anna      | 2021-05-01  | who5  | q1   | 3
        anna      | 2021-05-01  | who5  | q2   | 3
        anna      | 2021-05-01  | who5  | q3   | 3
        anna      | 2021-05-01  | who5  | q4   | 2
        anna      | 2021-05-01  | who5  | q5   | 2
        bo        | 2021-05-01  | who5  | q1   | 5
        bo        | 2021-05-01  | who5  | q2   | 5
        bo        | 2021-05-01  | who5  | q3   | 5
        bo        | 2021-05-01  | who5  | q4   | 5
        bo        | 2021-05-01  |       |      | 8
        """,
    )
    tables = {"population": rows("population", PEOPLE), "surveys": surveys}
    found = indicators.survey_scores(contract, tables, follow(contract, tables, "1"), "1")
    assert {(r.person_id, r.indicator): r.score for r in found.itertuples()} == {
        ("anna", "who5_wellbeing@1"): 52,
        ("anna", "who5_out_of_risk@1"): 100,
        ("bo", "life_satisfaction@2"): 8,
    }


def test_a_form_left_half_done_does_not_stand_for_the_whole_one_that_came_later():
    """F49: the first valid answer in the window counts. On 1 October one item of five, on the 5th all of them."""
    contract = small_contract({"mood": unpaid("who5_wellbeing@1", "difference")})
    answers = [("2020-10-01", "q1")] + [("2020-10-05", f"q{number}") for number in range(1, 6)]
    drawn = "person_id | answered_on | scale | item | answer\n" + "\n".join(
        f"anna | {day} | who5 | {item} | 4" for day, item in answers
    )
    tables = {"population": rows("population", PEOPLE), "surveys": rows("surveys", drawn)}
    found = indicators.survey_scores(contract, tables, follow(contract, tables, "1"), "1")
    assert found["score"].tolist() == [80.0]
