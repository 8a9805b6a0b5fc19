"""Amendments, and on which basis and above which floor periods are settled."""

from __future__ import annotations

import pytest

from tests.contract_features.row import agreement, changed, effect, paid, row, settled, units


@row(35)
def test_new_terms_hold_from_their_period_and_what_was_settled_stands():
    found = agreement(35)
    five = {"incomes": effect("0.05")}
    # 900,000 × 1/3 × 5/10 = 150,000, twice. From the third period the target is 5 %: 900,000 × 1/3 × 5/5 = 300,000.
    given = settled(found, five, five, five)
    assert paid(found, given) == {"1": 150_000, "2": 150_000, "3": 300_000}
    before = changed(found, {"amendments": []})
    assert settled(before, five, five).lines == given.lines[:2]


@row(35)
def test_an_amended_basis_leaves_earlier_periods_as_they_were():
    amendment = {
        "id": "by-year", "from_period": "3", "dated": "2026-02-01", "body": "The parties", "source": "illustrative",
        "changes": {"terms.basis": "per_period", "terms.floor": "each_period"},
    }  # fmt: skip
    found = changed(agreement(35), {"amendments": [amendment]})
    # 300,000 × 10/10; 600,000 × 5/10 is the same; then the third alone: 300,000 × 2/10 = 60,000.
    given = settled(
        found, {"incomes": effect("0.1")}, {"incomes": effect("0", "0.05")}, {"incomes": effect("0.02", "0.04")}
    )
    assert paid(found, given) == {"1": 300_000, "3": 60_000}


@row(35)
def test_an_amended_unit_price_goes_on_counting_towards_the_maximum():
    amendment = {
        "id": "dearer", "from_period": "3", "dated": "2026-02-01", "body": "The parties", "source": "illustrative",
        "changes": {"outcomes.incomes.price.amount": "200 USD"},
    }  # fmt: skip
    price = {
        "kind": "rate_card",
        "amount": "100 USD",
        "counts": "other",
        "maximum": "2_500 USD",
        "source": "illustrative",
    }
    changes = {"amendments": [amendment], "outcomes.incomes.contrast": None, "outcomes.incomes.price": price}
    found = changed(agreement(35), changes)
    # 10 × 100, 10 × 100, and of 10 × 200 the 500 that are left to 2,500.
    assert paid(found, settled(found, *[{"incomes": units(10)}] * 3)) == {"1": 1_000, "2": 1_000, "3": 500}


@row(35)
def test_units_under_earlier_terms_are_not_counted_twice_towards_an_amended_target():
    amendment = {
        "id": "dearer", "from_period": "3", "dated": "2026-02-01", "body": "The parties", "source": "illustrative",
        "changes": {"outcomes.incomes.price.maximum": "1_800 USD"},
    }  # fmt: skip
    price = {"kind": "pro_rata", "target": "90 units", "maximum": "900 USD", "source": "illustrative"}
    changes = {"amendments": [amendment], "outcomes.incomes.contrast": None, "outcomes.incomes.price": price}
    found = changed(agreement(35), changes)
    # 900 × 30/90, twice; then 1,800 × 30/90 for the thirty units of the third period alone.
    assert paid(found, settled(found, *[{"incomes": units(30)}] * 3)) == {"1": 300, "2": 300, "3": 600}


@row(35)
def test_what_is_paid_under_an_earlier_rate_of_premium_goes_back_as_it_was_paid():
    amendment = {
        "id": "premium", "from_period": "2", "dated": "2025-02-01", "body": "The parties", "source": "illustrative",
        "changes": {"terms.premium.rate": "100 %"},
    }  # fmt: skip
    found = changed(agreement(35), {"amendments": [amendment], "terms.premium.rate": "20 %"})
    given = settled(found, {"incomes": effect("0.1")}, {"incomes": effect("-0.1", "0")})
    # 300,000 at 20 %: 250,000 and 50,000. All of it goes back in the second period, each part as it was paid.
    assert paid(found, given, "period", "component") == {
        ("1", "principal"): 250_000,
        ("1", "premium"): 50_000,
        ("2", "principal"): -250_000,
        ("2", "premium"): -50_000,
    }


# Alone 10 %, −30 %, 30 %; over all so far 10 %, −10 %, 5 %. A target of 10 % and 100,000 a year.
COURSE = ({"hospital": effect("0.1")}, {"hospital": effect("-0.3", "-0.1")}, {"hospital": effect("0.3", "0.05")})


@row(41)
@pytest.mark.parametrize(
    ("basis", "floor", "amounts"),
    [
        # The sum so far: 100,000; 200,000 × −1 is under nothing, so 0; 300,000 × 5/10 = 150,000.
        ("cumulative", "running_total", (100_000, -100_000, 150_000)),
        # No period takes back: 100,000; still 100,000; 150,000.
        ("cumulative", "each_period", (100_000, 0, 50_000)),
        # Nowhere: 100,000; −200,000; 150,000.
        ("cumulative", "none", (100_000, -300_000, 350_000)),
        # Each alone: all of it; nothing; all of it (30 % is above the target).
        ("per_period", "each_period", (100_000, 0, 100_000)),
        # Negative years count: −30 % costs a whole year, and the sum stops at nothing.
        ("per_period", "running_total", (100_000, -100_000, 100_000)),
        ("per_period", "none", (100_000, -100_000, 100_000)),
    ],
)
def test_basis_and_floor(basis, floor, amounts):
    found = changed(agreement(41), {"terms.basis": basis, "terms.floor": floor})
    wanted = {str(n): amount for n, amount in enumerate(amounts, start=1) if amount}
    assert paid(found, settled(found, *COURSE)) == wanted


@row(41)
@pytest.mark.parametrize(("floor", "amounts"), [("running_total", {}), ("none", {"1": -100_000, "2": 100_000})])
def test_a_bad_first_year_counts_against_the_second(floor, amounts):
    found = changed(agreement(41), {"terms.basis": "per_period", "terms.floor": floor})
    # −100,000 and then 100,000: with a floor under the sum nothing is paid at all.
    assert paid(found, settled(found, {"hospital": effect("-0.1")}, {"hospital": effect("0.1", "0")})) == amounts
