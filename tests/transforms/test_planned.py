"""Planned: what every kind of price makes of a plan, and what a plan lacks."""

from __future__ import annotations

from decimal import Decimal

import pytest
from scipy.stats import norm, poisson

from tests.transforms.by_hand import close, given, joy, plan
from tests.transforms.small import TO_FUND, outcome, rate_card, small_contract
from transforms.planned import missing
from transforms.stress import SCENARIOS, stress

DRAWS = 1_000


def test_units_are_poisson_around_the_plan_and_limits_bind_draw_by_draw():
    plans = rate_card(100, 1_500) | {"planning": plan(units="4")}
    found = stress(small_contract({"plans": plans}), DRAWS)
    assert (found.maximum, found.is_limited) == (1_500_00, True)
    assert found.scenarios["nothing"].total == 0
    for name, mean in (("half", 8), ("all", 16)):
        # Four periods together are Poisson too: E[min(N, 15)] / 15.
        expected = sum(min(n, 15) * poisson.pmf(n, mean) for n in range(80)) / 15
        assert close(found.scenarios[name], expected)


def test_units_that_come_anyway_are_paid_when_nothing_works():
    plans = rate_card(100) | {"planning": plan(units="10", no_effect="4 units")}
    found = stress(small_contract({"plans": plans}), DRAWS)
    assert found.scenarios["nothing"].total == pytest.approx(4 * 4 * 100_00, rel=0.02)
    assert found.scenarios["half"].total == pytest.approx(4 * 7 * 100_00, rel=0.02)


def test_terms_without_a_maximum_are_measured_by_what_they_pay_when_all_works():
    found = stress(small_contract({"plans": rate_card(100) | {"planning": plan(units="10")}}), 200)
    assert not found.is_limited
    assert found.scenarios["all"].share == pytest.approx(Decimal(1), abs=Decimal("0.00001"))


def test_a_level_is_drawn_around_the_level_that_nothing_and_everything_gives():
    # Re-admissions: 30 % when nothing works, 20 % when all works; 25 % or less is paid. s = 5 points of a hundred.
    tiers = {"kind": "tiers", "source": "illustrative", "tiers": [
        {"at_most": "25 %", "amount": "1_000 DKK"}, {"above": "25 %", "amount": "0 DKK"},
    ]}  # fmt: skip
    planned = plan(standard_error="5 %", no_effect="30 %", full_effect="20 %")
    level = outcome(
        price=tiers, contrast="level", better="lower", estimator="given", payments=list(TO_FUND), planning=planned
    )
    found = stress(small_contract({"back": level}, basis="per_period"), DRAWS)
    for (name, part), mean in zip(SCENARIOS.items(), (0.30, 0.25, 0.20), strict=True):
        assert close(found.scenarios[name], float(norm.cdf(0.25, mean, 0.05))), (name, part)


def test_what_a_plan_lacks_is_named_by_its_place_in_the_file():
    price = {"kind": "interpolated", "interpolation": "linear", "under_first": "nothing", "source": "illustrative",
             "points": [{"at": "0 points", "amount": "0 DKK"}, {"at": "1 points", "amount": "100 DKK"}]}  # fmt: skip
    bare = joy()
    del bare["planning"]
    contract = small_contract({
        "joy": bare,
        "shown": outcome(),
        "looked_at": outcome(),
        "plans": rate_card(100) | {"planning": plan()},
        "table": joy(price=price),
        "gated": joy(gate={"outcome": "looked_at", "pooled": {"above": "0 %"}}),
    })  # fmt: skip
    assert list(missing(contract)) == [
        "outcomes.joy.planning", "outcomes.looked_at.planning", "outcomes.plans.planning.units",
        "outcomes.table.planning.full_effect",
    ]  # fmt: skip


ILL = {"source": "illustrative"}
KINDS = {
    "milestones": given(
        planning=plan(units="10"),
        price=ILL | {"kind": "rate_card", "min_units": "5", "milestones": [
            {"id": "start", "amount": "100 DKK"}, {"id": "job", "amount": "400 DKK", "days_after_previous": "90"},
        ]},
    ),
    "items": given(
        planning=plan(units="10"),
        price=ILL | {"kind": "rate_card", "counts": "other", "rates": [
            {"amount": "100 DKK", "item": "small"}, {"amount": "400 DKK", "item": "large"},
        ]},
    ),
    "success per person": given(
        planning=plan(units="10"),
        price=ILL | {"kind": "rate_card", "amount": "250 DKK", "min_units": "5", "success": {"above": "26 points"}},
    ),
    "brackets": given(
        planning=plan(units="10"),
        price=ILL | {"kind": "brackets", "counts": "other", "brackets": [
            {"up_to": "20", "amount": "300 DKK"}, {"amount": "200 DKK"},
        ]},
    ),
    "units towards a target": given(
        planning=plan(), price=ILL | {"kind": "pro_rata", "target": "40 units", "maximum": "10_000 DKK"}
    ),
    "a share of savings": given(
        contrast="level", planning=plan(standard_error="500 units", full_effect="5_000 units"),
        price=ILL | {"kind": "savings_share", "before_break_even": "50 %", "after_break_even": "50 %"},
    ),
    "avoided units by tariff": given(
        contrast="level", planning=plan(units="10"),
        price=ILL | {"kind": "savings_share", "before_break_even": "100 %", "after_break_even": "100 %",
                     "tariff": [{"amount": "250 DKK", "item": "bed_day"}]},
    ),
}  # fmt: skip


def test_an_item_is_counted_from_the_day_its_rate_begins():
    rates = [{"amount": "100 DKK", "item": "small"}, {"amount": "400 DKK", "item": "large", "from": "2022-07-01"}]
    price = ILL | {"kind": "rate_card", "counts": "other", "rates": rates}
    found = stress(small_contract({"it": given(planning=plan(units="10"), price=price)}), 300)
    by_year = {cell[2]: amount for cell, amount in found.scenarios["all"].payments.items()}
    # Ten small ones a year, and from the third year half of each, 250 on average.
    for year, expected in {"2021": 1_000, "2022": 1_000, "2023": 2_500, "2024": 2_500}.items():
        assert by_year[year] == pytest.approx(expected * 100, rel=0.05)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_price_is_paid_by_its_plan(kind):
    """Ten units of 250 kr. on average in each of four periods; the bracket is 20 at 300 and 20 at 200; 50 % of 5,000 saved."""
    contract = small_contract({"it": KINDS[kind]}, basis="per_period")
    found = stress(contract, 300)
    whole = {"milestones": 4 * 10 * 500, "avoided units by tariff": 10_000}.get(kind, 10_000)
    tolerance = 0.1 if kind == "units towards a target" else 0.03
    assert found.scenarios["all"].total == pytest.approx(whole * 100, rel=tolerance)
    assert found.scenarios["nothing"].total <= 0.05 * whole * 100


def test_an_agreed_other_estimator_is_reckoned_to_find_the_same():
    rule = {
        "when": "standard_error_above",
        "limit": "0.1 points",
        "use": {"before_after": "100 %"},
        "source": "illustrative",
    }
    contract, plain = small_contract({"joy": joy(fallback=rule)}), small_contract({"joy": joy()})
    assert stress(contract, 50).scenarios == stress(plain, 50).scenarios
