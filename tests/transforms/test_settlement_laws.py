"""What holds of every settlement, whatever the results: laws, tried on many invented terms and results."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from maalbar.contract import Contract
from tests.transforms.small import cap, pro_rata, rate_card, share, small_contract
from transforms.settlement import Line, Result, Settlement, difference, settle

RUN = ["1", "2", "3", "4"]
OUTCOMES = ("acute", "joy", "plans")
PAYMENTS = {
    "acute": [share("region", "75 %"), share("town", "25 %")],
    "joy": [share("region", "33.3 %", "bank"), share("town", "66.7 %", "bank")],
    "plans": [share("region", "50 %"), share("region", "25 %", "bank"), share("town", "25 %")],
}
SCOPES = [("region", "fund"), ("region", None), ("town", None), (None, None)]

improvements = st.decimals("-0.2", "0.2", places=4)
results = st.builds(lambda alone, so_far: Result(alone, so_far), improvements, improvements)
missing = st.just(Result(not_measurable="few_events: treated_after; 10"))
units = st.builds(lambda number: Result(units=number), st.integers(0, 12))


@st.composite
def measured(draw: st.DrawFn, *, may_miss: bool = True) -> dict[tuple[str, str], Result]:
    """A result for every period and outcome."""
    effect = results | missing if may_miss else results
    count = units | missing if may_miss else units
    return {(period, name): draw(count if name == "plans" else effect) for period in RUN for name in OUTCOMES}


@st.composite
def contracts(draw: st.DrawFn, *, scale: int = 1) -> Contract:
    """Three outcomes, two payers, two recipients, and caps that mostly bind; `scale` multiplies every amount."""
    caps = [cap(draw(st.integers(1, 2_000)) * scale, *scope) for scope in SCOPES if draw(st.booleans())]
    outcomes = {
        "acute": pro_rata(1_000 * scale, "10 %", PAYMENTS["acute"]),
        "joy": pro_rata(777 * scale, "0.1 points", PAYMENTS["joy"], indicator="life_satisfaction@1"),
        "plans": rate_card(37 * scale, 600 * scale, PAYMENTS["plans"]),
    }
    basis = draw(st.sampled_from(["cumulative", "per_period"]))
    return small_contract(outcomes, caps, basis=basis, premium=draw(st.sampled_from(["0 %", "12 %", "33.3 %"])))


many = settings(max_examples=60, deadline=None)
Key = tuple[str, str, str, str, str]


def _balances(lines: list[Line] | tuple[Line, ...]) -> Counter[Key]:
    sums: Counter[Key] = Counter()
    for line in lines:
        sums[line.key] += line.amount
    return sums


def _standing(balances: Counter[Key]) -> dict[Key, int]:
    return {key: amount for key, amount in balances.items() if amount}


def _within(lines: list[Line], payer: str | None, recipient: str | None) -> int:
    return sum(line.amount for line in lines if payer in (None, line.payer) and recipient in (None, line.recipient))


def _held(contract: Contract, settlement: Settlement) -> bool:
    """No cap is exceeded at the end of any period."""
    return all(
        _within([line for line in settlement.lines if line.period <= period], c.payer, c.recipient) <= c.maximum.minor
        for period in RUN
        for c in contract.terms.caps
    )


@many
@given(contracts(), measured())
def test_what_the_payers_pay_is_what_the_outcomes_are_granted(contract, found):
    settlement = settle(contract, found, RUN)
    granted: Counter[str] = Counter()
    for step in settlement.steps:
        granted[step.outcome] += step.granted
    paid: Counter[str] = Counter()
    for line in settlement.lines:
        paid[line.outcome] += line.amount
    assert +paid == +granted
    assert settlement.total == sum(granted.values())


@many
@given(contracts(), measured())
def test_no_cap_is_ever_exceeded_and_the_whole_is_never_below_nothing(contract, found):
    settlement = settle(contract, found, RUN)
    assert _held(contract, settlement)
    for period in RUN:
        assert sum(line.amount for line in settlement.lines if line.period <= period) >= 0


@many
@given(contracts(), st.lists(measured(), min_size=2, max_size=4), st.lists(st.integers(1, 4), min_size=4, max_size=4))
def test_any_sequence_of_corrections_ends_where_the_last_results_lead_and_keeps_the_caps(contract, history, lengths):
    posted: Counter[Key] = Counter()
    # Each round corrects some results and settles some or all of the periods; the last settles all.
    for found, length in zip(history, [*lengths[: len(history) - 1], 4], strict=True):
        settlement = settle(contract, found, RUN[:length])
        for line in difference(settlement.lines, posted):
            posted[line.key] += line.amount
        for c in contract.terms.caps:
            assert (
                sum(a for key, a in posted.items() if c.payer in (None, key[2]) and c.recipient in (None, key[3]))
                <= c.maximum.minor
            )
    once = _balances(settle(contract, history[-1], RUN).lines)
    assert _standing(posted) == _standing(once)


@many
@given(contracts(), measured(), measured(), measured())
def test_what_stands_for_the_erased_breaks_no_cap_and_never_takes_back_more_than_there_is(
    contract, paid, without, found
):
    with_them, without_them = settle(contract, paid, RUN).owed, settle(contract, without, RUN).owed
    places = with_them.keys() | without_them.keys()
    stands = {place: with_them.get(place, 0) - without_them.get(place, 0) for place in places}
    settlement = settle(contract, found, RUN, stands=stands)
    assert _held(contract, settlement)
    for period in RUN:
        assert sum(line.amount for line in settlement.lines if line.period <= period) >= 0
    assert settlement.owed == settle(contract, found, RUN).owed, "what the results come to is told without it"


@many
@given(contracts(), measured(), measured())
def test_a_correction_that_finds_what_was_paid_without_the_erased_moves_nothing(contract, paid, without):
    with_them, without_them = settle(contract, paid, RUN), settle(contract, without, RUN)
    places = with_them.owed.keys() | without_them.owed.keys()
    stands = {place: with_them.owed.get(place, 0) - without_them.owed.get(place, 0) for place in places}
    again = settle(contract, without, RUN, stands=stands)
    assert difference(again.lines, _balances(with_them.lines)) == []


@many
@given(contracts(), measured())
def test_settling_twice_posts_nothing(contract, found):
    lines = settle(contract, found, RUN).lines
    assert difference(settle(contract, found, RUN).lines, _balances(lines)) == []


@many
@given(contracts(), measured())
def test_settling_period_by_period_posts_the_same_as_all_at_once(contract, found):
    posted: Counter[Key] = Counter()
    for length in range(1, 5):
        new = difference(settle(contract, found, RUN[:length]).lines, posted)
        assert {line.period for line in new} <= {RUN[length - 1]}, "a period once settled is not touched by the next"
        for line in new:
            posted[line.key] += line.amount
    assert difference(settle(contract, found, RUN).lines, posted) == []


@many
@given(
    contracts(),
    measured(may_miss=False),
    st.sampled_from(RUN),
    st.sampled_from(OUTCOMES),
    st.decimals("0", "0.3", places=4),
)
def test_more_effect_never_pays_less_in_the_end(contract, found, period, outcome, more):
    was = found[period, outcome]
    if was.units is not None:
        better = Result(units=was.units + int(more * 100))
    else:
        better = Result(was.period + more, was.cumulative + more)
    assert settle(contract, found | {(period, outcome): better}, RUN).total >= settle(contract, found, RUN).total


@many
@given(contracts(), st.decimals("-0.2", "0", places=4))
def test_no_effect_pays_nothing(contract, improvement):
    found = {
        (p, o): Result(units=0) if o == "plans" else Result(improvement, improvement) for p in RUN for o in OUTCOMES
    }
    assert settle(contract, found, RUN).lines == ()


@many
@given(st.data(), measured())
def test_a_hundred_times_the_prices_are_a_hundred_times_the_payments_to_the_øre(data, found):
    caps = [data.draw(st.integers(1, 2_000)) if data.draw(st.booleans()) else None for _ in SCOPES]

    def total(scale: int) -> int:
        held = [cap(most * scale, *scope) for most, scope in zip(caps, SCOPES, strict=True) if most]
        outcomes = {
            "acute": pro_rata(1_000 * scale, payments=PAYMENTS["acute"]),
            "plans": rate_card(37 * scale, 600 * scale, PAYMENTS["plans"]),
        }
        return settle(small_contract(outcomes, held), found, RUN).total

    # Each of five payments is rounded to a whole øre, by half an øre in its amount and by less than one in its share.
    assert abs(total(100) - 100 * total(1)) <= 5 * 150


@many
@given(contracts(), measured())
def test_principal_and_premium_make_the_whole_and_stand_in_the_agreed_proportion(contract, found):
    rate = contract.terms.premium.rate
    parts: defaultdict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for line in settle(contract, found, RUN).lines:
        parts[line.outcome, line.payer, line.recipient][line.component] += line.amount
    for amounts in parts.values():
        # The principal is the whole / (1 + rate), to the nearest øre.
        whole = Decimal(amounts["principal"] + amounts["premium"])
        assert abs(whole - amounts["principal"] * (1 + rate)) <= Decimal("0.5") * (1 + rate)


@many
@given(contracts(), measured(), st.randoms())
def test_the_order_of_results_and_of_outcomes_changes_nothing(contract, found, chance):
    keys = list(found)
    chance.shuffle(keys)
    names = list(contract.outcomes)
    chance.shuffle(names)
    turned = contract.model_copy(update={"outcomes": {name: contract.outcomes[name] for name in names}})
    one, other = settle(contract, found, RUN), settle(turned, {key: found[key] for key in keys}, RUN)
    assert sorted(one.lines, key=lambda line: line.key) == sorted(other.lines, key=lambda line: line.key)


@many
@given(contracts(), measured())
def test_nothing_is_ever_paid_beyond_what_is_owed_or_taken_back_beyond_what_was_paid(contract, found):
    settlement = settle(contract, found, RUN)
    uncapped = settle(contract.model_copy(update={"terms": contract.terms.model_copy(update={"caps": ()})}), found, RUN)
    for period in RUN:
        paid, owed = Counter(), Counter()
        for sums, lines in ((paid, settlement.lines), (owed, uncapped.lines)):
            for line in lines:
                if line.period <= period:
                    sums[line.outcome, line.payer, line.recipient] += line.amount
        assert all(0 <= amount <= owed[cell] for cell, amount in paid.items())
