"""What leaves in a table is data: no text of a contract or a delivery is run as a formula by whoever opens it."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maalbar.documents import cells
from maalbar.money import Money
from maalbar.suppressed import SUPPRESSED

FORMULAS = [
    "=1+1",
    "+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "|calc",
    "＝1+1",
    "＋1",
    "－1",
    "＠A1",
    "｜calc",
    "\0=1",
    "\n=1",
]
HIDDEN = [" =1+1", "\ufeff=1+1", "\u200b=1+1", "\u00a0＝1", "\u202e@A1", "\x1b=1"]
BEGINS = "=+-@|\t\r\n\0＝＋－＠｜"


def _read(raw: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=";"))


@pytest.mark.fault("F70")
@pytest.mark.parametrize("text", FORMULAS + HIDDEN)
def test_what_begins_as_a_formula_is_text_in_csv(text):
    assert _read(cells.as_csv([text], [[text]])) == [[f"'{text}"]] * 2


@pytest.mark.fault("F70")
@pytest.mark.parametrize("text", FORMULAS + HIDDEN)
def test_what_begins_as_a_formula_is_text_in_a_workbook(text, tmp_path):
    book = openpyxl.Workbook()
    cells.put(book.active["A1"], text)
    book.save(tmp_path / "book.xlsx")
    read = openpyxl.load_workbook(tmp_path / "book.xlsx").active["A1"]
    assert (read.data_type, read.quotePrefix) == ("s", True)
    # A workbook is XML, which has no signs below a space but these.
    assert read.value.lstrip("\t\r\n") == "".join(c for c in text if c >= " ").lstrip("\t\r\n")


@pytest.mark.fault("F70")
@given(st.text(alphabet=st.characters(codec="utf-8") | st.sampled_from(BEGINS)))
def test_no_text_leaves_as_a_formula_and_none_is_changed_but_for_the_apostrophe(text):
    (cell,) = _read(cells.as_csv(["c"], [[text or " "]]))[1]
    assert cell[:1] not in BEGINS
    assert cell in (text or " ", f"'{text}")


def test_ordinary_text_is_as_it_was_written():
    for text in ("Herning Kommune", "3-årig", "a=b", "'sådan'", "", "47;11", 'to "ord"'):
        assert cells.harmless(text) == text


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        (Money(-18_750_00, "DKK"), "-18750,00"),
        (Money(5, "DKK"), "0,05"),
        (Money(1_234_567, "XAF"), "1234567"),
        (-3, "-3"),
        (date(2028, 12, 15), "2028-12-15"),
        (None, ""),
    ],
)
def test_numbers_money_and_days_stay_what_they_are(cell, written):
    assert cells.written(cell) == written


@given(st.integers(-(10**15), 10**15))
def test_an_amount_is_read_back_to_the_ore(minor):
    told = cells.decimal_comma(Money(minor, "DKK"))
    assert told[-3] == "," and int(told.replace(",", "")) == minor


def test_money_in_a_workbook_is_a_number_with_its_decimals(tmp_path):
    book = openpyxl.Workbook()
    cells.put(book.active["A1"], Money(-18_750_05, "DKK"))
    cells.put(book.active["A2"], date(2028, 12, 15))
    book.save(tmp_path / "book.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "book.xlsx").active
    assert (sheet["A1"].value, sheet["A1"].data_type, sheet["A1"].number_format) == (-18750.05, "n", "#,##0.00")
    assert sheet["A2"].is_date


def test_a_file_begins_as_a_danish_spreadsheet_wants_it():
    assert cells.as_csv(["a", "b"], [["ø", 1]]) == "\ufeffa;b\r\nø;1\r\n".encode()


def test_a_decimal_is_a_number_with_a_comma_and_a_suppressed_figure_its_mark():
    assert cells.written(Decimal("-0.050")) == "-0,050"
    assert cells.written(SUPPRESSED) == "fortroligt"
