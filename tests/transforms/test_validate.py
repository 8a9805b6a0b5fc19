"""Every row of a file is accepted, set aside with every reason, or collapsed, and the sum is checked."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maalbar.contract import Contract
from maalbar.errors import ChecksFailed
from maalbar.tables import TABLES
from tests.transforms.taken import taken
from transforms.account import Account

HEADERS = {
    "population": "person;sex;born;area;moved_in;moved_out;died;emigrated;care_home",
    "contacts": "person;contact;began;ended;priority;form;unit;system",
    "billed": "person;contact;week;specialty;form",
    "services": "person;service;week_start;hours",
    "surveys": "person;answered;mode;proxy;satisfaction;hl1;hl2",
    "benefits": "person;y_2201;y_2202;y_2203",
    "claims": "plan;person;kind;agreed;state",
}
SAME_KEY = "same key as another row, with other content"


@dataclass(frozen=True)
class Validated:
    accepted: pa.Table
    quarantine: pa.Table
    account: Account


def validated(contract: Contract, source: str, *rows: str) -> Validated:
    found, accepted = taken(contract, source, "\n".join([HEADERS[source], *rows, ""]).encode())
    return Validated(accepted, found.quarantine, found.account)


def aside(found: Validated) -> list[tuple[int, str]]:
    return [(row["row_number"], row["reason"]) for row in found.quarantine.to_pylist()]


def counts(found: Validated) -> tuple[int, int, int, int]:
    account = found.account
    return account.rows_in, account.accepted, account.quarantined, account.collapsed


def test_good_rows_are_accepted_in_the_order_of_their_key(tiny):
    found = validated(tiny, "services", "p2;care;2022-07-04;1", "p1;care;2022-07-11;2", "p1;care;2022-07-04;3")
    assert [(row["person_id"], row["quantity"]) for row in found.accepted.to_pylist()] == [
        ("p1", 300),
        ("p1", 200),
        ("p2", 100),
    ]
    assert (aside(found), counts(found)) == ([], (3, 3, 0, 0))


GOOD_PERSON = "p1;F;1950-02-01;north;2000-01-01;2020-01-01;2021-01-01;2021-06-01;0"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (";F;1950-02-01;north;2000-01-01;;;;0", "person_id: empty"),
        ("p2;;1950-02-01;north;2000-01-01;;;;0", "sex: empty"),
        ("p2;K;1950-02-01;north;2000-01-01;;;;0", "sex: unknown code"),
        ("p2;F;;north;2000-01-01;;;;0", "birth_month: empty"),
        ("p2;F;1899-12-01;north;2000-01-01;;;;0", "birth_month: before 1900"),
        ("p2;F;1950-02-01;;2000-01-01;;;;0", "area: empty"),
        ("p2;F;1950-02-01;north;2000-01-01;;;;", "is_care_home: empty"),
        ("p2;F;1950-02-01;north;1950-01-31;;;;0", "resident_from before birth_month"),
        ("p2;F;1950-02-01;north;2000-01-01;1999-12-31;;;0", "resident_to before resident_from"),
        ("p2;F;1950-02-01;north;2000-01-01;;1950-01-31;;0", "died_on before birth_month"),
        ("p2;F;1950-02-01;north;2022-10-16;;;;0", "resident_from: after the day the delivery describes"),
        ("p2;F;1950-02-01;north;2000-01-01;;2022-10-16;;0", "died_on: after the day the delivery describes"),
        ("p2;F;1950-02-01;north;2000-01-01;;;2022-10-16;0", "emigrated_on: after the day the delivery describes"),
    ],
)
def test_a_row_that_cannot_be_true_is_set_aside_with_its_reason(tiny, row, reason):
    found = validated(tiny, "population", GOOD_PERSON, row)
    assert aside(found) == [(2, reason)]
    assert counts(found) == (2, 1, 1, 0)


def test_the_day_the_delivery_describes_is_not_after_itself(tiny):
    found = validated(tiny, "population", "p1;F;1900-01-01;north;2022-10-15;;2022-10-15;2022-10-15;0")
    assert counts(found) == (1, 1, 0, 0)


def test_a_row_with_several_faults_is_counted_once_and_named_with_all_of_them(tiny):
    found = validated(tiny, "population", GOOD_PERSON, "p2;K;1950-02-01;;2000-01-01;1999-12-31;2022-10-16;;0")
    assert aside(found) == [
        (2, "area: empty"),
        (2, "died_on: after the day the delivery describes"),
        (2, "resident_to before resident_from"),
        (2, "sex: unknown code"),
    ]
    assert counts(found) == (2, 1, 1, 0)


def test_a_contact_that_ends_before_it_starts_is_set_aside(tiny):
    rows = [
        "p1;k1;2022-07-04 10:00;2022-07-04 09:59;ATA1;ALCA00;;",
        "p1;k2;2022-07-04 10:00;2022-07-04 10:00;ATA1;ALCA00;;",
    ]
    found = validated(tiny, "contacts", *rows)
    assert aside(found) == [(1, "ended_at before started_at")]
    assert counts(found) == (2, 1, 1, 0)


def test_identical_rows_are_collapsed_into_one_and_counted(tiny):
    found = validated(tiny, "services", *["p1;care;2022-07-04;1"] * 3, "p2;care;2022-07-04;1")
    assert found.accepted.num_rows == 2
    assert (aside(found), counts(found)) == ([], (4, 2, 0, 2))


def test_rows_that_differ_only_in_a_column_that_is_not_kept_are_identical(tiny):
    row = "p1;k1;2022-07-04 10:00;2022-07-04 11:00;ATA1;ALCA00;;"
    assert counts(validated(tiny, "contacts", row + "A", row + "B")) == (2, 1, 0, 1)


def test_rows_of_one_key_with_other_content_are_all_set_aside(tiny):
    found = validated(tiny, "services", "p1;care;2022-07-04;1", "p1;care;2022-07-04;2", "p2;care;2022-07-04;1")
    assert aside(found) == [(1, SAME_KEY), (2, SAME_KEY)]
    assert [row["person_id"] for row in found.accepted.to_pylist()] == ["p2"]
    assert counts(found) == (3, 1, 2, 0)


def test_one_bad_answer_sets_the_whole_questionnaire_aside(tiny):
    found = validated(tiny, "surveys", "p1;2022-05-01;W;0;7;1;x", "p2;2022-05-01;P;1;8;2;3")
    assert {number for number, _ in aside(found)} == {1}
    assert {row["person_id"] for row in found.accepted.to_pylist()} == {"p2"}
    assert counts(found) == (2, 1, 1, 0)


def test_a_row_of_the_file_that_makes_no_row_of_the_table_is_accepted(tiny):
    assert counts(validated(tiny, "benefits", "p1;;;", "p2;783;783;")) == (2, 2, 0, 0)
    assert counts(validated(tiny, "surveys", "p1;2022-05-01;W;0;;;", "p2;2022-05-01;W;0;7;;")) == (2, 2, 0, 0)


def test_an_empty_file_that_is_allowed_is_an_empty_table(tiny):
    found = validated(tiny, "claims")
    assert (found.accepted.num_rows, counts(found)) == (0, (0, 0, 0, 0))


def test_an_account_that_does_not_add_up_is_never_made():
    with pytest.raises(ChecksFailed, match=r"10 rows came in, 7 \+ 1 \+ 1 \+ 0 \+ 0 are accounted for"):
        Account(rows_in=10, accepted=7, quarantined=1, collapsed=1)


def few(*values: str) -> st.SearchStrategy[str]:
    return st.sampled_from(values)


WHOLE = {  # tables where a row of the file is a row of the table, made so that keys meet often
    "services": st.tuples(few("p1", "p2", ""), few("a", "b"), few("2022-07-04", "2022-10-17", "x"), few("1", "2", "x")),
    "claims": st.tuples(
        few("k1", "k2", ""), few("p1", "p2"), few("a", "b"), few("2022-07-04", "x"), few("verified", "?")
    ),
}
WIDE = {  # tables where a row of the file is several rows of the table, or none
    "surveys": st.tuples(
        few("p1", "p2"), few("2022-05-01", "x"), few("W", "?"), few("0"), *[few("", "1", "2", "x")] * 3
    ),
    "benefits": st.tuples(few("p1", "p2", ""), *[few("", "783", "784")] * 3),
}
files = st.sampled_from([*WHOLE, *WIDE]).flatmap(
    lambda source: st.tuples(st.just(source), st.lists((WHOLE | WIDE)[source].map(";".join), min_size=1, max_size=8))
)
whole_files = st.sampled_from([*WHOLE]).flatmap(
    lambda source: st.tuples(st.just(source), st.lists(WHOLE[source].map(";".join), min_size=1, max_size=8))
)
READABLE = {"services": "p9;a;2022-07-04;1", "claims": "k9;p9;a;2022-07-04;verified", "surveys": "p9;2022-05-01;W;0;1;1;1",
            "benefits": "p9;783;783;783"}  # fmt: skip


@settings(max_examples=40)
@given(file=files)
def test_every_row_is_accepted_or_set_aside_or_collapsed(tiny, file):
    source, rows = file
    found = validated(tiny, source, READABLE[source], *rows)
    rows_in, accepted, quarantined, collapsed = counts(found)
    assert rows_in == len(rows) + 1 == accepted + quarantined + collapsed
    assert quarantined == len({number for number, _ in aside(found)})
    assert all(1 <= number <= rows_in for number, _ in aside(found))


@settings(max_examples=40)
@given(file=files)
def test_no_key_is_accepted_twice_and_nothing_required_is_empty(tiny, file):
    source, rows = file
    table = TABLES[tiny.deliveries[source].table]
    accepted = validated(tiny, source, READABLE[source], *rows).accepted
    keys = [tuple(row[name] for name in table.key) for row in accepted.to_pylist()]
    assert len(set(keys)) == len(keys)
    assert all(column.nullable or not accepted[name].null_count for name, column in table.columns.items())


@settings(max_examples=40)
@given(file=whole_files, random=st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(tiny, file, random):
    source, rows = file
    rows = [READABLE[source], *rows]
    shuffled = random.sample(rows, len(rows))
    before, after = validated(tiny, source, *rows), validated(tiny, source, *shuffled)
    assert after.accepted.equals(before.accepted)
    assert counts(after) == counts(before)


@settings(max_examples=40)
@given(file=files)
def test_no_reason_repeats_a_value(tiny, file):
    source, rows = file
    canary = [row.replace("x", "canary").replace("?", "canary") for row in rows]
    found = validated(tiny, source, READABLE[source], *canary)
    assert not any("canary" in reason for _, reason in aside(found))


def test_what_follows_from_a_cell_that_cannot_be_read_is_not_empty_besides(tiny):
    contacts = validated(tiny, "contacts", "p1;k1;4.7.2022;;ATA1;ALCA00;;")
    assert aside(contacts) == [(1, "started_at: not a timestamp")]
    billed = validated(tiny, "billed", "p1;k1;9999;800000;T")
    assert aside(billed) == [(1, "billing_week: no ISO week")]


@pytest.mark.parametrize(
    ("answers", "reasons"),
    [
        ("0;1;4", []),
        ("10;;", []),
        ("55;1;4", ["answer: outside 0 to 10 (life_satisfaction ls1)"]),
        ("-1;0;5", [
            "answer: outside 0 to 10 (life_satisfaction ls1)",
            "answer: outside 1 to 4 (hls19_q12 q1)",
            "answer: outside 1 to 4 (hls19_q12 q2)",
        ]),
    ],
)  # fmt: skip
def test_an_answer_outside_its_scale_sets_the_questionnaire_aside(tiny, answers, reasons):
    found = validated(tiny, "surveys", f"p1;2022-05-01;W;0;{answers}", "p2;2022-05-01;W;0;8;2;3")
    assert aside(found) == [(1, reason) for reason in reasons]
    assert {row["person_id"] for row in found.accepted.to_pylist()} == {"p2"} | (set() if reasons else {"p1"})


def test_what_the_contract_says_is_no_answer_is_none_whatever_the_scale(tiny_contract):
    contract = tiny_contract({"deliveries.surveys.missing_answers": ["99", "3"]})
    found = validated(
        contract, "surveys", "p1;2022-05-01;W;0;99;3;98", "p2;2022-05-01;W;0;7;3;4", "p3;2022-05-01;W;0;99;;"
    )
    assert aside(found) == [(1, "answer: outside 1 to 4 (hls19_q12 q2)")]
    assert [(row["person_id"], row["item"], row["answer"]) for row in found.accepted.to_pylist()] == [
        ("p2", "q2", 4),
        ("p2", "ls1", 7),
    ]
    assert counts(found) == (3, 2, 1, 0)


def test_of_a_survey_with_one_row_for_each_answer_the_scale_stands_in_the_row(tiny_contract):
    columns = {"person_id": "person", "answered_on": "answered", "scale": "scale", "item": "item", "answer": "answer"}
    contract = tiny_contract(
        {
            "deliveries.surveys.shape": "rows",
            "deliveries.surveys.items": None,
            "deliveries.surveys.codes": None,
            "deliveries.surveys.columns": columns | {"mode": "mode", "is_proxy": "proxy"},
            "deliveries.surveys.missing_answers": ["99"],
        }
    )
    rows = [
        "p1;2022-05-01;who5;q1;5;web;false",
        "p1;2022-05-01;who5;q2;6;web;false",
        "p1;2022-05-01;life_satisfaction;ls1;6;web;false",
        "p1;2022-05-01;who5;q3;99;web;false",
        "p1;2022-05-01;of_their_own;q3;77;web;false",
        "p1;2022-05-01;who5;q9;77;web;false",
    ]
    raw = "\n".join(["person;answered;scale;item;answer;mode;proxy", *rows, ""]).encode()
    found, accepted = taken(contract, "surveys", raw)
    assert [(row["row_number"], row["reason"]) for row in found.quarantine.to_pylist()] == [
        (2, "answer: outside 0 to 5 (who5 q2)")
    ]
    assert len(accepted) == 4, "what is no item of a scale is scored by none"
