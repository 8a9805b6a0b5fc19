"""Caps: in which order they bind, over the years, and what a correction moves where they do."""

from __future__ import annotations

from decimal import Decimal
from itertools import permutations

import pytest

from tests.transforms.settled import kroner, kroner_by, settle_one
from tests.transforms.small import cap, pro_rata, rate_card, share, small_contract
from transforms.settlement import Result, difference, settle

CAPS = [cap(500, "region", "fund"), cap(800, "region"), cap(1_000)]


@pytest.mark.parametrize("caps", list(permutations(CAPS)))
def test_caps_bind_in_order_pair_payer_contract_whatever_order_they_are_written_in(caps):
    payments = [share("region", "40 %"), share("region", "26 %", "bank"), share("town", "34 %")]
    found = settle_one(small_contract({"plans": rate_card(1_500, payments=payments)}, caps), "plans", [1])
    # Claimed: region → fund 600, region → bank 390, town → fund 510.
    # Pair: 500. Payer: 500 + 390 = 890 held at 800: 449.438 and 350.562, so 449.44 and 350.56.
    # Contract: 449.44 + 350.56 + 510 = 1,310 held at 1,000: 343.08397, 267.60305, 389.31298; the øre over goes to the first.
    assert kroner_by(found, "payer", "recipient") == {
        ("region", "fund"): Decimal("343.09"), ("region", "bank"): Decimal("267.60"), ("town", "fund"): Decimal("389.31"),
    }  # fmt: skip
    assert found.total == 1_000_00


def test_a_cap_on_one_payer_leaves_the_other_alone():
    payments = [share("region", "50 %"), share("town", "50 %")]
    found = settle_one(
        small_contract({"plans": rate_card(100, payments=payments)}, [cap(120, "region")]), "plans", [2, 2]
    )
    assert kroner_by(found, "period", "payer") == {
        ("1", "region"): 100,
        ("2", "region"): 20,
        ("1", "town"): 100,
        ("2", "town"): 100,
    }


EXAMPLE = small_contract({"plans": rate_card(1)}, [cap(3_600)])


def test_a_cap_holds_over_the_years():
    # 900 + 800 + 900 = 2,600 are paid, and of 1,200 the 1,000 that are left.
    found = settle_one(EXAMPLE, "plans", [900, 800, 900, 1_200])
    assert kroner_by(found, "period") == {"1": 900, "2": 800, "3": 900, "4": 1_000}
    assert [(Decimal(s.adds) / 100, Decimal(s.granted) / 100) for s in found.steps][-1] == (1_200, 1_000)


@pytest.mark.fault("F57")
def test_correcting_the_second_year_moves_the_fourth_where_the_cap_binds():
    before, after = (
        settle_one(EXAMPLE, "plans", [900, 800, 900, 1_200]),
        settle_one(EXAMPLE, "plans", [900, 1_000, 900, 1_200]),
    )
    changes = difference(after.lines, {line.key: line.amount for line in before.lines})
    assert kroner({line.period: line.amount for line in changes}) == {"2": 200, "4": -200}


def test_what_a_cap_kept_from_being_paid_is_not_asked_back_when_the_effect_is_gone():
    halves = {"acute": [share("region", "75 %"), share("town", "25 %")], "joy": [share("region", "100 %", "bank")]}
    outcomes = {
        "acute": pro_rata(1_000, payments=halves["acute"]),
        "joy": pro_rata(400, "1 points", halves["joy"], indicator="life_satisfaction@1"),
    }
    contract = small_contract(outcomes, [cap(100)])
    effects = [("0.08", "0"), ("0", "0.5")]
    found = {
        (str(n), name): Result(cumulative=Decimal(e))
        for n, pair in enumerate(effects, 1)
        for name, e in zip(outcomes, pair, strict=True)
    }
    # First 1,000 × 1/4 × 8/10 = 200, held at 100: 75 and 25. Then nothing of it is owed, and 400 × 2/4 × 1/2 = 100 is.
    assert kroner_by(settle(contract, found, ["1", "2"]), "period", "payer", "recipient") == {
        ("1", "region", "fund"): 75, ("1", "town", "fund"): 25,
        ("2", "region", "fund"): -75, ("2", "town", "fund"): -25, ("2", "region", "bank"): 100,
    }  # fmt: skip
