"""No CPR number comes in, however it is written; what only looks like one by chance does not stop a file."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from stdnum.dk import cpr as stdnum_cpr

from maalbar.contract.delivering import Delivery
from maalbar.errors import DeliveryRefused
from transforms.gate import Find, Scan
from transforms.gate.cpr import in_name

COMMON = {"register_name": "R", "sender": "s", "legal_basis": "b", "controller": "c", "source": "x"}
CONTACTS = Delivery.model_validate(
    COMMON
    | {
        "table": "contacts",
        "permission": {"reference": "r", "expires": "2030-12-31"},
        "date_format": "%Y-%m-%d %H:%M",
        "columns": {"person_id": "person", "contact_id": "contact", "started_at": "began", "unit": "unit"},
        "ignored": ["note"],
    }
)
SERVICES = Delivery.model_validate(
    COMMON
    | {
        "table": "services",
        "permission": {"reference": "r", "expires": "2030-12-31"},
        "columns": {"person_id": "person", "service": "service", "starts_on": "week", "quantity": "amount"},
    }
)
WORDS = ["ringede", "til", "borgeren", "i", "dag", "12", "x", "2026-07-01", "ATA1", "87,5", "møde", "kl.", "9"]
days = st.dates(date(1858, 1, 1), date(2057, 12, 31))


def finds(cells: object, column: str = "note", delivery: Delivery = CONTACTS) -> tuple[Find, ...]:
    array = cells if isinstance(cells, pa.Array) else pa.array(cells)
    scan = Scan("file.csv", (column,), delivery)
    scan.see(pa.record_batch([array], names=[column]), 1)
    return tuple(find for find in scan.finds if find.what == "CPR numbers")


def count(cells: object, column: str = "note", delivery: Delivery = CONTACTS) -> int:
    return sum(find.count for find in finds(cells, column, delivery))


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """A real-shaped CPR number of ten digits: of any birthday, and with modulus 11 unless it is of 1 January."""
    born = draw(days)
    century = {18: "5678", 19: "0123" + ("49" if born.year % 100 >= 37 else ""), 20: "49" if born.year < 2037 else ""}
    sevenths = century[born.year // 100] + ("5678" if born.year // 100 == 20 else "")
    start = f"{born:%d%m%y}{draw(st.sampled_from(sevenths))}"
    if born.day == born.month == 1 and draw(st.booleans()):
        return f"{start}{draw(st.integers(0, 999)):03d}"
    # The last digit weighs one, so it is what the others lack; no number ends in ten.
    lacking = [(pair, -stdnum_cpr.checksum(f"{start}{pair:02d}0") % 11) for pair in range(100)]
    pair, last = draw(st.sampled_from([(pair, last) for pair, last in lacking if last < 10]))
    return f"{start}{pair:02d}{last}"


separators = st.sampled_from(["", "-", " ", " - ", "\u2013", "\u00a0", "\u2011", "\u2212", "\u00ad"])


@given(
    number=numbers(), separator=separators, words=st.lists(st.sampled_from(WORDS), max_size=5), place=st.integers(0, 5)
)
def test_one_cpr_number_anywhere_in_free_text_is_found(number, separator, words, place):
    text = " ".join([*words[:place], number[:6] + separator + number[6:], *words[place:]])
    assert count(["nothing", None, text, "nothing else"]) == 1


@given(
    number=numbers(),
    before=st.sampled_from(["(", "CPR:", "cpr", "pnr.", '"', "/", "=", "nr.", ";"]),
    behind=st.sampled_from(list(').,;:/"')),
)
def test_no_punctuation_hides_it(number, before, behind):
    assert count(["nothing", f"{before}{number}{behind}"]) == 1


@given(
    people=st.lists(numbers(), min_size=1, max_size=40), column=st.sampled_from(["person", "contact", "unit", "note"])
)
def test_a_column_of_cpr_numbers_is_found_whatever_the_contract_calls_it(people, column):
    for cells in (pa.array(people), pa.array([int(p) for p in people]), pa.array([float(p) for p in people])):
        assert count(cells, column) >= len(people) / 2
    assert count([p.lstrip("0") for p in people], column) >= len(people) / 2
    assert count([f"{int(p)}.0" for p in people], column) >= len(people) / 2


@given(people=st.lists(numbers(), min_size=1, max_size=40), prefix=st.sampled_from(["p", "DK", "P-", "id:"]))
def test_a_letter_before_each_makes_no_id_of_it(people, prefix):
    assert count([prefix + p for p in people], "person") == len(people)


@given(people=st.lists(numbers(), min_size=1, max_size=20))
def test_amounts_that_are_cpr_numbers_are_found(people):
    assert count([float(p) for p in people], "amount", SERVICES) >= len(people) / 2
    assert count(people, "amount", SERVICES) >= len(people) / 2


@given(number=numbers())
def test_it_is_found_in_the_name_of_a_file_and_of_a_column(number):
    for name in (
        number,
        f"{number[:6]}-{number[6:]}",
        f"udtræk_{number}.csv",
        f"p{number}x",
        f"{number[:6]}_{number[6:]}",
    ):
        scan = Scan(name, ("note", name), CONTACTS)
        assert [find.place for find in scan.finds] == ["the name of the file", "the name of column no. 2"]
        with pytest.raises(DeliveryRefused) as refused:
            scan.refuse(name)
        assert number[-4:] not in refused.value.line


@pytest.mark.parametrize(
    "cell",
    [
        "251248-9996", "2512489996", "050179-2275", "2512484916",  # published test citizens, the first three without modulus 11
        "010165-4321", "0101801239",  # of 1 January, without modulus 11
        "671148-1234", "910170-1234",  # replacement numbers: 6 added to the first digit
        "0203291WQ3", "1308781OS6", "3101057JC9", "310105-7JC9", "010170ABC1",  # replacement numbers with letters
        "290200-4123", "290256-1234", "311299 4321", "tlf. 010170-1234.", "(3112991234)", "cpr:0101701234", "cpr0101701234",
        "01017012345 0101701234", "010170-1234x",
    ],
)  # fmt: skip
def test_what_is_a_cpr_number_or_stands_for_one_is_found(cell):
    assert count(["nothing", cell, "nothing"]) == 1


@pytest.mark.parametrize(
    "cell",
    [
        "2026-07-01 12:30", "2026-07-01T12:30:00", "20260701 1230", "01-07-2026 12:30", "01.07.2026", "2022-07-04",
        "20260701123000",
        "320170-1234", "011370-1234", "000070-1234", "310470-1234", "300270-1234", "920170-1234", "600170-1234",
        "01017012345", "00101701234", "000101701234", "123456789012",  # longer numbers, pseudonyms of 12 digits
        "12345678", "+45 20 12 34 56", "2012 3456", "86 12 34 56",  # telephones are another find
        "3f0101701234ab99", "a0101701234", "0101701234ab99", "d41d8cd98f00b204e9800998ecf8427e",
        "5d010170-1234-4a6b-9c1d-0123456789ab", "1.010.701.234,50", "1010701234,50", "-1010701234", "+1010701234", "0,1010701234",
        "",
        "DZ038D", "ALCA00", "1301234", "201701235",  # nine digits without modulus 11
    ],
)  # fmt: skip
def test_what_is_not_a_cpr_number_is_let_through(cell):
    assert count(["nothing", cell, "nothing"]) == 0


def test_a_date_in_the_agreed_form_is_a_date_and_in_another_column_is_not():
    delivery = CONTACTS.model_copy(update={"date_format": "%Y%m%d%H"})
    assert count(["2010070112", "2012123123"], "began", delivery) == 0
    assert count(["nothing", "2010070112"], "note", delivery) == 1


@settings(max_examples=20)
@given(seed=st.integers(0, 2**32), size=st.sampled_from([1_000, 20_000]))
def test_random_numbers_of_ten_digits_are_ids(seed, size):
    random = np.random.default_rng(seed).integers(10**9, 10**10, size)
    for cells in (pa.array(random), pa.array([f"{n:010d}" for n in random]), pa.array([f"K-{n:010d}" for n in random])):
        assert count(cells, "contact") == 0


@settings(max_examples=20)
@given(seed=st.integers(0, 2**32))
@example(seed=25100)
def test_the_same_random_ids_in_many_batches_are_no_more_than_chance(seed):
    rng = np.random.default_rng(seed)
    people = rng.integers(10**9, 10**10, 500)
    scan = Scan("file.csv", ("person",), CONTACTS)
    for first_row in range(1, 40_001, 1_000):
        scan.see(pa.record_batch([pa.array(rng.choice(people, 1_000))], names=["person"]), first_row)
    assert scan.finds == ()


@settings(max_examples=20)
@given(people=st.lists(numbers(), min_size=60, max_size=60, unique=True), seed=st.integers(0, 2**32))
def test_some_cpr_numbers_among_random_ids_of_ten_digits_are_found(people, seed):
    random = np.random.default_rng(seed).integers(10**9, 10**10, 1_000)
    assert count([*map(int, people), *random.tolist()], "person") >= 60


def test_few_with_modulus_11_are_beyond_chance_and_so_are_many_without():
    random = np.random.default_rng(1).integers(10**9, 10**10, 1_000).tolist()
    of_a_year = [int(f"{date(1985, 1, 31) + timedelta(days=n):%d%m%y}1000") for n in range(400)]
    dated = [n for n in of_a_year if n >= 10**9]
    lacking = [(n, -stdnum_cpr.checksum(str(n)) % 11) for n in dated]
    checked = [n + last for n, last in lacking if last < 10][:30]
    unchecked = [n + (last + 1) % 10 for n, last in lacking if (last + 1) % 10 != last]
    assert count([*random, *checked], "person") >= 30
    assert count([*random, *unchecked, *(n + 110 for n in unchecked)], "person") >= len(unchecked) * 2


def test_nine_digits_of_1_january_need_no_modulus_11():
    assert stdnum_cpr.checksum("0101701235") != 0
    assert count(["nothing", "101701235", "nothing"]) == 1


def test_one_cpr_number_among_pseudonyms_of_another_kind_is_found():
    others = {
        "short numbers": [str(n) for n in range(1, 500)],
        "letters": [f"p{n}" for n in range(500)],
        "hex": [f"{n:032x}" for n in range(500)],
    }
    for ids in others.values():
        assert finds([*ids, "2512489996"], "person") == (Find("CPR numbers", "person", len(ids) + 1, 1),)
        assert finds([*ids, "251248-9996"], "person") == (Find("CPR numbers", "person", len(ids) + 1, 1),)
    assert count(pa.array([*range(1, 500), 2512489996]), "person") == 1


def test_amounts_in_hundredths_and_seconds_of_a_day_are_no_finds():
    rng = np.random.default_rng(1)
    assert count(rng.integers(0, 2 * 10**9, 5_000), "amount", SERVICES) == 0
    assert count(np.round(rng.random(5_000) * 10**10, 2), "amount", SERVICES) == 0


def test_numbers_of_production_units_are_units():
    units = np.random.default_rng(1).integers(1_000_000_000, 1_031_000_000, 300)
    assert count([str(n) for n in units], "unit") == 0


@given(
    people=st.lists(st.one_of(st.none(), numbers(), st.sampled_from(WORDS)), min_size=1, max_size=30),
    cut=st.integers(0, 30),
)
def test_two_batches_show_what_one_shows(people, cut):
    cells = pa.array(people, pa.string())
    scan = Scan("file.csv", ("note",), CONTACTS)
    scan.see(pa.record_batch([cells[:cut]], names=["note"]), 1)
    scan.see(pa.record_batch([cells[cut:]], names=["note"]), 1 + min(cut, len(people)))
    assert [f for f in scan.finds if f.what == "CPR numbers"] == list(finds(cells))


def test_a_column_that_repeats_tells_the_first_row_and_every_cell():
    cells = pa.array(["a", "b", "c", "d"] * 5_000 + ["ring 010170-1234"] * 3 + ["a"] * 3)
    assert finds(cells) == (Find("CPR numbers", "note", 20_001, 3),)
    assert finds(cells.dictionary_encode()) == finds(cells) == finds(cells.cast(pa.large_string()))


def test_a_column_that_nobody_agreed_on_is_told_by_its_number():
    scan = Scan("file.csv", ("person", "Hans Jensen"), CONTACTS)
    scan.see(pa.record_batch([pa.array(["p1"]), pa.array(["010170-1234"])], names=["person", "x"]), 1)
    assert [find.place for find in scan.finds] == ["column no. 2"]


def test_the_refusal_says_how_many_and_where_and_never_the_number():
    scan = Scan("file.csv", ("person", "note"), CONTACTS)
    scan.see(pa.record_batch([pa.array(["p1", "p2"]), pa.array([None, "010170-1234"])], names=["person", "note"]), 7)
    with pytest.raises(DeliveryRefused) as refused:
        scan.refuse("file.csv")
    assert refused.value.line == (
        "file.csv: 1 cells look like CPR numbers (in note, first in row 8); nothing of the file is kept"
        " — pseudonymise it before it is sent"
    )


def test_a_file_without_a_find_is_not_refused():
    scan = Scan("contacts__2026-07-01.csv", ("person", "note"), CONTACTS)
    scan.see(pa.record_batch([pa.array(["p1"]), pa.array([None], pa.string())], names=["person", "note"]), 1)
    scan.refuse("contacts__2026-07-01.csv")
    assert scan.finds == ()


@pytest.mark.parametrize(
    "cells", [pa.array([b"010170-1234"]), pa.array([["010170-1234"]]), pa.array([{"a": "010170-1234"}])]
)
def test_what_cannot_be_looked_through_does_not_come_in(cells):
    scan = Scan("f.csv", ("note",), CONTACTS)
    scan.see(pa.record_batch([cells], names=["note"]), 3)
    assert scan.finds == (Find("cells of another type", "note", 3, 1),)


def test_a_batch_of_other_columns_than_the_header_is_a_mistake_of_ours():
    with pytest.raises(ValueError, match="other columns"):
        Scan("f.csv", ("a", "b"), CONTACTS).see(pa.record_batch([pa.array(["x"])], names=["a"]), 1)


@given(born=days, end=st.integers(0, 9999))
def test_what_stdnum_calls_a_cpr_number_is_one_in_a_name(born, end):
    number = f"{born:%d%m%y}{end:04d}"
    try:
        stdnum_cpr.get_birth_date(number)
    except stdnum_cpr.ValidationError:
        return  # 29 February of the century that the seventh digit says
    assert in_name(stdnum_cpr.format(number)) and in_name(number)


@given(first=st.dates(date(2000, 1, 1), date(2060, 1, 1)), hour=st.integers(0, 23), ahead=st.integers(0, 400))
def test_no_timestamp_of_a_whole_century_is_a_cpr_number(first, hour, ahead):
    day = first + timedelta(days=ahead)
    forms = [
        f"{day:%Y-%m-%d} {hour:02d}:15",
        f"{day:%d-%m-%Y} {hour:02d}:15",
        f"{day:%Y%m%d}{hour:02d}1500",
        f"{day:%d.%m.%Y}",
    ]
    assert count(["nothing", *forms]) == 0


@pytest.mark.parametrize(
    "written",
    [
        "２５１２４８９９９６", "２５１２４８－９９９６", "٢٥١٢٤٨٩٩٩٦", "۲۵۱۲۴۸۹۹۹۶",
        "25124\u200b89996", "251248\u20609996", "\u200f".join("2512489996"), "251248\u20099996", "251248\u00ad9996",
        "251248\u20149996", "251248\t9996", "251248\n9996", "251248  9996", "25.12.48-9996", "25 12 48-9996",
    ],
)  # fmt: skip
def test_neither_digits_of_other_scripts_nor_signs_that_show_nothing_hide_it(written: str) -> None:
    assert count([f"ringede til {written} i dag", "møde"]) == 1
    assert count([written, "møde"]) == 1


@pytest.mark.parametrize("written", ["２５１２４８９９９６", "251248\u200b9996", "٢٥١٢٤٨٩٩٩٦"])
def test_a_disguise_hides_it_in_no_name(written: str) -> None:
    assert in_name(f"liste {written}")
    assert in_name("liste 2512 48 9996.csv") and in_name("25121948-9996") and not in_name("lpr_12-01-26-1430.csv")
    assert finds(["x"], column=f"svar {written}")


def test_dates_and_times_in_parts_are_no_cpr_numbers() -> None:
    assert count(["25.12.26 kl. 14:30", "25.12.2026-1430", "01.02.26", "12 01 26", "2026-01-02-1200"]) == 0


GROUPED = [
    "251248/9996", "251248.9996", "251248_9996", "2512 48 9996", "25 1248 9996", "251 248 9996", "2512 4899 96", "251248 99 96",
    "2 5 1 2 4 8 9 9 9 6", "2-5-1-2-4-8-9-9-9-6", "25 12 48 99 96", "25.12.48.9996", "25/12/48-9996", "25-12-48-9996",
    "25121948-9996", "25.12.1948-9996", "25-12-1948 1430",
    "2512\u00a048\u00a09996", "２５１２\u300048\u30009996", "2512\u202f48\u202f9996",
    "P2512489996", "p2512489996",
]  # fmt: skip


@pytest.mark.parametrize("written", GROUPED)
def test_a_number_in_groups_is_found_alone_and_in_a_text(written: str) -> None:
    assert count([f"ringede til {written} i dag", "møde"]) == 1
    if written != "251248.9996":  # which is a number with four decimals
        assert count([written, "møde"]) == 1
    assert count([f"{written}, så", f"({written})", f"cpr: {written}."]) == 3


def test_a_column_of_numbers_cut_by_a_dot_is_found() -> None:
    assert count(["251248.9996", "050179.2275", "251248.4916"]) == 3


@given(
    number=numbers(),
    sign=st.sampled_from([" ", "\u00a0", ".", "/", "-", "\u2013"]),
    groups=st.sampled_from([(2, 4, 4), (4, 2, 4), (3, 3, 4), (4, 4, 2), (1,) * 10]),
    word=st.sampled_from(WORDS[:5]),
)
def test_however_its_ten_digits_are_grouped_it_is_found_in_a_text(number, sign, groups, word):
    starts = [sum(groups[:n]) for n in range(len(groups) + 1)]
    written = sign.join(number[start:end] for start, end in itertools.pairwise(starts))
    assert count(["nothing", f"{word} {written} {word}"]) == 1


@pytest.mark.parametrize(
    "cell",
    [
        "12 01 26 14 30", "12.01.26 1430", "12-01-26-1430", "12012026 1430", "12012026-0930", "12-01-2026 1430",
        "1 2 2 5 1 2 4 8 9 9 9 6", "2512 48 9996 12", "12 2512 48 9996",  # twelve digits in groups
        "1.010.701.234,50", "1 010 701 234", "P1003456789", "P1031000000", "20 12 34 56", "+45 20 12 34 56", "0045 20 12 34 56",
        "3320 48 9996", "2513 48 9996", "DJ449 J440", "4001 0000 5555 12", "1009 0123 4567 8901",
    ],
)  # fmt: skip
def test_moments_amounts_units_and_longer_numbers_in_groups_are_let_through(cell: str) -> None:
    assert count(["nothing", cell, "nothing"]) == 0
    assert count([f"den {cell} i dag", "nothing"]) == 0


@settings(max_examples=25)
@given(seed=st.integers(0, 2**32), answers=st.integers(4, 10), sign=st.sampled_from([" ", "-", "."]))
def test_lists_of_ten_answers_are_answers(seed, answers, sign):
    rng = np.random.default_rng(seed)
    lists = [sign.join(map(str, row)) for row in rng.integers(0, answers, (200, 10))]
    assert count(lists) == 0


@settings(max_examples=25)
@given(seed=st.integers(0, 2**32))
def test_what_registers_hold_in_groups_is_not_taken_for_a_person(seed):
    rng = np.random.default_rng(seed)

    def digits(*sizes: int) -> list[str]:
        return [" ".join(f"{rng.integers(0, 10**size):0{size}d}" for size in sizes) for _ in range(200)]

    columns = {
        "amounts": [f"{n:.4f}" for n in rng.uniform(0, 10**6, 200)],
        "thousands": [f"{n:,}".replace(",", " ") for n in rng.integers(0, 2 * 10**9, 200)],
        "departments": digits(4, 2, 4), "accounts": digits(4, 6), "numbers": digits(3, 3, 4), "telephones": digits(2, 2, 2, 2),
        "codes": [f"{rng.integers(10**14, 10**15)}" for _ in range(200)], "providers": digits(6),
        "icd": [f"D{chr(65 + int(rng.integers(26)))}{rng.integers(100, 999)}" for _ in range(200)],
        "units": [f"P{n}" for n in rng.integers(1_000_000_000, 1_031_000_000, 200)],
        "moments": [f"{n % 28 + 1:02d}{n % 12 + 1:02d}2026 {n % 24:02d}{n % 60:02d}" for n in rng.integers(0, 10**6, 200)],
    }  # fmt: skip
    assert {name: count(cells) for name, cells in columns.items()} == dict.fromkeys(columns, 0)
