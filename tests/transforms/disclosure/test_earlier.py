"""A release beside those before it: no count of few by comparing them, and what was known before is not made worse."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings

from maalbar.definitions import disclosure_profile
from maalbar.errors import ReleaseRefused
from maalbar.suppressed import SUPPRESSED
from tests.transforms.disclosure.released_tables import tables
from transforms.disclosure import (
    Quantity,
    Ratio,
    Released,
    adds_up,
    crossed,
    draft,
    key,
    known_to,
    protect,
    stock_and_flow,
)

PUBLIC, PARTY = disclosure_profile("public@1"), disclosure_profile("party@1")
X = key("x")


def released(*pieces, profile=PUBLIC, id="first") -> Released:
    return protect(draft(*pieces), profile).released(id)


def again(before: int, now: int, profile=PUBLIC, **told):
    return protect(draft(Quantity(X, now, **told)), profile, [released(Quantity(X, before), profile=profile)])


@pytest.mark.fault("F68")
@pytest.mark.parametrize(
    ("before", "now", "is_shown"), [(40, 40, 1), (40, 41, 0), (40, 36, 0), (40, 44, 0), (40, 45, 1)]
)
def test_a_count_that_differs_by_few_from_the_one_before_is_hidden_from_the_public(before, now, is_shown):
    found = again(before, now)
    assert (found.figures[X] is not SUPPRESSED) == is_shown
    assert is_shown or found.reasons[X] == "changed_little"


def test_what_readers_know_of_itself_is_no_secret_however_little_it_changes():
    # 400 days of 10 persons a year ago and 401 now, known to all, and 8 events of 6 of them in both: nothing is to be kept.
    days, events, rate = key("days"), key("events"), key("rate")

    def told(number: int):
        known = Quantity(days, number, "amount", persons=10, is_shown=False, is_known=True)
        return known, Quantity(events, 8, "events", persons=6, is_shown=False), Ratio(rate, events, days, digits=3)

    found = protect(draft(*told(401)), PUBLIC, [released(*told(400))])
    assert (found.audited, found.known_before) == ((), ())
    assert found.figures[rate] is not SUPPRESSED


def test_the_parties_see_before_and_after_and_the_difference():
    assert again(40, 41, PARTY).figures[X] == 41


def test_a_profile_may_refuse_instead():
    refusing = PUBLIC.model_copy(update={"differences": "refused"})
    with pytest.raises(ReleaseRefused, match=r"x \(all\): it differs by few persons from release first — "):
        again(40, 41, refusing)
    assert again(40, 45, refusing).figures[X] == 45


def test_an_amount_that_has_changed_is_taken_to_be_changed_by_few_unless_it_is_said_by_how_many():
    first = released(Quantity(X, 90_000, "amount", persons=50))
    for changed, is_shown in ((None, False), (4, False), (5, True)):
        now = Quantity(X, 95_000, "amount", persons=50, changed=changed)
        assert (protect(draft(now), PUBLIC, [first]).figures[X] is not SUPPRESSED) == is_shown


def test_a_mean_that_would_tell_what_few_have_changed_is_hidden():
    def pieces(total):
        counts = [Quantity(X, total, "amount", persons=50, is_shown=False, changed=1), Quantity(key("n"), 50)]
        return [*counts, Ratio(key("mean"), X, key("n"))]

    first = released(*pieces(3_400))
    assert protect(draft(*pieces(3_500)), PUBLIC, [first]).figures[key("mean")] is SUPPRESSED
    assert protect(draft(*pieces(3_400)), PUBLIC, [first]).figures[key("mean")] == 68


def test_those_who_died_between_two_releases_cannot_be_counted_from_those_alive():
    first = released(Quantity(key("alive", {"period": "1"}), 100))
    start, end = key("alive", {"period": "1"}), key("alive", {"period": "2"})
    dead, emigrated = (key(name, {"period": "2"}) for name in ("dead", "emigrated"))
    for died, is_shown in ((3, False), (6, True)):
        now = draft(
            Quantity(start, 100, is_shown=False), Quantity(end, 100 - died), Quantity(dead, died, is_shown=False),
            Quantity(emigrated, 0, is_shown=False), stock_and_flow(start, end, [dead, emigrated]),
        )  # fmt: skip
        assert (protect(now, PUBLIC, [first]).figures[end] is not SUPPRESSED) == is_shown
        assert protect(now, PUBLIC).figures[end] == 100 - died


def test_what_an_earlier_release_told_stays_known_and_is_said_to_the_releasers():
    """Released as it should not have been: 3, in the open."""
    careless = Released("careless", "public@1", draft(Quantity(X, 3)), frozenset())
    found = protect(draft(Quantity(X, 3)), PUBLIC, [careless])
    assert found.figures[X] is SUPPRESSED
    assert [(need.key, need.low, need.high) for need in found.known_before] == [(X, 3, 3)]


def test_a_second_release_hides_no_other_set_of_the_same_figures():
    """First women and men are hidden beside each other. To hide all and women now would give the women away."""

    def counts(weights):
        pieces = [Quantity(key(name), n, weight=weights.get(name, 1)) for name, n in (("all", 43), ("F", 3), ("M", 40))]
        return [*pieces, adds_up(key("all"), [key("F"), key("M")])]

    first = released(*counts({}))
    assert first.hidden == {key("F"), key("M")}
    alone = protect(draft(*counts({"M": 100})), PUBLIC)
    assert alone.hidden == {key("F"), key("all")}
    assert protect(draft(*counts({"M": 100})), PUBLIC, [first]).hidden >= {key("F"), key("M")}


def test_what_an_earlier_release_kept_back_is_kept_back_still():
    """First 3 and 40 were hidden beside 43. Now there are 13: with 40 and 53 shown, 43 − 40 would tell of the 3 there were."""

    def table(women):
        pieces = [Quantity(key("all"), women + 40), Quantity(key("F"), women), Quantity(key("M"), 40)]
        return draft(*pieces, adds_up(key("all"), [key("F"), key("M")]))

    first = protect(table(3), PUBLIC).released("first")
    found = protect(table(13), PUBLIC, [first])
    assert key("M") in found.hidden and not protect(table(13), PUBLIC).hidden
    assert [(a.need.value, a.low) for a in found.audited if a.need.why == "few"] == [(3, 0)]


def test_readers_know_the_releases_to_their_own_kind_and_the_public_ones():
    register = [
        Released(ref, ref, draft(), frozenset()) for ref in ("public@1", "party@1", "dst_research@1", "statbank@1")
    ]
    assert [release.id for release in known_to(PUBLIC, register)] == ["public@1", "statbank@1"]
    assert [release.id for release in known_to(PARTY, register)] == ["public@1", "party@1", "statbank@1"]


@settings(max_examples=10, deadline=None)
@given(tables())
def test_the_register_gives_back_what_was_put_in(table):
    found = released(crossed("persons", *table))
    assert Released.from_data(json.loads(json.dumps(found.as_data()))) == found


@settings(max_examples=10, deadline=None)
@given(tables())
def test_the_same_again_is_the_same(table):
    whole = crossed("persons", *table)
    first = protect(whole, PUBLIC)
    second = protect(whole, PUBLIC, [first.released("first")])
    assert (second.figures, second.reasons) == (first.figures, first.reasons)
    assert protect(whole, PUBLIC).figures == first.figures
