"""How many of those who could answer did, and when it is too few to show a figure."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pytest

from tests.transforms.small import outcome, rows, small_contract, unpaid
from transforms.measurement import measure
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


SURVEYED = {"s": unpaid("life_satisfaction@1", "difference")}
AGED = {"min_age": "60"}


def _survey(*answers: tuple[str, str]) -> pa.Table:
    return rows("surveys", "person_id | answered_on | answer\n" + "\n".join(f"{p} | {day} | 5" for p, day in answers))


def test_no_more_answer_than_could():
    """Five live to the end and three of them answer; four answer and die afterwards: 7 of 9, not 7 of 5."""
    died = [f"dead{n}" for n in range(4)]
    alive = [f"alive{n}" for n in range(5)]
    others = [f"other{n}" for n in range(9)]
    people = [f"{p} | north | 2021-06-01" for p in died] + [f"{p} | north |" for p in alive]
    people += [f"{p} | south |" for p in others]
    answers = [(p, "2020-01-01") for p in (*died, *alive, *others)]
    answers += [(p, "2020-10-01") for p in (*died, *alive[:3], *others[:7])]
    tables = {
        "population": rows("population", "person_id | area | died_on\n" + "\n".join(people)),
        "surveys": _survey(*answers),
    }
    found = measure(small_contract(SURVEYED, eligibility=AGED), tables, [], "1")
    (told,) = [r["figures"] for r in found.diagnostics if (r["name"], r["basis"]) == ("check.response", "period")]
    assert (told["answered_treated"], told["invited_treated"]) in ((7, 9), (3, 5))
    assert float(told["response_treated"]) <= 1


def test_the_answers_that_count_in_full_are_those_of_the_windows_looked_at():
    """Everyone answers before and after, and all weigh the same: as many count in full as have answered after."""
    ids = [f"{arm}{number}" for arm in ("north", "south") for number in range(6)]
    people = "person_id | area\n" + "\n".join(f"{p} | {p[:5]}" for p in ids)
    answers = [(p, day) for p in ids for day in ("2020-01-01", "2020-10-01")]
    tables = {"population": rows("population", people), "surveys": _survey(*answers)}
    found = measure(small_contract(SURVEYED, eligibility=AGED), tables, [], "1")
    (told,) = [r["figures"] for r in found.diagnostics if (r["name"], r["basis"]) == ("check.response", "period")]
    assert (told["answered_treated"], float(told["effective_treated"])) == (6, 6.0)


@pytest.mark.parametrize("arm", ["north", "south"])
def test_one_arm_without_anybody_is_refused_and_not_a_crash(arm):
    contract = small_contract({"a": outcome(), "s": SURVEYED["s"]}, eligibility=AGED)
    tables = {
        "population": rows("population", f"person_id | area\na | {arm}\nb | {arm}"),
        "surveys": _survey(("a", "2020-10-01")),
    }
    assert all(row["not_measurable"] for row in measure(contract, tables, [], "1").effects)
