"""A file becomes canonical rows by the contract's description of it; nothing is guessed, and no refusal repeats a value."""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime

import pytest

from maalbar.contract.delivering import Delivery
from maalbar.errors import DeliveryRefused
from tests.transforms.taken import cells_of
from transforms.drift import expected_columns
from transforms.intake import to_canonical

SERVICES = "person;service;week_start;hours\n"
CONTACTS = "person;contact;began;ended;priority;form;unit;system\n"
CANARY = "canary-7f3a"


@pytest.fixture
def services(tiny) -> Delivery:
    return tiny.deliveries["services"]


@pytest.fixture
def contacts(tiny) -> Delivery:
    return tiny.deliveries["contacts"]


def rows_of(raw: bytes, delivery: Delivery) -> list[dict[str, object]]:
    return to_canonical(cells_of(raw, delivery), delivery, "Europe/Copenhagen").rows.to_pylist()


def reasons_of(raw: bytes, delivery: Delivery) -> list[tuple[int, str]]:
    reasons = to_canonical(cells_of(raw, delivery), delivery, "Europe/Copenhagen").reasons
    return [(row["row_number"], row["reason"]) for row in reasons.to_pylist()]


def refusal(raw: bytes, delivery: Delivery) -> str:
    with pytest.raises(DeliveryRefused) as caught:
        cells_of(raw, delivery)
    assert CANARY not in caught.value.line
    return caught.value.line


PLAIN = (SERVICES + "p1;care;2022-07-04;1,5\nå2;care;2022-07-11;2\n").encode()
READ = [
    {"row_number": 1, "person_id": "p1", "service": "care", "starts_on": date(2022, 7, 4), "quantity": 150},
    {"row_number": 2, "person_id": "å2", "service": "care", "starts_on": date(2022, 7, 11), "quantity": 200},
]


@pytest.mark.parametrize(
    "raw",
    [
        PLAIN,
        b"\xef\xbb\xbf" + PLAIN,
        PLAIN.replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf" + PLAIN.replace(b"\n", b"\r\n"),
        PLAIN.rstrip(b"\n"),
        unicodedata.normalize("NFD", PLAIN.decode()).encode(),
        PLAIN.replace(b"p1;care", b'"p1";"care"'),
        b'"person";"service";"week_start";"hours"' + PLAIN[len(SERVICES) - 1 :],
    ],
    ids=["plain", "BOM", "CRLF", "BOM and CRLF", "no last newline", "NFD", "quoted cells", "quoted header"],
)
def test_the_same_table_written_in_another_way_is_the_same_table(services, raw):
    assert rows_of(raw, services) == READ


@pytest.mark.parametrize("encoding", ["iso-8859-1", "windows-1252"])
def test_a_file_is_read_in_the_agreed_encoding(services, encoding):
    assert rows_of(PLAIN.decode().encode(encoding), services.model_copy(update={"encoding": encoding})) == READ


def test_a_file_in_another_encoding_is_refused_at_its_byte(services):
    # The header is 32 bytes, row 1 `p1;care;2022-07-04;1,5` and its newline 23: the å of row 2 is byte 55.
    line = refusal(PLAIN.decode().encode("iso-8859-1"), services)
    assert line.startswith(
        "f.csv: not utf-8 at byte 55; it looks like iso-8859-1 — send it in the agreed encoding (utf-8)"
    )


@pytest.mark.parametrize(("name", "sign"), [(",", ","), ("tab", "\t")])
def test_a_file_is_cut_at_the_agreed_sign(services, name, sign):
    delivery = services.model_copy(update={"delimiter": name, "decimal": "."})
    assert rows_of(PLAIN.replace(b",", b".").replace(b";", sign.encode()), delivery) == READ


def test_columns_are_known_by_name_and_not_by_place(services):
    raw = "hours;person;week_start;service\n1,5;p1;2022-07-04;care\n2;å2;2022-07-11;care\n".encode()
    assert rows_of(raw, services) == READ


def test_a_file_without_rows_is_refused_unless_the_contract_allows_it(services, contacts):
    assert refusal(SERVICES.encode(), services).startswith("f.csv: holds no rows")
    assert rows_of(CONTACTS.encode(), contacts) == []


def test_every_cell_is_text_until_the_contract_says_otherwise(services):
    table = cells_of((SERVICES + "010;NO;12:30;1e3\n007;;NULL;NaN\n").encode(), services)
    assert table.to_pylist() == [
        {"person": "010", "service": "NO", "week_start": "12:30", "hours": "1e3"},
        {"person": "007", "service": None, "week_start": "NULL", "hours": "NaN"},
    ]


@pytest.mark.parametrize(
    ("written", "hundredths"),
    [("1,5", 150), ("1,55", 155), ("1", 100), ("0", 0), ("0,01", 1), ("-0,5", -50), ("-12,05", -1205), ("007", 700),
     ("9999999999999,99", 999_999_999_999_999)],
)  # fmt: skip
def test_a_decimal_comma_becomes_whole_hundredths(services, written, hundredths):
    assert rows_of((SERVICES + f"p1;care;2022-07-04;{written}\n").encode(), services)[0]["quantity"] == hundredths


def test_a_decimal_point_is_read_where_the_contract_says_so(services):
    delivery = services.model_copy(update={"decimal": "."})
    assert rows_of((SERVICES + "p1;care;2022-07-04;-1.25\n").encode(), delivery)[0]["quantity"] == -125


@pytest.mark.parametrize(
    "written",
    ["1.5", "1.234", "1.234,5", "1,555", "1 000", "5 ", "+5", "1e3", "5,", ",5", "--5", "NaN", "inf", "−5", CANARY],
)
def test_a_number_that_could_mean_something_else_is_set_aside(services, written):
    raw = (SERVICES + f"p1;care;2022-07-04;1\np2;care;2022-07-04;{written}\n").encode()
    assert reasons_of(raw, services) == [(2, "quantity: not a hundredths")]
    assert [row["quantity"] for row in rows_of(raw, services)] == [100, None]


@pytest.mark.parametrize(
    "written", ["04-07-2022", "20220704", "2022-07", "2022-02-30", "2022/07/04", "2022-07-04 10:00", "22-07-04", CANARY]
)
def test_a_date_written_another_way_than_agreed_is_set_aside(services, written):
    raw = (SERVICES + f"p1;care;2022-07-04;1\np2;care;{written};1\n").encode()
    assert reasons_of(raw, services) == [(2, "starts_on: not a date")]


def test_a_day_first_date_is_never_taken_for_a_month_first_one(services):
    delivery = services.model_copy(update={"date_format": "%d-%m-%Y"})
    raw = (SERVICES + "p1;care;01-02-2022;1\np2;care;01-13-2022;1\np3;care;01-02-22;1\n").encode()
    assert rows_of(raw, delivery)[0]["starts_on"] == date(2022, 2, 1)
    assert reasons_of(raw, delivery) == [(2, "starts_on: not a date"), (3, "starts_on: not a date")]


def test_a_code_outside_the_contracts_list_is_set_aside_and_an_empty_one_is_empty(tiny):
    delivery = tiny.deliveries["population"]
    raw = (
        "person;sex;born;area;moved_in;moved_out;died;emigrated;care_home\n"
        f"p1;F;1950-02-01;north;2000-01-01;;;;1\np2;M;1950-02-01;north;2000-01-01;;;;{CANARY}\n"
        "p3;M;1950-02-01;north;2000-01-01;;;;\n"
    ).encode()
    assert [row["is_care_home"] for row in rows_of(raw, delivery)] == [True, None, None]
    assert reasons_of(raw, delivery) == [(2, "is_care_home: unknown code")]


def contact(began: str, ended: str) -> bytes:
    return (CONTACTS + f"p1;k1;{began};{ended};ATA1;ALCA00;own;LPR3\n").encode()


def test_a_constant_of_the_contract_stands_in_every_row_and_an_ignored_column_in_none(contacts):
    (row,) = rows_of(contact("2022-07-04 10:00", "2022-07-04 11:30"), contacts)
    assert row["sector"] == "hospital"
    assert "LPR3" not in row.values()


@pytest.mark.fault("F42")
def test_local_times_become_instants_and_the_date_stays_local(contacts):
    # 23:30 on New Year's Eve in Copenhagen is 22:30 UTC; the contact belongs to the old year.
    (row,) = rows_of(contact("2021-12-31 23:30", "2022-01-01 01:00"), contacts)
    assert row["started_at"] == datetime(2021, 12, 31, 22, 30, tzinfo=UTC)
    assert (row["started_on"], row["minutes"]) == (date(2021, 12, 31), 90)


@pytest.mark.fault("F42")
def test_a_night_with_an_hour_more_is_an_hour_longer(contacts):
    # Clocks went back on 31 October 2021: 23:00 (UTC+2) to 08:00 (UTC+1) is ten hours.
    (row,) = rows_of(contact("2021-10-30 23:00", "2021-10-31 08:00"), contacts)
    assert row["minutes"] == 600


def test_the_hour_that_comes_twice_is_the_later_and_the_hour_that_is_not_moves_forward(contacts):
    # 02:30 on 31 October 2021 is 00:30 or 01:30 UTC; 02:30 on 27 March 2022 is not, and the clock showed 03:00 (01:00 UTC).
    assert rows_of(contact("2021-10-31 02:30", ""), contacts)[0]["started_at"] == datetime(
        2021, 10, 31, 1, 30, tzinfo=UTC
    )
    assert rows_of(contact("2022-03-27 02:30", ""), contacts)[0]["started_at"] == datetime(
        2022, 3, 27, 1, 0, tzinfo=UTC
    )


def test_an_open_contact_has_no_minutes(contacts):
    assert rows_of(contact("2022-07-04 10:00", ""), contacts)[0]["minutes"] is None


def test_every_delivery_of_a_contract_expects_the_columns_it_names(tiny):
    survey = ["person", "answered", "mode", "proxy", "satisfaction", "hl1", "hl2"]
    assert expected_columns(tiny.deliveries["surveys"]) == survey
    assert expected_columns(tiny.deliveries["contacts"])[-1] == "system"
