"""What registers deliver wide, or in a form of their own, becomes one row per fact."""

from __future__ import annotations

from datetime import date, timedelta

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maalbar.errors import DeliveryRefused
from transforms import reshape

MONDAY = timedelta(weeks=1)


def runs(**columns: list[str | None]) -> list[tuple[int, str, date, date]]:
    """The runs made of weekly columns, one list of codes per column."""
    cells = pa.table({name: pa.array(codes, pa.string()) for name, codes in columns.items()})
    named = pa.table({"row_number": range(1, len(cells) + 1), "person_id": [f"p{n}" for n in range(len(cells))]})
    long = reshape.weekly(named, cells, "y_").select(["row_number", "code", "week_from", "week_to"])
    return [tuple(row.values()) for row in long.to_pylist()]


def test_weeks_on_one_code_are_one_run_from_monday_to_the_monday_after():
    # Week 1 of 2026 begins on 29 December 2025, week 4 on 19 January 2026.
    assert runs(y_2601=["783"], y_2602=["783"], y_2603=["783"]) == [(1, "783", date(2025, 12, 29), date(2026, 1, 19))]


def test_another_code_or_an_empty_week_begins_another_run():
    found = runs(y_2601=["783"], y_2602=["784"], y_2603=[None], y_2604=["784"])
    assert found == [
        (1, "783", date(2025, 12, 29), date(2026, 1, 5)),
        (1, "784", date(2026, 1, 5), date(2026, 1, 12)),
        (1, "784", date(2026, 1, 19), date(2026, 1, 26)),
    ]


def test_a_week_without_a_column_is_not_filled_in():
    # No column for week 2: what is not delivered is not known to be 783.
    found = runs(y_2601=["783"], y_2603=["783"])
    assert found == [
        (1, "783", date(2025, 12, 29), date(2026, 1, 5)),
        (1, "783", date(2026, 1, 12), date(2026, 1, 19)),
    ]


def test_a_run_goes_through_week_53_into_the_new_year():
    # 2026 has 53 weeks: week 53 begins on 28 December 2026, week 1 of 2027 on 4 January 2027.
    assert runs(y_2652=["783"], y_2653=["783"], y_2701=["783"]) == [(1, "783", date(2026, 12, 21), date(2027, 1, 11))]


def test_a_year_without_week_53_has_no_gap_at_new_year():
    assert runs(y_2752=["783"], y_2801=["783"]) == [(1, "783", date(2027, 12, 27), date(2028, 1, 10))]


def test_columns_in_any_order_give_the_same_runs():
    assert runs(y_2602=["783"], y_2601=["783"]) == runs(y_2601=["783"], y_2602=["783"])


def test_one_persons_last_week_is_not_joined_to_the_next_persons_first():
    found = runs(y_2601=["783", "783"], y_2602=["783", "783"])
    assert [row for row, *_ in found] == [1, 2]


def test_a_person_on_no_benefit_makes_no_row():
    assert runs(y_2601=[None, "783"], y_2602=[None, None]) == [(2, "783", date(2025, 12, 29), date(2026, 1, 5))]


@pytest.mark.parametrize("name", ["y_2753", "y_2600", "y_2654", "y_26x1", "y_261", "y_202601", "y_"])
def test_a_column_named_after_no_iso_week_is_refused(name):
    with pytest.raises(DeliveryRefused, match="a weekly column is named after no ISO week — name it y_YYWW"):
        runs(**{name: ["783"]})


codes = st.sampled_from([None, "783", "784"])


@given(
    st.lists(st.lists(codes, min_size=8, max_size=8), min_size=1, max_size=5), st.sets(st.integers(0, 7), min_size=1)
)
def test_the_runs_cover_just_the_weeks_that_were_delivered_with_a_code(table, delivered):
    first = date(2026, 11, 30)  # the Monday of week 49 of 2026; eight weeks on there is week 53 among them
    mondays = [first + n * MONDAY for n in range(8)]
    columns = {}
    for week in sorted(delivered):
        year, number, _ = mondays[week].isocalendar()
        columns[f"y_{year % 100:02}{number:02}"] = [row[week] for row in table]
    covered = {
        (row, code, monday) for row, code, start, end in runs(**columns) for monday in mondays if start <= monday < end
    }
    expected = {(n, row[week], mondays[week]) for n, row in enumerate(table, 1) for week in delivered if row[week]}
    assert covered == expected


@given(st.lists(st.lists(codes, min_size=6, max_size=6), min_size=1, max_size=4))
def test_no_two_runs_of_a_person_and_code_touch(table):
    found = runs(**{f"y_26{week + 1:02}": [row[week] for row in table] for week in range(6)})
    assert not {(row, code, end) for row, code, _, end in found} & {(row, code, start) for row, code, start, _ in found}


def answers(cells: dict[str, list[str | None]], scales: dict[str, dict[str, str]]) -> list[tuple[int, str, str, str]]:
    file = pa.table({name: pa.array(column, pa.string()) for name, column in cells.items()})
    long = reshape.items(pa.table({"row_number": range(1, len(file) + 1)}), file, scales)
    return [tuple(row.values()) for row in long.select(["row_number", "scale", "item", "answer"]).to_pylist()]


def test_every_answered_item_is_a_row_and_an_unanswered_one_is_none():
    found = answers(
        {"SK01": ["1", None], "SK02": ["4", "2"], "TLF": ["7", None]},
        {"hl": {"q1": "SK01", "q2": "SK02"}, "ls": {"a": "TLF"}},
    )
    assert found == [(1, "hl", "q1", "1"), (1, "hl", "q2", "4"), (1, "ls", "a", "7"), (2, "hl", "q2", "2")]


def test_a_questionnaire_without_answers_makes_no_row():
    assert answers({"SK01": [None]}, {"hl": {"q1": "SK01"}}) == []


def test_every_measure_is_a_row_and_an_empty_one_too():
    cells = pa.table({"DOC": ["3", None], "HOSP": ["0", "1"]})
    long = reshape.measures(pa.table({"row_number": [1, 2]}), cells, {"doctor": "DOC", "hospital": "HOSP"})
    rows = long.select(["row_number", "measure", "quantity"]).to_pylist()
    assert [tuple(row.values()) for row in rows] == [
        (1, "doctor", "3"), (1, "hospital", "0"), (2, "doctor", None), (2, "hospital", "1"),
    ]  # fmt: skip


def test_a_billed_contact_lies_on_the_thursday_of_its_week():
    # Week 1 of 2026 is 29 December to 4 January: its Thursday is 1 January. Week 53 of 2026: 31 December.
    assert reshape.billed(pa.array(["2601", "2653"])).to_pylist() == [date(2026, 1, 1), date(2026, 12, 31)]


def test_a_billing_week_that_is_no_week_has_no_day_and_an_empty_one_neither():
    weeks = pa.array(["2753", None, "2601", "canary"])
    assert reshape.billed(weeks).to_pylist() == [None, None, date(2026, 1, 1), None]


def test_the_specialty_is_the_first_two_of_six_digits():
    assert reshape.specialty(pa.array(["800131", "80", None, "8001310"])).to_pylist() == ["80", None, None, None]
