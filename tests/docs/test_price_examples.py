"""Every kind of price has an example in docs/examples/prices that comes to what its comment says."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from maalbar.contract.prices import KINDS
from maalbar.settings import PROJECT
from tests.calculated import calculated, paid_by, total

EXAMPLES = PROJECT / "docs" / "examples" / "prices"
PAID: dict[str, dict[str, int]] = {
    "pro_rata": {"1": 25_000, "2": 55_000},
    "tiers": {"1": 50_000, "2": -20_000},
    "interpolated": {"1": 20_000, "2": 50_000},
    "savings_share": {"1": 60_000, "2": 50_000},
    "rate_card": {"1": 8_000, "2": 11_000},
    "rate_card_milestones": {"1": 26_000, "2": 22_000},
    "brackets": {"1": 8_000, "2": 7_200},
    "none": {},
}
"""Example → period → kroner."""


@pytest.mark.parametrize("name", PAID)
def test_an_example_comes_to_what_it_says(name):
    found = calculated(EXAMPLES / f"{name}.yaml")
    assert paid_by(found, "period") == {period: Decimal(amount) for period, amount in PAID[name].items()}
    comment = (EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8").partition("\nschema:")[0]
    for amount in {*PAID[name].values(), total(found)} if PAID[name] else ():
        assert re.search(rf"{amount:,}\b", comment), f"the comment does not tell {amount:,}"


def test_every_kind_of_price_has_an_example_and_every_example_is_tried():
    kinds = {o.price.kind for name in PAID for o in calculated(EXAMPLES / f"{name}.yaml").agreement.outcomes.values()}
    assert kinds == set(KINDS)
    assert {path.stem for path in EXAMPLES.iterdir() if path.suffix != ".md"} == set(PAID)


def test_the_readme_names_every_example():
    text = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| \[(\w+)\]\(\1\.yaml\) \|", text, re.MULTILINE) == list(PAID)


def test_the_savings_example_repays_the_capital_first():
    assert paid_by(calculated(EXAMPLES / "savings_share.yaml"), "component") == {
        "principal": Decimal(100_000),
        "premium": Decimal(10_000),
    }


def test_the_milestones_example_tells_what_it_leaves_out():
    found = calculated(EXAMPLES / "rate_card_milestones.yaml")
    left_out = [stage.facts for step in found.settlement.steps for stage in step.trail if stage.rule == "left_out"]
    assert left_out == [{"too_soon": 1, "out_of_order": 1}]
