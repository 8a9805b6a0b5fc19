"""From answers to a score, by the scale's own definition."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maalbar import definitions
from maalbar.definitions import Scale
from transforms.scales import score

LIFE = definitions.scale("life_satisfaction@1")
LITERACY = definitions.scale("hls19_q12@1")
WORDS = {"da": "ord", "en": "words"}
EASY, DIFFICULT = 3, 2  # 1 very difficult, 2 difficult, 3 easy, 4 very easy
REVERSED = Scale(
    id="mood", version=1, title=WORDS, unit=WORDS, counts=WORDS, reference="here", items=("good", "bad"), lowest=1, highest=5,
    reversed=("bad",), min_valid_items=1, score="mean", score_from=Decimal(1), score_to=Decimal(5),
)  # fmt: skip


def _answers(*given: tuple[str, str, int]) -> pd.DataFrame:
    """(person, item, answer), all in one window after entry."""
    found = pd.DataFrame(given, columns=["person_id", "item", "answer"])
    return found.assign(arm="treated", window_id="1", phase="after")


def _score(scale: Scale, *given: tuple[str, str, int]) -> dict[str, float]:
    return {row.person_id: row.score for row in score(_answers(*given), scale).itertuples()}


def _twelve(*answers: int) -> list[tuple[str, str, int]]:
    return [("anna", f"q{number}", answer) for number, answer in enumerate(answers, start=1)]


@pytest.mark.parametrize("answer", [0, 5, 10])
def test_life_satisfaction_is_the_answer_itself(answer):
    assert _score(LIFE, ("anna", "ls1", answer)) == {"anna": answer}


@pytest.mark.parametrize("answer", [-1, 11, 99])
def test_an_answer_outside_the_scale_is_no_answer(answer):
    assert _score(LIFE, ("anna", "ls1", answer)) == {}


def test_an_item_of_another_scale_is_no_answer():
    assert _score(LIFE, ("anna", "q1", 4)) == {}


def test_health_literacy_is_the_share_of_easy_answers():
    # 9 of 12 easy or very easy: 75.
    assert _score(LITERACY, *_twelve(*[EASY] * 5, *[4] * 4, *[DIFFICULT] * 2, 1)) == {"anna": 75}
    assert _score(LITERACY, *_twelve(*[4] * 12)) == {"anna": 100}
    assert _score(LITERACY, *_twelve(*[1] * 12)) == {"anna": 0}


def test_ten_of_twelve_answers_are_enough_and_nine_are_not():
    # 80 % of 12 items is 9.6: the scale asks for 10. Of ten, seven easy: 70.
    assert _score(LITERACY, *_twelve(*[EASY] * 7, *[DIFFICULT] * 3)) == {"anna": 70}
    assert _score(LITERACY, *_twelve(*[EASY] * 9)) == {}


def test_answers_outside_the_range_do_not_help_to_reach_the_ten():
    # 'Don't know' written as 9 or 0 is missing: nine valid answers are left.
    assert _score(LITERACY, *_twelve(*[EASY] * 9, 9, 9, 0)) == {}
    assert _score(LITERACY, *_twelve(*[EASY] * 10, 9, 9)) == {"anna": 100}


def test_a_reversed_item_counts_the_other_way_round():
    # Good 4, bad 2: turned 1 + 5 - 2 = 4, mean 4. Bad alone 1: turned 5.
    assert _score(REVERSED, ("anna", "good", 4), ("anna", "bad", 2), ("bo", "bad", 1)) == {"anna": 4, "bo": 5}


def test_each_person_window_has_its_own_score():
    here = _answers(("anna", "ls1", 4), ("bo", "ls1", 7))
    there = _answers(("anna", "ls1", 9)).assign(window_id="2")
    found = score(pd.concat([here, there]), LIFE)
    assert [(r.person_id, r.window_id, r.score) for r in found.itertuples()] == [
        ("anna", "1", 4),
        ("anna", "2", 9),
        ("bo", "1", 7),
    ]


def test_no_answers_give_no_scores():
    assert score(_answers(), LIFE).empty


@settings(deadline=None)
@given(st.lists(st.integers(1, 4), min_size=10, max_size=12))
def test_a_better_answer_never_gives_a_lower_score_and_the_score_stays_on_the_scale(answers):
    before = _score(LITERACY, *_twelve(*answers))["anna"]
    after = _score(LITERACY, *_twelve(*[min(answers[0] + 1, 4), *answers[1:]]))["anna"]
    assert float(LITERACY.score_from) <= before <= after <= float(LITERACY.score_to)


@settings(deadline=None)
@given(st.lists(st.integers(1, 5), min_size=2, max_size=2))
def test_turning_the_items_and_the_answers_both_changes_nothing(answers):
    turned = REVERSED.model_copy(update={"reversed": ("good",)})
    good, bad = answers
    straight = _score(REVERSED, ("anna", "good", good), ("anna", "bad", bad))
    assert _score(turned, ("anna", "good", 6 - good), ("anna", "bad", 6 - bad)) == straight
