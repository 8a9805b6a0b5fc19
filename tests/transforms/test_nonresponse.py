"""Who did not answer, and how those who did answer for them."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maalbar import definitions
from tests.transforms.small import rows, small_contract, unpaid
from transforms import indicators, windows
from transforms.cohort import follow
from transforms.effect import Estimate, difference_in_differences
from transforms.nonresponse import (
    could_answer,
    item_non_response,
    strata,
    too_few_items,
    weight_figures,
    weighted,
    weights,
)
from transforms.scales import score

BANDS = (0, 60, 70, 80)
ROUND = {"window_id": "1", "phase": "after"}
HLQ = definitions.scale("hlq_1@1")


def _invited(*drawn: tuple[str, int, str, bool, int]) -> pd.DataFrame:
    """(arm, age, sex, benefit, number of persons), each with a name of its own."""
    each = [(arm, age, sex, benefit) for arm, age, sex, benefit, number in drawn for _ in range(number)]
    found = pd.DataFrame(each, columns=["arm", "age", "sex", "has_benefit"]).assign(**ROUND)
    return found.assign(person_id=[f"p{number}" for number in range(len(found))])


def _scores(candidates: pd.DataFrame, *answering: int, score: float = 5.0) -> pd.DataFrame:
    """Answers of the candidates at these places."""
    found = candidates.iloc[list(answering)][["person_id", "window_id", "phase", "arm"]]
    return found.assign(score=score)


# Four treated women of 62, of whom two answer; four treated men of 62, of whom one does: 2 and 4 persons for each answer.
EIGHT = _invited(("treated", 62, "F", False, 4), ("treated", 62, "M", False, 4))


def test_an_answer_counts_for_those_of_its_stratum_who_gave_none():
    scores = _scores(EIGHT, 0, 1, 4)
    # 4 / 2, 4 / 2 and 4 / 1, which add up to 8; three answers, so times 3 / 8.
    assert weights(scores, EIGHT, BANDS).tolist() == [0.75, 0.75, 1.5]


def test_weighted_scores_are_the_mean_that_everyone_would_have_had():
    # The two women answer 6, the man 3. Half of those asked are women: 4.5; of the answers 5.
    scores = _scores(EIGHT, 0, 1, 4).assign(score=[6.0, 6.0, 3.0])
    found = weighted(scores, weights(scores, EIGHT, BANDS))
    assert found["quantity"].sum() / found["exposure"].sum() == 4.5
    assert (found["quantity"] / found["exposure"]).tolist() == [6, 6, 3]
    plain = weighted(scores, pd.Series(1.0, index=scores.index))
    assert plain["quantity"].sum() / plain["exposure"].sum() == 5


def test_the_weights_stand_by_their_answers_in_any_order():
    scores = _scores(EIGHT, 4, 0, 1)
    found = weights(scores, EIGHT.sample(frac=1, random_state=3), BANDS)
    assert found.index.equals(scores.index)
    assert found.tolist() == [1.5, 0.75, 0.75]


def test_where_all_answer_alike_nobody_weighs_more_than_another():
    candidates = _invited(("treated", 62, "F", False, 4), ("treated", 75, "M", True, 2))
    assert weights(_scores(candidates, 0, 1, 4), candidates, BANDS).tolist() == [1, 1, 1]


def test_age_bands_begin_with_their_lowest_age():
    # 59 | 60 and 69 | 70 are in different bands, 60 and 69 in the same.
    candidates = _invited(*[("treated", age, "F", False, 2) for age in (59, 60, 69, 70)])
    found = strata(_scores(candidates, 0, 2, 6), candidates, BANDS)
    assert found[["age_band", "invited", "answered"]].values.tolist() == [[0, 2, 1], [1, 4, 1], [2, 2, 1]]


@pytest.mark.parametrize(
    ("others", "takes"),
    [
        # Nobody among the women of 75 without benefit answers. The same sex in the nearest band answers for them …
        ([(62, "F", False), (85, "F", False), (75, "M", False), (75, "F", True)], 0),
        ([(59, "F", False), (85, "F", False), (75, "M", False), (75, "F", True)], 1),
        # … however far it is, then the other sex, then the other benefit status.
        ([(59, "F", False), (75, "M", False), (75, "F", True)], 0),
        ([(59, "M", False), (75, "F", True)], 0),
        ([(59, "M", True), (75, "F", True)], 1),
    ],
)
def test_a_stratum_without_answers_is_answered_for_by_the_one_most_like_it(others, takes):
    candidates = _invited(
        ("treated", 75, "F", False, 3), *[("treated", age, sex, benefit, 1) for age, sex, benefit in others]
    )
    scores = _scores(candidates, *range(3, 3 + len(others)))
    found = weights(scores, candidates, BANDS) * len(candidates) / len(scores)
    assert found.round(9).tolist() == [4 if place == takes else 1 for place in range(len(others))]


def test_merged_strata_are_counted_and_the_weights_are_described():
    candidates = _invited(
        ("treated", 75, "F", False, 3), ("treated", 62, "F", False, 1), ("comparison", 62, "M", False, 2)
    )
    found = strata(_scores(candidates, 3, 4), candidates, BANDS)
    assert found["merged"].sum() == 1
    figures = weight_figures(strata(_scores(EIGHT, 0, 1, 4), EIGHT, BANDS))
    # Weights 0.75, 0.75 and 1.5: 3 squared over 0.5625 + 0.5625 + 2.25.
    assert figures == {"effective_treated": 9 / 3.375, "largest_weight_treated": 1.5, "merged_strata_treated": 0}


def test_no_stratum_is_answered_for_by_the_other_arm():
    candidates = _invited(
        ("treated", 62, "F", False, 2), ("treated", 85, "M", True, 5), ("comparison", 85, "M", True, 5)
    )
    found = strata(_scores(candidates, 0, 7), candidates, BANDS)
    assert found.groupby("arm")["weight"].max().to_dict() == {"comparison": 1, "treated": 1}


def test_an_answer_of_someone_who_could_not_answer_is_an_error():
    stranger = _scores(EIGHT, 0).assign(person_id="stranger")
    with pytest.raises(ValueError, match="1 answers are by persons"):
        weights(stranger, EIGHT, BANDS)


def test_without_answers_there_are_no_weights():
    assert weights(_scores(EIGHT), EIGHT, BANDS).empty


persons = st.lists(
    st.tuples(
        st.sampled_from(["treated", "comparison"]),
        st.integers(18, 95),
        st.sampled_from("FM"),
        st.booleans(),
        st.booleans(),
    ),
    min_size=1,
    max_size=40,
)


@settings(deadline=None)
@given(persons)
def test_weights_add_up_to_the_answers_of_each_arm_and_all_invited_are_answered_for(drawn):
    candidates = _invited(*[(arm, age, sex, benefit, 1) for arm, age, sex, benefit, _ in drawn])
    scores = _scores(candidates, *[place for place, person in enumerate(drawn) if person[4]])
    found = weights(scores, candidates, BANDS)
    assert (found > 0).all()
    for arm, mine in found.groupby(scores["arm"]):
        assert mine.sum() == pytest.approx(len(mine))
        invited = (candidates["arm"] == arm).sum()
        table = strata(scores, candidates, BANDS).query("arm == @arm")
        assert (table["weight"] * table["answered"]).sum() * invited / len(mine) == pytest.approx(invited)


# Anna answers. Bo does not. Carl dies in the period and did not answer; Dora dies in it after answering. Eva moves abroad.
# Finn is 60 in December 2020 and enters with the second wave.
PEOPLE = """
    person_id | birth_month | sex | area  | died_on    | emigrated_on
    anna      | 1950-01     |     | north |            |
    bo        | 1950-01     | M   | south |            |
    carl      | 1950-01     | M   | north | 2021-03-01 |
    dora      | 1950-01     |     | north | 2021-03-01 |
    eva       | 1950-01     |     | south |            | 2021-03-01
    finn      | 1960-12     | M   | south |            |
"""
ANSWERS = """
    person_id | answered_on | answer
    anna      | 2021-05-01  | 6
    anna      | 2020-05-01  | 6
    bo        | 2020-05-01  | 6
    dora      | 2021-01-01  | 4
    finn      | 2021-05-01  | 4
"""


def test_the_dead_and_those_abroad_are_no_non_response_and_who_enters_later_could_answer_before():
    contract = small_contract({"joy": unpaid("life_satisfaction@1", "difference")})
    tables = {"population": rows("population", PEOPLE), "surveys": rows("surveys", ANSWERS)}
    followed = follow(contract, tables, "2")
    scores = indicators.survey_scores(contract, tables, followed, "2")
    members = followed.members.to_pandas().assign(age=70)
    found = could_answer(
        members, followed.person_time.to_pandas(), windows.window_table(contract, "2").to_pandas(), scores
    )
    asked = {key: sorted(part["person_id"]) for key, part in found.groupby(["window_id", "phase", "arm"])}
    assert asked == {
        ("b1", "before", "treated"): ["anna", "carl", "dora"],
        ("b1", "before", "comparison"): ["bo", "eva", "finn"],
        # Dora answered before she died. In the second period nobody has answered: it is no round.
        ("1", "after", "treated"): ["anna", "dora"],
        ("1", "before", "comparison"): ["finn"],
    }


def _left_out(*given: tuple[str, list[int | None]]) -> pd.DataFrame:
    """Answers to the four items of the first scale of the HLQ."""
    drawn = [
        (person, f"q{number}", answer)
        for person, answers in given
        for number, answer in enumerate(answers, start=1)
        if answer is not None
    ]
    return pd.DataFrame(drawn, columns=["person_id", "item", "answer"]).assign(**ROUND, arm="treated")


def test_items_left_out_are_counted_among_the_questionnaires_in_which_the_scale_was_begun():
    # 9 is no answer of this scale. Dora has begun none of its items. Three answers are enough: Anna and Bo have a score.
    answers = _left_out(
        ("anna", [1, 2, 3, 4]), ("bo", [1, None, 3, 4]), ("carl", [9, None, 3, 4]), ("dora", [None] * 4)
    )
    found = item_non_response(answers, HLQ)
    assert found["item"].tolist() == ["q1", "q2", "q3", "q4"]
    assert found["begun"].tolist() == [3, 3, 3, 3]
    assert found["missing"].tolist() == [1, 2, 0, 0]
    assert found["share"].tolist() == [1 / 3, 2 / 3, 0, 0]
    lacking = too_few_items(answers, HLQ)
    assert lacking[["begun", "without_score", "share"]].values.tolist() == [[3, 1, 1 / 3]]


def test_a_questionnaire_that_lacks_too_many_items_is_one_without_a_score():
    answers = _left_out(("anna", [1, 2, 3, 4]), ("bo", [1, None, None, 4]), ("carl", [9, 9, 9, 9]))
    begun, without = too_few_items(answers, HLQ)[["begun", "without_score"]].iloc[0]
    assert begun - without == len(score(answers, HLQ)) == 1


def test_rounds_and_arms_are_counted_apart():
    here = _left_out(("anna", [1, 2, 3, 4]))
    there = _left_out(("bo", [1, None, None, None])).assign(arm="comparison", window_id="2")
    found = too_few_items(pd.concat([here, there]), HLQ)
    assert found[["window_id", "arm", "without_score"]].values.tolist() == [["1", "treated", 0], ["2", "comparison", 1]]


def test_who_enters_on_the_first_day_of_a_window_could_not_have_answered_in_it_before():
    members = pd.DataFrame(
        [("anna", "treated", date(2020, 7, 1), 70, "F", False)],
        columns=["person_id", "arm", "entry_on", "age", "sex", "has_benefit"],
    )
    time = pd.DataFrame(
        [("anna", "1", "follow_up", date(2021, 7, 1))], columns=["person_id", "window_id", "phase", "to_on"]
    )
    dated = pd.DataFrame([("1", date(2020, 7, 1), date(2021, 7, 1))], columns=["window_id", "start_on", "end_on"])
    scores = pd.DataFrame([("anna", "1", "after", "treated", 5.0)], columns=["person_id", *ROUND, "arm", "score"])
    assert could_answer(members, time, dated, scores)["phase"].tolist() == ["after"]


def _effect(scores: pd.DataFrame, weight: pd.Series) -> float:
    frame = weighted(scores, weight).assign(is_treated=scores["arm"] == "treated", is_after=scores["phase"] == "after")
    summed = frame.groupby(["person_id", "is_treated", "is_after"], as_index=False)[["quantity", "exposure"]].sum()
    found = difference_in_differences(summed, "difference", 10)
    assert isinstance(found, Estimate)
    return found.change


def test_weights_take_out_of_an_effect_what_came_from_who_answered():
    # Nothing changes: women answer 6 or 7, men 3 or 4. Everyone answers but half of the treated men after.
    # Unweighted: the treated rise from 5 to (4 x 6.5 + 2 x 3.5) / 6 = 5.5, so by 0.5.
    each = [
        (f"{arm}{sex}{n}", arm, phase, 70, sex, False, (6 if sex == "F" else 3) + n % 2)
        for arm in ("treated", "comparison") for sex in "FM" for n in range(4) for phase in ("before", "after")
    ]  # fmt: skip
    columns = ["person_id", "arm", "phase", "age", "sex", "has_benefit", "score"]
    everyone = pd.DataFrame(each, columns=columns).assign(window_id="1")
    silent = everyone["person_id"].isin(["treatedM2", "treatedM3"]) & (everyone["phase"] == "after")
    scores, candidates = everyone[~silent], everyone.drop(columns="score")
    assert _effect(scores, pd.Series(1.0, index=scores.index)) == pytest.approx(0.5)
    assert _effect(scores, weights(scores, candidates, BANDS)) == pytest.approx(0, abs=1e-9)
