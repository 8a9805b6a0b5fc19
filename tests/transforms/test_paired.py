"""The change of those who answered at both times, beside that of everyone who answered at either."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from maalbar import definitions
from transforms.effect import NotMeasurable
from transforms.paired import changes, few_answers, looked_at, paired

# Anna and Bo answer at both times, Carl only before, Dora only after; Eva twice before and once after.
DRAWN = """
    anna | treated    | b1 | before | 4
    anna | treated    | 1  | after  | 6
    bo   | treated    | b1 | before | 5
    bo   | treated    | 1  | after  | 5
    carl | treated    | b1 | before | 9
    dora | treated    | 1  | after  | 10
    eva  | comparison | b1 | before | 2
    eva  | comparison | b2 | before | 4
    eva  | comparison | 1  | after  | 7
"""


def _scores(drawn: str = DRAWN) -> pd.DataFrame:
    cells = [[cell.strip() for cell in line.split("|")] for line in drawn.strip().splitlines()]
    found = pd.DataFrame(cells, columns=["person_id", "arm", "window_id", "phase", "score"])
    return found.astype({"score": "float64"})


def test_unpaired_change_is_that_of_all_who_answered():
    # Treated: (4 + 5 + 9) / 3 = 6 before, (6 + 5 + 10) / 3 = 7 after. Comparison: (2 + 4) / 2 = 3 and 7.
    assert changes(_scores()).values.tolist() == [["treated", 3, 3, 6, 7, 1], ["comparison", 1, 1, 3, 7, 4]]


def test_paired_change_is_that_of_those_who_answered_at_both_times():
    # Anna and Bo: 4.5 before, 5.5 after.
    assert changes(paired(_scores())).values.tolist() == [["treated", 2, 2, 4.5, 5.5, 1], ["comparison", 1, 1, 3, 7, 4]]


def test_those_who_leave_and_those_who_come_can_make_a_change_that_nobody_had():
    # Anna and Bo do not change. Carl, content, answers only before; Dora, discontent, only after.
    scores = _scores(
        """
        anna | treated    | b1 | before | 5
        anna | treated    | 1  | after  | 5
        carl | treated    | b1 | before | 9
        dora | treated    | 1  | after  | 1
        eva  | comparison | b1 | before | 5
        """
    )
    assert changes(scores)["change"].tolist()[0] == -4
    assert changes(paired(scores))["change"].tolist()[0] == 0
    assert math.isnan(changes(scores)["change"].tolist()[1])


def test_only_the_windows_asked_for_are_looked_at_and_every_answer_before():
    scores = pd.concat([_scores(), _scores("anna | treated | 2 | after | 1\nfinn | treated | 2 | before | 3")])
    assert set(looked_at(scores, ["1"])["window_id"]) == {"b1", "b2", "1", "2"}
    assert looked_at(scores, ["1"]).query("window_id == '2'")["person_id"].tolist() == ["finn"]
    assert len(looked_at(scores, ["2"]).query("phase == 'after'")) == 1


def _pairs(treated: int, comparison: int) -> pd.DataFrame:
    return _scores(
        "\n".join(
            f"{arm}{n} | {arm} | {window} | {phase} | 20"
            for arm, number in (("treated", treated), ("comparison", comparison))
            for n in range(number)
            for window, phase in (("b1", "before"), ("1", "after"))
        )
    )


@pytest.mark.parametrize(
    ("treated", "comparison", "is_refused"), [(30, 30, False), (29, 30, True), (30, 29, True), (30, 0, True)]
)
def test_swemwbs_needs_thirty_persons_with_answers_at_both_times_in_each_arm(treated, comparison, is_refused):
    found = few_answers(_pairs(treated, comparison), definitions.scale("swemwbs@1"))
    assert found == (NotMeasurable("few_answers", ("30",)) if is_refused else None)


def test_persons_with_one_answer_do_not_help_to_reach_the_thirty():
    scores = pd.concat([_pairs(29, 30), _scores("zoe | treated | b1 | before | 20")])
    assert few_answers(scores, definitions.scale("swemwbs@1")) is not None


def test_a_scale_that_asks_for_no_number_of_persons_is_not_refused():
    assert few_answers(_pairs(1, 0), definitions.scale("life_satisfaction@2")) is None
