"""Person-time in spans: abroad and back, what a contract lets end it besides death, and the last days of life."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maalbar.errors import MeasurementError
from tests.transforms.small import rows, small_contract
from transforms import indicators
from transforms.cohort import Followed, follow

CONTRACT = small_contract()
# Baseline b1 is [2019-07-01, 2020-07-01), period 1 the year after, period 2 the next. Wave 1 enters on 2020-07-01.
ABROAD = """
    person_id | area  | resident_from | resident_to | emigrated_on | died_on
    winter    | north | 2010-01-01    | 2020-10-01  | 2020-10-01   |
    winter    | east  | 2021-04-01    |             |              |
    before    | north | 2010-01-01    | 2019-09-01  | 2019-09-01   |
    before    | north | 2019-11-01    |             |              |
    years     | north | 2010-01-01    | 2020-10-01  | 2020-10-01   |
    years     | north | 2021-10-01    |             |              |
    twice     | north | 2010-01-01    | 2020-08-01  | 2020-08-01   |
    twice     | north | 2020-09-01    | 2020-10-01  | 2020-10-01   |
    twice     | north | 2020-11-01    |             |              |
    dies_away | north | 2010-01-01    | 2020-10-01  | 2020-10-01   | 2020-12-01
    same_day  | north | 2010-01-01    | 2020-10-01  | 2020-10-01   |
    same_day  | east  | 2020-10-01    |             |              |
"""


def _follow(population: str, through: str = "2", **how: object) -> Followed:
    return follow(CONTRACT, {"population": rows("population", population)}, through, **how)


def _spans(followed: Followed, window: str) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for row in followed.person_time.to_pylist():
        if row["window_id"] == window:
            found.setdefault(row["person_id"], []).append((row["from_on"].isoformat(), row["to_on"].isoformat()))
    return found


@pytest.mark.fault("F44")
def test_whoever_comes_back_is_followed_again_and_nobody_while_abroad():
    found = _follow(ABROAD)
    first, end = "2020-07-01", "2021-07-01"
    assert _spans(found, "1") == {
        "winter": [(first, "2020-10-01"), ("2021-04-01", end)],
        "before": [(first, end)],
        "years": [(first, "2020-10-01")],
        "twice": [(first, "2020-08-01"), ("2020-09-01", "2020-10-01"), ("2020-11-01", end)],
        "dies_away": [(first, "2020-10-01")],
        "same_day": [(first, end)],
    }
    # Back in October, in the middle of period 2: the first three months of it are missing.
    assert _spans(found, "2")["years"] == [("2021-10-01", "2022-07-01")]
    assert _spans(found, "b1")["before"] == [("2019-07-01", "2019-09-01"), ("2019-11-01", "2020-07-01")]
    spans = [row["span"] for row in found.person_time.to_pylist() if row["person_id"] == "twice"]
    assert spans == [1, 2, 3, 1, 1], "numbered within each window; the rows are in order of window: 1, 2, b1"


def test_a_death_abroad_is_no_death_of_the_follow_up():
    counts = {row["window_id"]: row for row in _follow(ABROAD).counts.to_pylist()}
    assert (counts["1"]["deaths"], counts["1"]["emigrated"], counts["1"]["present_at_end"]) == (0, 2, 4)


def test_what_happens_in_any_span_counts_and_what_happens_abroad_does_not():
    contacts = """
        person_id | started_on
        winter    | 2020-09-30
        winter    | 2020-10-01
        winter    | 2021-03-31
        winter    | 2021-04-01
    """
    tables = {"population": rows("population", ABROAD), "contacts": rows("contacts", contacts)}
    seen = indicators.observe(CONTRACT, tables, _follow(ABROAD), "2").to_pylist()
    (winter,) = [row for row in seen if (row["person_id"], row["window_id"]) == ("winter", "1")]
    # July to September is 92 days, April to June 91: one row of a person and a window, whatever its spans.
    assert (winter["quantity"], winter["person_days"]) == (2, 183)


MOVES = """
    person_id | area  | municipality | resident_from | resident_to | birth_month
    stays     | north | herning      | 2010-01-01    |             | 1953-12
    in_town   | north | herning      | 2010-01-01    | 2021-01-01  | 1950-01
    in_town   | east  | herning      | 2021-01-01    |             | 1950-01
    out       | north | herning      | 2010-01-01    | 2021-01-01  | 1950-01
    out       | east  | viborg       | 2021-01-01    |             | 1950-01
    treated   | south | ikast        | 2010-01-01    | 2021-02-01  | 1950-01
    treated   | north | herning      | 2021-02-01    |             | 1950-01
    within    | south | ikast        | 2010-01-01    | 2021-02-01  | 1950-01
    within    | west  | ikast        | 2021-02-01    |             | 1950-01
"""


def _cut(*censor: str) -> dict[str, str]:
    spans = _spans(_follow(MOVES, "1", censor=censor), "1")
    return {person: found[-1][1] for person, found in spans.items() if found[-1][1] != "2021-07-01"}


@pytest.mark.fault("F45")
def test_movers_and_crossovers_are_followed_unless_the_contract_says_otherwise():
    assert _cut() == {}
    assert _cut("left_municipality") == {"out": "2021-01-01", "treated": "2021-02-01"}
    assert _cut("crossover") == {"treated": "2021-02-01"}
    assert _cut("crossover", "left_municipality") == {"out": "2021-01-01", "treated": "2021-02-01"}


@pytest.mark.fault("F46")
def test_crossovers_and_censored_are_counted_in_the_arm_they_entered():
    followed = {(r["window_id"], r["arm"]): r for r in _follow(MOVES, "2").counts.to_pylist()}
    assert {key: row["crossovers"] for key, row in followed.items()} == {
        ("b1", "treated"): 0, ("1", "treated"): 0, ("2", "treated"): 0,
        ("b1", "comparison"): 0, ("1", "comparison"): 1, ("2", "comparison"): 1,
    }  # fmt: skip
    censored = {
        (r["window_id"], r["arm"]): r for r in _follow(MOVES, "1", censor=["left_municipality"]).counts.to_pylist()
    }
    assert [censored["1", arm]["censored"] for arm in ("treated", "comparison")] == [1, 1]


def test_without_a_municipality_nobody_can_leave_it():
    with pytest.raises(MeasurementError, match="2 members have no municipality on the day of entry") as refused:
        _follow("person_id | municipality\na | \nb | \nc | herning", censor=["left_municipality"])
    assert "have it delivered" in refused.value.line


def test_time_to_the_age_of_folkepension_is_known_from_birth():
    population = """
        person_id | birth_month
        past_it   | 1954-12
        on_entry  | 1954-01
        later     | 1955-01
        long_ago  | 1940-01
        half_year | 1955-06
    """
    benefits = rows("benefits", "person_id | week_from | week_to\nlater | 2020-06-29 | 2020-07-06")
    contract = small_contract(eligibility={"min_age": "60"})
    found = follow(contract, {"population": rows("population", population), "benefits": benefits}, "2",
                   censor=["pension_age"])  # fmt: skip
    # Born in January to June 1955: 66½ years, so from July to December 2021. Born in December 1954: 66, so December 2020.
    assert _spans(found, "1") == {
        "past_it": [("2020-07-01", "2020-12-01")],
        "later": [("2020-07-01", "2021-07-01")],
        "half_year": [("2020-07-01", "2021-07-01")],
    }
    # Born in January 1954 is 65½ in July 2019, before entry: no time at all, not in the baseline either. Both arms alike.
    assert set(_spans(found, "b1")) == {"past_it", "later", "half_year"}
    assert _spans(found, "2") == {"half_year": [("2021-07-01", "2021-12-01")]}
    assert found.members.num_rows == 5, "who entered is not changed by what an outcome looks at"


def test_the_last_days_of_those_who_die_can_be_left_out_in_every_window():
    population = """
        person_id | died_on
        soon      | 2020-07-31
        later     | 2021-12-01
        lives     |
    """
    found = _follow(population, without_last_days=90)
    # Ninety days before 31 July is 2 May (31 + 30 + 29 days); before 1 December it is 2 September (30 + 31 + 29).
    assert _spans(found, "b1")["soon"] == [("2019-07-01", "2020-05-02")]
    assert "soon" not in _spans(found, "1")
    assert _spans(found, "2") == {"later": [("2021-07-01", "2021-09-02")], "lives": [("2021-07-01", "2022-07-01")]}
    assert not any(row["is_death"] for row in found.person_time.to_pylist())


@pytest.mark.fault("F41")
def test_five_years_from_29_february_tile_without_gap_or_overlap():
    data = small_contract(periods=9).model_dump(mode="json", by_alias=True)
    data["cohort"]["waves"] = [{"id": "leap", "entry": "2024-02-29"}]
    contract = type(CONTRACT).model_validate(data)
    found = follow(contract, {"population": rows("population", "person_id\nold")}, "9")
    spans = sorted(
        (row["from_on"], row["to_on"]) for row in found.person_time.to_pylist() if row["phase"] == "follow_up"
    )
    assert (spans[0][0], spans[-1][1]) == (date(2024, 2, 29), date(2029, 7, 1))
    assert all(before[1] == after[0] for before, after in pairwise(spans))


DAYS = st.dates(date(2019, 1, 1), date(2022, 12, 31))


@st.composite
def _lives(draw: st.DrawFn) -> str:
    """Residents of all areas with up to three addresses, going abroad and coming back, some of whom die."""
    lines = ["person_id | area | municipality | birth_month | resident_from | resident_to | emigrated_on | died_on"]
    for number in range(draw(st.integers(1, 6))):
        days = sorted(draw(st.sets(DAYS, max_size=4)))
        died = draw(st.none() | DAYS)
        born = draw(st.sampled_from(["1940-01", "1953-12", "1955-02", "1960-07", "1961-06"]))
        start = date(2010, 1, 1)
        for position in range(0, len(days) + 1, 2):
            end = days[position] if position < len(days) else None
            area, town = draw(st.sampled_from([("north", "a"), ("south", "b"), ("west", "b"), ("east", "c")]))
            gone = end if end and draw(st.booleans()) else None
            cells = [f"p{number}", area, town, born, start, end or "", gone or "", died or ""]
            lines.append(" | ".join(map(str, cells)))
            if end is None or position + 1 >= len(days):
                break
            start = days[position + 1]
    return "\n".join(lines)


@settings(max_examples=20)
@given(_lives(), st.sets(st.sampled_from(["left_municipality", "crossover", "pension_age"])), st.sampled_from([0, 90]))
def test_everyone_followed_in_a_window_is_there_at_its_end_dead_abroad_or_censored(population, censor, last_days):
    found = _follow(population, "2", censor=sorted(censor), without_last_days=last_days)
    for row in found.counts.to_pylist():
        if row["window_id"] != "b1":
            ends = row["present_at_end"] + row["deaths"] + row["emigrated"] + row["censored"]
            assert row["persons"] == ends
            assert max(row["movers"], row["crossovers"]) <= row["persons"]


@settings(max_examples=20)
@given(_lives())
def test_spans_tile_the_living_time_in_the_country_day_by_day(population):
    tables = {"population": rows("population", population)}
    found = follow(CONTRACT, tables, "2")
    entry = {row["person_id"]: row["entry_on"] for row in found.members.to_pylist()}
    lived = {person: set() for person in entry}
    for row in found.person_time.to_pylist():
        days = {row["from_on"] + timedelta(n) for n in range(row["person_days"])}
        assert row["to_on"] == max(days) + timedelta(1)
        assert not days & lived[row["person_id"]]
        lived[row["person_id"]] |= days
    everyday = [date(2019, 7, 1) + timedelta(n) for n in range((date(2022, 7, 1) - date(2019, 7, 1)).days)]
    for person, days in lived.items():
        mine = [row for row in tables["population"].to_pylist() if row["person_id"] == person]
        assert days == {day for day in everyday if _is_counted(day, mine, entry[person])}


def _is_counted(day: date, mine: list[dict], entry: date) -> bool:
    """The rule a second time, day by day: alive, not abroad, and in the baseline or since entry."""
    died = min((row["died_on"] for row in mine if row["died_on"]), default=date.max)
    gone = [row for row in mine if row["emigrated_on"] and row["emigrated_on"] <= day]
    latest = max((row["emigrated_on"] for row in gone), default=None)
    back = latest is None or any(
        latest <= row["resident_from"] <= day
        and row["resident_from"] > min(g["resident_from"] for g in gone if g["emigrated_on"] == latest)
        for row in mine
    )
    return day < died and back and (day < date(2020, 7, 1) or day >= entry)
