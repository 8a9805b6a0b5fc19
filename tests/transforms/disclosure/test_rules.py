"""What each rule of a profile keeps back, on drafts small enough to be worked out by hand."""

from __future__ import annotations

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import example, given, settings

from maalbar.definitions import disclosure_profile
from maalbar.errors import ReleaseRefused
from maalbar.suppressed import SUPPRESSED
from tests.transforms.disclosure.released_tables import tables
from transforms.disclosure import (
    Dimension,
    Need,
    Part,
    Quantile,
    Quantity,
    Ratio,
    Relation,
    adds_up,
    audit,
    crossed,
    draft,
    key,
    protect,
)
from transforms.disclosure.needs import Variable

PUBLIC, RESEARCH, STATBANK, ROUNDED, PARTY = (
    disclosure_profile(ref) for ref in ("public@1", "dst_research@1", "statbank@1", "opensafely@1", "party@1")
)
X, N = key("x"), key("n")


def why(*pieces, profile=PUBLIC) -> dict[str, str]:
    return {k.measure: reason for k, reason in protect(draft(*pieces), profile).reasons.items()}


@pytest.mark.parametrize(
    ("profile", "hidden"),
    [(PUBLIC, [1, 2, 3, 4]), (RESEARCH, [1, 2, 3, 4]), (STATBANK, [1, 2]), (ROUNDED, [1, 2, 3, 4, 5, 6, 7])],
)
def test_a_count_of_few_is_hidden_and_none_is_not(profile, hidden):
    assert [n for n in range(10) if protect(draft(Quantity(X, n)), profile).figures[X] is SUPPRESSED] == hidden


@pytest.mark.parametrize(("count", "shown"), [(0, 0), (8, 10), (12, 10), (13, 15), (1_002, 1_000)])
def test_other_counts_are_rounded_where_the_profile_says_so(count, shown):
    assert protect(draft(Quantity(X, count)), ROUNDED).figures[X] == shown


def test_a_count_is_hidden_beside_the_one_that_it_would_give_away():
    table = crossed("persons", [Dimension("sex", ("F", "M"))], {("F",): 3, ("M",): 40})
    found = protect(table, PUBLIC)
    hidden = [k for k, figure in found.figures.items() if figure is SUPPRESSED]
    assert hidden == sorted([key("persons", {"sex": "F"}), key("persons", {"sex": "M"})])
    assert found.reasons == {hidden[0]: "few", hidden[1]: "complementary"}
    assert [(a.low, a.high) for a in found.audited] == [(0, 43)]


def test_two_counts_of_few_whose_sum_is_small_need_a_third():
    """3 + 1 = 4: with the sum told, neither can be as many as 5."""
    sums = adds_up(key("all"), [key("a"), key("b"), key("c")])
    counts = [Quantity(key(name), n) for name, n in (("all", 44), ("a", 3), ("b", 1), ("c", 40))]
    assert set(why(*counts, sums)) == {"a", "b", "c"}


def test_the_audit_names_what_is_open_when_only_the_count_of_few_is_hidden():
    table = crossed("persons", [Dimension("sex", ("F", "M"))], {("F",): 3, ("M",): 40})
    (found,) = audit(table, PUBLIC, {key("persons", {"sex": "F"})})
    assert (found.low, found.high, found.holds) == (3, 3, False)


def test_what_readers_know_anyway_is_not_hidden_and_protects_nothing():
    """Men are known to be 40, so all must be hidden instead."""
    cells = {("F",): Quantity(key(""), 3), ("M",): Quantity(key(""), 40, is_known=True)}
    found = protect(crossed("persons", [Dimension("sex", ("F", "M"))], cells), PUBLIC)
    assert set(found.hidden) == {key("persons"), key("persons", {"sex": "F"})}


def test_a_part_is_no_more_than_a_whole_that_readers_know():
    """2 of a group that is known to have 4: nobody can believe in 5."""
    pieces = [Quantity(X, 2), Quantity(N, 4, is_known=True), Part(X, N)]
    assert ("few", 0, 4) in [(need.why, need.low, need.high) for need in protect(draft(*pieces), PUBLIC).known_before]


FOUR_BY_THREE = (15, 1, 9, 4, 0, 0, 2, 20, 15, 9, 6, 6)
"""A table in which what is hidden first for one count is needless once another has its own."""
FOUR, THREE = Dimension("area", ("a", "b", "c", "d")), Dimension("group", ("x", "y", "z"))


@settings(max_examples=10, deadline=None)
@given(tables())
@example(([FOUR, THREE], dict(zip(product(FOUR.codes, THREE.codes), FOUR_BY_THREE, strict=True))))
def test_nothing_is_hidden_that_could_be_shown(table):
    """Of what is hidden for the sake of others, each shown again alone would give something away."""
    whole = crossed("persons", *table)
    found = protect(whole, PUBLIC)
    for k in [k for k, reason in found.reasons.items() if reason == "complementary"]:
        assert not all(audited.holds for audited in audit(whole, PUBLIC, found.hidden - {k}))


def test_a_release_is_refused_where_what_must_be_shown_gives_a_count_of_few_away():
    kept = [Quantity(key("all"), 43, is_kept=True), Quantity(key("M"), 40, is_kept=True), Quantity(key("F"), 3)]
    with pytest.raises(ReleaseRefused, match=r"^F \(all\): it cannot be kept from readers — leave it out"):
        protect(draft(*kept, adds_up(key("all"), [key("M"), key("F")])), PUBLIC)


@pytest.mark.parametrize(
    ("largest", "is_hidden"),
    # (2, 85 %): 850 of 1,000 is not more than that, 851 is. p % = 10 %: the rest after two, 149, is more than a tenth of 500.
    [((500, 350), False), ((500, 351), True), ((900, 10), True), ((100, 100), False)],
)
def test_a_sum_that_one_or_two_dominate_is_hidden(largest, is_hidden):
    found = protect(draft(Quantity(X, 1_000, "amount", persons=20, largest=largest)), PUBLIC)
    assert (found.figures[X] is SUPPRESSED) == is_hidden


def test_a_sum_of_which_the_second_largest_knows_the_largest_too_well_is_hidden():
    """p %: 1,000 − 600 − 350 = 50 is less than 10 % of 600. The (n, k) rule alone would be 95 % here, so it is left out."""
    alone = PUBLIC.model_copy(update={"dominance": None})
    for rest, is_hidden in ((50, True), (60, False)):
        total = Quantity(X, 950 + rest, "amount", persons=20, largest=(600, 350))
        assert (protect(draft(total), alone).figures[X] is SUPPRESSED) == is_hidden


def test_a_sum_of_few_persons_is_hidden_however_large():
    assert why(Quantity(X, 1_000_000, "amount", persons=4)) == {"x": "few_behind"}
    assert why(Quantity(X, 1_000_000, "amount", persons=5)) == {}


def test_a_rate_is_hidden_together_with_its_counts():
    rate = Ratio(key("rate"), X, N, Decimal(100), is_share=True)
    assert why(Quantity(X, 3), Quantity(N, 40), rate) == {"x": "few", "rate": "rests_on_hidden"}


def test_a_share_of_which_few_do_not_have_it_is_hidden():
    rate = Ratio(key("rate"), X, N, Decimal(100), is_share=True)
    assert "rate" in why(Quantity(X, 37), Quantity(N, 40), rate)
    assert why(Quantity(X, 30), Quantity(N, 40), rate) == {}


@pytest.mark.fault("F69")
@pytest.mark.parametrize("having", [0, 40])
def test_that_none_or_all_have_it_is_hidden_from_the_public(having):
    rate = Ratio(key("rate"), X, N, Decimal(100), is_share=True)
    pieces = [Quantity(X, having), Quantity(N, 40), rate]
    assert "rate" in why(*pieces)
    assert why(*pieces, profile=RESEARCH) == {}


def test_nobody_in_an_empty_group_tells_of_nobody():
    assert why(Quantity(X, 0), Quantity(N, 0), Part(X, N)) == {}


def test_everybody_at_the_end_of_a_scale_is_hidden():
    pieces = [Quantity(X, 400, "amount", persons=40, is_shown=False), Quantity(N, 40)]
    assert "mean" in why(*pieces, Ratio(key("mean"), X, N, scale=(0, 10)))
    assert why(*pieces, Ratio(key("mean"), X, N, scale=(0, 11))) == {}


@pytest.mark.parametrize(("missing", "is_hidden"), [(0, False), (1, True), (4, True), (5, False)])
def test_few_without_an_answer_are_a_count_too(missing, is_hidden):
    found = why(
        Quantity(key("asked"), 50),
        Quantity(key("answered"), 50 - missing),
        Part(key("answered"), key("asked"), "answer"),
    )
    assert bool(found) == is_hidden


@pytest.mark.fault("F69")
def test_a_mean_stands_on_as_many_persons_as_the_profile_asks():
    def mean(n):
        return [Quantity(X, 70 * n, "amount", persons=n, is_shown=False), Quantity(N, n), Ratio(key("mean"), X, N)]

    assert why(*mean(9))["mean"] == "few_behind" and why(*mean(10)) == {}
    assert why(*mean(4), profile=RESEARCH)["mean"] == "few_behind" and why(*mean(5), profile=RESEARCH) == {}


def test_a_mean_tells_its_sum_within_the_rounding_and_is_hidden_where_that_is_too_near():
    """All and women have means; men are 4, and their sum follows from the two: 40 × 10.0 − 36 × 10.0, give or take 3.8."""
    pieces = [
        Quantity(key("men"), 4), Quantity(key("women"), 36), Quantity(key("all"), 40, is_known=True),
        adds_up(key("all"), [key("men"), key("women")]),
        Quantity(key("sum of men"), 40, "amount", persons=4, is_shown=False),
        Quantity(key("sum of women"), 360, "amount", persons=36, is_shown=False),
        Quantity(key("sum of all"), 400, "amount", persons=40, is_shown=False),
        adds_up(key("sum of all"), [key("sum of men"), key("sum of women")]),
        Ratio(key("mean of women"), key("sum of women"), key("women")),
        Ratio(key("mean of all"), key("sum of all"), key("all")),
    ]  # fmt: skip
    exact = PUBLIC.model_copy(update={"rates_from": 1})
    assert {"men", "women", "mean of women"} <= set(why(*pieces, profile=exact))


@pytest.mark.fault("F69")
@pytest.mark.parametrize(("persons", "same", "is_hidden"), [(10, 5, False), (10, 4, True), (9, 5, True)])
def test_a_quantile_stands_on_persons_and_on_those_who_share_its_value(persons, same, is_hidden):
    found = why(Quantity(N, persons), Quantile(key("median"), Decimal(68), N, same))
    assert ("median" in found) == is_hidden


def test_rates_are_computed_from_rounded_counts():
    """13 of 41 is 31.7 %; from 15 and 40 it is 37.5 %."""
    rate = Ratio(key("rate"), X, N, Decimal(100), is_share=True)
    assert protect(draft(Quantity(X, 13), Quantity(N, 41), rate), PUBLIC).figures[rate.key] == Decimal("37.5")
    assert protect(draft(Quantity(X, 13), Quantity(N, 41), rate), RESEARCH).figures[rate.key] == Decimal("31.7")


def test_of_an_attribute_that_not_everyone_can_see_none_is_hidden_in_a_table():
    health = Dimension("health", ("poor", "good"), is_attribute=True)
    cells = {("a", "poor"): 0, ("a", "good"): 30, ("b", "poor"): 20, ("b", "good"): 25}
    area = Dimension("area", ("a", "b"))
    assert (
        key("persons", {"area": "a", "health": "poor"})
        in protect(crossed("persons", [area, health], cells), PUBLIC).hidden
    )
    assert not protect(crossed("persons", [area, Dimension("health", ("poor", "good"))], cells), PUBLIC).hidden


def test_a_payment_from_which_a_count_of_few_follows_is_refused_where_it_must_be_shown():
    """3 persons at 1,000 kr. each."""
    amount = Quantity(key("amount"), 3_000, "amount", persons=3, is_known=True)
    price = Relation(((key("amount"), 1), (X, -1_000)))
    found = protect(draft(amount, Quantity(X, 3, is_shown=False), price), PUBLIC)
    assert [need.key for need in found.known_before] == [X]
    kept = Quantity(key("amount"), 3_000, "amount", persons=5, is_kept=True)
    with pytest.raises(ReleaseRefused, match="it cannot be kept from readers"):
        protect(draft(kept, Quantity(X, 3, is_shown=False), price), PUBLIC)


def test_a_rate_from_rounded_counts_tells_as_much_as_its_rounding_leaves():
    """21 of 100 is given as 20 %, and 100 is known: 18 to 22 round to 20, within 0.05 % of 100 no other multiple does."""
    rate = Ratio(key("rate"), X, N, Decimal(100), is_share=True)
    pieces = draft(Quantity(X, 21, is_shown=False), Quantity(N, 100), rate)
    asked = Need(((Variable(X, 21), 1),), 0, 100, "few")
    (found,) = audit(pieces, PUBLIC, (), wanted=[asked])
    assert protect(pieces, PUBLIC).figures[rate.key] == 20 and (found.low, found.high) == (18, 22)
