"""What a hostile reading found in following, counting and measuring. Each test says what should be so."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from maalbar.contract import load_contract
from maalbar.definitions import indicator
from maalbar.settings import PROJECT
from maalbar.tables import TABLES
from tests.transforms.small import outcome, rate_card, rows, small_contract, unpaid
from transforms.cohort import follow, historical
from transforms.measurement import measure
from transforms.observed import Observed

AGED = {"min_age": "60"}


def test_a_whole_number_of_hours_is_counted_whole():
    """6, 57 and 37 hundredths of an hour are one hour."""
    contract = small_contract(
        {"a": rate_card(10, 100) | {"indicator": "support_hours@1", "better": "lower"}}, eligibility=AGED
    )
    services = "person_id | starts_on | quantity\na | 2020-08-01 | {}\nb | 2020-08-01 | {}\nc | 2020-08-01 | {}"
    name = indicator("support_hours@1").services[0]  # type: ignore[union-attr]
    parts = pa.table(
        {"person_id": ["a", "b", "c"], "service": [name] * 3, "starts_on": rows("services", services.format(1, 1, 1))["starts_on"],
         "quantity": pa.array([6, 57, 37], pa.int64())}
    )  # fmt: skip
    people = rows("population", "person_id\na\nb\nc")
    found = measure(contract, {"population": people, "services": parts}, [], "1")
    assert [row["units"] for row in found.effects if row["basis"] == "period"] == [1]


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


def test_years_compared_with_hold_the_same_areas():
    """`east` is on the list from 2020-07-01. Its residents of now are not compared with those of `north` alone."""
    contract = small_contract({"a": outcome(estimator="historical_baseline")}, eligibility=AGED)
    treated = contract.cohort.arms.treated
    dated = type(treated).model_validate(
        {"areas": ["north", "east"], "dates": [{"area": "east", "from": "2020-07-01"}], "source": "illustrative"}
    )
    arms = contract.cohort.arms.model_copy(update={"treated": dated})
    contract = contract.model_copy(update={"cohort": contract.cohort.model_copy(update={"arms": arms})})
    tables = {"population": rows("population", "person_id | area\nn | north\ne | east")}
    now = set(follow(contract, tables, "1").members["area"].to_pylist())
    assert set(historical(contract, tables).members["area"].to_pylist()) == now


def _survey(*answers: tuple[str, str]) -> pa.Table:
    return rows("surveys", "person_id | answered_on | answer\n" + "\n".join(f"{p} | {day} | 5" for p, day in answers))


SURVEYED = {"s": unpaid("life_satisfaction@1", "difference")}


def test_an_agreed_reserve_that_needs_no_answers_is_there_when_too_few_answer():
    trial = {"change": "0.3 points", "standard_error": "0.1 points", "persons": "400", "source": "illustrative"}
    fallback = {"when": "not_measurable", "use": {"trial": "100 %"}, "source": "illustrative"}
    one: dict[str, Any] = unpaid("life_satisfaction@1", "difference") | {"trial": trial, "fallback": fallback}
    contract = small_contract({"s": one}, eligibility=AGED)
    people = "person_id | area\n" + "\n".join(f"{arm}{n} | {arm}" for arm in ("north", "south") for n in range(10))
    tables = {
        "population": rows("population", people),
        "surveys": _survey(*[(f"{arm}{n}", "2020-01-01") for arm in ("north", "south") for n in range(10)],
                           ("north0", "2020-10-01"), ("south0", "2020-10-01")),
    }  # fmt: skip
    found = measure(contract, tables, [], "1")
    assert {row["not_measurable"] for row in found.effects} == {"low_response: 10; 40"}
    assert "estimator.trial" in {row["name"] for row in found.diagnostics}


def test_an_open_cohort_is_measured():
    """Repeated cross-sections have no areas to turn about (`tests/contracts/health_panel.yaml`)."""
    contract = load_contract(PROJECT / "tests" / "contracts" / "health_panel.yaml")
    chance = np.random.default_rng(1)
    first = contract.calendar.followed[0].id
    windows = [row.id for row in contract.baseline.windows] + [first]
    counted = [
        {"person_id": f"{arm}{number}", "window_id": window, "arm_value": arm, "measure": measure_of, "quantity": 100 * int(chance.poisson(3))}
        for measure_of in ("docvis", "hospvis") for window in windows for arm in ("0", "1") for number in range(40)
    ]  # fmt: skip
    schema = TABLES["counts"].schema
    table = pa.Table.from_pylist(counted, schema=schema)
    assert all(row["not_measurable"] is None for row in measure(contract, {"counts": table}, [], first).effects)
