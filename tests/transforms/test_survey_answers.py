"""Which answers to a survey count: the first in a window, given by the person, before or after the person's own entry."""

from __future__ import annotations

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
