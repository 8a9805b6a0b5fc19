"""From results to who owes whom. Every amount is worked out by hand beside it; kroner here, øre inside."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.transforms.settled import kroner_by, settle_one
from tests.transforms.small import pro_rata, rate_card, share, small_contract, unpaid
from transforms.settlement import Claim, Line, Result, difference, settle


def test_pro_rata_pays_the_part_of_the_target_for_the_part_of_the_contract_that_has_run():
    contract = small_contract({"acute": pro_rata(1_000, "10 %")})
    # 1,000 × 1/4 × 5/10 = 125; × 2/4 × 8/10 = 400; × 3/4 × 2/10 = 150; × 4/4 × 1 (12 % is above the target) = 1,000.
    found = settle_one(contract, "acute", ["0.05", "0.08", "0.02", "0.12"])
    assert [Decimal(step.owed_so_far) / 100 for step in found.steps] == [125, 400, 150, 1_000]
    assert kroner_by(found, "period") == {"1": 125, "2": 275, "3": -250, "4": 850}
    assert [step.attained for step in found.steps] == [Decimal("0.5"), Decimal("0.8"), Decimal("0.2"), 1]


def test_a_target_on_a_scale_is_read_in_its_own_unit():
    contract = small_contract({"joy": pro_rata(1_200, "0.5 points", indicator="life_satisfaction@1")})
    # 1,200 × 1/4 × 0.2/0.5 = 120.
    assert kroner_by(settle_one(contract, "joy", ["0.2"]), "period") == {"1": 120}


def test_negative_years_count_and_the_sum_stops_at_nothing():
    contract = small_contract({"acute": pro_rata(1_000)})
    # 8 %: 200. Then 3 % worse over both: 0, so 200 goes back. Worse still: nothing more. 4 % over all four: 400.
    assert kroner_by(settle_one(contract, "acute", ["0.08", "-0.03", "-0.20", "0.04"]), "period") == {
        "1": 200,
        "2": -200,
        "4": 400,
    }


def test_a_period_that_cannot_be_measured_adds_nothing_and_the_next_counts_for_all_so_far():
    contract = small_contract({"acute": pro_rata(1_000)})
    # 5 %: 125; nothing; 6 % over three periods: 1,000 × 3/4 × 6/10 = 450, which is 325 more; nothing.
    found = settle_one(contract, "acute", ["0.05", None, "0.06", None])
    assert kroner_by(found, "period") == {"1": 125, "3": 325}
    assert [step.attained for step in found.steps] == [Decimal("0.5"), None, Decimal("0.6"), None]
    assert settle_one(contract, "acute", [None, None]).lines == ()


def test_a_result_that_is_not_there_is_not_measurable():
    found = settle(small_contract({"acute": pro_rata(1_000)}), {}, ["1"])
    assert found.lines == ()
    assert found.steps[0].result.not_measurable == "no_result"


def test_by_the_period_each_year_stands_alone_and_none_takes_back():
    contract = small_contract({"acute": pro_rata(1_000)}, basis="per_period")
    # 250 a period: × 5/10 = 125; worse: 0; × 1 = 250; not measurable: 0.
    assert kroner_by(settle_one(contract, "acute", ["0.05", "-0.04", "0.20", None]), "period") == {"1": 125, "3": 250}


def test_by_the_period_the_years_own_effect_counts_and_cumulatively_the_one_over_all():
    results = {("1", "acute"): Result(period=Decimal("0.02"), cumulative=Decimal("0.10"))}
    assert settle(small_contract({"acute": pro_rata(1_000)}), results, ["1"]).total == 250_00
    assert settle(small_contract({"acute": pro_rata(1_000)}, basis="per_period"), results, ["1"]).total == 50_00


def test_amounts_are_rounded_over_all_periods_so_that_nothing_is_lost_on_the_way():
    contract = small_contract({"acute": pro_rata(1_000)}, periods=3)
    # A third is 333.33, two thirds 666.67, all of it 1,000: 333.33 + 333.34 + 333.33.
    found = settle_one(contract, "acute", ["0.10"] * 3)
    assert kroner_by(found, "period") == {"1": Decimal("333.33"), "2": Decimal("333.34"), "3": Decimal("333.33")}


def test_half_an_øre_is_rounded_up():
    # 0.05 × 1/2 × 3/10 = 0.75 øre → 1; 0.05 × 1/2 × 2/10 = 0.5 øre → 1; × 1/10 = 0.25 → 0.
    contract = small_contract({"acute": pro_rata(1, "10 %") | {"price": _price("0.05 DKK")}}, periods=2)
    assert [settle_one(contract, "acute", [f"0.0{tenth}"]).total for tenth in (3, 2, 1)] == [1, 1, 0]


def _price(maximum: str) -> dict[str, str]:
    return {"kind": "pro_rata", "target": "10 %", "maximum": maximum, "source": "illustrative"}


def test_a_rate_card_pays_by_the_piece_up_to_its_maximum():
    contract = small_contract({"plans": rate_card(100, maximum=500)})
    # 3 × 100; 4 × 100 but only 200 are left; then nothing is.
    assert kroner_by(settle_one(contract, "plans", [3, 4, 2]), "period") == {"1": 300, "2": 200}
    assert kroner_by(settle_one(contract, "plans", [3, None, 1]), "period") == {"1": 300, "3": 100}
    assert kroner_by(settle_one(small_contract({"plans": rate_card(100)}), "plans", [3, 4, 2]), "period") == {
        "1": 300,
        "2": 400,
        "3": 200,
    }


def test_shares_are_split_to_the_øre_by_largest_remainder():
    payments = [share("region", "33.33 %", "bank"), share("region", "33.34 %"), share("town", "33.33 %")]
    pairs = ("payer", "recipient")
    even = settle_one(small_contract({"plans": rate_card(100, payments=payments)}), "plans", [1])
    assert kroner_by(even, *pairs) == {
        ("region", "fund"): Decimal("33.34"), ("region", "bank"): Decimal("33.33"), ("town", "fund"): Decimal("33.33"),
    }  # fmt: skip
    # 100.01: 33.343334, 33.333333 and 33.333333; the øre over goes to the largest remainder, 0.3334.
    odd = settle_one(small_contract({"plans": rate_card("100.01", payments=payments)}), "plans", [1])
    assert kroner_by(odd, *pairs)["region", "fund"] == Decimal("33.35")
    assert odd.total == 100_01


def test_principal_and_premium_are_separate_lines_right_over_all_periods():
    contract = small_contract({"plans": rate_card(100)}, premium="12 %")
    # 100 / 1.12 = 89.2857: 89.29 and 10.71. 200 / 1.12 = 178.5714: 178.57, so 89.28 and 10.72 for the second period.
    assert kroner_by(settle_one(contract, "plans", [1, 1]), "period", "component") == {
        ("1", "principal"): Decimal("89.29"), ("1", "premium"): Decimal("10.71"),
        ("2", "principal"): Decimal("89.28"), ("2", "premium"): Decimal("10.72"),
    }  # fmt: skip


def test_without_a_premium_all_is_principal():
    assert kroner_by(settle_one(small_contract({"plans": rate_card(100)}), "plans", [1]), "component") == {
        "principal": 100
    }


def test_what_is_measured_and_not_paid_gives_a_step_and_no_line():
    found = settle_one(small_contract({"gp": unpaid("gp_contacts@1")}), "gp", ["0.5"])
    assert found.lines == ()
    assert [(step.kind, step.adds) for step in found.steps] == [("none", 0)]


def test_a_payer_who_is_also_the_recipient_pays_gross(pilot):
    # 1,200,000 × 1/5 × 0.5/0.5 = 240,000: 40 % to the investment fund, 60 % to the payer itself.
    found = settle(pilot, {("1", "life_satisfaction"): Result(Decimal("0.5"), Decimal("0.5"))}, ["1"])
    assert kroner_by(found, "payer", "recipient") == {
        ("landsbyggefonden", "den_sociale_investeringsfond"): 96_000,
        ("landsbyggefonden", "landsbyggefonden"): 144_000,
    }


@pytest.mark.parametrize("run", [["2"], ["1", "3"], ["0", "1"], ["1", "1"], ["1", "2", "3", "4", "5"]])
def test_only_an_unbroken_run_from_the_first_followed_period_is_settled(run):
    with pytest.raises(ValueError, match="unbroken run"):
        settle(small_contract({"plans": rate_card(1)}), {}, run)


def test_a_float_is_no_result_to_pay_on():
    with pytest.raises(TypeError):
        settle(small_contract({"acute": pro_rata(1_000)}), {("1", "acute"): Result(cumulative=0.05)}, ["1"])  # type: ignore[arg-type]


def test_the_difference_is_what_is_owed_less_what_is_posted_line_by_line():
    key = ("1", "plans", "region", "fund", "principal")
    gone = ("1", "plans", "town", "fund", "principal")
    owed = [Line(*key, 100), Line(*key, 20), Line("2", *key[1:], 5)]
    assert difference(owed, {}) == [Line(*key, 120), Line("2", *key[1:], 5)]
    assert difference(owed, {key: 90, gone: 7}) == [Line(*key, 30), Line(*gone, -7), Line("2", *key[1:], 5)]
    assert difference(owed, {key: 120, ("2", *key[1:]): 5}) == []


def test_two_milestones_of_one_person_on_one_day_are_paid_in_the_order_of_the_chain():
    steps = [{"id": "start", "amount": "100 DKK"}, {"id": "stay", "amount": "200 DKK"}]
    outcome = rate_card(1) | {
        "price": {"kind": "rate_card", "counts": "other", "milestones": steps, "source": "illustrative"}
    }
    claims = tuple(Claim(person="p", dated=date(2020, 9, 1), milestone=step) for step in ("stay", "start"))
    found = settle(
        small_contract({"plans": outcome | {"estimator": "given"}}), {("1", "plans"): Result(claims=claims)}, ["1"]
    )
    assert found.total == 300_00


def test_a_claim_of_no_units_uses_up_nothing():
    price = {"kind": "rate_card", "amount": "100 DKK", "counts": "other", "per_person": {"max_claims": "1"}}
    outcome = rate_card(1) | {"price": price | {"source": "illustrative"}, "estimator": "given"}
    claims = (Claim(Decimal(0), "p"), Claim(Decimal(1), "p"))
    assert settle(small_contract({"plans": outcome}), {("1", "plans"): Result(claims=claims)}, ["1"]).total == 100_00


def test_what_goes_back_beyond_all_principal_is_premium_again():
    tiers = [{"below": "0 %", "amount": "-100 DKK"}, {"at_least": "0 %", "amount": "100 DKK"}]
    price = {"kind": "tiers", "earned": "every_period", "tiers": tiers, "source": "illustrative"}
    after = {"kind": "after_capital", "source": "illustrative"}
    contract = small_contract(
        {"acute": pro_rata(1) | {"price": price}}, basis="per_period", floor="none", premium=after
    )
    # No capital is paid in: all is premium, and what goes back is too.
    for result, amount in (("0.1", 100), ("-0.1", -100)):
        assert kroner_by(settle_one(contract, "acute", [result]), "component") == {"premium": amount}
