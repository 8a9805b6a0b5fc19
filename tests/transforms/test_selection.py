"""Selection: dated areas, unbroken residence, earlier use, and the table of who was kept out and why."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maalbar.contract import Contract
from maalbar.contract.checks import faults
from tests.transforms.small import rows, small_contract
from transforms.cohort import Followed, changed_waves, follow, historical, wave_digests

# Wave 1 enters on 1 July 2020, wave 2 a year later. The year before wave 1 is [2019-07-01, 2020-07-01).
THREE_IN_A_YEAR = {"indicator": "hospital_contacts@1", "at_least": "3", "months": "12"}
CONTACTS = """
    person_id | started_on
    enough    | 2019-07-01
    enough    | 2020-02-29
    enough    | 2020-06-30
    one_short | 2019-12-01
    one_short | 2020-03-01
    too_early | 2019-06-30
    too_early | 2020-01-01
    too_early | 2020-02-01
    too_late  | 2020-01-01
    too_late  | 2020-02-01
    too_late  | 2020-07-01
    in_south  | 2020-01-01
    in_south  | 2020-01-01
    in_south  | 2020-01-01
"""
USERS = """
    person_id | area
    enough    | north
    one_short | north
    too_early | north
    too_late  | north
    in_south  | south
    no_use    | west
"""


TWO_YEARS = [
    {"id": "b1", "from": "2018-07-01", "to": "2019-07-01"},
    {"id": "b2", "from": "2019-07-01", "to": "2020-07-01"},
]


def _contract(baseline: list[dict[str, str]] | None = None, **cohort: Any) -> Contract:
    data = small_contract().model_dump(mode="json", by_alias=True)
    data["baseline"]["windows"] = baseline or data["baseline"]["windows"]
    eligibility = {**data["cohort"]["eligibility"], **cohort.pop("eligibility", {})}
    arms = data["cohort"]["arms"]
    for arm, changed in cohort.pop("arms", {}).items():
        arms[arm] |= changed
    data["cohort"] |= {"eligibility": eligibility, "arms": arms, **cohort}
    found = Contract.model_validate(data)
    assert faults(found) == []
    return found


def _select(contract: Contract, population: str, through: str = "1", **tables: str) -> Followed:
    drawn = {"population": population} | tables
    return follow(contract, {name: rows(name, text) for name, text in drawn.items()}, through)


def _entered(followed: Followed) -> dict[str, str]:
    return {row["person_id"]: row["wave_id"] for row in followed.members.to_pylist()}


def _lines(followed: Followed, arm: str, wave: str) -> dict[str, int]:
    mine = [row for row in followed.attrition if (row["arm"], row["wave"]) == (arm, wave)]
    return {row["step"]: row["persons"] for row in mine}


def test_so_much_earlier_use_in_the_months_before_entry_selects_in_both_arms_alike():
    contract = _contract(eligibility={"earlier_use": THREE_IN_A_YEAR})
    found = _select(contract, USERS, contacts=CONTACTS)
    assert _entered(found) == {"enough": "w1", "in_south": "w1"}
    assert _lines(found, "treated", "w1") == {
        "residents": 4, "entered_earlier": 0, "care_home": 0, "residence": 0, "age_or_benefit": 0, "earlier_use": 3,
        "entered": 1,
    }  # fmt: skip
    assert _lines(found, "comparison", "w1")["earlier_use"] == 1


def test_a_later_wave_looks_at_the_months_before_its_own_entry():
    contract = _contract(eligibility={"earlier_use": {**THREE_IN_A_YEAR, "at_least": "1"}})
    found = _select(contract, "person_id\nbefore\nafter", "2", contacts="""
        person_id | started_on
        before    | 2020-06-30
        after     | 2020-07-01
    """)  # fmt: skip
    assert _entered(found) == {"before": "w1", "after": "w2"}


def test_hospital_contacts_are_no_doctors_visits():
    contract = _contract(eligibility={"earlier_use": {**THREE_IN_A_YEAR, "at_least": "1"}})
    found = _select(contract, "person_id\na\nb", contacts="""
        person_id | started_on | sector  | specialty | form
        a         | 2020-06-01 | primary | 80        | K
        b         | 2020-06-01 | hospital |          | ALCA00
    """)  # fmt: skip
    assert _entered(found) == {"b": "w1"}


def test_what_was_known_before_is_counted_among_those_who_enter_and_selects_nobody():
    contract = _contract(TWO_YEARS, known_before={"indicator": "hospital_contacts@1", "at_least": "2", "months": "24"})
    found = _select(contract, USERS, contacts=CONTACTS)
    assert set(_entered(found)) == {"enough", "one_short", "too_early", "too_late", "in_south", "no_use"}
    assert _lines(found, "treated", "w1")["known_before"] == 4
    assert _lines(found, "comparison", "w1")["known_before"] == 1
    assert found.attrition[-1]["step"] == "known_before", "the last line of each wave"
    assert "known_before" not in _lines(_select(small_contract(), USERS, contacts=CONTACTS), "treated", "w1")


def test_the_list_of_areas_is_looked_at_on_the_day_of_entry():
    dates = [
        {"area": "south", "from": "2020-07-02"},
        {"area": "west", "to": "2020-07-01"},
    ]
    contract = _contract(arms={"comparison": {"areas": ["south", "west"], "dates": dates}})
    found = _select(contract, "person_id | area\nsoon | south\ngone | west\nalways | north", "2")
    assert _entered(found) == {"always": "w1", "soon": "w2"}
    assert _lines(found, "comparison", "w1")["residents"] == 0


def test_an_area_that_comes_back_on_the_list_takes_residents_in_again():
    dates = [{"area": "north", "to": "2020-01-01"}, {"area": "north", "from": "2021-01-01"}]
    contract = _contract(arms={"treated": {"areas": ["north"], "dates": dates}})
    assert _entered(_select(contract, "person_id\nresident", "2")) == {"resident": "w2"}


def test_a_stay_in_an_area_is_one_while_its_intervals_join():
    found = _select(
        small_contract(),
        """
        person_id | area  | resident_from | resident_to | emigrated_on | is_care_home
        moved_in  | north | 2010-01-01    | 2020-03-01  |              |
        moved_in  | north | 2020-03-01    |             |              |
        a_gap     | north | 2010-01-01    | 2020-03-01  |              |
        a_gap     | north | 2020-03-02    |             |              |
        abroad    | north | 2010-01-01    |             | 2020-03-01   |
        abroad    | north | 2020-04-01    |             |              |
        from_west | west  | 2010-01-01    | 2020-03-01  |              |
        from_west | south | 2020-03-01    |             |              |
        care_home | north | 2010-01-01    | 2020-03-01  |              |
        care_home | north | 2020-03-01    |             |              | yes
        exactly   | north | 2020-01-01    |             |              |
        day_less  | north | 2020-01-02    |             |              |
        """,
    )
    assert _entered(found) == {"moved_in": "w1", "exactly": "w1"}
    treated = _lines(found, "treated", "w1")
    assert (treated["residents"], treated["care_home"], treated["residence"]) == (6, 1, 3)
    assert _lines(found, "comparison", "w1")["residence"] == 1, "from area to area is no stay in the area"


def test_whoever_dies_or_leaves_on_the_day_of_entry_is_not_there():
    found = _select(
        small_contract(),
        """
        person_id | died_on    | emigrated_on
        dies      | 2020-07-01 |
        leaves    |            | 2020-07-01
        day_after | 2020-07-02 |
        """,
    )
    assert _entered(found) == {"day_after": "w1"}
    assert found.person_time.filter(pc.equal(found.person_time["window_id"], "1")).num_rows == 1


def test_members_have_the_age_and_municipality_of_the_day_of_entry():
    found = _select(
        small_contract(),
        """
        person_id | birth_month | municipality | resident_from | resident_to
        turns_60  | 1960-07     | herning      | 2010-01-01    | 2020-07-05
        turns_60  | 1960-07     | viborg       | 2020-07-05    |
        leap      | 1948-02     |              | 2010-01-01    |
        wave_2    | 1961-06     | herning      | 2010-01-01    |
        """,
        "2",
    )
    told = {r["person_id"]: (r["age"], r["municipality"]) for r in found.members.to_pylist()}
    assert told == {"turns_60": (60, "herning"), "leap": (72, None), "wave_2": (60, "herning")}


def test_whoever_is_in_already_is_counted_so_whatever_became_of_the_conditions():
    found = _select(
        small_contract(),
        """
        person_id | birth_month | area  | is_care_home | resident_from | resident_to
        stays     | 1950-01     | north |              | 2010-01-01    |
        cared_for | 1950-01     | north |              | 2010-01-01    | 2021-01-01
        cared_for | 1950-01     | north | yes          | 2021-01-01    |
        moves     | 1950-01     | south |              | 2010-01-01    | 2020-09-01
        moves     | 1950-01     | north |              | 2020-09-01    |
        young     | 1990-01     | north |              | 2010-01-01    |
        """,
        "2",
    )
    assert _lines(found, "treated", "w2") == {
        "residents": 4, "entered_earlier": 3, "care_home": 0, "residence": 0, "age_or_benefit": 1, "earlier_use": 0,
        "entered": 0,
    }  # fmt: skip
    assert _lines(found, "comparison", "w2")["residents"] == 0, "counted where they live on the day"


def test_historical_members_are_selected_on_the_first_day_of_each_baseline_window_and_followed_in_it():
    data = small_contract().model_dump(mode="json", by_alias=True)
    data["baseline"]["windows"] = [
        {"id": "b1", "from": "2018-07-01", "to": "2019-07-01"},
        {"id": "b2", "from": "2019-07-01", "to": "2020-07-01"},
    ]
    contract = Contract.model_validate(data)
    population = """
        person_id | area  | birth_month | resident_from | died_on
        both      | north | 1950-01     | 2010-01-01    |
        turns_60  | north | 1959-07     | 2010-01-01    |
        too_young | north | 1960-01     | 2010-01-01    |
        dies      | north | 1940-01     | 2010-01-01    | 2018-10-09
        elsewhere | south | 1940-01     | 2010-01-01    |
    """
    found = historical(contract, {"population": rows("population", population)}, "1")
    assert [(r["person_id"], r["wave_id"], r["entry_on"], r["age"]) for r in found.members.to_pylist()] == [
        ("both", "b1", date(2018, 7, 1), 68),
        ("dies", "b1", date(2018, 7, 1), 78),
        ("both", "b2", date(2019, 7, 1), 69),
        ("turns_60", "b2", date(2019, 7, 1), 60),
    ]
    time = {(r["person_id"], r["window_id"]): (r["person_days"], r["is_death"]) for r in found.person_time.to_pylist()}
    # July to October: 31 + 31 + 30 + 8 days. The second window holds 29 February 2020.
    assert time == {
        ("both", "b1"): (365, False), ("dies", "b1"): (100, True), ("both", "b2"): (366, False),
        ("turns_60", "b2"): (366, False),
    }  # fmt: skip
    assert set(found.person_time["phase"].to_pylist()) == {"historical"}
    assert {row["arm"] for row in found.attrition} == {"treated"}
    assert {row["wave"]: row["persons"] for row in found.attrition if row["step"] == "entered"} == {"b1": 2, "b2": 2}


def test_historical_members_are_asked_for_earlier_use_too():
    """Those of b2 by the twelve months of b1. Nobody is selected for b1, on months of which nothing may be delivered."""
    contract = _contract(TWO_YEARS, eligibility={"earlier_use": {**THREE_IN_A_YEAR, "at_least": "1"}})
    contacts = rows("contacts", "person_id | started_on\nuser | 2019-06-30\nlater | 2019-07-01\nearlier | 2018-06-30")
    population = rows("population", "person_id\nuser\nlater\nearlier")
    found = historical(contract, {"population": population, "contacts": contacts}, "1")
    assert [(row["person_id"], row["wave_id"]) for row in found.members.to_pylist()] == [("user", "b2")]


def test_historical_members_live_in_the_areas_of_now_whenever_these_came_on_the_list():
    """`east` is on the list from 2020-07-01. Its residents of now are not compared with those of `north` alone."""
    data = _contract().model_dump(mode="json", by_alias=True)
    data["cohort"]["arms"]["treated"] |= {"areas": ["north", "east"], "dates": [{"area": "east", "from": "2020-07-01"}]}
    contract = Contract.model_validate(data)
    tables = {"population": rows("population", "person_id | area\nn | north\ne | east")}
    now = set(follow(contract, tables, "1").members["area"].to_pylist())
    assert set(historical(contract, tables, "1").members["area"].to_pylist()) == now


def test_a_frozen_cohort_is_one_wave_and_nobody_joins_it():
    contract = _contract(kind="frozen", waves=[{"id": "w1", "entry": "2020-07-01"}])
    found = _select(contract, "person_id | birth_month\nold | 1950-01\nyounger | 1961-01", "3")
    assert _entered(found) == {"old": "w1"}
    assert set(wave_digests(found.members)) == {"w1"}


BOTH_WAVES = """
    person_id | area  | birth_month
    old       | north | 1950-01
    other     | south | 1950-01
    younger   | north | 1961-01
"""


def test_a_later_extract_that_restates_earlier_rows_changes_the_digest_of_the_wave():
    before = wave_digests(_select(small_contract(), BOTH_WAVES).members)
    unchanged = wave_digests(_select(small_contract(), BOTH_WAVES, "2").members)
    assert changed_waves(before, unchanged) == [], "a wave that has entered since is no change"
    restated = BOTH_WAVES.replace("other     | south", "other     | north")
    moved = wave_digests(_select(small_contract(), restated, "2").members)
    assert changed_waves(before, moved) == ["w1"], "the same persons, one of them in the other arm"
    gone = wave_digests(_select(small_contract(), "person_id | birth_month\nyounger | 1961-01", "2").members)
    assert changed_waves(before, gone) == ["w1"]
    assert changed_waves(
        unchanged, wave_digests(_select(small_contract(), BOTH_WAVES + "late | west | 1961-05", "2").members)
    ) == ["w2"]


DAYS = st.dates(date(2019, 1, 1), date(2021, 12, 31))


@st.composite
def _histories(draw: st.DrawFn) -> dict[str, pa.Table]:
    people = ["person_id | area | birth_month | resident_from | resident_to | died_on | emigrated_on | is_care_home"]
    weeks, contacts = ["person_id | week_from | week_to"], ["person_id | started_on"]
    for number in range(draw(st.integers(1, 8))):
        moved, died, gone = (draw(st.none() | DAYS) for _ in range(3))
        born = draw(st.sampled_from(["1940-01", "1960-07", "1960-08", "1980-01"]))
        area = draw(st.sampled_from(["north", "south", "east"]))
        home = draw(st.sampled_from(["no", "no", "yes"]))
        people.append(
            f"p{number} | {area} | {born} | 2010-01-01 | {moved or ''} | {died or ''} | {gone or ''} | {home}"
        )
        if moved:
            people.append(f"p{number} | west | {born} | {moved} | | {died or ''} | | no")
        if draw(st.booleans()):
            weeks.append(f"p{number} | {draw(DAYS.filter(lambda day: day < date(2020, 7, 1)))} | 2021-12-27")
        contacts += [f"p{number} | {day}" for day in draw(st.sets(DAYS, max_size=3))]
    drawn = {"population": people, "benefits": weeks, "contacts": contacts}
    return {name: rows(name, "\n".join(lines)) for name, lines in drawn.items()}


USED_ONCE = {"indicator": "hospital_contacts@1", "at_least": "1", "months": "12"}


@settings(max_examples=20)
@given(_histories())
def test_each_resident_is_in_one_step_and_the_steps_sum_to_the_residents(tables):
    contract = _contract(eligibility={"earlier_use": USED_ONCE}, known_before=USED_ONCE)
    found = follow(contract, tables, "2")
    for arm in ("treated", "comparison"):
        for wave in ("w1", "w2"):
            lines = _lines(found, arm, wave)
            steps = {k: n for k, n in lines.items() if k not in ("residents", "known_before")}
            assert lines["residents"] == sum(steps.values())
            assert lines["known_before"] == lines["entered"], "what selects is what is shown, asked twice"
            mine = [m for m in found.members.to_pylist() if (m["arm"], m["wave_id"]) == (arm, wave)]
            assert lines["entered"] == len(mine)


@settings(max_examples=20)
@given(_histories())
def test_nothing_after_the_day_of_entry_selects_anybody(tables):
    """The first wave is the same when all that came after its day had never happened."""
    contract = _contract(eligibility={"earlier_use": USED_ONCE})
    entry = date(2020, 7, 1)
    known = dict(tables)
    people = [row for row in tables["population"].to_pylist() if row["resident_from"] <= entry]
    for row in people:
        row |= {
            name: None
            for name in ("resident_to", "died_on", "emigrated_on")
            if row[name] is not None and row[name] > entry
        }
    known["population"] = pa.Table.from_pylist(people, schema=tables["population"].schema)
    contacts = tables["contacts"]
    known["contacts"] = contacts.filter(pc.less(contacts["started_on"], pa.scalar(entry)))
    waves = [
        {m["person_id"]: (m["arm"], m["has_benefit"]) for m in follow(contract, given, "1").members.to_pylist()}
        for given in (tables, known)
    ]
    assert waves[0] == waves[1]


MOVES = """
    person_id | area  | resident_from | resident_to | died_on
    stays     | north | 2010-01-01    |             |
    crosses   | south | 2010-01-01    | 2020-12-01  |
    crosses   | north | 2020-12-01    |             |
    dies      | west  | 2010-01-01    |             | 2021-09-01
"""


@pytest.mark.parametrize(("censor", "last_days"), [([], 0), (["crossover"], 0), (["pension_age"], 30)])
def test_who_entered_does_not_depend_on_what_an_outcome_looks_at(censor, last_days):
    tables = {"population": rows("population", MOVES)}
    plain = follow(small_contract(), tables, "2")
    anew = follow(small_contract(), tables, "2", censor=censor, without_last_days=last_days)
    assert anew.members.equals(plain.members)
    assert anew.attrition == plain.attrition
    again = follow(small_contract(), tables, "2", censor=censor, without_last_days=last_days, again=plain)
    assert again.person_time.equals(anew.person_time)
    assert again.counts.equals(anew.counts)
    assert again.members.equals(anew.members)
    assert anew.person_time.equals(plain.person_time) == (not censor)


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
        rule = {"min_age": "60"} | {"earlier_use": {"indicator": ref, "at_least": "1", "months": "12"}}
        contract = small_contract(eligibility=rule)
        assert follow(contract, tables, "1").members["person_id"].to_pylist() == ["ill"], ref
