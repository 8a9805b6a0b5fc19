"""The rows of an outcome follow one rule, in the years compared with as in those of now."""

from __future__ import annotations

import pyarrow as pa

from tests.transforms.small import outcome, rows, small_contract
from transforms.measurement import measure
from transforms.observed import Observed

AGED = {"min_age": "60"}

# Those of before: 60 in 2019, dying on 1 May 2020, in baseline b1. Those of now: 60 in January 2020, dying on 1 May 2021. Each
# has as many contacts in the first months of its window, and as many in the last days of life. Nothing has changed.
THEN = [f"then{number}" for number in range(8)]
NOW = [f"now{number}" for number in range(8)]


def _same_lives() -> dict[str, pa.Table]:
    people = [f"{p} | 1950-01 | 2020-05-01" for p in THEN] + [f"{p} | 1960-01 | 2021-05-01" for p in NOW]
    contacts = []
    for number in range(8):
        for year, person in ((2019, THEN[number]), (2020, NOW[number])):
            contacts += [f"{person} | {year}-08-0{day}" for day in range(1, 3 + number % 3)]
            contacts += [f"{person} | {year + 1}-04-0{day}" for day in range(1, 7 + number % 3)]
    return {
        "population": rows("population", "person_id | birth_month | died_on\n" + "\n".join(people)),
        "contacts": rows("contacts", "person_id | started_on\n" + "\n".join(contacts)),
    }


def test_without_the_last_days_of_life_leaves_them_out_of_the_years_compared_with_too():
    contract = small_contract({"a": outcome(estimator="historical_baseline")}, eligibility=AGED)
    found = measure(contract, _same_lives(), [], "1")
    (effect,) = [row for row in found.effects if row["basis"] == "period"]
    assert abs(effect["change"]) < 0.02, "nothing has changed"
    (without,) = [r for r in found.diagnostics if (r["name"], r["basis"]) == ("variant.without_last_days", "period")]
    assert abs(float(without["figures"]["change"])) < 0.02, "and nothing has without the last days"


def test_what_ends_the_follow_up_ends_it_in_the_years_compared_with_too():
    """Born in January 1953: 66 and a half in July 2019, in the middle of nothing but old age."""
    chosen = outcome(estimator="historical_baseline", censor=["pension_age"])
    contract = small_contract({"a": chosen}, eligibility=AGED)
    people = rows("population", "person_id | birth_month\nold | 1940-01\nyoung | 1959-01")
    seen = Observed(contract, {"population": people}, "1")
    followed = set(seen.rows(contract.outcomes["a"])["person_id"])
    compared = set(seen.historical(contract.outcomes["a"])["person_id"])
    assert followed == {"young"}, "the old one reached the age before entry, and has no time"
    assert compared == {"young"}


def test_whoever_moved_to_the_other_arm_before_is_left_out_from_that_day_as_now():
    contract = small_contract({"a": outcome(estimator="historical_baseline", censor=["crossover"])}, eligibility=AGED)
    people = """
        person_id | area  | resident_from | resident_to
        moved     | north | 2010-01-01    | 2020-01-01
        moved     | south | 2020-01-01    |
    """
    compared = Observed(contract, {"population": rows("population", people)}, "1").historical(contract.outcomes["a"])
    # From 1 July to 1 January: 184 days of the baseline window.
    assert compared["person_days"].tolist() == [184]
