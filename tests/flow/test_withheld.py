"""Small counts are hidden, and so is what they could be computed from."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from maalbar.flow.withheld import withheld, withhold

PARTS = ("care home", "too young", "entered")


def _row(*parts: int) -> list[int | None]:
    """A row of parts with its total, as it is shown."""
    counts = dict(zip(PARTS, parts, strict=True)) | {"residents": sum(parts)}
    return list(withhold(counts, [("residents", PARTS)], 5).values())


def test_nothing_is_shown_as_nothing_and_from_one_to_four_is_hidden():
    assert [withheld(count, 5) for count in (0, 1, 4, 5)] == [0, None, None, 5]


def test_a_row_without_small_counts_is_shown_whole():
    assert _row(0, 20, 70) == [0, 20, 70, 90]


def test_beside_one_small_count_the_next_smallest_is_hidden():
    assert _row(3, 20, 70) == [None, None, 70, 93]


def test_two_small_counts_whose_sum_would_tell_are_hidden_with_a_third():
    assert _row(4, 4, 70) == [None, None, None, 78]
    assert _row(4, 4, 0) == [None, None, 0, None], "no third: the total is hidden"


def test_a_total_that_no_page_shows_is_hidden_before_its_parts_and_hides_what_else_it_is_the_sum_of():
    counts = {"stayed": 97, "entered": 50, "arrived": 147, "followed": 147, "few": 3, "before": 100}
    sums = [("before", ["few", "stayed"]), ("arrived", ["stayed", "entered"]), ("arrived", ["followed"])]
    assert withhold(counts, sums, 5, unseen={"arrived"}) == {
        "stayed": None, "entered": 50, "arrived": None, "followed": None, "few": None, "before": 100,
    }  # fmt: skip


def test_what_a_reader_needs_most_is_hidden_last():
    counts = {"emigrated": 3, "died": 9, "there": 80, "followed": 92}
    sums = [("followed", ["emigrated", "died", "there"])]
    assert withhold(counts, sums, 5)["died"] is None
    assert withhold(counts, sums, 5, keep={"died"}) == {"emigrated": None, "died": 9, "there": None, "followed": 92}
    alone = {"emigrated": 3, "died": 9, "there": 0, "followed": 12}
    assert withhold(alone, sums, 5, keep={"died"})["died"] is None, "where nothing else can be hidden"


def test_a_small_count_alone_among_nothing_is_hidden_with_its_total():
    assert _row(3, 0, 0) == [None, 0, 0, None]


def test_what_is_hidden_in_one_sum_is_protected_in_the_next():
    # Of two waves 3 and 80 entered, of 30 and 100 residents; the sum of the entered is shown elsewhere.
    counts = {"out 1": 27, "in 1": 3, "residents 1": 30, "out 2": 20, "in 2": 80, "residents 2": 100, "in": 83}
    sums = [("residents 1", ["out 1", "in 1"]), ("residents 2", ["out 2", "in 2"]), ("in", ["in 1", "in 2"])]
    assert withhold(counts, sums, 5) == {
        "out 1": None, "in 1": None, "residents 1": 30, "out 2": None, "in 2": None, "residents 2": 100, "in": 83,
    }  # fmt: skip


@given(st.lists(st.integers(0, 12), min_size=1, max_size=5))
def test_whoever_knows_all_that_is_shown_cannot_tell_a_small_count(parts):
    counts = dict(enumerate(parts)) | {"total": sum(parts)}
    shown = withhold(counts, [("total", list(range(len(parts))))], 5)
    assert all(shown[key] in (None, count) for key, count in counts.items())
    hidden = [place for place in range(len(parts)) if shown[place] is None]
    # Every way to fill the hidden parts that gives the total, where it is shown; with its total hidden a count can be anything.
    left = sum(parts[place] for place in hidden)
    fillings = [
        filled for filled in itertools.product(range(left + 2), repeat=min(len(hidden), 3)) if sum(filled) <= left
    ]
    for place, key in enumerate(hidden[:3]):
        if parts[key] < 5 and shown["total"] is not None:
            assert len({filled[place] for filled in fillings if len(hidden) > 3 or sum(filled) == left}) > 1
