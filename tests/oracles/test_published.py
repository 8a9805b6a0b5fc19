"""Published contracts, settled through the calculator, give the published amounts to the last cent.

Each agreement says at its top what is published and what we assumed; README.md has the figures in one table.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from maalbar.contract import load_agreement
from tests.calculated import calculated, paid_by, total

HERE = Path(__file__).parent
NAMES = sorted(path.stem for path in HERE.glob("*.yaml"))


def oracle(name: str, results: Path | None = None):
    return calculated(HERE / f"{name}.yaml", results)


@pytest.fixture
def results(tmp_path: Path):
    """Writes other results than the published ones."""

    def write(*rows: str) -> Path:
        path = tmp_path / "results.csv"
        path.write_text("period,outcome,unit,value,basis\n" + "\n".join(rows) + "\n", encoding="utf-8")
        return path

    return write


def test_denver_housing_to_health_pays_its_first_days_to_the_cent():
    found = oracle("denver_h2h")
    assert total(found) == Decimal("567085.75")
    assert paid_by(found, "component") == {"principal": Decimal("567085.75")}


def test_denver_sib_repays_the_principal_and_the_published_return():
    found = oracle("denver_sib")
    assert paid_by(found, "period", "outcome") == {
        ("1", "days_housed"): Decimal("3913932.96"),
        ("2", "days_housed"): Decimal("620978.40"),
        ("2", "jail_days"): Decimal(5_104_000),
    }
    assert total(found) == Decimal("9638911.36")
    assert paid_by(found, "component") == {"principal": Decimal(8_600_000), "premium": Decimal("1038911.36")}
    (investors,) = found.investors
    assert (investors.paid_in, investors.principal, investors.premium) == (8_600_000_00, 8_600_000_00, 1_038_911_36)


def test_cambodia_pays_the_maximum_for_more_villages_than_agreed():
    found = oracle("cambodia_sanitation")
    assert total(found) == Decimal(9_999_999)
    by_period = paid_by(found, "period")
    assert by_period["1"] == Decimal("2499999.75")  # 400 of 1,600 villages
    assert sum(by_period.values()) == Decimal(9_999_999)


@pytest.mark.parametrize(("villages", "paid"), [(1_599, "9993749.00"), (1_600, "9999999"), (1_601, "9999999")])
def test_cambodia_pays_in_proportion_up_to_the_last_village(villages, paid, results):
    assert total(oracle("cambodia_sanitation", results(f"1,villages,units,{villages},"))) == Decimal(paid)


def test_dementia_care_pays_three_full_years_by_each_payer():
    found = oracle("dementia_care")
    assert total(found) == Decimal(810_000)
    assert paid_by(found, "payer") == {"local": Decimal(540_000), "fund": Decimal(270_000)}
    assert set(paid_by(found, "period").values()) == {Decimal(270_000)}


@pytest.mark.parametrize(
    ("runoff", "paid"),
    [
        ("-41.31", 3_300_000),
        ("-41.3", 0),
        ("-20", 0),
        ("-18.6", 0),
        ("-18.59", -3_300_000),
        ("4", -3_300_000),
    ],
)
def test_dc_water_pays_above_takes_below_and_leaves_the_bounds_in_the_middle(runoff, paid, results):
    found = oracle("dc_water", results(f"1,runoff,%,{runoff},"))
    assert paid_by(found, "payer", "recipient") == ({("utility", "investors"): Decimal(paid)} if paid else {})
    senders = [transfer.sender for transfer in found.payable.transfers]
    assert senders == {3_300_000: ["utility"], 0: [], -3_300_000: ["investors"]}[paid]


def test_dc_water_paid_nothing_for_the_published_result():
    assert total(oracle("dc_water")) == 0


def test_newpin_pays_interest_on_the_straight_line_between_the_points():
    found = paid_by(oracle("newpin"), "period")
    assert found == {"1": Decimal(525_000), "2": Decimal(623_280)}
    assert found["2"] / 7_000_000 == Decimal("0.08904")


@pytest.mark.parametrize(
    ("restored", "rate"),
    [
        ("54.99", "0"),
        ("55", "3.0"),
        ("60", "7.5"),
        ("61.56", "8.904"),
        ("65", "12.0"),
        ("70", "15.0"),
        ("74.5", "15.0"),
    ],
)
def test_newpin_pays_the_points_themselves_and_no_more_than_the_last(restored, rate, results):
    assert total(oracle("newpin", results(f"1,restoration,%,{restored},"))) == 70_000 * Decimal(rate)


def test_peterborough_pays_nothing_for_a_cohort_under_the_gate_and_all_of_it_for_the_pool():
    found = oracle("peterborough")
    assert paid_by(found, "period") == {"2": Decimal(5_400_000)}
    first, second = (next(s for s in step.trail if s.rule == "gate") for step in found.settlement.steps)
    assert (first.facts["opened"], first.facts["held"]) == ("shut", 2_520_000_00)
    assert (second.facts["opened"], second.facts["held"]) == ("pooled", 0)


@pytest.mark.parametrize(("cohort", "early"), [("-9.99", {}), ("-10", {"1": Decimal(3_000_000)})])
def test_peterborough_pays_a_cohort_early_from_the_gate_on(cohort, early, results):
    rows = [f"1,reconvictions,%,{cohort},period", f"1,reconvictions,%,{cohort},cumulative"]
    assert paid_by(oracle("peterborough", results(*rows)), "period") == early


def test_peterborough_never_pays_for_a_pool_under_its_gate(results):
    rows = ["1,reconvictions,%,-8.4,period", "1,reconvictions,%,-8.4,cumulative"]
    rows += ["2,reconvictions,%,-6.5,period", "2,reconvictions,%,-7.49,cumulative"]
    assert total(oracle("peterborough", results(*rows))) == 0


@pytest.mark.parametrize("name", NAMES)
def test_every_oracle_says_what_is_published_and_what_is_assumed(name):
    comment = (HERE / f"{name}.yaml").read_text(encoding="utf-8").partition("\nschema:")[0]
    assert "Published:" in comment
    assert "Assumed:" in comment
    agreement = load_agreement(HERE / f"{name}.yaml")
    assert agreement.sources
    assert f"| `{name}` |" in (HERE / "README.md").read_text(encoding="utf-8")
