"""From answers to a score, by the scale's own definition."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from maalbar import definitions
from maalbar.definitions import FOLDER, Scale, SurveyIndicator
from transforms.scales import exact, groups, measured, score, valid_answers

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


SHIPPED = [definitions.scale(p.stem.replace(".v", "@")) for p in sorted((FOLDER / "scales").glob("*.yaml"))]
MOOD = {
    "id": "mood", "version": 1, "title": WORDS, "unit": WORDS, "counts": WORDS, "reference": "here", "items": ["q1", "q2"],
    "lowest": 1, "highest": 3, "min_valid_items": 1, "score": "sum", "score_from": 2, "score_to": 6,
}  # fmt: skip


def _made(**changed: Any) -> Scale:
    return Scale.model_validate(MOOD | changed)


def _given(scale: Scale, answers: list[int | None]) -> pd.DataFrame:
    """Anna's answers in the order of the items, the helpful way round; None is left out."""
    rows = [
        ("anna", item, scale.lowest + scale.highest - answer if item in scale.reversed else answer)
        for item, answer in zip(scale.items, answers, strict=True)
        if answer is not None
    ]
    return _answers(*rows)


@st.composite
def _answered(draw: st.DrawFn, may_be_missing: bool = False) -> tuple[Scale, list[int | None]]:
    scale = draw(st.sampled_from([*SHIPPED, REVERSED]))
    answer = st.integers(scale.lowest, scale.highest)
    item = st.none() | answer if may_be_missing else answer
    return scale, draw(st.lists(item, min_size=len(scale.items), max_size=len(scale.items)))


@settings(deadline=None)
@given(_answered(may_be_missing=True), st.randoms(use_true_random=False))
def test_the_order_of_the_answers_changes_nothing(answered, chance):
    scale, answers = answered
    frame = _given(scale, answers)
    order = list(range(len(frame)))
    chance.shuffle(order)
    assert score(frame.iloc[order], scale).equals(score(frame, scale))


@settings(deadline=None)
@given(_answered())
def test_reversing_twice_gives_the_answers_back(answered):
    scale, answers = answered
    all_turned = scale.model_copy(update={"reversed": scale.items})
    once = valid_answers(_given(scale.model_copy(update={"reversed": ()}), answers), all_turned)
    assert valid_answers(once, all_turned)["answer"].tolist() == answers


@settings(deadline=None, max_examples=200)
@given(_answered(may_be_missing=True), st.data())
def test_a_better_answer_never_lowers_the_score_and_no_score_leaves_the_scale(answered, data):
    scale, answers = answered
    number = data.draw(st.integers(0, len(answers) - 1))
    if answers[number] is None:
        return
    better = [*answers[:number], data.draw(st.integers(answers[number], scale.highest)), *answers[number + 1 :]]
    before, after = (score(_given(scale, each), scale)["score"].tolist() for each in (answers, better))
    assert len(before) == len(after) == (len(answers) - answers.count(None) >= scale.min_valid_items)
    for low, high in zip(before, after, strict=True):
        assert float(scale.score_from) <= low <= high <= float(scale.score_to)


@settings(deadline=None, max_examples=200)
@given(_answered(may_be_missing=True), st.data())
def test_a_better_answer_never_leads_to_a_worse_band_or_category(answered, data):
    scale, answers = answered
    if not scale.groups or answers[0] is None:
        return
    # From worst to best. The categories of HLS19-Q12 stand in the order in which they are tried.
    order = ["inadequate", "problematic", "sufficient", "excellent"] if scale.categories else list(scale.groups)
    better = [data.draw(st.integers(answers[0], scale.highest)), *answers[1:]]
    before, after = (groups(_given(scale, each), scale)["group"].tolist() for each in (answers, better))
    assert [order.index(name) for name in before] <= [order.index(name) for name in after]


def test_a_person_without_answers_enough_has_neither_score_nor_group():
    for scale in SHIPPED:
        missing = len(scale.items) - scale.min_valid_items + 1
        frame = _given(scale, [scale.highest] * (scale.min_valid_items - 1) + [None] * missing)
        assert score(frame, scale).empty
        assert not scale.groups or groups(frame, scale).empty


def test_a_sum_to_be_converted_is_rounded_half_up_where_a_version_lets_answers_be_missing():
    # Three items 1-3, sums 3 to 9, each converted to its square. Answers 1 and 2 of three: 4.5, so 5. Two of 1: 3.
    table = {total: Decimal(total * total) for total in range(3, 10)}
    squares = _made(
        items=["q1", "q2", "q3"], score="converted", conversion=table, score_from=9, score_to=81, min_valid_items=2
    )
    assert exact(3, 2, squares) == 25
    assert exact(2, 2, squares) == 9
    # A sum of 7 on three items is 7. Answers 2 and 3 of three: 7.5, so 8.
    assert (exact(7, 3, squares), exact(5, 2, squares)) == (49, 64)


def test_a_score_is_exact_until_it_is_handed_on():
    assert exact(7, 3, _made(items=["q1", "q2", "q3"], score="mean", score_from=1, score_to=3)) == Fraction(7, 3)


def test_a_score_between_two_bands_belongs_to_the_lower_one():
    words = {"title": WORDS}
    bands = [{"id": "low", "from": 2, "to": 3, **words}, {"id": "high", "from": 4, "to": 6, **words}]
    scale = _made(items=["q1", "q2"], bands=bands)
    assert groups(_answers(("anna", "q1", 2), ("bo", "q1", 1), ("bo", "q2", 2)), scale)["group"].tolist() == [
        "high",
        "low",
    ]
    wide = _made(items=["q1", "q2", "q3"], min_valid_items=2, score_from=3, score_to=9,
                 bands=[{"id": "low", "from": 3, "to": 4, **words}, {"id": "high", "from": 5, "to": 9, **words}])  # fmt: skip
    # 1 and 2 of three items: 4.5.
    assert groups(_answers(("anna", "q1", 1), ("anna", "q2", 2)), wide)["group"].tolist() == ["low"]


def test_a_scale_without_bands_or_categories_names_no_groups():
    with pytest.raises(ValueError, match="hlq_1@1 has neither"):
        groups(_answers(("anna", "q1", 2)), definitions.scale("hlq_1@1"))


def test_an_indicator_of_groups_is_the_percentage_of_persons_in_them():
    # Sums 13, 12 and 25 are 52, 48 and 100: two of three persons above 50.
    who5 = definitions.scale("who5@1")
    frame = _answers(
        *[(person, f"q{number}", answer)
          for person, given in {"anna": [3, 3, 3, 2, 2], "bo": [3, 3, 2, 2, 2], "carl": [5] * 5}.items()
          for number, answer in enumerate(given, start=1)]
    )  # fmt: skip
    above = definitions.indicator("who5_out_of_risk@1")
    assert measured(frame, who5, above)["score"].tolist() == [100, 0, 100]
    assert measured(frame, who5, definitions.indicator("who5_wellbeing@1"))["score"].tolist() == [52, 48, 100]


def test_an_indicator_of_a_domain_is_the_score_on_its_items():
    literacy = definitions.scale("hls_eu_q16@1")
    prevention = SurveyIndicator(
        id="prevention", version=1, title=WORDS, unit=WORDS, counts=WORDS, reference="here", table="surveys",
        scale="hls_eu_q16@1", domain="prevention",
    )  # fmt: skip
    given = [("anna", f"q{n}", 4 if n in (8, 9, 10) else 1) for n in range(1, 17)]
    assert measured(_answers(*given), literacy, prevention)["score"].tolist() == [3]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"items": ["q1", "q1"]}, "items differ"),
        ({"lowest": 3}, "lowest < highest"),
        ({"reversed": ["q3"]}, "only items of the scale are reversed"),
        ({"min_valid_items": 0}, "min_valid_items"),
        ({"min_valid_items": 3}, "min_valid_items"),
        ({"missing": "strict"}, "strict asks for every item"),
        ({"share_from": 2}, "share_from goes with"),
        ({"score": "share", "score_from": 0, "score_to": 100}, "share_from goes with"),
        ({"score": "mean", "factor": 2}, "factor goes with sum"),
        ({"conversion": {2: 1}}, "conversion"),
        ({"score": "converted", "conversion": {2: 2, 3: 3, 4: 4, 5: 5}}, "every sum"),
        ({"score": "converted", "conversion": {2: 2, 3: 4, 4: 3, 5: 5, 6: 6}}, "rising"),
        ({"score_to": 7}, "score_from and score_to"),
        ({"factor": 2}, "score_from and score_to"),
        ({"bands": [{"id": "a", "from": 2, "to": 5, "title": WORDS}]}, "cover every score"),
        ({"bands": [{"id": "a", "from": 2, "to": 5, "title": WORDS}, {"id": "b", "from": 4, "to": 6, "title": WORDS}]},
         "overlap"),
        ({"categories": [{"id": "a", "title": WORDS, "when": [{"answers": [1], "at_most": "1/2"}]}]}, "last category"),
        ({"categories": [{"id": "a", "title": WORDS}, {"id": "b", "title": WORDS}]}, "every category but the last"),
        ({"categories": [{"id": "a", "title": WORDS, "when": [{"answers": [1], "at_most": "0.5"}]}]}, "written like `1/12`"),
        ({"categories": [{"id": "a", "title": WORDS, "when": [{"answers": [1], "at_most": "3/2"}]}]}, "written like `1/12`"),
        ({"domains": {"a": {"title": WORDS, "items": ["q9"], "min_valid_items": 1}}}, "items of its scale"),
        ({"domains": {"a": {"title": WORDS, "items": ["q1"], "min_valid_items": 2}}}, "its own items"),
    ],
)  # fmt: skip
def test_a_scale_that_cannot_be_scored_is_refused(changed, told):
    with pytest.raises(ValidationError, match=told):
        _made(**changed)
