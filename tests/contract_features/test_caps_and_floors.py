"""Limits: per year with what they carry over, in their fixed order, the least that is paid, and the payer's mandate."""

from __future__ import annotations

from itertools import permutations

import pytest

from maalbar.contract.checks import faults
from maalbar.contract.model import Agreement
from tests.contract_features.row import agreement, changed, claim, claims, effect, paid, row, settled, units

YEARS = (6, 16, 2)


@row(13)
@pytest.mark.parametrize(
    ("outcome", "amounts"),
    [
        # At most ten a year at 100. Nothing carries over: 6, ten of 16, 2.
        ("reviews", (600, 1_000, 200)),
        # The room of four that the first year left: 6, fourteen of 16, 2.
        ("visits", (600, 1_400, 200)),
        # The six over the limit: 6, ten of 16, 2 and 6.
        ("plans", (600, 1_000, 800)),
        # The same in money: at most 1,000 a year.
        ("calls", (600, 1_000, 200)),
        ("respite", (600, 1_400, 200)),
        ("training", (600, 1_000, 800)),
    ],
)
def test_a_yearly_limit_carries_over_what_the_contract_says(outcome, amounts):
    found = agreement(13)
    given = settled(found, *({outcome: units(count)} for count in YEARS))
    assert paid(found, given) == dict(zip("123", amounts, strict=True))


@row(13)
@pytest.mark.parametrize("outcome", ["visits", "respite"])
def test_a_year_that_cannot_be_measured_leaves_its_room(outcome):
    found = agreement(13)
    # Nothing in two years: the third has room for three times ten.
    assert paid(found, settled(found, {}, {}, {outcome: units(40)})) == {"3": 3_000}


@row(13)
@pytest.mark.parametrize("outcome", ["plans", "training"])
def test_what_was_over_the_limit_is_paid_also_when_the_next_year_cannot_be_measured(outcome):
    found = agreement(13)
    # 10 of 15, then the 5 that waited.
    assert paid(found, settled(found, {outcome: units(15)}, {})) == {"1": 1_000, "2": 500}


def _thirty(first: int) -> dict[str, object]:
    """Ten persons with three claims each."""
    rows = [claim(f"p{first + n}", f"2024-0{month}-01") for n in range(10) for month in (2, 5, 8)]
    return {"apprenticeships": claims(*rows)}


@row(14)
@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_limits_bind_in_a_fixed_order_whatever_order_they_are_written_in(order):
    found = agreement(14)
    rows = found.said()["terms"]["caps"]
    found = changed(found, {"terms.caps": [rows[position] for position in order]})
    # Claimed: 30 × 1,000. Person: 10 × 2,500 = 25,000. Outcome in the year: 20,000, so 12,000 and 8,000.
    # Payer in the year: 9,000 and 8,000. Contract: 17,000 of 28,000.
    # Next year the same till 9,000 and 8,000; of the payer's 15,000 there are 6,000 left; of the contract's 28,000 there are
    # 11,000: 11,000 × 6/14 = 4,714.2857 and 11,000 × 8/14 = 6,285.7143.
    given = settled(found, _thirty(0), _thirty(10))
    assert {key: str(amount) for key, amount in paid(found, given, "period", "payer").items()} == {
        ("1", "land"): "9000",
        ("1", "stadt"): "8000",
        ("2", "land"): "4714.29",
        ("2", "stadt"): "6285.71",
    }


@row(14)
def test_a_yearly_cap_may_have_a_maximum_of_its_own_in_a_year():
    found = agreement(14)
    years = [period.year for period in found.calendar.followed]
    cap = {
        "payer": "land",
        "per": "budget_year",
        "carry_over": "none",
        "maximum": "9_000 EUR",
        "source": "illustrative",
    }
    found = changed(found, {"terms.caps": [cap | {"in_years": {years[1]: "5_000 EUR"}}], "terms.floors": []})
    # The land owes 12,000 in each year: 9,000 are allowed, and 5,000 in the second.
    given = paid(found, settled(found, _thirty(0), _thirty(10)), "period", "payer")
    assert {key: str(amount) for key, amount in given.items() if key[1] == "land"} == {
        ("1", "land"): "9000",
        ("2", "land"): "5000",
    }
    said = found.said()
    said["terms"]["caps"][0]["in_years"] = {"1999": "5 EUR"}
    assert [fault.what for fault in faults(Agreement.model_validate(said))] == ["no budget year 1999"]


@row(15)
def test_without_any_effect_the_least_is_paid_when_it_is_due():
    found = agreement(15)
    nothing = {"placements": effect("-0.02")}
    # 100,000; 40 % of 500,000 = 200,000; and 100,000 × 1.05² = 110,250 (15 May 2024 to 15 May 2026 is 730 days).
    assert paid(found, settled(found, nothing, nothing), "period", "outcome", "recipient") == {
        ("2", "least-to-lind", "lind"): 100_000,
        ("2", "guaranteed-to-ask", "ask"): 200_000,
        ("2", "interest-to-ronn", "ronn"): 110_250,
    }


@row(15)
def test_a_floor_makes_up_only_what_is_missing():
    found = agreement(15)
    half = {"placements": effect("0.05")}
    given = settled(found, half, half)
    # 250,000 a year: 100,000 to Lind, 75,000 to Ask and to Rönn. Ask has 150,000 of 200,000: 50,000 more. Rönn's 75,000 in
    # May 2025 and 2026 are above 100,000 × 1.05² − 75,000 × 1.05 = 31,500.
    assert paid(found, given, "outcome", "recipient") == {
        ("placements", "lind"): 200_000,
        ("placements", "ask"): 150_000,
        ("placements", "ronn"): 150_000,
        ("guaranteed-to-ask", "ask"): 50_000,
    }


@row(15)
def test_nothing_is_the_least_where_the_terms_say_no_more():
    found = changed(agreement(15), {"terms.floors": []})
    assert settled(found, {"placements": effect("-0.02")}, {"placements": effect("-0.02")}).lines == ()


@row(43)
def test_no_more_is_paid_than_the_mandate_allows():
    found = agreement(43)
    # 4,000,000 are earned, and 3,600,000 are allowed.
    assert paid(found, settled(found, {"hospital": effect("0.1")})) == {"1": 3_600_000}


@row(43)
@pytest.mark.parametrize("caps", [[], ["3_600_000.01 DKK"]])
def test_terms_that_could_pay_more_than_the_mandate_are_refused(caps):
    said = agreement(43).said()
    said["terms"]["caps"] = [{"payer": "region_vest", "maximum": cap, "source": "illustrative"} for cap in caps]
    assert [fault.what for fault in faults(Agreement.model_validate(said))] == [
        "`region_vest` can pay more than its mandate of 3_600_000 DKK"
    ]
