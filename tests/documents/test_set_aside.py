"""Reasons in words: every one that a row is set aside for is told by the sender's columns, in both languages, with a remedy."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maalbar.documents.set_aside import ranges, reason_of, written
from maalbar.tables import TABLES
from transforms import repeated

AS_OF = date(2022, 10, 15)


@pytest.mark.parametrize(
    ("source", "text", "danish", "remedy"),
    [
        ("population", "sex: empty", "sex er tom", "udfyld sex"),
        ("population", "birth_month: not a date", "born kan ikke læses som en dato", "skriv dagen som ÅÅÅÅ-MM-DD i born"),
        ("population", "is_care_home: unknown code", "koden i care_home er ikke en af de aftalte",
         "brug de aftalte koder: 0, 1, eller sig til"),
        ("contacts", "started_at: not a timestamp", "began kan ikke læses som et tidspunkt",
         "skriv dag og tid som ÅÅÅÅ-MM-DD TT:MM i began"),
        ("contacts", "ended_at before started_at", "ended ligger før began", "ret ended eller began"),
        ("contacts", "started_on: after the day the delivery describes",
         "began ligger efter den dag, filen beskriver (2022-10-15)", "ret began, eller sig til os, at den er rigtig"),
        ("surveys", "answer: outside 0 to 10 (life_satisfaction ls1)",
         "svaret i satisfaction ligger uden for skalaen (0 til 10)",
         "skriv 0 til 10 i satisfaction, og lad den stå tom, hvor der ikke er svaret"),
        ("billed", "billing_week: no ISO week", "week er ikke en uge", "skriv week som ÅÅUU"),
        ("population", repeated.CLASHING, "en anden række har samme person, moved_in, men andet indhold",
         "send én række for hver person, moved_in, den rigtige"),
        ("population", repeated.NOTHING_TO_TAKE_BACK, "rækken tilbagefører en række, der ikke er i filen",
         "send også den række, der tilbageføres, eller udelad tilbageførslen"),
    ],
)  # fmt: skip
def test_a_reason_is_told_by_the_columns_of_the_sender(tiny, source, text, danish, remedy):
    reason = reason_of(text, tiny.deliveries[source], AS_OF)
    assert (reason.danish, reason.danish_mend) == (danish, remedy)
    assert reason.mend


def _every_reason(table):
    for name, column in table.columns.items():
        yield f"{name}: not a {column.kind}"
        yield f"{name}: empty"
        if column.allowed:
            yield f"{name}: unknown code"
        if column.kind == "date":
            yield f"{name}: before 1900"
    if table.name == "surveys":
        yield "answer: outside 0 to 5 (who5 q1)"
    yield from (f"{later} before {earlier}" for earlier, later in table.ordered)
    yield from (f"{name}: after the day the delivery describes" for name in table.not_after_as_of)
    yield from (repeated.CLASHING, repeated.NOTHING_TO_TAKE_BACK)


def test_every_reason_of_every_table_has_words_and_a_code_of_its_own(pilot):
    for delivery in pilot.deliveries.values():
        told = [reason_of(text, delivery, AS_OF) for text in _every_reason(TABLES[delivery.table])]
        assert all(reason.danish != reason.text and reason.code != "other" for reason in told)
        assert len({reason.code for reason in told}) == len(told)


def test_only_a_readable_date_may_be_let_in(pilot):
    for delivery in pilot.deliveries.values():
        told = [reason_of(text, delivery, AS_OF) for text in _every_reason(TABLES[delivery.table])]
        for reason in told:
            assert reason.may_be_released == reason.code.endswith((".after_as_of", ".before_1900"))


def test_a_reason_that_nobody_has_words_for_is_told_as_it_is_and_never_let_in(tiny):
    reason = reason_of("two sexes of one person", tiny.deliveries["population"], AS_OF)
    assert (reason.danish, reason.may_be_released) == ("two sexes of one person", False)


def test_row_numbers_are_told_as_ranges_and_those_too_many_are_counted():
    assert ranges([3, 7, 8, 9, 12]) == "3, 7–9, 12"
    assert ranges([1, 3, 5, 6, 9], most=2) == "1, 3 … (+3)"
    assert ranges([]) == ""


@given(st.sets(st.integers(min_value=1, max_value=60)))
def test_ranges_hold_every_row_and_no_other(numbers):
    told = ranges(sorted(numbers), most=60)
    ends = [part.split("–") for part in told.split(", ")] if told else []
    assert {n for end in ends for n in range(int(end[0]), int(end[-1]) + 1)} == numbers


def test_a_date_format_is_written_as_a_danish_reader_sees_it():
    assert written("%d-%m-%Y %H:%M") == "DD-MM-ÅÅÅÅ TT:MM"


def test_of_many_agreed_codes_ten_are_named_and_the_others_counted(tiny_contract):
    codes = {f"k{n:02}": "ALCA00" for n in range(13)}
    contract = tiny_contract({"deliveries.contacts.codes": {"form": codes}})
    reason = reason_of("form: unknown code", contract.deliveries["contacts"], AS_OF)
    ten = ", ".join(list(codes)[:10])
    assert reason.mend == f"use the agreed codes: {ten} and 3 more"
    assert reason.danish_mend == f"brug de aftalte koder: {ten} og 3 flere, eller sig til"
