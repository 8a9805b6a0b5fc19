"""Laws of what is transferred: whatever the rules of set-off and netting, nobody gains or loses by them."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.whole_language import agreements
from transforms.settlement.payable import Entitled, payable

some = settings(max_examples=40, deadline=None)
pairs = st.sampled_from([("region", "fund"), ("fund", "region"), ("region", "region"), ("town", "fund")])


@some
@given(
    agreements(),
    st.sampled_from([("claw_back", None), ("set_off", "claw_back"), ("set_off", "waive")]),
    st.sampled_from(["gross", "net"]),
    st.lists(st.dictionaries(pairs, st.integers(-900, 900)), min_size=1, max_size=4),
    st.booleans(),
)
def test_what_is_transferred_set_off_and_waived_is_what_is_entitled(found, rule, netting, course, is_final):
    terms = found.terms.model_copy(
        update={"negative_difference": rule[0], "left_at_end": rule[1], "netting": netting}
    )  # fmt: skip
    last = len(course) - 1
    made = payable([Entitled(str(n), amounts, terms, is_final and n == last) for n, amounts in enumerate(course)])
    assert all(transfer.amount > 0 for transfer in made.transfers)
    assert not (is_final and made.set_off)
    net: Counter[str] = Counter()
    for transfer in made.transfers:
        net[transfer.sender] -= transfer.amount
        net[transfer.receiver] += transfer.amount
    for (payer, recipient), amount in made.set_off.items():
        net[payer] += amount
        net[recipient] -= amount
    for amounts in course:
        for (payer, recipient), amount in amounts.items():
            net[payer] += amount
            net[recipient] -= amount
    # Each party's transfers, with what it still owes or is owed, are what it is entitled to; only a waived debt is missing.
    assert sum(amount for amount in net.values() if amount > 0) <= made.waived
    assert bool(made.waived) <= (rule == ("set_off", "waive") and is_final)


@some
@given(
    agreements(),
    st.sampled_from([("claw_back", None), ("set_off", "claw_back"), ("set_off", "waive")]),
    st.lists(st.tuples(st.dictionaries(pairs, st.integers(-900, 900)), st.booleans()), min_size=2, max_size=4),
)
def test_what_is_settled_later_never_changes_what_an_earlier_settlement_moves(found, rule, course):
    terms = found.terms.model_copy(update={"negative_difference": rule[0], "left_at_end": rule[1]})
    entitled = [Entitled(str(n), amounts, terms, closes) for n, (amounts, closes) in enumerate(course)]
    all_of_it = payable(entitled).due
    for count in range(1, len(entitled)):
        earlier = payable(entitled[:count]).due
        assert earlier == all_of_it[: len(earlier)]
