"""Who is followed, in which arm, from when, and for how many days."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from tests.transforms.small import rows, small_contract
from transforms.cohort import Followed, follow

CONTRACT = small_contract()
# The first wave enters on Wednesday 1 July 2020: the index week begins on Monday 29 June, and residence of six months
# means since 1 January. Sixty years before is July 1960.
PENSION = """
    person_id | week_from  | week_to
    pensioner | 2020-06-29 | 2020-07-06
    too_early | 2015-01-05 | 2020-06-29
    too_late  | 2020-07-06 | 2021-06-21
"""


def _follow(population: str, through: str = "1", benefits: str = PENSION) -> Followed:
    return follow(
        CONTRACT, {"population": rows("population", population), "benefits": rows("benefits", benefits)}, through
    )


def _members(followed: Followed, *columns: str) -> dict[str, tuple[object, ...]]:
    return {row["person_id"]: tuple(row[name] for name in columns) for row in followed.members.to_pylist()}


def _days(followed: Followed) -> dict[tuple[str, str], int]:
    return {(row["person_id"], row["window_id"]): row["person_days"] for row in followed.person_time.to_pylist()}


@pytest.mark.fault("F39")
def test_those_of_age_or_on_the_benefit_in_the_index_week_enter():
    found = _follow(
        """
        person_id    | birth_month
        turns_60     | 1960-07
        month_after  | 1960-08
        long_of_age  | 1931-02
        pensioner    | 1975-03
        too_early    | 1975-03
        too_late     | 1975-03
        """
    )
    assert _members(found, "has_benefit") == {"turns_60": (False,), "long_of_age": (False,), "pensioner": (True,)}


def test_another_benefit_is_no_ground_and_two_weeks_of_the_right_one_are_one_person():
    benefits = """
        person_id | code | week_from  | week_to
        flexjob   | 771  | 2020-01-06 | 2020-12-28
        double    | 783  | 2020-06-22 | 2020-07-06
        double    | 783  | 2020-06-29 | 2020-07-13
    """
    population = """
        person_id | birth_month
        flexjob   | 1980-01
        double    | 1980-01
    """
    assert list(_members(_follow(population, benefits=benefits))) == ["double"]


def test_residence_of_half_a_year_up_to_entry_and_on_it_is_needed():
    found = _follow(
        """
        person_id    | resident_from | resident_to
        since_new_year | 2020-01-01  |
        five_months  | 2020-02-01    |
        left_on_entry | 2010-01-01   | 2020-07-01
        left_day_after | 2010-01-01  | 2020-07-02
        """
    )
    assert list(_members(found)) == ["left_day_after", "since_new_year"]


def test_the_dead_the_emigrated_and_care_home_residents_do_not_enter():
    found = _follow(
        """
        person_id  | died_on    | emigrated_on | is_care_home
        day_before | 2020-06-30 |              |
        abroad     |            | 2020-06-30   |
        cared_for  |            |              | yes
        day_after  | 2020-07-02 |              |
        goes_later |            | 2020-07-02   |
        """
    )
    assert list(_members(found)) == ["day_after", "goes_later"]


def test_care_home_residents_enter_where_the_contract_takes_them_and_age_is_all_it_asks():
    contract = small_contract(eligibility={"min_age": "60"})
    population = """
        person_id | birth_month | is_care_home
        cared_for | 1940-01     | yes
        pensioner | 1975-03     |
    """
    tables = {"population": rows("population", population), "benefits": rows("benefits", PENSION)}
    assert [row["person_id"] for row in follow(contract, tables, "1").members.to_pylist()] == ["cared_for"]


def test_a_contract_without_conditions_takes_every_resident_and_one_with_benefits_only_ignores_age():
    population = rows("population", "person_id | birth_month\nchild | 2018-01\nold | 1930-01\npensioner | 1975-03")
    tables = {"population": population, "benefits": rows("benefits", PENSION)}

    def entering(**eligibility: object) -> list[str]:
        return [
            r["person_id"] for r in follow(small_contract(eligibility=eligibility), tables, "1").members.to_pylist()
        ]

    assert entering() == ["child", "old", "pensioner"]
    assert entering(benefit_codes=["783"]) == ["pensioner"]


def test_the_first_wave_whose_conditions_are_met_is_the_only_one():
    population = """
        person_id | birth_month | area  | resident_from | resident_to
        both      | 1950-01     | north | 2010-01-01    |
        younger   | 1961-01     | north | 2010-01-01    |
        newcomer  | 1950-01     | west  | 2020-09-01    |
        moves_arm | 1950-01     | south | 2010-01-01    | 2020-09-15
        moves_arm | 1950-01     | north | 2020-09-15    |
    """
    # One who moves from the comparison to the treated area was in the comparison first, and stays there.
    assert _members(_follow(population, through="2"), "wave_id", "arm", "entry_on") == {
        "both": ("w1", "treated", date(2020, 7, 1)),
        "younger": ("w2", "treated", date(2021, 7, 1)),
        "newcomer": ("w2", "comparison", date(2021, 7, 1)),
        "moves_arm": ("w1", "comparison", date(2020, 7, 1)),
    }


def test_residents_of_no_area_of_the_contract_are_not_followed():
    assert _follow("person_id | area\nstranger | east").members.num_rows == 0


def test_period_0_enrols_the_wave_that_enters_on_its_last_day_and_no_later_one():
    found = _follow("person_id | birth_month\nold | 1950-01\nyounger | 1961-01", through="0")
    assert list(_members(found)) == ["old"]
    assert _days(found) == {("old", "b1"): 366}, "only the baseline has been lived; it holds 29 February 2020"


def test_a_wave_that_enters_on_the_day_a_later_period_ends_belongs_to_the_next():
    population = "person_id | birth_month\nyounger | 1961-01"
    assert _follow(population, through="1").members.num_rows == 0
    assert _follow(population, through="2").members.num_rows == 1


@pytest.mark.fault("F43")
def test_days_are_counted_from_entry_to_death_emigration_or_the_end():
    found = _follow(
        """
        person_id | birth_month | died_on    | emigrated_on
        stays     | 1950-01     |            |
        dies      | 1950-01     | 2021-01-01 |
        leaves    | 1950-01     |            | 2021-10-09
        younger   | 1961-01     |            |
        """,
        through="2",
    )
    # 1 July to 1 January: 31 + 31 + 30 + 31 + 30 + 31 = 184 days. 1 July to 9 October: 31 + 31 + 30 + 8 = 100 days.
    # The baseline counts whole for everyone; the second wave is not followed in the first period.
    assert _days(found) == {
        ("stays", "b1"): 366, ("stays", "1"): 365, ("stays", "2"): 365,
        ("dies", "b1"): 366, ("dies", "1"): 184,
        ("leaves", "b1"): 366, ("leaves", "1"): 365, ("leaves", "2"): 100,
        ("younger", "b1"): 366, ("younger", "2"): 365,
    }  # fmt: skip
    exits = {(r["person_id"], r["window_id"]): (r["is_death"], r["is_exit"]) for r in found.person_time.to_pylist()}
    assert exits["dies", "1"] == (True, True)
    assert exits["leaves", "2"] == (False, True)
    assert exits["stays", "2"] == (False, False)


def test_a_leap_year_has_a_day_more():
    # Period 4 runs from July 2023 to July 2024.
    assert _days(_follow("person_id\nold", through="4"))["old", "4"] == 366


def test_entry_in_the_middle_of_a_window_begins_the_follow_up_there():
    data = CONTRACT.model_dump(mode="json", by_alias=True)
    data["cohort"]["waves"] = [{"id": "w1", "entry": "2020-10-01"}]
    contract = type(CONTRACT).model_validate(data)
    found = follow(contract, {"population": rows("population", "person_id\nold")}, "1")
    # 1 October to 1 July: 365 - (31 + 31 + 30) = 273.
    assert _days(found) == {("old", "b1"): 366, ("old", "1"): 273}


def test_movers_stay_and_are_counted_and_so_are_the_dead():
    found = _follow(
        """
        person_id  | area  | resident_from | resident_to | died_on
        stays      | north | 2010-01-01    |             |
        moves      | north | 2010-01-01    | 2020-12-01  |
        moves      | east  | 2020-12-01    |             |
        comes_back | north | 2010-01-01    | 2020-09-01  |
        comes_back | north | 2021-02-01    |             |
        dies       | north | 2010-01-01    | 2021-01-01  | 2021-01-01
        elsewhere  | south | 2010-01-01    |             |
        """
    )
    treated, comparison = (
        {r["arm"]: r for r in found.counts.to_pylist() if r["window_id"] == "1"}[a] for a in ("treated", "comparison")
    )
    assert treated == {
        "window_id": "1", "arm": "treated", "persons": 4, "person_days": 3 * 365 + 184,
        "deaths": 1, "movers": 1, "present_at_end": 3, "emigrated": 0, "crossovers": 0, "censored": 0,
    }  # fmt: skip
    assert (comparison["persons"], comparison["deaths"], comparison["movers"]) == (1, 0, 0)


@pytest.mark.parametrize("table", ["population", "benefits"])
def test_the_order_of_the_rows_does_not_matter(table):
    population = rows(
        "population",
        """
        person_id | area  | birth_month | resident_from | resident_to
        c         | south | 1950-01     | 2010-01-01    | 2020-11-01
        a         | north | 1975-01     | 2010-01-01    |
        b         | west  | 1940-01     | 2010-01-01    |
        c         | north | 1950-01     | 2020-11-01    |
        """,
    )
    benefits = rows(
        "benefits", "person_id | week_from | week_to\na | 2020-01-06 | 2020-12-28\nb | 2020-01-06 | 2020-12-28"
    )
    tables = {"population": population, "benefits": benefits}
    turned = tables | {table: tables[table].take(pa.array(range(tables[table].num_rows - 1, -1, -1)))}
    straight, reverse = follow(CONTRACT, tables, "2"), follow(CONTRACT, turned, "2")
    assert straight.members.equals(reverse.members)
    assert straight.person_time.equals(reverse.person_time)
    assert straight.counts.equals(reverse.counts)
