"""Capital: drawn and returned by date, repaid before it is rewarded, its return, and the layers of those who put it in."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tests.contract_features.row import agreement, changed, effect, paid, row, settled, units
from transforms.settlement.investors import investor_returns
from transforms.settlement.returns import Flow, internal_rate, invested
from transforms.settlement.waterfall import handed_on


@row(19)
def test_what_comes_in_is_handed_on_layer_by_layer():
    found = agreement(19)
    given = settled(found, {"days_at_work": units(630)}, {"days_at_work": units(620)})
    handed = [
        (h.period, h.layer, h.investor, h.component, h.amount // 100, h.source) for h in handed_on(found, given.lines)
    ]
    assert handed == [
        # 630,000 repay part of the seniors' 1,000,000, three quarters of which is the bank's.
        ("1", "senior", "oak_bank", "principal", 472_500, "payments"),
        ("1", "senior", "elm_fund", "principal", 157_500, "payments"),
        # 620,000: the other 370,000 of the seniors' capital;
        ("2", "senior", "oak_bank", "principal", 277_500, "payments"),
        ("2", "senior", "elm_fund", "principal", 92_500, "payments"),
        # their 5 %: 1,000,000 × 1.05² − 630,000 × 1.05 − 370,000 = 1,102,500 − 661,500 − 370,000 = 71,000;
        ("2", "senior", "oak_bank", "premium", 53_250, "payments"),
        ("2", "senior", "elm_fund", "premium", 17_750, "payments"),
        # 179,000 are left for the juniors' 200,000;
        ("2", "junior", "fir_fund", "principal", 179_000, "payments"),
        # and 75 % of the 21,000 they lose comes from the guarantee.
        ("2", "junior", "fir_fund", "principal", 15_750, "guarantee"),
    ]


@row(19)
def test_the_guarantee_covers_the_loss_also_when_nothing_is_paid():
    found = agreement(19)
    given = settled(found, {"days_at_work": units(0)}, {"days_at_work": units(0)})
    (handed,) = handed_on(found, given.lines, ["1", "2"])
    # 75 % of the juniors' 200,000.
    assert (handed.investor, handed.amount, handed.source) == ("fir_fund", 150_000_00, "guarantee")


@row(19)
def test_what_the_guarantee_covers_is_in_the_return_of_its_investor():
    found = agreement(19)
    given = settled(found, {"days_at_work": units(0)}, {"days_at_work": units(0)})
    (fir,) = (row for row in investor_returns(found, given.lines, "2") if row.investor == "fir_fund")
    # 150,000 of 200,000 two years later: the square root of 0.75 is 0.866025.
    assert (fir.principal, fir.yearly_return) == (150_000_00, Decimal("-0.133975"))


@row(20)
def test_the_return_is_at_most_fifteen_percent():
    found = agreement(20)
    given = settled(found, {"work": units(60)}, {"work": units(120)})
    # 100,000 on 15 May 2024. 60,000 a year later are under 115,000. After another year the growth factors are 1.15² = 1.3225 and
    # 1.15: 100,000 × 1.3225 − 60,000 × 1.15 = 132,250 − 69,000 = 63,250 of the 120,000 that are earned.
    assert paid(found, given) == {"1": 60_000, "2": 63_250}
    flows = [Flow(date(2024, 5, 15), -100_000), Flow(date(2025, 5, 15), 60_000), Flow(date(2026, 5, 15), 63_250)]
    assert internal_rate(flows) == Decimal("0.15")


@row(20)
def test_the_return_is_at_least_two_percent():
    found = agreement(20)
    given = settled(found, {"work": units(0)}, {"work": units(0)})
    # 100,000 × 1.02² = 104,040.
    assert paid(found, given, "period", "outcome") == {("2", "least-return"): 104_040}


@row(20)
def test_a_premium_that_was_held_back_does_not_lift_the_return_above_its_maximum():
    found = changed(
        agreement(20),
        {
            "terms.premium": {
                "kind": "after_capital", "source": "illustrative", "condition": {"outcome": "work", "at_least": "200 units"}
            }
        },
    )  # fmt: skip
    given = settled(found, {"work": units(110)}, {"work": units(190)})
    # 110,000 in the first year: 100,000 repay the capital, 10,000 are premium and wait for 200 units. In the second the units
    # are there: 100,000 × 1.3225 − 100,000 × 1.15 = 17,250, with what had waited.
    assert paid(found, given) == {"1": 100_000, "2": 17_250}


@row(21)
def test_the_capital_is_repaid_first_and_the_premium_is_a_line_of_its_own():
    found = agreement(21)
    # 80,000 repay capital. 50,000: 20,000 repay the rest of 100,000, 30,000 are premium.
    given = settled(found, {"together": units(8)}, {"together": units(5)})
    assert paid(found, given, "period", "component") == {
        ("1", "principal"): 80_000,
        ("2", "principal"): 20_000,
        ("2", "premium"): 30_000,
    }


@row(21)
def test_without_success_there_is_no_premium():
    found = agreement(21)
    assert settled(found, {"together": units(0)}, {"together": units(4)}).lines == ()


@row(40)
def test_capital_moves_by_date_and_what_is_not_spent_goes_back():
    found = agreement(40)
    assert [(flow.dated, flow.amount // 100) for flow in invested(found, "hassel", date(2026, 5, 15))] == [
        (date(2024, 1, 15), -300_000),
        (date(2025, 2, 1), -200_000),
        (date(2026, 3, 1), 100_000),
    ]
    # May 2025: 500,000 are drawn, so all of 350,000 repays. May 2026: 400,000 are left in, so 50,000 of 150,000 repay.
    given = settled(found, {"housed": units(35)}, {"housed": units(15)})
    assert paid(found, given, "period", "component") == {
        ("1", "principal"): 350_000,
        ("2", "principal"): 50_000,
        ("2", "premium"): 100_000,
    }


@row(34)
def test_an_early_end_pays_what_has_run_and_redeems_a_part_of_the_capital():
    found = agreement(34)
    given = settled(found, *[{"jail_days": effect("0.1")}] * 3, {"jail_days": effect("0.02")})
    # A quarter of 1,000,000 a year. Of the third, 73 of 365 days ran: a fifth of it, 50,000. 550,000 of the capital are repaid
    # so, and of the other 450,000 it is 60 %: 270,000. What is measured after the stop changes nothing.
    assert paid(found, given, "period", "outcome") == {
        ("1", "jail_days"): 250_000,
        ("2", "jail_days"): 250_000,
        ("3", "jail_days"): 50_000,
        ("3", "termination"): 270_000,
    }
    assert paid(found, given, "component") == {"principal": 820_000}
