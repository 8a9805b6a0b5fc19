"""Sharing: who pays whom, how it is rounded, and what is transferred."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.contract_features.row import agreement, changed, effect, paid, row, settled, units
from transforms.settlement import Result
from transforms.settlement.payable import by_period, payable


@row(17)
def test_shares_are_split_to_the_last_cent():
    found = agreement(17)
    # 100.01 × 33.34 % = 33.343334, twice 33.333333: 33.34 + 33.33 + 33.33 leave a cent, which goes to the largest remainder.
    given = settled(found, {"incomes": effect("0.1")})
    assert {payer: str(amount) for payer, amount in paid(found, given, "payer").items()} == {
        "acacia": "33.35",
        "baobab": "33.33",
        "cedar": "33.33",
    }


@row(18)
def test_each_payer_pays_for_what_is_its_own():
    found = agreement(18)
    # 5 × 9,100 = 45,500 by the schools. 8 × 2,900 = 23,200: 17,400 by the city and 5,800 by the schools.
    given = settled(found, {"special_teaching": units(5), "school_ready": units(8)})
    assert paid(found, given, "outcome", "payer") == {
        ("special_teaching", "schools"): 45_500,
        ("school_ready", "city"): 17_400,
        ("school_ready", "schools"): 5_800,
    }


@row(18)
def test_payers_share_by_what_each_has_saved_where_the_terms_say_so():
    task = (
        {"task": "teaching", "payer": "schools", "share": "60 %"},
        {"task": "teaching", "payer": "city", "share": "40 %"},
    )
    found = changed(
        agreement(18),
        {"terms.responsibilities": list(task), "outcomes.school_ready.sharing": "measured_saving"},
    )
    saved = Result(units=Decimal(8), savings={"teaching": Decimal(50_000)})
    # 23,200: 60 % and 40 % of the saving are 13,920 and 9,280; without a saving it is 75/25 again.
    assert paid(found, settled(found, {"school_ready": saved}), "payer") == {"schools": 13_920, "city": 9_280}
    assert paid(found, settled(found, {"school_ready": units(8)}), "payer") == {"city": 17_400, "schools": 5_800}


@row(18)
def test_fixed_shares_show_the_measured_saving_beside_them():
    task = [{"task": "teaching", "payer": who, "share": part} for who, part in (("schools", "60 %"), ("city", "40 %"))]
    found = changed(agreement(18), {"terms.responsibilities": task})
    given = settled(found, {"school_ready": Result(units=Decimal(8), savings={"teaching": Decimal(50_000)})})
    # Paid 75/25 as agreed; by the saving it would have been 40/60.
    assert paid(found, given, "payer") == {"city": 17_400, "schools": 5_800}
    (shown,) = [
        s.facts for step in given.steps for s in step.trail if s.rule == "sharing" and step.outcome == "school_ready"
    ]
    assert shown["by"] == "fixed"
    assert (shown["fixed"]["city"], shown["measured"]["city"]) == (Decimal("0.75"), Decimal("0.4"))


@row(18)
def test_money_goes_back_to_who_has_paid_it():
    tasks = [{"task": "training", "payer": payer, "share": "100 %", **days} for payer, days in (
        ("land", {"to": "2025-01-01"}), ("stadt", {"from": "2025-01-01"}))]  # fmt: skip
    price = {"kind": "pro_rata", "target": "10 %", "maximum": "100_000 EUR", "source": "illustrative"}
    outcome = {"price": price, "contrast": "ratio", "estimator": "given", "sharing": "measured_saving"}
    found = changed(
        agreement(14),
        {"terms.responsibilities": tasks, "terms.caps": []}
        | {f"outcomes.apprenticeships.{key}": value for key, value in outcome.items()},
    )

    def year(cumulative: str) -> dict[str, Result]:
        return {"apprenticeships": Result(Decimal(0), Decimal(cumulative), savings={"training": Decimal(9)})}

    # 100,000 × 1/2 by the one who saved in 2024. In 2025 nothing of it is owed, and it goes back there, whoever saves now.
    given = settled(found, year("0.1"), year("0"))
    assert paid(found, given, "period", "payer") == {("1", "land"): 50_000, ("2", "land"): -50_000}


@row(38)
@pytest.mark.parametrize(
    ("rounding", "amounts"),
    [
        # 1,001 × 5/10 = 500.5, up to 501: 167.33, 166.83 and 166.83 are 167 each.
        ("half_up", {"health_fund": 167, "sun_trust": 167, "rain_trust": 167}),
        # To the even: 500: 167, 166.5 and 166.5; the one over goes to the name that sorts first.
        ("half_even", {"health_fund": 167, "rain_trust": 167, "sun_trust": 166}),
    ],
)
def test_a_half_is_rounded_as_the_terms_say_and_the_parts_make_the_whole(rounding, amounts):
    found = changed(agreement(38), {"terms.rounding": rounding})
    assert paid(found, settled(found, {"carried": effect("0.05")}), "payer") == amounts


@row(38)
def test_three_thirds_of_a_half_are_a_half():
    found = changed(agreement(41), {"outcomes.hospital.price.maximum": "0.01 DKK"})
    # Half an øre over three periods: 0.1667 and 0.3333 are nothing, 0.5 is rounded up to one øre.
    given = settled(found, *[{"hospital": effect("0.05")}] * 3)
    assert [(line.period, line.amount) for line in given.lines] == [("3", 1)]


@row(42)
@pytest.mark.parametrize(
    ("netting", "transfers"),
    [
        ("gross", [("boligfond", "ahorn", 96_000_00), ("boligfond", "boligfond", 144_000_00)]),
        ("net", [("boligfond", "ahorn", 96_000_00)]),
    ],
)
def test_a_payer_that_is_a_recipient_is_posted_gross_and_transferred_as_the_terms_say(netting, transfers):
    found = changed(agreement(42), {"terms.netting": netting})
    given = settled(found, {"satisfaction": effect("0.5")})
    # 240,000: 40 % to the other fund, 60 % to itself; the entitlement is the same either way.
    assert paid(found, given, "payer", "recipient") == {
        ("boligfond", "ahorn"): 96_000,
        ("boligfond", "boligfond"): 144_000,
    }
    made = payable(by_period(found, given.lines, ["1"])).transfers
    assert [(transfer.sender, transfer.receiver, transfer.amount) for transfer in made] == transfers
