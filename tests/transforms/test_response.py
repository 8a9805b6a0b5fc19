"""How many of those who could answer did, and when it is too few to show a figure."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.transforms.small import small_contract
from transforms.response import check_response, response, response_table, survey_refusal

# The contract asks for 40 % in each arm and arms at most 10 points apart.
QUALITY = small_contract().quality


def _rows(*drawn: tuple[str, str, str, int]) -> pd.DataFrame:
    """(window, arm, phase, number of answers) as one row per answer."""
    given = [(window, arm, phase) for window, arm, phase, number in drawn for _ in range(number)]
    return pd.DataFrame(given, columns=["window_id", "arm", "phase"])


def _invited(*drawn: tuple[str, str, int]) -> pd.DataFrame:
    return pd.DataFrame(drawn, columns=["window_id", "arm", "invited"])


BEFORE = [("b1", "treated", "before", 3), ("b1", "comparison", "before", 3)]
HUNDRED = _invited(("1", "treated", 100), ("1", "comparison", 100))


def _refused(treated: int, comparison: int, *, invited: pd.DataFrame = HUNDRED, before: list = BEFORE) -> str | None:
    rows = _rows(*before, ("1", "treated", "after", treated), ("1", "comparison", "after", comparison))
    found = survey_refusal(rows, invited, ["1"], QUALITY)
    return found.reason if found else None


def test_a_survey_that_enough_answer_in_both_arms_can_carry_a_figure():
    assert _refused(55, 50) is None


@pytest.mark.parametrize(
    ("treated", "comparison", "reason"),
    [
        (40, 40, None),
        (39, 41, "low_response: 39; 40"),
        (45, 12, "low_response: 12; 40"),
        (60, 50, None),
        (61, 50, "response_gap: 10"),
        (50, 61, "response_gap: 10"),
    ],
)
def test_forty_percent_and_ten_points_are_the_limits(treated, comparison, reason):
    assert _refused(treated, comparison) == reason


def test_without_answers_in_an_arm_there_is_nothing_to_compare():
    assert _refused(50, 0) == "no_answers"
    assert _refused(50, 50, invited=_invited(("1", "treated", 100))) == "no_answers"


def test_without_a_survey_before_entry_in_both_arms_there_is_no_change_to_measure():
    assert _refused(50, 50, before=[]) == "no_survey_before"
    assert _refused(50, 50, before=[("b1", "treated", "before", 90)]) == "no_survey_before"


def test_answers_given_before_entry_are_no_response_to_a_later_survey():
    # Forty of a hundred in the window, five of them by persons who enter later: 35 %.
    rows = _rows(
        *BEFORE, ("1", "treated", "after", 35), ("1", "treated", "before", 5), ("1", "comparison", "after", 40)
    )
    assert survey_refusal(rows, HUNDRED, ["1"], QUALITY).reason == "low_response: 35; 40"


def test_response_is_pooled_over_the_windows_it_is_asked_for():
    # 30 of 100 and 60 of 100: 45 % together, too few in the first alone.
    rows = _rows(
        *BEFORE, *[(w, arm, "after", n) for w, n in (("1", 30), ("2", 60)) for arm in ("treated", "comparison")]
    )
    invited = _invited(*[(w, arm, 100) for w in ("1", "2") for arm in ("treated", "comparison")])
    assert survey_refusal(rows, invited, ["1", "2"], QUALITY) is None
    assert survey_refusal(rows, invited, ["1"], QUALITY).reason == "low_response: 30; 40"


def test_those_who_could_have_answered_are_counted_where_someone_did():
    rows = _rows(("1", "treated", "after", 7), ("b1", "treated", "before", 9))
    assert response(rows, HUNDRED) == {("1", "treated"): 100}


@pytest.mark.parametrize(("treated", "comparison"), [(55, 45), (45, 55)])
def test_arms_exactly_as_far_apart_as_the_contract_allows_can_carry_a_figure(treated, comparison):
    assert _refused(treated, comparison) is None


def _checked(treated: int, comparison: int, *, invited: pd.DataFrame = HUNDRED, before: list = BEFORE):
    rows = _rows(*before, ("1", "treated", "after", treated), ("1", "comparison", "after", comparison))
    return check_response(rows, invited, ["1"], QUALITY, {"without_score": 3})


def test_the_check_says_who_could_answer_who_did_and_what_the_contract_asks():
    found = _checked(55, 50)
    assert (found.name, found.verdict) == ("check.response", "held")
    assert found.figures == {
        "invited_treated": 100, "answered_treated": 55, "response_treated": 0.55,
        "invited_comparison": 100, "answered_comparison": 50, "response_comparison": 0.5,
        "min_response": 0.4, "max_gap": 0.1, "without_score": 3,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("found", "verdict", "why"),
    [
        (_checked(39, 41), "broken", "low_response: 39; 40"),
        (_checked(61, 50), "broken", "response_gap: 10"),
        (_checked(50, 0), "untested", "no_answers"),
        (_checked(50, 50, before=[]), "untested", "no_survey_before"),
    ],
)
def test_the_check_is_broken_or_untested_where_the_survey_is_refused(found, verdict, why):
    assert (found.verdict, found.figures["why"]) == (verdict, why)


def test_an_arm_that_nobody_could_answer_in_has_no_response():
    found = _checked(50, 0, invited=_invited(("1", "treated", 100)))
    assert (found.figures["invited_comparison"], found.figures["response_comparison"]) == (0, None)


def test_the_table_has_every_window_and_arm_and_leaves_out_answers_given_before_entry():
    rows = _rows(
        *BEFORE, ("1", "treated", "after", 30), ("1", "treated", "before", 5), ("2", "comparison", "after", 20)
    )
    invited = _invited(("b1", "treated", 90), *[(w, arm, 100) for w in ("1", "2") for arm in ("treated", "comparison")])
    assert response_table(rows, invited, ["1", "2"]).values.tolist() == [
        ["1", "treated", 100, 30, 0.3],
        ["1", "comparison", 100, 0, 0.0],
        ["2", "treated", 100, 0, 0.0],
        ["2", "comparison", 100, 20, 0.2],
    ]
