"""Gates: what must be reached before anything is paid, and a second outcome as condition of the premium."""

from __future__ import annotations

from tests.contract_features.row import agreement, changed, effect, paid, row, settled, stage

# 3,000,000 over three cohorts is 1,000,000 each; × 8/20, × 12/20 and × 5/20.
FIRST, SECOND, THIRD = 400_000, 600_000, 250_000


@row(6)
def test_a_cohort_that_passes_alone_is_paid_early_and_all_are_when_they_pass_together():
    found = agreement(6)
    given = settled(
        found, {"convictions": effect("0.08")}, {"convictions": effect("0.12", "0.10")}, {"convictions": effect("0.05", "0.083")}
    )  # fmt: skip
    # 8 % is under the gate of 10 %: held back. 12 % passes. In the third period 8.3 % of all pass 7.5 %, and free everything.
    assert paid(found, given) == {"2": SECOND, "3": FIRST + THIRD}
    assert stage(given, "1", "convictions", "gate") == {"opened": "shut", "held": FIRST * 100}


@row(6)
def test_what_never_passes_is_never_paid_and_early_payment_stands():
    found = agreement(6)
    given = settled(
        found, {"convictions": effect("0.08")}, {"convictions": effect("0.12", "0.10")}, {"convictions": effect("0.05", "0.07")}
    )  # fmt: skip
    # 7 % of all is under 7.5 %: only the second cohort was ever let through.
    assert paid(found, given) == {"2": SECOND}


@row(6)
def test_all_together_are_looked_at_in_the_agreed_period_only():
    found = agreement(6)
    # 9 % pass 7.5 % from the first period on, and are looked at in the third.
    given = settled(found, *[{"convictions": effect("0.09")}] * 3)
    # 3 × 1,000,000 × 9/20 = 1,350,000.
    assert paid(found, given) == {"3": 1_350_000}


@row(6)
def test_a_falling_sum_takes_from_what_is_held_back_first():
    found = changed(agreement(6), {"terms.basis": "cumulative", "terms.floor": "running_total"})
    given = settled(
        found, {"convictions": effect("0.09")}, {"convictions": effect("0.12", "0.03")}, {"convictions": effect("0.02")}
    )  # fmt: skip
    # 3,000,000 × 1/3 × 9/20 = 450,000 are held back. Then the sum is 3,000,000 × 2/3 × 3/20 = 300,000, which is 150,000 less;
    # the gate is open and nothing has been paid, so nothing goes back.
    assert given.lines == ()


@row(23)
def test_the_premium_waits_until_the_second_outcome_holds():
    found = agreement(23)
    half = {"placements": effect("0.1")}
    given = settled(found, half | {"grades": effect("-0.2")}, half | {"grades": effect("0.1", "0")})
    # Each year 600,000: 500,000 principal and 20 % of it, 100,000, premium. Grades fell in the first, and are level in the end.
    assert paid(found, given, "period", "component") == {
        ("1", "principal"): 500_000,
        ("2", "principal"): 500_000,
        ("2", "premium"): 200_000,
    }


@row(23)
def test_without_the_second_outcome_only_the_principal_is_paid():
    found = agreement(23)
    half = {"placements": effect("0.1"), "grades": effect("-0.2")}
    assert paid(found, settled(found, half, half), "component") == {"principal": 1_000_000}


@row(23)
def test_a_premium_that_follows_is_held_under_the_cap_of_the_year_in_which_it_is_paid():
    cap = {"per": "budget_year", "carry_over": "excess", "maximum": "600_000 SEK", "source": "illustrative"}
    found = changed(agreement(23), {"terms.caps": [cap]})
    half = {"placements": effect("0.1")}
    given = settled(found, half | {"grades": effect("-0.2")}, half | {"grades": effect("0.1", "0")})
    # 700,000 would be due in the second year, and 600,000 is the most.
    assert paid(found, given) == {"1": 500_000, "2": 600_000}
