"""Laws of what is given up, over any course of correcting, posting and waiving, and over the sum of an outcome's periods."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from transforms.settlement import Line, Waiver, difference, given_up

PERIODS = ("1", "2", "3")
ACCOUNT = ("contacts", "region", "fund", "principal")
BOTH, RECIPIENT, PAYER = (1, -1), (1,), (-1,)
"""Who waives: whoever is owed what is above 0, whoever is owed what is below, or one after the other."""
some = settings(max_examples=300, deadline=None, derandomize=True)
figures = st.tuples(*[st.integers(-30, 60)] * len(PERIODS))


def steps(*who: tuple[int, ...], least: int = -30) -> st.SearchStrategy:
    """A course: ("correct", period, figure), ("post",) and ("waive", who)."""
    correct = st.tuples(st.just("correct"), st.sampled_from(PERIODS), st.integers(least, 60))
    waive = st.tuples(st.just("waive"), st.sampled_from(who))
    return st.lists(correct | correct | st.just(("post",)) | waive, max_size=12)


WAIVED_AFTER_A_TAKE_BACK_WAS_POSTED = [
    ("correct", "1", 25), ("correct", "2", -10), ("post",), ("correct", "1", 30), ("waive", RECIPIENT), ("post",),
]  # fmt: skip
LET_LIE_AND_PAID_LATER = [
    ("correct", "1", 25), ("post",), ("correct", "1", 20), ("waive", PAYER), ("correct", "2", 5), ("post",),
]  # fmt: skip
LET_LIE_IN_SIGHT_OF_WHAT_IS_PAID_LATER = [
    ("correct", "1", 25), ("post",), ("correct", "1", 20), ("correct", "2", 5), ("waive", PAYER), ("post",),
]  # fmt: skip


class Books:
    """What each period comes to, what is posted of it and what was given up, step by step. `most`: most that was ever posted."""

    def __init__(self, course: Sequence[tuple] = ()) -> None:
        self.owed: Counter[str] = Counter()
        self.posted: Counter[str] = Counter()
        self.waivers: list[Waiver] = []
        self.most = 0
        for step in course:
            self.take(*step)

    def take(self, step: str, *of: object) -> None:
        if step == "correct":
            self.owed[of[0]] = of[1]
        elif step == "post":
            self.posted.update(self.due())
            self.most = max(self.most, self.posted.total())
        else:
            self.waive(of[0])

    def given_up(self) -> dict[tuple, int]:
        return given_up([Line(period, *ACCOUNT, amount) for period, amount in self.owed.items()], self.waivers, PERIODS)

    def due(self) -> Counter[str]:
        """Period → what is due of it now; nothing where that is 0."""
        closed = Counter({(period, *ACCOUNT): amount for period, amount in self.posted.items()})
        closed.update(self.given_up())
        owed = [Line(period, *ACCOUNT, amount) for period, amount in self.owed.items()]
        return Counter({line.period: line.amount for line in difference(owed, closed)})

    def waive(self, ways: tuple[int, ...]) -> None:
        """Refuse what is due, and give up what of it goes each way; of both it is the same proposal."""
        left = self.due()
        for way in ways:
            mine = {period: amount for period, amount in left.items() if amount * way > 0}
            if mine:
                against = sum(amount for amount in left.values() if amount * way < 0)
                self.waivers.append(Waiver(ACCOUNT, mine, dict(self.posted), against))
                left = Counter({period: amount for period, amount in left.items() if period not in mine})

    def paid(self) -> int:
        """What is paid of the outcome in all, when what is due now has been posted."""
        return self.posted.total() + self.due().total()

    def with_figures(self, now: Sequence[int]) -> Books:
        self.owed = Counter(dict(zip(PERIODS, now, strict=True)))
        return self


@some
@given(steps(BOTH, RECIPIENT, PAYER))
@example(WAIVED_AFTER_A_TAKE_BACK_WAS_POSTED)
@example(LET_LIE_AND_PAID_LATER)
def test_posted_and_given_up_are_together_what_it_is_worth_and_then_nothing_is_due(course):
    books = Books()
    for step in course:
        books.take(*step)
        assert books.posted.total() + books.due().total() + sum(books.given_up().values()) == books.owed.total()
        if step == ("post",) or step == ("waive", BOTH):
            assert not books.due()


@some
@given(steps(BOTH, RECIPIENT, PAYER), st.sampled_from([RECIPIENT, PAYER]))
@example(WAIVED_AFTER_A_TAKE_BACK_WAS_POSTED[:-2], RECIPIENT)
@example(LET_LIE_IN_SIGHT_OF_WHAT_IS_PAID_LATER[:-2], PAYER)
def test_what_a_party_waives_goes_out_of_the_proposal_and_what_others_are_owed_stays(course, who):
    """But for what they would be owed by a party that has received nothing in all."""
    books = Books(course)
    (way,), before, has = who, books.due(), books.posted.total()
    books.waive(who)
    mine = {period for period, amount in before.items() if amount * way > 0}
    after = books.due()
    assert all(amount * way < 0 for amount in after.values())
    assert all(abs(amount) <= abs(before[period]) for period, amount in after.items())
    theirs = sum(amount for period, amount in before.items() if period not in mine)
    if mine:
        whole = min(-theirs * way, max(has * way, 0))  # as much as it has received
        assert after.total() == -way * max(whole, -way * before.total())


@some
@given(steps(BOTH, RECIPIENT, PAYER), figures, st.lists(st.tuples(figures, st.booleans()), max_size=4))
@example(WAIVED_AFTER_A_TAKE_BACK_WAS_POSTED, (30, -10, 0), [((30, 0, 0), True)])
@example(LET_LIE_AND_PAID_LATER, (20, 5, 0), [((20, -5, 0), True)])
def test_what_an_outcome_is_worth_follows_from_its_figures_alone(course, now, detour):
    """However often they were corrected, and posted, in between."""
    books = Books(course)
    paid = books.with_figures(now).paid()
    for figures_between, is_posted in detour:
        books.with_figures(figures_between)
        if is_posted:
            books.take("post")
    assert books.with_figures(now).paid() == paid


@some
@given(
    st.sampled_from([RECIPIENT, PAYER]).flatmap(steps),
    figures,
    st.sampled_from(range(len(PERIODS))),
    st.integers(1, 30),
)
@example(WAIVED_AFTER_A_TAKE_BACK_WAS_POSTED, (30, -10, 0), 1, 10)
@example(LET_LIE_AND_PAID_LATER, (20, 0, 0), 1, 10)
def test_more_of_a_period_is_never_worth_less_nor_worth_more_than_it_is_more(course, now, place, more):
    books = Books(course)
    paid = books.with_figures(now).paid()
    rise = [figure + more * (at == place) for at, figure in enumerate(now)]
    assert paid <= books.with_figures(rise).paid() <= paid + more


@some
@given(steps(RECIPIENT))
@example(WAIVED_AFTER_A_TAKE_BACK_WAS_POSTED)
def test_nobody_pays_back_what_they_were_never_paid_nor_is_paid_what_they_waived(course):
    """As long as recipients alone waive: never more than it is worth; and nothing, or a debt that is one by the figures."""
    books, least = Books(), 0
    for step in course:
        waived = step[0] == "waive"
        before, due = books.paid(), books.due()
        books.take(*step)
        least = min(least, books.owed.total())
        assert least <= books.paid() <= books.owed.total()
        if waived and due.total() > 0:
            assert books.paid() <= before - min(due.total(), sum(amount for amount in due.values() if amount > 0))


@some
@given(steps(PAYER))
@example(LET_LIE_AND_PAID_LATER)
@example(LET_LIE_IN_SIGHT_OF_WHAT_IS_PAID_LATER)
def test_nobody_pays_again_what_they_let_lie(course):
    """As long as payers alone waive: never less than it is worth, nor more than that or what had been paid in all."""
    books = Books()
    for step in course:
        books.take(*step)
        assert books.owed.total() <= books.paid() <= max(books.owed.total(), books.most)


@some
@given(figures, figures, figures, st.sampled_from([RECIPIENT, PAYER]))
@example((25, -10, 0), (30, -10, 0), (30, -10, 0), RECIPIENT)
@example((25, 0, 0), (20, 0, 0), (20, 5, 0), PAYER)
def test_one_waiver_comes_to_what_it_says(posted, proposed, now, who):
    """Worked out for a recipient, and for a payer with every sign turned.

    `posted`, what stood when all was posted; `proposed`, the figures of the proposal that was refused and waived; `now`, any.
    """
    (way,) = who
    books = Books().with_figures(posted)
    books.take("post")
    books.with_figures(proposed).waive(who)
    had, then, is_now = ([way * figure for figure in of] for of in (posted, proposed, now))
    rises = [max(new - old, 0) for old, new in zip(had, then, strict=True)]
    falls = sum(max(old - new, 0) for old, new in zip(had, then, strict=True))
    still = sum(max(min(new - old, rise), 0) for old, new, rise in zip(had, is_now, rises, strict=True))
    kept = max(sum(had) - falls, min(sum(had), 0))  # what was left to whoever waived
    wanted = max(sum(is_now) - still, min(sum(is_now), kept))
    assert way * books.with_figures(now).paid() == (wanted if any(rises) else sum(is_now))


@pytest.mark.parametrize(("figure", "due"), [(25, 0), (20, 0), (0, 0), (30, 5), (-4, -4)])
def test_twenty_five_given_up_when_nothing_was_paid(figure, due):
    books = Books([("correct", "1", 25), ("waive", RECIPIENT), ("correct", "1", figure)])
    assert books.due().total() == due


def test_what_was_paid_after_a_waiver_goes_back_when_the_figure_does():
    books = Books([("correct", "1", 25), ("waive", RECIPIENT), ("correct", "1", 30), ("post",), ("correct", "1", 25)])
    assert books.due() == {"1": -5}


def test_what_was_waived_before_a_take_back_and_after_it_was_posted():
    books = Books(WAIVED_AFTER_A_TAKE_BACK_WAS_POSTED)
    assert books.paid() == 15, "25 and -10, and nothing of the 5"
    assert books.with_figures((30, -15, 0)).due() == {}, "5 more taken back are the 5 that were never paid"
    assert books.with_figures((30, 0, 0)).due() == {"2": 10}, "what was taken back comes again, without the 5"


def test_what_was_let_lie_is_not_paid_again_by_a_later_period():
    books = Books(LET_LIE_AND_PAID_LATER)
    assert books.paid() == 25
    assert books.with_figures((20, 8, 0)).due() == {"2": 3}
    assert books.with_figures((20, 0, 0)).due() == {}, "and it stays given up"


def test_a_period_that_comes_to_less_than_was_waived_of_it_takes_nothing_of_another():
    books = Books([("correct", "1", 25), ("waive", RECIPIENT), ("correct", "1", 10), ("correct", "2", 20)])
    assert books.due() == {"2": 20}
