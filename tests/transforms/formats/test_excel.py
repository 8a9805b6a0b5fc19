"""A workbook is read as one plain table of values; what is shown otherwise than it is stored is refused."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from maalbar import unpacking
from maalbar.contract.delivering import Delivery
from tests.transforms.formats.written import CANARY, cells_of, delivery, refusal
from transforms.formats import excel, open_cells

AGREED = delivery(format="excel")
HEADER = ["a", "b"]


def book(folder: Path, *rows: list[object], then: Callable[[Worksheet], object] | None = None) -> Path:
    """A workbook of one sheet, `Ark1`. `then` changes the sheet before it is saved."""
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = "Ark1"
    for row in rows:
        sheet.append(row)
    if then:
        then(sheet)
    path = folder / "f.xlsx"
    made.save(path)
    return path


def column(folder: Path, *values: object, agreed: Delivery = AGREED) -> list[str | None]:
    return [row["b"] for row in cells_of(book(folder, HEADER, *[["p", value] for value in values]), agreed)]


def rewritten(path: Path, part: str, old: str, new: str) -> Path:
    """The same workbook with one part of it changed."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert old.encode() in parts[part]
    parts[part] = parts[part].replace(old.encode(), new.encode())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


SHEET = "xl/worksheets/sheet1.xml"


def test_ids_that_are_stored_as_numbers_are_whole_numbers_in_text(tmp_path):
    assert column(tmp_path, 101701234, 17.0, "007", None) == ["101701234", "17", "007", None]


def test_other_numbers_have_the_agreed_decimal_sign(tmp_path):
    assert column(tmp_path, 1.5, -0.25, 1e-7) == ["1,5", "-0,25", "0,0000001"]
    assert column(tmp_path, 1.5, agreed=delivery(format="excel", decimal=".")) == ["1.5"]


def test_numbers_that_are_shown_as_dates_are_dates_in_the_agreed_format(tmp_path):
    assert column(tmp_path, date(2026, 3, 1), datetime(2026, 3, 1)) == ["2026-03-01", "2026-03-01"]
    agreed = delivery(format="excel", date_format="%d-%m-%Y %H:%M")
    assert column(tmp_path, datetime(2026, 3, 1, 13, 45), agreed=agreed) == ["01-03-2026 13:45"]


def test_a_time_of_day_that_the_agreed_format_cannot_say_is_not_dropped(tmp_path):
    assert column(tmp_path, datetime(2026, 3, 1, 13, 45)) == ["2026-03-01 13:45:00"]
    assert column(tmp_path, time(13, 45)) == ["13:45:00"]


def test_dates_are_written_as_the_layout_has_it_in_which_the_file_is(tmp_path):
    layout = {
        "columns": {"person_id": "p", "contact_id": "c", "code": "k", "diagnosed_on": "d"},
        "date_format": "%d.%m.%Y",
    }
    agreed = delivery(format="excel", layouts=[layout])
    path = book(tmp_path, ["p", "c", "k", "d"], ["1", "2", "DI10", date(2026, 3, 1)])
    assert cells_of(path, agreed)[0]["d"] == "01.03.2026"


def test_true_and_false_are_words(tmp_path):
    assert column(tmp_path, True, False) == ["true", "false"]


@pytest.mark.parametrize("formula", ["=1+1", f'=HYPERLINK("http://x","{CANARY}")'])
def test_a_formula_is_no_value_and_its_place_is_told(tmp_path, formula):
    line = refusal(book(tmp_path, HEADER, ["p", "x"], ["p", formula]), AGREED)
    assert line == "f.xlsx, line 3, column no. 2: is a formula — write the value itself in the cell"


@pytest.mark.fault("F70")
def test_a_text_that_looks_like_a_formula_stays_that_text(tmp_path):
    def as_text(sheet: Worksheet) -> None:
        sheet["B2"].data_type = "s"

    path = book(tmp_path, HEADER, ["p", "=HYPERLINK(1)"], then=as_text)
    assert cells_of(path, AGREED) == [{"a": "p", "b": "=HYPERLINK(1)"}]


def test_an_error_of_excels_is_no_value(tmp_path):
    assert "f.xlsx, line 2, column no. 2: is an error of Excel's" in refusal(
        book(tmp_path, HEADER, ["p", "#N/A"]), AGREED
    )


def test_an_id_of_more_digits_than_excel_keeps_is_refused(tmp_path):
    assert column(tmp_path, 999_999_999_999_999) == ["999999999999999"]
    line = refusal(book(tmp_path, HEADER, ["p", 1_234_567_890_123_456]), AGREED)
    assert "line 2, column no. 2: is a number of more than fifteen digits" in line


def test_merged_cells_are_refused(tmp_path):
    path = book(tmp_path, HEADER, ["p", "x"], then=lambda sheet: sheet.merge_cells("A2:B2"))
    assert refusal(path, AGREED).startswith("f.xlsx: has merged cells")


def test_merged_cells_are_seen_wherever_a_part_is_cut_into_pieces(tmp_path, monkeypatch):
    path = book(tmp_path, HEADER, ["p", "x"], then=lambda sheet: sheet.merge_cells("A2:B2"))
    monkeypatch.setattr(unpacking, "PIECE", 7)  # shorter than `<mergeCell`
    assert refusal(path, AGREED).startswith("f.xlsx: has merged cells")


def test_a_sheet_that_makes_up_lines_is_refused(tmp_path, monkeypatch):
    path = rewritten(book(tmp_path, HEADER, ["p", "x"]), SHEET, '<row r="2"', '<row r="1048577"')
    monkeypatch.setattr(excel, "LINES", 1000)
    assert refusal(path, AGREED).startswith("f.xlsx: has more lines than a sheet can have")


def test_words_about_merged_cells_are_no_merged_cells(tmp_path):
    assert column(tmp_path, "<mergeCell ref='A1'/>") == ["<mergeCell ref='A1'/>"]


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_is_refused_also_beside_the_agreed_one(tmp_path, state):
    def hide(sheet: Worksheet) -> None:
        sheet.parent.create_sheet(CANARY).sheet_state = state

    path = book(tmp_path, HEADER, ["p", "x"], then=hide)
    assert refusal(path, delivery(format="excel", sheet="Ark1")).startswith("f.xlsx: sheet no. 2 is hidden")


def test_the_agreed_sheet_is_read_or_the_only_one(tmp_path):
    def second(sheet: Worksheet) -> None:
        sheet.parent.create_sheet("Data").append(["c"])
        sheet.parent["Data"].append(["y"])

    path = book(tmp_path, HEADER, ["p", "x"], then=second)
    assert refusal(path, AGREED).startswith("f.xlsx: has 2 sheets, and no one is agreed")
    assert refusal(path, delivery(format="excel", sheet="X")).startswith("f.xlsx: has no sheet `X`")
    assert cells_of(path, delivery(format="excel", sheet="Data")) == [{"c": "y"}]


def test_a_workbook_with_macros_is_refused(tmp_path):
    path = book(tmp_path, HEADER, ["p", "x"])
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"...")
    assert refusal(path, AGREED).startswith("f.xlsx: has macros")


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"\xd0\xcf\x11\xe0" + bytes(600), "is an old workbook (.xls), or has a password"),
        (b"a;b\n1;2\n", "is no whole zip"),
    ],
)
def test_what_is_no_xlsx_is_refused(tmp_path, raw, told):
    path = tmp_path / "f.xlsx"
    path.write_bytes(raw)
    assert refusal(path, AGREED).startswith(f"f.xlsx: {told}")


def test_another_zip_is_no_workbook(tmp_path):
    path = tmp_path / "f.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", "a;b")
    assert refusal(path, AGREED).startswith("f.xlsx: is no workbook")


@pytest.mark.fault("F10")
def test_a_workbook_that_is_a_bomb_is_refused_before_it_is_opened(tmp_path, monkeypatch):
    path = book(tmp_path, HEADER, ["p", "x"])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/a.xml", bytes(20_000_000))
    monkeypatch.setattr(openpyxl, "load_workbook", lambda *_, **__: pytest.fail("opened"))
    assert refusal(path, AGREED).startswith("f.xlsx: unpacks to more than 300 times its size")
    assert "the agreed 10 MB" in refusal(path, delivery(format="excel", max_unpacked_mb=10))


def test_a_document_type_is_refused_since_entities_multiply(tmp_path):
    path = rewritten(
        book(tmp_path, HEADER, ["p", "x"]), SHEET, "<worksheet", '<!DOCTYPE x [<!ENTITY a "b">]><worksheet'
    )
    assert refusal(path, AGREED).startswith("f.xlsx: has a document type")


def test_a_damaged_sheet_is_refused_without_a_word_of_it(tmp_path):
    path = rewritten(book(tmp_path, HEADER, ["p", 1]), SHEET, "</row>", f"<{CANARY} ")
    assert refusal(path, AGREED) == "f.xlsx: is a damaged workbook — save it again and send it whole"


def test_a_cell_of_ten_megabytes_is_refused(tmp_path):
    path = rewritten(
        book(tmp_path, HEADER, ["p", 1]), SHEET, '<c r="B2" t="n"><v>1</v></c>',
        f'<c r="B2" t="inlineStr"><is><t>{"".join(map(str, range(1_600_000)))}</t></is></c>',
    )  # fmt: skip
    assert "line 2, column no. 2: has more than 1 MB" in refusal(path, AGREED)


def test_rows_are_told_by_their_line_so_no_empty_one_may_stand_between(tmp_path):
    path = book(tmp_path, HEADER, ["p", "x"], [], ["p", "y"])
    assert refusal(path, AGREED).startswith("f.xlsx: line 3 of the sheet is empty and others follow")
    assert len(cells_of(book(tmp_path, HEADER, ["p", "x"], [None, ""], []), AGREED)) == 1


def test_what_a_sheet_says_of_its_size_is_not_believed(tmp_path):
    path = rewritten(book(tmp_path, HEADER, ["p", "x"], ["q", "y"]), SHEET, 'ref="A1:B3"', 'ref="A1:A1"')
    assert [row["b"] for row in cells_of(path, AGREED)] == ["x", "y"]


def test_cells_behind_the_last_column_are_refused(tmp_path):
    assert "line 2 has cells behind the last column" in refusal(book(tmp_path, HEADER, ["p", "x", CANARY]), AGREED)


def test_the_header_in_the_middle_is_refused_by_its_row(tmp_path):
    assert "the header stands again at row 2" in refusal(book(tmp_path, HEADER, ["p", "x"], HEADER), AGREED)


@pytest.mark.parametrize(
    ("rows", "told"),
    [([], "its first line is no header"), ([[], ["p"]], "its first line is no header"), ([HEADER], "holds no rows"),
     ([["a", "=1"], ["p", "x"]], "a name of a column is a formula")],
)  # fmt: skip
@pytest.mark.fault("F06")
def test_a_sheet_without_header_or_rows_is_refused(tmp_path, rows, told):
    assert refusal(book(tmp_path, *rows), AGREED).startswith(f"f.xlsx: {told}")


def test_a_header_that_is_a_number_is_its_text(tmp_path):
    assert open_cells(book(tmp_path, ["a", 2026], ["p", 1]), AGREED, "f").header == ("a", "2026")
