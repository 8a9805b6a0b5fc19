"""Stress: the drawn means against the same means worked out by integration, and the maximum they are parts of."""

from __future__ import annotations

import itertools
import math
from decimal import Decimal

import pytest
from scipy.stats import norm

from maalbar.cli.outlook import VARIANT_DRAWS, variants_table
from maalbar.settings import PROJECT
from tests.simulate.one_contract import errors_of
from tests.transforms.by_hand import clipped_mean, close, integrated, joy, plan
from tests.transforms.small import cap, pro_rata, share, small_contract
from transforms.stress import SCENARIOS, means, stress, variants

DRAWS = 1_000


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
    level = joy(contrast="level", estimator="given", indicator="given@1")
    found = {(v.basis, v.floor, v.uncertainty): v.shares for v in variants(small_contract({"joy": level}), 20)}
    plain = found["cumulative", "running_total", "point_estimate"]
    assert found["cumulative", "running_total", "significant"] == plain


@pytest.mark.slow
def test_the_table_in_the_docs_is_the_one_the_contract_gives(pilot):
    text = (PROJECT / "docs" / "stress-plads-til-forskel.md").read_text(encoding="utf-8")
    assert f"\n\n{variants_table(variants(pilot, VARIANT_DRAWS))}\n\n" in text


@pytest.mark.slow
def test_the_simulator_knows_no_shocks_to_areas_and_so_errs_less_than_is_planned_for(pilot, tmp_path):
    """1,000 persons against 3,000, nobody's effect: the standard errors that the comment in the file tells of.

    Of persons as clusters: with areas, 24 of them, the error of one seed is itself uncertain.
    """
    outcome = pilot.outcomes["acute_contacts"].model_copy(update={"clusters": "person"})
    by_person = pilot.model_copy(update={"outcomes": {"acute_contacts": outcome}})
    (alone, together) = errors_of(by_person, tmp_path, "acute_contacts", people=1_000, seed=1)
    assert 0.065 < alone < 0.075
    assert 0.042 < together < 0.049
    assert alone < float(pilot.outcomes["acute_contacts"].planning.standard_error.value)
