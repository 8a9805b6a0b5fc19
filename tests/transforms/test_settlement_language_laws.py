"""Laws of payment over the whole language: tiers, tables, rate cards with limits, gates, yearly caps, floors, returns."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from maalbar.contract.model import Agreement
from maalbar.contract.terms import Cap
from tests.transforms.whole_language import COUNTED, EFFECTS, PERSONS, RUN, Class, agreements, claims, measured, said
from transforms.settlement import Claim, Line, Result, difference, settle
from transforms.settlement.caps import within
from transforms.settlement.returns import Flow, internal_rate, invested, outstanding

some = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    # Whole agreements shrink for minutes: a failure is shown as it was found.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
Key = tuple[str, str, str, str, str]


def _balances(lines: tuple[Line, ...] | list[Line]) -> Counter[Key]:
    sums: Counter[Key] = Counter()
    for line in lines:
        sums[line.key] += line.amount
    return sums


def _inside(found: Agreement, lines: tuple[Line, ...], cap: Cap, years: set[str] | None = None) -> int:
    """What the lines inside a cap's scope pay, in all or in some budget years."""
    return sum(
        line.amount
        for line in lines
        if within((line.outcome, line.payer, line.recipient), cap)
        and (years is None or found.period(line.period).year in years)
    )


def _held(found: Agreement, lines: tuple[Line, ...]) -> None:
    years = list(dict.fromkeys(found.period(period).year for period in RUN))
    for cap in found.terms.caps:
        for position, year in enumerate(years):
            until = set(years[: position + 1])
            if cap.per == "contract":
                assert _inside(found, lines, cap, until) <= cap.maximum.minor
            elif cap.carry_over == "unused":
                assert _inside(found, lines, cap, until) <= cap.maximum.minor * len(until)
            else:
                assert _inside(found, lines, cap, {year}) <= cap.maximum.minor


@some
@given(agreements(), measured())
def test_what_the_payers_pay_is_what_the_outcomes_are_granted(found, results):
    settlement = settle(found, results, RUN)
    granted: Counter[str] = Counter()
    for step in settlement.steps:
        granted[step.outcome] += step.granted
    paid: Counter[str] = Counter()
    for line in settlement.lines:
        paid[line.outcome] += line.amount
    assert {k: v for k, v in paid.items() if v} == {k: v for k, v in granted.items() if v}


@some
@given(agreements(), measured())
def test_no_cap_is_ever_exceeded(found, results):
    _held(found, settle(found, results, RUN).lines)


@some
@given(agreements(), st.lists(measured(), min_size=2, max_size=3), st.lists(st.integers(1, 4), min_size=3, max_size=3))
def test_any_sequence_of_corrections_keeps_the_caps_and_ends_where_the_last_results_lead(found, history, lengths):
    posted: Counter[Key] = Counter()
    for results, length in zip(history, [*lengths[: len(history) - 1], 4], strict=True):
        for line in difference(settle(found, results, RUN[:length]).lines, posted):
            posted[line.key] += line.amount
        _held(found, tuple(Line(*key, amount) for key, amount in posted.items()))  # type: ignore[arg-type]
    once = _balances(settle(found, history[-1], RUN).lines)
    assert {key: amount for key, amount in posted.items() if amount} == {k: v for k, v in once.items() if v}


@some
@given(agreements(), measured())
def test_settling_twice_posts_nothing_and_by_the_period_the_same_as_at_once(found, results):
    whole = settle(found, results, RUN).lines
    assert difference(settle(found, results, RUN).lines, _balances(whole)) == []
    posted: Counter[Key] = Counter()
    for length in range(1, 5):
        new = difference(settle(found, results, RUN[:length]).lines, posted)
        assert {line.period for line in new} <= {RUN[length - 1]}, "a period once settled is not touched by the next"
        posted.update(_balances(new))
    assert difference(whole, posted) == []


@some
@given(agreements(), measured(), st.randoms(use_true_random=False))
def test_the_order_of_results_claims_outcomes_and_caps_changes_nothing(found, results, chance):
    turned: dict[tuple[str, str], Result] = {}
    for key in chance.sample(sorted(results), len(results)):
        rows = results[key].claims
        turned[key] = replace(results[key], claims=tuple(chance.sample(rows, len(rows))))
    names = chance.sample(sorted(found.outcomes), len(found.outcomes))
    caps = tuple(chance.sample(found.terms.caps, len(found.terms.caps)))
    other = found.model_copy(
        update={
            "outcomes": {name: found.outcomes[name] for name in names},
            "terms": found.terms.model_copy(update={"caps": caps}),
        }
    )
    assert _balances(settle(other, turned, RUN).lines) == _balances(settle(found, results, RUN).lines)


@some
@given(agreements(Class(floors=False, negative=False)), st.decimals("-0.2", "0", places=3))
def test_no_effect_pays_nothing(found, improvement):
    results = {(p, o): Result(improvement, improvement) for p in RUN for o in EFFECTS}
    results |= {(p, o): Result(units=0) for p in RUN for o in COUNTED if o == "homes"}
    assert settle(found, results, RUN).lines == ()


@some
@given(agreements(Class(negative=False)), measured())
def test_nothing_is_taken_back_beyond_what_was_paid_and_no_line_is_of_a_negative_sum(found, results):
    sums: Counter[tuple[str, ...]] = Counter()
    for line in settle(found, results, RUN).lines:
        sums[line.key[1:]] += line.amount
        assert sums[line.key[1:]] >= 0


@some
@given(agreements(Class(negative=False)), measured())
def test_where_each_period_is_the_floor_nothing_earned_goes_back(found, results):
    # Only a made-up minimum goes back, when what is earned has filled it.
    if found.terms.floor == "each_period":
        ids = {floor.id for floor in found.terms.floors}
        assert all(step.granted >= 0 for step in settle(found, results, RUN).steps if step.outcome not in ids)


@some
@given(agreements(Class(returns=True)), measured())
def test_the_return_of_the_flows_never_exceeds_its_maximum(found, results):
    limit = found.terms.capital.returns
    assert limit is not None
    lines = settle(found, results, RUN).lines
    for recipient in ("fund", "bank"):
        for period in RUN:
            day = found.period(period).pay_by
            received = [
                Flow(found.period(line.period).pay_by, line.amount)
                for line in lines
                if line.recipient == recipient and line.period <= period
            ]
            flows = [*invested(found, recipient, day), *received]
            assert outstanding(flows, limit.maximum, day) >= 0
            rate = internal_rate(flows)
            assert rate is None or rate <= limit.maximum + Decimal("0.000001")


def _better(results: Result, more: Decimal) -> Result:
    assert results.period is not None
    assert results.cumulative is not None
    return replace(results, period=results.period + more, cumulative=results.cumulative + more)


@some
@given(
    agreements(Class(monotone=True, negative=False)),
    measured(may_miss=False),
    st.sampled_from(RUN),
    st.sampled_from([*EFFECTS, *COUNTED]),
    st.data(),
)
def test_more_effect_never_pays_less_in_the_end_where_the_terms_are_monotone(found, results, period, outcome, data):
    was = results[period, outcome]
    if outcome in EFFECTS:
        better = _better(was, data.draw(st.decimals("0", "0.3", places=3)) * (1_000 if outcome == "saved" else 1))
    else:
        extra = data.draw(claims(outcome, period))
        better = replace(was, claims=(*was.claims, *extra.claims))
    assert settle(found, results | {(period, outcome): better}, RUN).total >= settle(found, results, RUN).total


def _whole(scale: int, caps: list[int], counts: int) -> Agreement:
    """One payer and recipient, and amounts that are whole kroner after every share, so that nothing is rounded."""
    money = {
        name: f"{number * scale} DKK" for name, number in {"unit": 37, "low": 400, "high": 900, "part": 800}.items()
    }
    alone = [{"payer": "region", "recipient": "fund", "share": "100 %"}]
    ill = {"source": "illustrative"}
    base = ill | {"title": {"da": "U", "en": "O"}, "better": "higher", "payments": alone}
    yearly = {"maximum": f"{counts * 37 * scale} DKK", "carry_over": "unused"}
    tiers = [{"below": "5 %", "amount": "0 DKK"}, {"at_least": "5 %", "below": "10 %", "amount": money["low"]},
             {"at_least": "10 %", "amount": money["high"]}]  # fmt: skip
    prices: dict[str, tuple[dict[str, object], str | None]] = {
        "visits": ({"kind": "rate_card", "amount": money["unit"], "counts": "other", "yearly": yearly}, None),
        "jobs": ({"kind": "brackets", "brackets": [{"up_to": 4, "amount": money["unit"]}, {"amount": money["low"]}],
                  "counts": "other"}, None),
        "steps": ({"kind": "tiers", "tiers": tiers}, "ratio"),
        "contacts": ({"kind": "pro_rata", "target": "20 %", "maximum": money["part"]}, "ratio"),
    }  # fmt: skip
    outcomes = {}
    for name, (price, contrast) in prices.items():
        outcomes[name] = base | {"price": ill | price, "estimator": "given" if contrast else "count"}
        outcomes[name] |= {"contrast": contrast} if contrast else {}
    # Where several outcomes are cut together the parts are rounded, so here each cap is of one outcome.
    yearly_cap = {"outcome": "visits", "per": "budget_year", "carry_over": "none"}
    scopes: list[dict[str, str]] = [yearly_cap, {"outcome": "jobs"}, {"outcome": "steps", "payer": "region"}]
    rows = [ill | scope | {"maximum": f"{most * scale} DKK"} for scope, most in zip(scopes, caps, strict=True)]
    floors = [
        ill | {"id": "least", "title": {"da": "M", "en": "M"}, "payer": "region", "recipient": "fund", "due": "3"}
        | {"minimum": f"{10 * scale} DKK"}
    ]  # fmt: skip
    return said({"outcomes": outcomes, "terms": {"caps": rows, "floors": floors, "capital": ill | {"drawdowns": []}}})


@some
@given(
    st.integers(2, 1_000),
    st.lists(st.integers(10, 3_000), min_size=3, max_size=3),
    st.integers(1, 9),
    st.lists(
        st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(-4, 40), st.integers(-4, 40)),
        min_size=4,
        max_size=4,
    ),
)
def test_prices_so_many_times_as_high_pay_so_many_times_as_much(scale, caps, counts, course):
    results = {}
    for period, (visits, jobs, steps, contacts) in zip(RUN, course, strict=True):
        results[period, "visits"], results[period, "jobs"] = Result(units=visits), Result(units=jobs)
        for name, value in (("steps", steps), ("contacts", contacts)):
            results[period, name] = Result(Decimal(value) / 100, Decimal(value) / 100)
    once = settle(_whole(1, caps, counts), results, RUN)
    many = settle(_whole(scale, caps, counts), results, RUN)
    assert [(line.key, line.amount) for line in many.lines] == [(line.key, line.amount * scale) for line in once.lines]


@some
@given(st.lists(st.builds(Claim, person=st.sampled_from(PERSONS), quantity=st.just(Decimal("0.25"))), max_size=9))
def test_units_in_parts_are_units(rows):
    """A quarter four times is one."""
    found = _whole(1, [3_000] * 3, 9)
    quarters = settle(found, {("1", "jobs"): Result(claims=tuple(rows * 4))}, ["1"]).total
    assert quarters == settle(found, {("1", "jobs"): Result(units=len(rows))}, ["1"]).total
