"""Stress: the drawn means against the same means worked out by integration, and what every kind of price makes of a plan."""

from __future__ import annotations

import itertools
import math
from decimal import Decimal

import numpy as np
import pytest
from scipy.stats import norm, poisson

from maalbar.cli.outlook import VARIANT_DRAWS, variants_table
from maalbar.settings import PROJECT
from tests.simulate.one_contract import errors_of
from tests.transforms.small import TO_FUND, cap, outcome, pro_rata, rate_card, share, small_contract
from transforms.draws import Around, courses
from transforms.planned import missing
from transforms.stress import SCENARIOS, means, stress, variants

DRAWS = 1_000
PERIODS = ["1", "2", "3", "4"]


def plan(**given: str) -> dict[str, str]:
    return {"source": "illustrative"} | given


def joy(maximum: int = 1_000, *, error: str = "0.3 points", correlation: str = "0 %", **changed):
    """Life satisfaction, paid in proportion to half a point."""
    planning = plan(standard_error=error, correlation=correlation)
    return pro_rata(maximum, "0.5 points", indicator="life_satisfaction@1", planning=planning) | changed


def clipped_mean(mean: float, error: float) -> float:
    """E[min(max(X, 0), 1)] for X normal. Around 0 it is s (φ(0) − φ(1/s)) + 1 − Φ(1/s); elsewhere by the same integral."""
    low, high = (0 - mean) / error, (1 - mean) / error
    inside = mean * (norm.cdf(high) - norm.cdf(low)) - error * (norm.pdf(high) - norm.pdf(low))
    return float(inside + norm.sf(high))


def integrated(value, mean: float, error: float) -> float:
    """E[value(X)] for X normal, by the trapezoid rule."""
    steps = np.linspace(mean - 8 * error, mean + 8 * error, 20_001)
    return float(np.trapezoid([value(x) for x in steps] * norm.pdf(steps, mean, error), steps))


def close(found, expected: float) -> bool:
    """Within four standard errors of the draws, and a little for the six digits of a share."""
    return abs(float(found.share) - expected) <= 4 * float(found.error) + 1e-5


def test_the_formula_of_the_clipped_normal_is_the_integral():
    s = 0.6
    assert clipped_mean(0, s) == pytest.approx(s * (norm.pdf(0) - norm.pdf(1 / s)) + norm.sf(1 / s))
    assert clipped_mean(0.5, s) == pytest.approx(integrated(lambda x: min(max(x, 0), 1), 0.5, s), abs=1e-6)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_each_period_by_itself_pays_the_mean_of_a_clipped_normal(scenario):
    # s/t = 0.3/0.5 = 0.6 in every period; the truth is 0, 1/2 and 1 target.
    found = stress(small_contract({"joy": joy()}, basis="per_period"), DRAWS)
    assert close(found.scenarios[scenario], clipped_mean(float(SCENARIOS[scenario]), 0.6))


@pytest.mark.parametrize("correlation", ["0 %", "35 %", "100 %"])
def test_all_periods_together_pay_by_the_error_of_their_mean(correlation):
    # The mean of four: 0.6 × √((1 + 3ρ) / 4).
    found = stress(small_contract({"joy": joy(correlation=correlation)}), DRAWS)
    error = 0.6 * math.sqrt((1 + 3 * float(correlation.removesuffix(" %")) / 100) / 4)
    for name, part in SCENARIOS.items():
        assert close(found.scenarios[name], clipped_mean(float(part), error))


def test_a_ratio_errs_on_its_log_scale():
    # Better is lower: the improvement is 1 − exp(x), x normal around log(1 − truth).
    contacts = pro_rata(1_000, planning=plan(standard_error="9 %", correlation="35 %"))
    found = stress(small_contract({"acute": contacts}, basis="per_period"), DRAWS)
    for name, part in SCENARIOS.items():
        centre = math.log(1 - 0.1 * float(part))
        assert close(found.scenarios[name], integrated(lambda x: min(max((1 - math.exp(x)) / 0.1, 0), 1), centre, 0.09))


@pytest.mark.parametrize(
    ("rule", "pays"),
    [
        # s/t = 0.6: the lower limit is 1.96 × 0.6 below; significant beyond 1.176 targets, which pays in full.
        ("lower_limit", [integrated(lambda x: min(max(x - 1.176, 0), 1), part, 0.6) for part in (0, 0.5, 1)]),
        ("significant", [norm.sf(1.176, part, 0.6) for part in (0, 0.5, 1)]),
    ],
)
def test_a_rule_of_uncertainty_is_applied_to_the_interval_of_each_draw(rule, pays):
    priced = joy()
    priced["price"] = priced["price"] | {"uncertainty": rule}
    found = stress(small_contract({"joy": priced}, basis="per_period"), 2 * DRAWS)
    for scenario, expected in zip(found.scenarios.values(), pays, strict=True):
        assert close(scenario, float(expected))


def test_the_pilots_plan_pays_what_the_reference_says_of_its_acute_contacts_alone(pilot):
    """Five years, 10 %, 1,000 against 3,000 persons: `reference/first-contract.md`, the row `basis`."""
    planned = pilot.outcomes["acute_contacts"].planning.model_dump(mode="json", exclude_none=True)
    contract = small_contract({"acute": pro_rata(1_000, planning=planned)}, periods=5)
    found = {(v.basis, v.floor, v.uncertainty): v.shares for v in variants(contract, 500)}
    assert Decimal("0.27") < found["per_period", "each_period", "point_estimate"]["nothing"] < Decimal("0.33")
    assert Decimal("0.20") < found["cumulative", "running_total", "point_estimate"]["nothing"] < Decimal("0.26")
    significant = found["per_period", "each_period", "significant"]
    # 2.5 % of drawn years: 500 courses of five, whose years lean together, tell as much as some 1,500 apart.
    assert abs(significant["nothing"] - Decimal("0.025")) < 3 * Decimal(math.sqrt(0.025 * 0.975 / 1_500))
    assert Decimal("0.15") < significant["all"] < Decimal("0.27")


def test_the_plan_lies_inside_the_references_ranges_by_integration_too(pilot):
    planning = pilot.outcomes["acute_contacts"].planning
    error, correlation = float(planning.standard_error.value), float(planning.correlation)
    of_mean = error * math.sqrt((1 + 4 * correlation) / 5)

    def paid(x: float) -> float:
        return min(max((1 - math.exp(x)) / 0.1, 0), 1)

    assert 0.27 < integrated(paid, 0, error) < 0.33
    assert 0.20 < integrated(paid, 0, of_mean) < 0.26
    # Significant beyond 1 − exp(−1.96 × 0.09) = 16 %, above the target: paid in full or not at all.
    assert norm.cdf(-1.96 * error, 0, error) == pytest.approx(0.025, abs=1e-4)
    assert 0.15 < norm.cdf(-1.96 * error, math.log(0.9), error) < 0.27


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


def test_the_maximum_is_what_the_caps_leave_of_results_better_than_any_target():
    contract = small_contract({"joy": joy(1_000), "more": joy(500)}, [cap(1_200)], premium="0 %")
    assert stress(contract, 2).maximum == 1_200_00


def test_payments_stand_by_payer_recipient_and_budget_year_and_add_up():
    payments = [share("region", "60 %"), share("town", "40 %", "bank")]
    found = stress(small_contract({"joy": joy(payments=payments)}, basis="per_period"), 500)
    years = ["2021", "2022", "2023", "2024"]
    pairs = [("region", "fund"), ("town", "bank")]
    for scenario in found.scenarios.values():
        assert sorted(scenario.payments) == sorted((*pair, year) for pair in pairs for year in years)
        paid = [sum(a for cell, a in scenario.payments.items() if cell[:2] == pair) for pair in pairs]
        # Within a krone a year: each cell is rounded to whole kroner.
        assert abs(paid[0] * 40 - paid[1] * 60) <= 4 * 100 * 100
        assert scenario.total == pytest.approx(float(scenario.share) * found.maximum, abs=100)


def test_means_are_rounded_together_so_that_they_add_up():
    cells = [("a", "b", str(year)) for year in range(3)]
    assert means(dict.fromkeys(cells, 100), 3, 1) == {cells[0]: 34, cells[1]: 33, cells[2]: 33}
    assert sum(means({cells[0]: -150, cells[1]: 50}, 1, 100).values()) == -100


def test_the_same_contract_gives_the_same_figures_and_one_more_outcome_does_not_move_the_others():
    alone, both = small_contract({"joy": joy()}), small_contract({"joy": joy(), "more": joy(error="1 points")})
    assert stress(alone, 50) == stress(alone, 50)
    mean = Around(0.1, 0.3, 0.5)
    one = list(courses(alone, {"joy": mean}, PERIODS, 20))
    two = list(courses(both, {"more": mean, "joy": mean}, PERIODS, 20))
    assert [course["4", "joy"] for course in one] == [course["4", "joy"] for course in two]
    assert all(course["4", "joy"] != course["4", "more"] for course in two)


def test_draws_have_the_errors_and_the_correlation_of_the_plan():
    contract = small_contract({"joy": joy()})
    drawn = list(courses(contract, {"joy": Around(0.1, 0.3, 0.5)}, PERIODS, 4_000))
    alone = np.array([[float(course[p, "joy"].period) for p in PERIODS] for course in drawn])
    so_far = np.array([[float(course[p, "joy"].cumulative) for p in PERIODS] for course in drawn])
    assert alone.mean() == pytest.approx(0.1, abs=1e-6)  # pairs of opposite sign
    assert alone.std(axis=0) == pytest.approx([0.3] * 4, rel=0.05)
    assert np.corrcoef(alone.T)[np.triu_indices(4, 1)] == pytest.approx([0.5] * 6, abs=0.05)
    assert so_far[:, 3] == pytest.approx(alone.mean(axis=1), abs=1e-5)
    last = drawn[0]["4", "joy"].cumulative_interval
    assert float(last.standard_error) == pytest.approx(0.3 * math.sqrt(2.5 / 4), abs=1e-5)
    assert float(last.high - last.low) == pytest.approx(2 * 1.96 * 0.3 * math.sqrt(2.5 / 4), abs=1e-4)


def test_after_two_measured_periods_the_estimate_of_all_moves_less():
    # Two periods measured at 0.1 with error 0.3 and ρ = 1/2: the third differs from their mean by √(ρ̄ (1 + 1/2)) × 0.3.
    contract = small_contract({"joy": joy()})
    drawn = list(courses(contract, {"joy": Around(0.1, 0.3, 0.5, measured=2)}, ["3"], 4_000))
    third = np.array([float(course["3", "joy"].period) for course in drawn])
    assert third.std() == pytest.approx(0.3 * math.sqrt(0.5 * 1.5), rel=0.05)
    assert np.array([float(c["3", "joy"].cumulative) for c in drawn]) == pytest.approx((0.2 + third) / 3, abs=1e-5)


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


def given(**changed):
    return outcome(estimator="given", contrast=None, better="higher", payments=list(TO_FUND)) | changed


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
    rule = {"when": "standard_error_above", "limit": "0.1 points", "use": {"trial": "100 %"}, "source": "illustrative"}
    contract, plain = small_contract({"joy": joy(fallback=rule)}), small_contract({"joy": joy()})
    assert stress(contract, 50).scenarios == stress(plain, 50).scenarios


def test_variants_are_every_rule_and_mark_the_contracts_own():
    contract = small_contract({"joy": joy()})
    found = variants(contract, 40)
    rules = itertools.product(
        ("cumulative", "per_period"), ("each_period", "running_total"), ("point_estimate", "lower_limit", "significant")
    )
    assert [(v.basis, v.floor, v.uncertainty) for v in found] == list(rules)
    (own,) = [variant for variant in found if variant.is_own]
    assert own.shares == {name: e.share for name, e in stress(contract, 40).scenarios.items()}
    by_rule = {(v.basis, v.floor, v.uncertainty): v.shares["nothing"] for v in found}
    assert (
        by_rule["per_period", "each_period", "point_estimate"]
        > by_rule["per_period", "running_total", "point_estimate"]
    )


def test_a_variant_leaves_a_level_on_its_estimate():
    level = joy(contrast="level")
    found = {(v.basis, v.floor, v.uncertainty): v.shares for v in variants(small_contract({"joy": level}), 20)}
    plain = found["cumulative", "running_total", "point_estimate"]
    assert found["cumulative", "running_total", "significant"] == plain


@pytest.mark.slow
def test_the_table_in_the_docs_is_the_one_the_contract_gives(pilot):
    text = (PROJECT / "docs" / "stress-plads-til-forskel.md").read_text(encoding="utf-8")
    assert f"\n\n{variants_table(variants(pilot, VARIANT_DRAWS))}\n\n" in text


@pytest.mark.slow
def test_the_simulator_knows_no_shocks_to_areas_and_so_errs_less_than_is_planned_for(pilot, tmp_path):
    """1,000 persons against 3,000, nobody's effect: the standard errors that the comment in the file tells of."""
    (alone, together) = errors_of(pilot, tmp_path, "acute_contacts", people=1_000, seed=1)
    assert 0.055 < alone < 0.065
    assert 0.035 < together < 0.042
    assert alone < float(pilot.outcomes["acute_contacts"].planning.standard_error.value)
