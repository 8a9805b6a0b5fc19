"""Survey scales against what their owners publish: every raw score, every boundary.

Nothing here is read from `definitions/`: the conversion table is that of the Warwick scales, the bands and categories are those
of the Danish WHO-5 and of Int J Environ Res Public Health 2022, 19:3807, table 1.
"""

from __future__ import annotations

from fractions import Fraction

import pandas as pd
import pytest

from maalbar import definitions
from transforms.scales import groups, score

SWEMWBS = """
    7.00 9.51 11.25 12.40 13.33 14.08 14.75 15.32 15.84 16.36 16.88 17.43 17.98 18.59 19.25 19.98 20.73 21.54 22.35 23.21
    24.11 25.03 26.02 27.03 28.13 29.31 30.70 32.55 35.00
"""
HLQ_ITEMS = (4, 4, 5, 5, 5, 5, 6, 5, 5)


def answers(persons: dict[str, list[int | None]]) -> pd.DataFrame:
    """Each person's answers to q1, q2 …; None is left out."""
    rows = [
        (person, f"q{number}", answer)
        for person, each in persons.items()
        for number, answer in enumerate(each, start=1)
        if answer is not None
    ]
    found = pd.DataFrame(rows, columns=["person_id", "item", "answer"]).astype({"answer": "int64"})
    return found.assign(arm="treated", window_id="1", phase="after")


def scores(ref: str, persons: dict[str, list[int | None]]) -> dict[str, float]:
    found = score(answers(persons), definitions.scale(ref))
    return dict(zip(found["person_id"], found["score"], strict=True))


def named(ref: str, persons: dict[str, list[int | None]]) -> dict[str, str]:
    found = groups(answers(persons), definitions.scale(ref))
    return dict(zip(found["person_id"], found["group"], strict=True))


def spread(total: int, items: int) -> list[int | None]:
    """Answers that add up to a total, as even as can be."""
    return [total // items + (number < total % items) for number in range(items)]


def twelve(very_easy: int, easy: int, difficult: int, very_difficult: int) -> list[int | None]:
    """So many answers of each kind, and the rest of twelve left out."""
    given: list[int | None] = [*[4] * very_easy, *[3] * easy, *[2] * difficult, *[1] * very_difficult]
    return given + [None] * (12 - len(given))


def test_every_raw_score_of_swemwbs_is_converted_by_the_published_table():
    published = [float(metric) for metric in SWEMWBS.split()]
    assert len(published) == 29
    found = scores("swemwbs@1", {f"{raw:02}": spread(raw, 7) for raw in range(7, 36)})
    assert [found[f"{raw:02}"] for raw in range(7, 36)] == published


def test_swemwbs_is_low_up_to_19_5_and_high_from_27_5():
    # Raw 21 is 19.25, 22 is 19.98; 30 is 27.03, 31 is 28.13.
    found = named("swemwbs@1", {f"{raw:02}": spread(raw, 7) for raw in range(7, 36)})
    assert {raw: found[f"{raw:02}"] for raw in (7, 21, 22, 30, 31, 35)} == {
        7: "low", 21: "low", 22: "medium", 30: "medium", 31: "high", 35: "high",
    }  # fmt: skip


def test_swemwbs_asks_for_all_seven_answers():
    assert scores("swemwbs@1", {"anna": [3, 3, 3, 3, 3, 3, None]}) == {}


def test_every_raw_score_of_who5_is_multiplied_by_four_and_has_its_danish_band():
    persons = {f"{raw:02}": spread(raw, 5) for raw in range(26)}
    found, bands = scores("who5@1", persons), named("who5@1", persons)
    for raw in range(26):
        points = raw * 4
        expected = "high_risk" if points <= 35 else "risk" if points <= 50 else "no_risk"
        assert (found[f"{raw:02}"], bands[f"{raw:02}"]) == (points, expected)


def test_who5_asks_for_all_five_answers_unless_a_version_lets_one_be_missing():
    assert scores("who5@1", {"anna": [3, 3, 3, 3, None]}) == {}
    # Four answers of 3 have a mean of 3: 3 x 5 x 4 = 60. With a sum of 7: 7 / 4 x 5 x 4 = 35.
    lenient = definitions.scale("who5@1").model_copy(update={"min_valid_items": 4, "missing": "person_mean"})
    found = score(
        answers({"anna": [3, 3, 3, 3, None], "bo": [1, 2, 2, 2, None], "carl": [5, 5, 5, None, None]}), lenient
    )
    assert dict(zip(found["person_id"], found["score"], strict=True)) == {"anna": 60, "bo": 35}


def test_one_person_changes_by_chance_by_up_to_23_6_points_on_who5():
    assert str(definitions.scale("who5@1").detectable_change_person) == "23.6"


@pytest.mark.parametrize(
    ("low", "high", "expected"), [(0, 4, "low"), (5, 6, "medium"), (7, 8, "high"), (9, 10, "very_high")]
)
def test_life_satisfaction_has_the_groups_of_the_oecd(low, high, expected):
    for answer in (low, high):
        given = answers({"anna": [answer]}).assign(item="ls1")
        assert groups(given, definitions.scale("life_satisfaction@2"))["group"].tolist() == [expected]


def test_every_sum_of_hls_eu_q16_counts_the_easy_answers_and_has_its_band():
    # Easy and very easy (3, 4) count, difficult and very difficult (1, 2) do not.
    persons = {
        f"{easy:02}": [3 + i % 2 for i in range(easy)] + [1 + i % 2 for i in range(16 - easy)] for easy in range(17)
    }
    found, bands = scores("hls_eu_q16@1", persons), named("hls_eu_q16@1", persons)
    for easy in range(17):
        expected = "inadequate" if easy <= 8 else "problematic" if easy <= 12 else "sufficient"
        assert (found[f"{easy:02}"], bands[f"{easy:02}"]) == (easy, expected)


def test_hls_eu_q16_asks_for_fourteen_answers_and_takes_the_persons_mean_for_the_rest():
    # 12 easy of 14: 12 / 14 x 16 = 13.71, sufficient. 11 of 14: 12.57, not yet 13, so problematic. 13 answers: no score.
    persons = {
        "anna": [3] * 12 + [2] * 2 + [None] * 2,
        "bo": [3] * 11 + [2] * 3 + [None] * 2,
        "carl": [3] * 13 + [None] * 3,
    }
    assert scores("hls_eu_q16@1", persons) == {"anna": 12 / 14 * 16, "bo": float(Fraction(11 * 16, 14))}
    assert named("hls_eu_q16@1", persons) == {"anna": "sufficient", "bo": "problematic"}


@pytest.mark.parametrize(
    ("domain", "first", "last"), [("health_care", 1, 7), ("prevention", 8, 12), ("promotion", 13, 16)]
)
def test_a_domain_of_hls_eu_q16_counts_its_own_items(domain, first, last):
    part = definitions.scale("hls_eu_q16@1").domain(domain)
    number = last - first + 1
    only_there = [4 if first <= item <= last else 1 for item in range(1, 17)]
    only_elsewhere = [1 if first <= item <= last else 4 for item in range(1, 17)]
    found = score(answers({"anna": only_there, "bo": only_elsewhere}), part)
    assert found["score"].tolist() == [number, 0]
    assert (part.score_from, part.score_to) == (0, number)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        # More than half very easy (7 of 12), and at most 1 of 12 difficult.
        ((7, 5, 0, 0), "excellent"),
        ((7, 4, 1, 0), "excellent"),
        ((7, 4, 0, 1), "excellent"),
        ((12, 0, 0, 0), "excellent"),
        ((6, 6, 0, 0), "sufficient"),
        ((7, 3, 2, 0), "sufficient"),
        ((10, 0, 1, 1), "sufficient"),
        # At least 10 of 12 easy, and at most 2 difficult.
        ((0, 12, 0, 0), "sufficient"),
        ((0, 10, 2, 0), "sufficient"),
        ((0, 10, 0, 2), "sufficient"),
        ((0, 9, 3, 0), "problematic"),
        ((9, 0, 0, 3), "problematic"),
        # More than half difficult (7 of 12), and at most 1 of 12 very easy.
        ((0, 6, 6, 0), "problematic"),
        ((0, 5, 7, 0), "inadequate"),
        ((1, 4, 0, 7), "inadequate"),
        ((2, 3, 0, 7), "problematic"),
        ((0, 0, 0, 12), "inadequate"),
    ],
)
def test_the_categories_of_hls19_q12_begin_and_end_where_they_are_published_to(given, expected):
    assert named("hls19_q12@2", {"anna": twelve(*given)}) == {"anna": expected}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        # Ten answers. Excellent: 6 very easy, and of the difficult ones at most 10 / 12, so none.
        ((6, 4, 0, 0), "excellent"),
        ((5, 5, 0, 0), "sufficient"),
        ((6, 3, 1, 0), "sufficient"),
        # 9 of 10 are at least 10 of 12; 8 of 10 are not.
        ((0, 9, 1, 0), "sufficient"),
        ((0, 8, 2, 0), "problematic"),
        # Inadequate: 6 difficult, and no very easy one.
        ((0, 4, 6, 0), "inadequate"),
        ((1, 3, 6, 0), "problematic"),
        ((0, 5, 5, 0), "problematic"),
        # Eleven answers: 10 / 11 and 1 / 11. One of eleven is more than one of twelve.
        ((7, 3, 1, 0), "sufficient"),
        ((7, 4, 0, 0), "excellent"),
    ],
)
def test_with_ten_or_eleven_answers_the_categories_of_hls19_q12_are_proportions_of_the_valid_ones(given, expected):
    assert named("hls19_q12@2", {"anna": twelve(*given)}) == {"anna": expected}


def test_nine_answers_to_hls19_q12_are_too_few_for_a_category():
    assert named("hls19_q12@2", {"anna": twelve(9, 0, 0, 0)}) == {}


def test_the_nine_scales_of_the_hlq_have_44_items_and_are_means():
    assert sum(HLQ_ITEMS) == 44
    for number, items in enumerate(HLQ_ITEMS, start=1):
        highest = 4 if number <= 5 else 5
        given = [1 + i % highest for i in range(items)]
        persons = {"anna": given, "bo": [highest] * items, "carl": [1] * items, "dora": [highest + 1] * items}
        found = scores(f"hlq_{number}@1", persons)
        assert found == {"anna": float(Fraction(sum(given), items)), "bo": highest, "carl": 1}


def test_one_answer_may_be_missing_on_the_hlq_and_two_on_its_scale_of_six():
    for number, items in enumerate(HLQ_ITEMS, start=1):
        may_miss = 2 if items == 6 else 1
        for missing in range(items):
            given = [2] * (items - missing) + [None] * missing
            assert scores(f"hlq_{number}@1", {"anna": given}) == ({"anna": 2.0} if missing <= may_miss else {})
