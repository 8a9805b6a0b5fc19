"""What a hostile reading found in following, counting and measuring. Each test says what should be so."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pytest

from maalbar import engine
from maalbar.definitions import indicator, scale
from tests.transforms.small import outcome, rows, small_contract, unpaid
from transforms import indicators, mortality, rates
from transforms.cohort import follow
from transforms.effect import NotMeasurable
from transforms.measurement import measure

AGED = {"min_age": "60"}


def _counts(treated: tuple[int, int], comparison: tuple[int, int]) -> pd.DataFrame:
    """(deaths, whole person-years) of each arm in window 1."""
    rows = [("1", "treated", *treated), ("1", "comparison", *comparison)]
    found = pd.DataFrame(rows, columns=["window_id", "arm", "deaths", "person_days"])
    return found.assign(person_days=found["person_days"] * 365)


def test_twelve_deaths_against_none_is_more_than_chance():
    """Given 12 deaths, all among a quarter of the years: Clopper and Pearson's lower limit of the ratio is 8.3."""
    assert mortality.check(_counts((12, 100), (0, 300)), ["1"]).verdict == "broken"
    # One against none can be chance, and is no reason to hold a payment.
    assert mortality.check(_counts((1, 100), (0, 300)), ["1"]).verdict != "broken"


def test_nobody_has_lived_before_birth():
    """Baseline b1 is [2019-07-01, 2020-07-01). Born in May 2020: at most 61 days of it can be lived."""
    contract = small_contract(eligibility={"residence_months": "0"})
    people = rows("population", "person_id | birth_month | resident_from\nbabe | 2020-05 | 2020-05-01")
    lived = {r["window_id"]: r["person_days"] for r in follow(contract, {"population": people}, "1").person_time.to_pylist()}
    assert lived.get("b1", 0) <= 61
    assert lived["1"] == 365


READMITTED = """
    person_id | started_on | ended_on   | started_minute | ended_minute
    ill       | 2020-02-01 | 2020-02-03 | 26344800       | 26347680
    ill       | 2020-02-10 | 2020-02-12 | 26357760       | 26360640
"""


def test_earlier_readmissions_are_counted_like_any_other_earlier_use():
    """Admitted on 1 February, readmitted on the 10th; entry on 1 July: one readmission in the twelve months before."""
    people = rows("population", "person_id | birth_month\nill | 1950-01\nwell | 1950-01")
    tables = {"population": people, "contacts": rows("contacts", READMITTED)}
    for ref in ("acute_admissions@2", "acute_readmissions@1"):
        rule = AGED | {"earlier_use": {"indicator": ref, "at_least": "1", "months": "12"}}
        contract = small_contract(eligibility=rule)
        assert follow(contract, tables, "1").members["person_id"].to_pylist() == ["ill"], ref


def test_a_unit_named_twice_does_not_count_its_contacts_twice():
    contract = small_contract({"a": unpaid("hospital_contacts@1")}, own_units=["U1", "U1"], eligibility=AGED)
    assert not indicator("hospital_contacts@1").excludes_own_units  # type: ignore[union-attr]
    tables = {
        "population": rows("population", "person_id\nanna"),
        "contacts": rows("contacts", "person_id | started_on | unit\nanna | 2020-08-01 | U1"),
    }
    seen = indicators.observe(contract, tables, follow(contract, tables, "1"), "1").to_pylist()
    assert {row["window_id"]: row["quantity"] for row in seen} == {"b1": 0, "1": 1}


def test_an_amount_of_nothing_has_no_limit_in_events():
    """Poisson's 3.69 events are not 3.69 hours, kroner or nights: the limit would change with the unit."""
    none = pd.DataFrame({"person_id": ["a", "b"], "quantity": [0.0, 0.0], "exposure": [1.0, 1.0]})
    assert isinstance(rates.crude(none, "amount"), NotMeasurable)


def _survey(*answers: tuple[str, str]) -> pa.Table:
    return rows("surveys", "person_id | answered_on | answer\n" + "\n".join(f"{p} | {day} | 5" for p, day in answers))


SURVEYED = {"s": unpaid("life_satisfaction@1", "difference")}


def test_no_more_answer_than_could():
    """Five live to the end and three of them answer; four answer and die afterwards: 7 of 9, not 7 of 5."""
    died = [f"dead{n}" for n in range(4)]
    alive = [f"alive{n}" for n in range(5)]
    others = [f"other{n}" for n in range(9)]
    people = [f"{p} | north | 2021-06-01" for p in died] + [f"{p} | north |" for p in alive]
    people += [f"{p} | south |" for p in others]
    answers = [(p, "2020-01-01") for p in (*died, *alive, *others)]
    answers += [(p, "2020-10-01") for p in (*died, *alive[:3], *others[:7])]
    tables = {"population": rows("population", "person_id | area | died_on\n" + "\n".join(people)), "surveys": _survey(*answers)}
    found = measure(small_contract(SURVEYED, eligibility=AGED), tables, [], "1")
    (told,) = [r["figures"] for r in found.diagnostics if (r["name"], r["basis"]) == ("check.response", "period")]
    assert (told["answered_treated"], told["invited_treated"]) in ((7, 9), (3, 5))
    assert float(told["response_treated"]) <= 1


def test_an_answer_before_entry_does_not_stand_for_one_after_it_in_the_same_window():
    """Entry in the middle of a window: both answers are the first of their time."""
    given = {
        "cohort": pa.table({"person_id": ["anna"], "arm": ["treated"], "entry_on": rows("surveys", "person_id | answered_on\na | 2021-01-01")["answered_on"]}),
        "surveys": _survey(("anna", "2020-08-01"), ("anna", "2021-05-01")),
        "windows": pa.table({"window_id": ["1"], "start_on": rows("surveys", "person_id | answered_on\na | 2020-07-01")["answered_on"],
                             "end_on": rows("surveys", "person_id | answered_on\na | 2021-07-01")["answered_on"]}),
        "scales": pa.table({"scale": ["life_satisfaction"]}),
    }  # fmt: skip
    assert sorted(engine.run("survey_answers", given)["phase"].to_pylist()) == ["after", "before"]


@pytest.mark.parametrize("arm", ["north", "south"])
def test_one_arm_without_anybody_is_refused_and_not_a_crash(arm):
    contract = small_contract({"a": outcome(), "s": SURVEYED["s"]}, eligibility=AGED)
    tables = {"population": rows("population", f"person_id | area\na | {arm}\nb | {arm}"), "surveys": _survey(("a", "2020-10-01"))}
    assert all(row["not_measurable"] for row in measure(contract, tables, [], "1").effects)


def test_a_form_left_half_done_does_not_stand_for_the_whole_one_that_came_later():
    """F49: the first valid answer in the window counts. On 1 October one item of five, on the 5th all of them."""
    contract = small_contract({"w": unpaid("who5_wellbeing@1", "difference")}, eligibility=AGED)
    items = [str(item) for item in scale("who5@1").items]
    answers = [("2020-10-01", items[0])] + [("2020-10-05", item) for item in items]
    drawn = "person_id | answered_on | scale | item | answer\n" + "\n".join(f"a | {d} | who5 | {i} | 4" for d, i in answers)
    tables = {"population": rows("population", "person_id\na"), "surveys": rows("surveys", drawn)}
    found = indicators.survey_scores(contract, tables, follow(contract, tables, "1"), "1")
    assert found["score"].tolist() == [80.0]


def test_the_answers_that_count_in_full_are_those_of_the_windows_looked_at():
    """Everyone answers before and after, and all weigh the same: as many count in full as have answered after."""
    ids = [f"{arm}{number}" for arm in ("north", "south") for number in range(6)]
    people = "person_id | area\n" + "\n".join(f"{p} | {p[:5]}" for p in ids)
    answers = [(p, day) for p in ids for day in ("2020-01-01", "2020-10-01")]
    tables = {"population": rows("population", people), "surveys": _survey(*answers)}
    found = measure(small_contract(SURVEYED, eligibility=AGED), tables, [], "1")
    (told,) = [r["figures"] for r in found.diagnostics if (r["name"], r["basis"]) == ("check.response", "period")]
    assert (told["answered_treated"], float(told["effective_treated"])) == (6, 6.0)
