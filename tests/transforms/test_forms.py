"""How a file seems to be written where it cannot be read as agreed: told as a pattern, and never with a value."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maalbar.contract import Contract
from maalbar.errors import ChecksFailed
from maalbar.flow.judging import judge
from tests.transforms.taken import taken
from transforms.forms import DAY_NUMBERS, Form, contract_line

PEOPLE = "person;sex;born;area;moved_in;moved_out;died;emigrated;care_home"
SERVICES = "person;service;week_start;hours"
WRITTEN = {
    "%d-%m-%Y": "dd-mm-yyyy",
    "%d/%m/%Y": "dd/mm/yyyy",
    "%d.%m.%Y": "dd.mm.yyyy",
    "%Y/%m/%d": "yyyy/mm/dd",
    "%Y%m%d": "yyyymmdd",
    "%d%m%Y": "ddmmyyyy",
    "%d-%m-%y": "dd-mm-yy",
    "%d%b%Y": "ddmonyyyy",
    "%Y-%m-%d %H:%M": "yyyy-mm-dd hh:mm",
    "%d-%m-%Y %H:%M:%S": "dd-mm-yyyy hh:mm:ss",
}


def moved_in(contract: Contract, *days: str) -> tuple[Form, ...]:
    rows = [f"p{n};F;1900-01-01;north;{day};;;;0" for n, day in enumerate(days)]
    return taken(contract, "population", "\n".join([PEOPLE, *rows, ""]).encode())[0].forms


def hours(contract: Contract, *numbers: str) -> tuple[Form, ...]:
    rows = [f"p{n};care;2022-07-04;{number}" for n, number in enumerate(numbers)]
    return taken(contract, "services", "\n".join([SERVICES, *rows, ""]).encode())[0].forms


@pytest.mark.parametrize(("written", "told"), WRITTEN.items())
def test_the_form_of_dates_is_told_beside_the_agreed_one(tiny, written, told):
    days = [date(1950, 1, 28), date(1951, 11, 2), date(1949, 12, 13)]
    assert moved_in(tiny, *(day.strftime(written) for day in days)) == (
        Form("resident_from", "date", told, "yyyy-mm-dd", 3),
    )  # fmt: skip


def test_days_counted_by_a_spreadsheet_are_known_as_numbers(tiny):
    assert moved_in(tiny, "18264", "18993")[0].seems == DAY_NUMBERS


def test_american_dates_are_told_from_danish_ones_by_the_days_that_are_no_months(tiny):
    assert moved_in(tiny, "01/28/1950", "11/13/1951", "12/25/1949")[0].seems == "mm/dd/yyyy"


@given(days=st.lists(st.dates(date(1900, 1, 1), date(2021, 12, 31)), min_size=1, max_size=20))
def test_danish_dates_are_never_taken_for_american_ones(tiny, days):
    assert moved_in(tiny, *(day.strftime("%d/%m/%Y") for day in days))[0].seems == "dd/mm/yyyy"


def test_the_agreed_form_itself_is_no_cause(tiny):
    assert moved_in(tiny, "2021-02-30", "2021-13-01") == (), (
        "a day that is not in the calendar is the fault of that row"
    )


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        (("1.5", "20.25", "0.5"), "with `.` as the decimal sign"),
        (("1.500,25", "1.250"), "with `.` between thousands"),
        (("1 500", "1 500,5"), "with spaces between thousands"),
        (("0,33333", "1,66667"), "with more than two decimals"),
        (("25 timer", "3,5 t."), "with letters after them"),
    ],
)
def test_the_form_of_numbers_is_told_beside_the_agreed_one(tiny, numbers, told):
    assert hours(tiny, *numbers) == (
        Form("quantity", "hundredths", told, "with `,` as the decimal sign", len(numbers)),
    )  # fmt: skip


def test_answers_of_many_columns_are_one_canonical_column(tiny):
    raw = b"person;answered;mode;proxy;satisfaction;hl1;hl2\np1;2022-05-01;W;0;7,0;1;2\np2;2022-05-01;W;0;8,0;1;2\n"
    assert taken(tiny, "surveys", raw)[0].forms == (
        Form("answer", "integer", "with `,` as the decimal sign", "without decimals", 2),
    )


def test_nothing_is_said_where_no_half_of_the_cells_is_written_alike(tiny):
    assert moved_in(tiny, "?", "unknown", "28-01-1950") == ()
    assert moved_in(tiny, "2010-01-01") == ()


@pytest.mark.parametrize(
    ("form", "line"),
    [
        (Form("died_on", "date", "dd-mm-yyyy", "yyyy-mm-dd", 9), 'date_format: "%d-%m-%Y"'),
        (Form("started_at", "timestamp", "dd/mm/yyyy hh:mm:ss", "", 9), 'date_format: "%d/%m/%Y %H:%M:%S"'),
        (Form("quantity", "hundredths", "with `.` as the decimal sign", "", 9), 'decimal: "."'),
        (Form("died_on", "date", "d.m.yyyy", "yyyy-mm-dd", 9), ""),
        (Form("died_on", "date", DAY_NUMBERS, "yyyy-mm-dd", 9), ""),
        (Form("answer", "integer", "with `.` as the decimal sign", "", 9), ""),
    ],
)
def test_a_form_that_a_contract_can_say_has_its_line(form, line):
    assert contract_line(form) == line


def test_a_file_that_is_written_otherwise_is_refused_for_that_and_not_for_each_row(tiny):
    rows = [f"p{n};F;1950-01-01;north;{n + 1:02}-01-2010;{n + 1:02}-01-2020;;;0" for n in range(20)]
    found, _ = taken(tiny, "population", "\n".join([PEOPLE, *rows, ""]).encode())
    with pytest.raises(ChecksFailed) as failed:
        judge(found, tiny, tiny.deliveries["population"], "f.csv")
    assert failed.value.line == (
        "f.csv: moved_in, moved_out: dates seem to be written dd-mm-yyyy, and yyyy-mm-dd is agreed (rows 1–20) — write them as "
        'agreed; or, if all files will be so, say `date_format: "%d-%m-%Y"` in the contract'
    )


def test_a_form_that_few_of_the_rows_are_set_aside_for_is_not_the_cause(tiny):
    rows = [f"p{n};;1950-01-01;north;2010-01-01;;;;0" for n in range(20)]
    rows += ["p20;F;1950-01-01;north;28-01-2010;;;;0"]
    found, _ = taken(tiny, "population", "\n".join([PEOPLE, *rows, ""]).encode())
    with pytest.raises(ChecksFailed, match="quarantined_share"):
        judge(found, tiny, tiny.deliveries["population"], "f.csv")
