"""Laws of what is given up, over any course of correcting, posting and waiving."""

from __future__ import annotations

from collections import Counter
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.settlement import Line, Waiver, difference, given_up

PERIODS = ("1", "2", "3")
some = settings(max_examples=200, deadline=None)
steps = st.lists(
    st.tuples(st.sampled_from(["correct", "post", "waive"]), st.sampled_from(PERIODS), st.integers(-30, 60)),
    max_size=14,
)


def key(period: str) -> tuple[str, str, str, str, str]:
    return period, "contacts", "region", "fund", "principal"


class Course:
    """What each period comes to, what is posted of it and what was given up, step by step."""

    def __init__(self) -> None:
        self.owed: Counter[str] = Counter()
        self.posted: Counter[str] = Counter()
        self.waivers: list[Waiver] = []

    def lines(self) -> list[Line]:
        """What is due now."""
        owed = [Line(*key(period), amount) for period, amount in self.owed.items()]
        closed = Counter({key(period): amount for period, amount in self.posted.items()})
        closed.update(given_up(owed, self.waivers, PERIODS))
        return difference(owed, closed)

    def post(self) -> None:
        for line in self.lines():
            self.posted[line.period] += line.amount

    def waive(self, lines: list[Line]) -> None:
        self.waivers += [Waiver(line.key, line.amount, self.posted[line.period]) for line in lines]

    def worth(self, period: str = "1") -> int:
        """What is paid of a period in all, when what is due now has been posted."""
        return self.posted[period] + sum(line.amount for line in self.lines() if line.period == period)


@some
@given(steps)
def test_what_is_posted_or_given_up_whole_is_due_no_more(course):
    books = Course()
    for step, period, amount in course:
        if step == "correct":
            books.owed[period] = amount
        elif step == "post":
            books.post()
            assert books.lines() == []
        else:
            books.waive(books.lines())
            assert books.lines() == []


@some
@given(steps, st.integers(-30, 60), st.integers(1, 30))
def test_what_a_period_is_worth_follows_from_its_figure_alone_and_never_runs_ahead_of_it(course, figure, more):
    """However often it was corrected and posted in between; more of it is never worth less, nor worth more than it is more."""
    books = Course()
    for step, _, amount in course:
        if step == "correct":
            books.owed["1"] = amount
        elif step == "post":
            books.post()
        else:
            books.waive(books.lines())
    books.owed["1"] = figure
    at = books.worth()
    for way in (60, -30, figure):
        books.owed["1"] = way
        books.post()
    assert books.worth() == at
    books.owed["1"] = figure + more
    assert at <= books.worth() <= at + more


@some
@given(steps)
def test_nobody_pays_back_what_they_were_never_paid_nor_pays_again_what_they_let_lie(course):
    """Where amounts are never below 0: as long as recipients alone waive, and as long as payers alone do."""
    for sign in (1, -1):
        books, most = Course(), 0
        for step, _, amount in course:
            if step == "correct":
                books.owed["1"] = abs(amount)
            elif step == "post":
                books.post()
                most = max(most, books.posted["1"])
            else:
                books.waive([line for line in books.lines() if line.amount * sign > 0])
            if sign > 0:
                assert 0 <= books.worth() <= books.owed["1"]
            else:
                assert books.owed["1"] <= books.worth() <= max(books.owed["1"], most)


@some
@given(st.integers(1, 60), st.lists(st.integers(0, 60), min_size=3, max_size=3))
def test_what_was_given_up_whole_is_paid_back_in_no_later_period_either(first, running):
    books = Course()
    books.owed["1"] = first
    books.waive(books.lines())
    for period, total, before in zip(PERIODS, running, [0, *running], strict=False):
        books.owed[period] = total - before
    paid = accumulate(books.worth(period) for period in PERIODS)
    assert all(0 <= amount <= total for amount, total in zip(paid, running, strict=True))


@pytest.mark.parametrize(("figure", "due"), [(25, 0), (20, 0), (0, 0), (30, 5), (-4, -4)])
def test_twenty_five_given_up_when_nothing_was_paid(figure, due):
    books = Course()
    books.owed["1"] = 25
    books.waive(books.lines())
    books.owed["1"] = figure
    assert [line.amount for line in books.lines()] == [due] * bool(due)


def test_what_was_paid_after_a_waiver_goes_back_when_the_figure_does():
    books = Course()
    books.owed["1"] = 25
    books.waive(books.lines())
    books.owed["1"] = 30
    books.post()
    books.owed["1"] = 25
    assert [line.amount for line in books.lines()] == [-5]
