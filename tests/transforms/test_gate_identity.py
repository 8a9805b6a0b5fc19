"""Names, addresses, telephone numbers, birthdays and the like do not come in; words and codes that resemble them do."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maalbar.contract.delivering import Delivery
from maalbar.errors import DeliveryRefused
from transforms.gate import Find, Limits, Scan
from transforms.gate.cells import Cells
from transforms.gate.person_ids import TEST_PERSONS

POPULATION = Delivery.model_validate(
    {
        "table": "population",
        "register_name": "R",
        "sender": "s",
        "legal_basis": "b",
        "controller": "c",
        "source": "x",
        "permission": {"reference": "r", "expires": "2030-12-31"},
        "columns": {
            "person_id": "person",
            "birth_month": "born",
            "area": "area",
            "resident_from": "moved_in",
            "is_care_home": "home",
        },
        "ignored": ["note", "more"],
    }
)
LIMITS = Limits()
RNG = np.random.default_rng(4)
FIRST = ["Kirsten", "Ole", "Jytte", "Erik", "Inger", "Svend", "Birthe", "Mohamed"]
WORDS = [f"ord{n}" for n in range(1_000)]


def scanned(
    *columns: object, names: tuple[str, ...] = ("note",), delivery: Delivery = POPULATION, first_row: int = 1
) -> Scan:
    arrays = [cells if isinstance(cells, pa.Array) else pa.array(cells) for cells in columns]
    scan = Scan("file.csv", names, delivery)
    scan.see(pa.record_batch(arrays, names=list(names)), first_row)
    return scan


def whats(cells: object, column: str = "note", delivery: Delivery = POPULATION) -> list[str]:
    return [find.what for find in scanned(cells, names=(column,), delivery=delivery).finds]


def some_dates(first: date, last: date, number: int = 200) -> list[date]:
    return [first + timedelta(days=int(n)) for n in RNG.integers(0, (last - first).days, number)]


@pytest.mark.parametrize("cell", ["ole@example.dk", "skriv til ole.hansen@mail.example.com i dag", "<o@x.dk>"])
def test_one_e_mail_address_is_enough(cell):
    for column in ("note", "area", "person", "born"):
        assert whats([*WORDS, cell], column) == ["e-mail addresses"]


@pytest.mark.parametrize(
    "cell",
    ["+45 20 12 34 56", "+4520123456", "0045 20123456", "tlf. 20123456", "Mobil: 20 12 34 56", "ring tlf 86 12 34 56."],
)
def test_one_telephone_number_that_says_so_is_enough(cell):
    assert whats([*WORDS, cell]) == ["telephone numbers"]


def test_a_column_of_telephone_numbers_is_found_and_one_code_written_so_is_not():
    numbers = [f"{20 + n % 70} {n % 100:02d} 34 56" for n in range(100)]
    assert whats(numbers) == ["telephone numbers"]
    assert whats([*WORDS, numbers[0]]) == []


ADDRESSES = ["Nygade 4", "Brændgårdvej 17 B", "Gl. Landevej 61, 2. tv", "Lindealle 3", "Fruehøj Allé 12a",
             "Bytoften 8, 7400 Herning", "Kirkestræde 2", "Rosenvænget 5"]  # fmt: skip


def test_a_column_of_addresses_is_found():
    assert whats(ADDRESSES) == ["addresses"]
    assert whats([f"Byen {n}, {n % 9 + 1}. th, 7400 Herning" for n in range(20)]) == ["addresses"]


@pytest.mark.parametrize(
    "people",
    [
        ["Kirsten", "OLE", "jytte", "Erik", "Inger"],
        ["Kirsten Jensen", "Ole Nørgaard Hansen", "Jytte Nielsen"],
        [f"{first} {last}" for first in FIRST for last in ("Xander", "Lund", "Brok")],
        [f"Anne-Marie Pedersen {n}" for n in range(2)] + ["Anne-Marie Pedersen", "Bo Lund", "Ib Holm"],
    ],
)
def test_a_column_of_names_is_found(people):
    assert whats(people) == ["names of persons"]
    assert whats(people, "area") == ["names of persons"]


NOT_PERSONS = {
    "areas": ["Lyngbyen", "Holtbjerg", "Brændgårdområdet", "Gullestrup", "Fruehøjgaard", "Fællesbo", "Lejerbo", "k01", "k02"],
    "units": ["Medicinsk Afd. Herning", "Akutafdelingen, RH Gødstrup", "Anæstesi, Viborg", "Ældre- og Handicap", "Skadestuen 3",
              "Sankt Hans Hospital", "Christian X's Allé Plejecenter", "Friklinikken", "Lægehuset Nørregade", "1301 Medicin"],
    "codes": ["DZ038D", "DI109", "DM160A", "ALCA00", "ATA1", "ZZ0150", "783", "K", "DE119"],
    "municipalities": ["Herning", "Viborg", "Ikast-Brande", "Ringkøbing-Skjern", "Holstebro", "Silkeborg", "Aarhus",
                       "Struer", "Lemvig"],
    "answers": ["0", "1", "2", "3", "4", "5", "meget tilfreds", "tilfreds", "ved ikke", "aldrig", "hver dag"],
    "months": ["jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec"],
    "identifiers": [f"{n:012d}" for n in range(20_000_000, 20_000_200)],
    "numbers": [str(n) for n in range(20_123_456, 20_123_656)],
    "weeks": [f"20{y}-W{w:02d}" for y in range(20, 30) for w in range(1, 52)],
    "hashes": [hashlib.sha256(bytes([n])).hexdigest() for n in range(200)],
    "times": [f"{h:02d}:{m:02d}" for h in range(24) for m in range(60)],
}  # fmt: skip


@pytest.mark.parametrize("cells", NOT_PERSONS.values(), ids=NOT_PERSONS)
def test_what_is_nobodys_is_let_through(cells):
    assert whats(cells, "area") == whats(cells) == []


BIRTHS = some_dates(date(1930, 1, 1), date(2008, 1, 1))
AS_DATES = {
    "dates": lambda days: pa.array(days),
    "timestamps": lambda days: pa.array([datetime(d.year, d.month, d.day) for d in days]),
    "2026-07-01": lambda days: pa.array([d.isoformat() for d in days]),
    "2026-07-01 00:00": lambda days: pa.array([f"{d} 00:00" for d in days]),
    "01-07-2026": lambda days: pa.array([f"{d:%d-%m-%Y}" for d in days]),
    "1/7/2026": lambda days: pa.array([f"{d.day}/{d.month}/{d.year}" for d in days]),
    "20260701": lambda days: pa.array([f"{d:%Y%m%d}" for d in days]),
    "the number 20260701": lambda days: pa.array([int(f"{d:%Y%m%d}") for d in days]),
    "010726": lambda days: pa.array([f"{d:%d%m%y}" for d in days]),
    "01.07.26": lambda days: pa.array([f"{d:%d.%m.%y}" for d in days]),
    "the number 10726": lambda days: pa.array([int(f"{d:%d%m%y}") for d in days]),
}


@pytest.mark.parametrize("written", AS_DATES.values(), ids=AS_DATES)
def test_birthdays_in_a_column_that_the_contract_ignores_are_found(written):
    assert whats(written(BIRTHS)) == ["exact birth dates"]


@pytest.mark.parametrize("written", AS_DATES.values(), ids=AS_DATES)
def test_dates_of_contacts_and_months_of_birth_are_let_through(written):
    assert whats(written(some_dates(date(2015, 1, 1), date(2030, 1, 1)))) == []
    assert whats(written([day.replace(day=1) for day in BIRTHS])) == []


def test_dates_that_the_contract_asks_for_are_let_through():
    assert whats(AS_DATES["dates"](BIRTHS), "moved_in") == whats(AS_DATES["2026-07-01"](BIRTHS), "moved_in") == []


@given(born=st.lists(st.one_of(st.none(), st.dates(date(1900, 1, 1), date(2026, 1, 1))), max_size=20))
def test_every_row_of_birth_month_is_the_first_of_its_month(born):
    exact = [row for row, day in enumerate(born, 1) if day and day.day != 1]
    expected = (Find("exact birth dates", "born", exact[0], len(exact)),) if exact else ()
    typed, text = pa.array(born, pa.date32()), pa.array([day and day.isoformat() for day in born], pa.string())
    for cells in (
        typed,
        typed.cast(pa.timestamp("us")),
        text,
        pa.array([day and f"{day:%d-%m-%Y}" for day in born], pa.string()),
    ):
        assert scanned(cells, names=("born",)).finds == expected


def test_a_month_of_birth_without_a_day_holds_none():
    delivery = POPULATION.model_copy(update={"date_format": "%Y-%m"})
    assert whats(["1950-02", "1961-12"], "born", delivery) == []


def places(number: int = 50) -> tuple[np.ndarray, np.ndarray]:
    return np.round(RNG.uniform(54.6, 57.7, number), 5), np.round(RNG.uniform(8.1, 15.1, number), 5)


def test_two_columns_of_degrees_are_places():
    north, east = places()
    texts = [pa.array([f"{degrees:.5f}".replace(".", ",") for degrees in column]) for column in (north, east)]
    for columns in ((pa.array(north), pa.array(east)), texts):
        assert [f.place for f in scanned(*columns, names=("note", "more")).finds] == ["note", "more"]
    assert scanned(pa.array(north), pa.array(RNG.uniform(0, 1, 50)), names=("note", "more")).finds == ()
    assert scanned(pa.array(np.round(north, 1)), pa.array(np.round(east, 1)), names=("note", "more")).finds == ()


BORDERS = {
    "first_names": lambda n: [FIRST[i] for i in range(n)],
    "full_names": lambda n: [f"{FIRST[i]} Jensen" for i in range(n)],
    "addresses": lambda n: [f"Nygade {i + 1}" for i in range(n)],
    "telephones": lambda n: [f"20 12 34 {i:02d}" for i in range(n)],
    "dates": lambda n: [f"{1900 + 4 * i}-02-14" for i in range(n)],
}


@pytest.mark.parametrize(("limit", "cells"), BORDERS.items(), ids=BORDERS)
def test_a_column_is_full_of_something_from_the_limit_on(limit, cells):
    least = getattr(LIMITS, limit)
    assert len(whats(cells(least))) == 1
    assert whats(cells(least - 1)) == []


@pytest.mark.parametrize(
    ("share", "cells"),
    [
        ("first_name_share", FIRST[:5]),
        ("full_name_share", [f"{FIRST[i]} Jensen" for i in range(5)]),
        ("address_share", ADDRESSES[:5]),
        ("telephone_share", [f"20 12 34 {i:02d}" for i in range(5)]),
        ("date_share", [f"{1900 + 4 * i}-02-14" for i in range(27)]),
    ],
)
def test_a_column_is_full_of_something_from_its_share_on(share, cells):
    others = round(len(cells) / getattr(LIMITS, share)) - len(cells)
    assert len(whats([*cells, *WORDS[:others]])) == 1
    assert whats([*cells, *WORDS[: others + 1]]) == []


def test_a_fifth_of_exact_days_makes_birthdays_of_dates_that_span_thirty_years():
    spread = [date(1930 + n % 50, n % 12 + 1, 1 if n >= 20 else 2) for n in range(100)]
    assert whats(pa.array(spread)) == ["exact birth dates"]
    assert whats(pa.array([d.replace(day=1) if n == 0 else d for n, d in enumerate(spread)])) == []
    for years, expected in ((LIMITS.span_years, ["exact birth dates"]), (LIMITS.span_years - 1, [])):
        assert whats(pa.array([date(1960 + years * (n % 2), 3, n + 1) for n in range(20)])) == expected


def test_ids_are_of_the_agreed_length():
    agreed = POPULATION.model_copy(update={"id_length": 4})
    scan = scanned(["ab12", None, "abc", "ab123", "ab12"], names=("person",), delivery=agreed, first_row=11)
    assert scan.finds == (Find("ids of another length", "person", 13, 2),)
    assert scanned(pa.array([1234, 99, None]), names=("person",), delivery=agreed).finds == (
        Find("ids of another length", "person", 2, 1),
    )
    assert scanned(["æøåé", "1234"], names=("person",), delivery=agreed).finds == ()


@pytest.mark.fault("F29")
@pytest.mark.parametrize("name", ["md5", "sha1", "sha256", "sha512"])
@pytest.mark.parametrize("hyphen", ["", "-"])
def test_an_id_that_is_a_plain_hash_of_a_test_person_gives_all_ids_away(name, hyphen):
    number = f"{TEST_PERSONS[0][:6]}{hyphen}{TEST_PERSONS[0][6:]}"
    plain = hashlib.new(name, number.encode()).hexdigest()
    keyed = [hashlib.new(name, f"secret{n}".encode()).hexdigest() for n in range(50)]
    assert scanned([*keyed, plain.upper()], names=("person",)).finds == (
        Find("plain hashes of CPR numbers", "person", 51, 1),
    )
    assert scanned(keyed, names=("person",)).finds == ()


def test_so_many_values_are_looked_at_and_from_the_whole_column():
    some = Cells(pa.array(WORDS), None).some(10).to_pylist()
    assert (len(some), some[0], some[-1]) == (10, WORDS[0], WORDS[900])


def test_what_is_judged_by_share_tells_the_first_row_and_the_least_number_of_cells():
    cells = ["nothing"] * 9_000 + ADDRESSES * 5
    assert scanned(cells, first_row=11).finds == (Find("addresses", "note", 9_011, len(ADDRESSES), is_least=True),)
    assert scanned([f"note {n}" for n in range(9_000)] + ADDRESSES, first_row=11).finds == ()


def test_the_refusal_names_every_kind_and_no_value():
    with pytest.raises(DeliveryRefused) as refused:
        scanned(["Nygade 4", "ole@example.dk", *ADDRESSES], names=("note",)).refuse("file.csv")
    assert refused.value.line == (
        "file.csv: 1 cells hold e-mail addresses (in note, first in row 2);"
        " at least 8 cells hold addresses (in note, first in row 1);"
        " nothing of the file is kept — leave them out, send the agreed area in place of the address"
    )
