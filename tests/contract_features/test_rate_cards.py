"""Prices on units: rate cards with dates, chains of milestones, brackets, and what one person brings."""

from __future__ import annotations

import pytest

from maalbar.errors import SettlementRefused
from tests.contract_features.row import agreement, changed, claim, claims, effect, paid, row, settled, stage, units


@row(1)
def test_a_unit_is_paid_at_the_price_of_its_day():
    found = agreement(1)
    # 2024: 6 homes × 500 = 3,000. 2025: 5 homes × 550 = 2,750 and 7 jobs × 1,200 = 8,400.
    given = settled(found, {"home": units(6), "job": units(0)}, {"home": units(5), "job": units(7)})
    assert paid(found, given, "period", "outcome") == {("1", "home"): 3_000, ("2", "home"): 2_750, ("2", "job"): 8_400}


@row(1)
def test_fewer_than_five_wait_for_the_next_period():
    found = agreement(1)
    # 4 jobs wait; with the next 3 they are 7 × 1,200 = 8,400.
    assert paid(found, settled(found, {"job": units(4)}, {"job": units(3)})) == {"2": 8_400}


@row(2)
def test_so_much_a_unit():
    found = agreement(2)
    # 1,000 nights × 15.12 = 15,120.
    assert paid(found, settled(found, {"jail_nights": units(1_000)})) == {"1": 15_120}


@row(2)
def test_a_part_of_the_maximum_for_a_part_of_the_target():
    found = agreement(2)
    # 400,000 × 400/1,600 = 100,000; with 1,300 more it is 1,700/1,600, more than all: 400,000, so 300,000 are left.
    given = settled(found, {"villages": units(400)}, {"villages": units(1_300)})
    assert paid(found, given) == {"1": 100_000, "2": 300_000}


@row(5)
def test_the_price_goes_by_the_number_of_the_unit_over_the_whole_contract():
    found = agreement(5)
    # 80 × 1,000 = 80,000. Then numbers 81–100 at 1,000 and 101–130 at 600: 20,000 + 18,000 = 38,000.
    assert paid(found, settled(found, {"job": units(80)}, {"job": units(50)})) == {"1": 80_000, "2": 38_000}


@row(10)
def test_each_milestone_is_paid_once_in_order_and_not_too_soon():
    found = agreement(10)
    first = claims(
        *(claim(person, "2024-02-01", milestone="months-3") for person in "abcd"),
        claim("a", "2024-05-01", milestone="months-6"),  # 90 days later
        claim("b", "2024-05-01", milestone="months-3"),  # again
        claim("c", "2024-05-01", milestone="months-12"),  # without the six months
        claim("d", "2024-04-01", milestone="months-6"),  # after 60 days, and not 80
    )
    given = settled(found, {"job_kept": first})
    # 4 × 1,000 + 1 × 1,500 = 5,500.
    assert paid(found, given) == {"1": 5_500}
    assert stage(given, "1", "job_kept", "left_out") == {"repeated": 1, "out_of_order": 1, "too_soon": 1}


@row(10)
def test_a_chain_goes_on_in_the_next_period():
    found = agreement(10)
    first = claims(*(claim(person, "2024-08-01", milestone="months-3") for person in "abcde"))
    then = claims(*(claim(person, "2025-01-01", milestone="months-6") for person in "abcde"))
    # 5 × 1,000 and 5 × 1,500.
    assert paid(found, settled(found, {"job_kept": first}, {"job_kept": then})) == {"1": 5_000, "2": 7_500}


@row(10)
def test_a_claim_is_repeated_at_most_so_often_and_after_so_many_days():
    found = agreement(10)
    rows = [claim(person, day) for person in "abc" for day in ("2024-01-10", "2024-03-10", "2024-06-10", "2024-11-10")]
    given = settled(found, {"course": claims(*rows)})
    # Of each: January, not March (60 days), June, not November (the third). 3 × 2 × 300 = 1,800.
    assert paid(found, given) == {"1": 1_800}
    assert stage(given, "1", "course", "left_out") == {"too_soon": 3, "person_claims": 3}


@row(10)
def test_a_limit_on_persons_is_not_kept_by_leaving_the_person_out():
    with pytest.raises(SettlementRefused, match="does not tell its `person`"):
        settled(agreement(10), {"course": units(9)})
    with pytest.raises(SettlementRefused, match="does not tell its `dated`"):
        settled(agreement(10), {"course": claims(claim("a"))})


@row(11)
def test_a_person_is_paid_for_at_most_156_weeks():
    found = agreement(11)
    # a: 100 weeks and then 56 of 80; b: 52 weeks. (100 + 52) × 700 = 106,400; 56 × 700 = 39,200.
    first = claims(claim("a", "2024-12-31", "100"), claim("b", "2024-12-31", "52"))
    given = settled(found, {"housed_weeks": first}, {"housed_weeks": claims(claim("a", "2025-12-31", "80"))})
    assert paid(found, given) == {"1": 106_400, "2": 39_200}
    assert stage(given, "2", "housed_weeks", "left_out") == {"person_units": 24}


@row(11)
def test_parts_of_a_week_are_counted_as_parts():
    found = agreement(11)
    first = claims(claim("a", "2024-06-30", "155.5"), claim("a", "2024-12-31", "1.25"))
    given = settled(found, {"housed_weeks": first})
    # 155.5 + 0.5 = 156 weeks × 700 = 109,200; three quarters of a week are over.
    assert paid(found, given) == {"1": 109_200}
    assert str(stage(given, "1", "housed_weeks", "left_out")["person_units"]) == "0.75"


@row(12)
def test_a_person_brings_at_most_so_much_over_all_outcomes():
    found = agreement(12)
    homes = claims(*(claim(person, "2024-02-01") for person in "abcde"))
    jobs = claims(*(claim(person, "2024-09-01") for person in "abcde"))
    # Each: 3,300 for the home, and of 9,000 for the job the 8,400 that are left to 11,700. 5 × 3,300 and 5 × 8,400.
    assert paid(found, settled(found, {"home": homes, "job": jobs}), "outcome") == {"home": 16_500, "job": 42_000}


@row(12)
def test_on_one_day_the_larger_amount_of_a_person_comes_first():
    found = agreement(12)
    both = claims(*(claim(person, "2024-02-01") for person in "abcde"))
    # The job 9,000, then 2,700 of the home's 3,300.
    assert paid(found, settled(found, {"home": both, "job": both}), "outcome") == {"home": 13_500, "job": 45_000}


@row(27)
def test_what_would_have_come_anyway_is_not_paid_for():
    found = agreement(27)
    rows = [claim(cohort="first") for _ in range(10)] + [claim(cohort="second") for _ in range(4)]
    # 10 × 1,000 × 67 % = 6,700; 4 × 1,000 × 75 % = 3,000.
    assert paid(found, settled(found, {"jobs_kept": claims(*rows)})) == {"1": 9_700}


@row(27)
def test_deadweight_is_taken_off_units_towards_a_target():
    found = changed(
        agreement(27),
        {
            "outcomes.jobs_kept.price": {
                "kind": "pro_rata", "target": "134 units", "maximum": "20_000 GBP", "source": "illustrative"
            }
        },
    )  # fmt: skip
    # 100 units × 67 % = 67 of 134: half of 20,000.
    assert paid(found, settled(found, {"jobs_kept": units(100)})) == {"1": 10_000}


@row(36)
def test_nothing_is_payable_before_the_day_and_all_of_it_afterwards():
    found = agreement(36)
    # 10 × 400 = 4,000 are earned in 2024 and not paid in May 2025; with 5 × 400 they are 6,000 in May 2026.
    given = settled(found, {"at_home": units(10)}, {"at_home": units(5)})
    assert paid(found, given) == {"2": 6_000}
    assert [step.trail[-1].amount for step in given.steps] == [0, 6_000_00]


@row(37)
def test_a_price_follows_its_index():
    found = agreement(37)
    # 5 × 9,100 = 45,500; 5 × 9,100 × 1.01 = 45,955.
    given = settled(found, {"special_teaching": units(5)}, {"special_teaching": units(5)})
    assert paid(found, given) == {"1": 45_500, "2": 45_955}


@row(37)
def test_the_index_of_a_year_is_of_the_part_that_the_year_earns():
    price = {"kind": "pro_rata", "target": "10 %", "maximum": "200_000 USD", "index": "costs", "source": "illustrative"}
    changes = {"contrast": "ratio", "price": price}
    found = changed(agreement(37), {f"outcomes.special_teaching.{key}": value for key, value in changes.items()})
    # Half of 200,000 in 2024, and half of it × 1.01 in 2025: 100,000 and 101,000. The first year keeps its index.
    given = settled(found, {"special_teaching": effect("0.1")}, {"special_teaching": effect("0.1")})
    assert paid(found, given) == {"1": 100_000, "2": 101_000}
