"""Prices on effects: steps, tables, weights, scales of wellbeing, shares of savings, and outcomes without a price."""

from __future__ import annotations

import pytest

from tests.contract_features.row import agreement, claim, claims, effect, paid, row, settled, stage, units


@row(3)
@pytest.mark.parametrize(
    ("result", "amount"),
    # A bound belongs to one step: 8.5 % and 10 % to the one above it, 20 % to the one below.
    [
        ("0.0849", 0),
        ("0.085", 4_800_000),
        ("0.0999", 4_800_000),
        ("0.10", 9_600_000),
        ("0.20", 9_600_000),
        ("0.2001", 11_700_000),
    ],
)
def test_a_result_pays_its_step(result, amount):
    found = agreement(3)
    assert paid(found, settled(found, {"readmission": effect(result)})) == ({"1": amount} if amount else {})


@row(4)
@pytest.mark.parametrize(
    ("result", "amount"),
    # 45 %: a quarter of the way from 0 to 200,000. 65 %: half way from 200,000 to 350,000. Above 70 % the last.
    [("0.39", 0), ("0.45", 50_000), ("0.60", 200_000), ("0.65", 275_000), ("0.70", 350_000), ("0.90", 350_000)],
)
def test_between_two_points_the_straight_line_is_paid(result, amount):
    found = agreement(4)
    assert paid(found, settled(found, {"restored": effect(result)})) == ({"1": amount} if amount else {})


@row(4)
@pytest.mark.parametrize(
    ("result", "amount"),
    # 25 % of 80,000 from half a point, all of it from one.
    [("0.49", 0), ("0.5", 20_000), ("0.99", 20_000), ("1", 80_000)],
)
def test_between_two_points_the_point_below_is_paid(result, amount):
    found = agreement(4)
    assert paid(found, settled(found, {"less_lonely": effect(result)})) == ({"1": amount} if amount else {})


@row(7)
def test_an_outcome_earns_at_most_its_weight_of_the_pot():
    found = agreement(7)
    # Learning: 80 % of 500,000 × 2.5/5 = 200,000. Enrolment: 20 % of 500,000, and 92 % for a target of 79 % is no more.
    given = settled(found, {"learning": effect("2.5"), "enrolment": effect("0.92")})
    assert paid(found, given, "outcome") == {"learning": 200_000, "enrolment": 100_000}


@row(8)
def test_a_mean_change_on_a_scale_is_paid():
    found = agreement(8)
    # 300,000 × 0.9/1.5 = 180,000.
    assert paid(found, settled(found, {"wellbeing": effect("0.9")})) == {"1": 180_000}


@row(8)
def test_a_share_of_people_who_are_better_is_paid():
    found = agreement(8)
    # 200,000 × 45/60 = 150,000.
    assert paid(found, settled(found, {"less_lonely": effect("0.45")})) == {"1": 150_000}


@row(9)
def test_each_person_and_the_whole_group_are_judged():
    found = agreement(9)
    falls = ["10", "12.5", "15", "10", "11", "9.9"]
    each = claims(*(claim(f"p{n}", value=effect(fall).period) for n, fall in enumerate(falls)))
    given = settled(found, {"each_person": each, "whole_group": effect("4")})
    # Five of six reach ten points: 5 × 8,000 = 40,000. The group: 900,000 × 4/6 = 600,000.
    assert paid(found, given, "outcome") == {"each_person": 40_000, "whole_group": 600_000}
    assert stage(given, "1", "each_person", "left_out") == {"no_success": 1}


@row(16)
@pytest.mark.parametrize(("result", "amount"), [("0.18", -3_300_000), ("0.186", 0), ("0.413", 0), ("0.42", 3_300_000)])
def test_a_bad_result_pays_money_back(result, amount):
    found = agreement(16)
    # Under 18.6 % the investor pays 3.3 million to the payer, above 41.3 % the payer pays it to the investor.
    lines = settled(found, {"runoff": effect(result)}).lines
    assert [(line.payer, line.recipient, line.amount) for line in lines] == (
        [("waterworks", "ridge", amount * 100)] if amount else []
    )


@row(22)
def test_the_share_changes_when_the_capital_is_repaid():
    found = agreement(22)
    # 600,000 saved: 95 % = 570,000. 1,200,000 saved in all: 800,000 × 95 % = 760,000 repay the capital, and of the other
    # 400,000 it is 40 %: 160,000. 920,000 in all, so 350,000 more.
    given = settled(found, {"saved": effect("600000")}, {"saved": effect("600000", "1200000")})
    assert paid(found, given) == {"1": 570_000, "2": 350_000}


@row(31)
def test_avoided_contacts_count_by_what_they_cost_on_their_day():
    found = agreement(31)
    first = claims(
        claim(dated="2024-03-01", quantity="200", item="bed-day"),
        claim(dated="2024-06-01", quantity="50", item="emergency-visit"),
    )
    then = claims(claim(dated="2025-03-01", quantity="100", item="bed-day"))
    # 200 × 1,000 + 50 × 400 = 220,000, half of it 110,000. Then 100 × 1,100 = 110,000, half of it 55,000.
    given = settled(found, {"avoided_care": first}, {"avoided_care": then})
    assert paid(found, given) == {"1": 110_000, "2": 55_000}


@row(39)
def test_what_is_shown_is_not_paid():
    found = agreement(39)
    # 500,000 × 5/10 = 250,000 for the one, and a step without money for the other.
    given = settled(found, {"hospital": effect("0.05"), "doctor": effect("-0.3")})
    assert paid(found, given, "outcome") == {"hospital": 250_000}
    assert [(step.outcome, step.kind, step.granted) for step in given.steps] == [
        ("hospital", "pro_rata", 250_000_00),
        ("doctor", "none", 0),
    ]


@row(9)
def test_persons_without_a_result_are_no_success():
    found = agreement(9)
    given = settled(found, {"each_person": units(7)})
    assert given.lines == ()
    assert stage(given, "1", "each_person", "left_out") == {"no_value": 7}
