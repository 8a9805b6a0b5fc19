"""What a hostile reading found in following, counting and measuring. Each test says what should be so."""

from __future__ import annotations

import pyarrow as pa
import pytest

from maalbar import engine
from maalbar.definitions import scale
from tests.transforms.small import outcome, rows, small_contract, unpaid
from transforms import indicators
from transforms.cohort import follow
from transforms.measurement import measure

AGED = {"min_age": "60"}


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
    tables = {
        "population": rows("population", "person_id | area | died_on\n" + "\n".join(people)),
        "surveys": _survey(*answers),
    }
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
    tables = {
        "population": rows("population", f"person_id | area\na | {arm}\nb | {arm}"),
        "surveys": _survey(("a", "2020-10-01")),
    }
    assert all(row["not_measurable"] for row in measure(contract, tables, [], "1").effects)


def test_a_form_left_half_done_does_not_stand_for_the_whole_one_that_came_later():
    """F49: the first valid answer in the window counts. On 1 October one item of five, on the 5th all of them."""
    contract = small_contract({"w": unpaid("who5_wellbeing@1", "difference")}, eligibility=AGED)
    items = [str(item) for item in scale("who5@1").items]
    answers = [("2020-10-01", items[0])] + [("2020-10-05", item) for item in items]
    drawn = "person_id | answered_on | scale | item | answer\n" + "\n".join(
        f"a | {d} | who5 | {i} | 4" for d, i in answers
    )
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
