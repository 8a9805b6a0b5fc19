"""Two parties' figures: the first line that differs along the computation is named with both values, and nothing else is."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from openpyxl import Workbook, load_workbook

from maalbar.contract import load_agreement
from maalbar.errors import ResultsRefused
from maalbar.flow.calculate import calculate
from maalbar.flow.calculated_data import as_data
from maalbar.flow.compared import Difference, compare
from maalbar.flow.workbook import of_results
from maalbar.settings import PROJECT

FIRST = PROJECT / "docs" / "examples" / "first.yaml"


@pytest.fixture
def results(tmp_path):
    """Writes the results of the first example, changed as asked; returns the file."""

    def write(name: str, *changes: tuple[str, str]):
        text = FIRST.with_suffix(".csv").read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    return write


def test_the_same_figures_are_the_same_however_they_are_written(results):
    assert compare(results("a.csv"), results("b.csv", ("-1.2", "-1.200"), (",", ";"))) is None


def test_the_first_result_that_differs_is_named_with_both_values(results):
    found = compare(results("a.csv"), results("b.csv", ("-1.6", "-1.7"), ("180", "181")))
    assert found == Difference("results", "line 4: 2, loneliness, value", "-1.6", "-1.7")


def test_a_result_that_one_side_lacks_is_a_difference_on_either_side(results):
    whole, part = results("a.csv"), results("b.csv", ("2,visits,units,180,,\n", ""))
    assert compare(whole, part) == Difference("results", "line 5: 2, visits, value", "180", None)
    assert compare(part, whole) == Difference("results", "line 5: 2, visits, value", None, "180")


def test_what_is_no_amount_differs_from_one_that_is(results):
    found = compare(results("a.csv"), results("b.csv", ("-1.6", "NaN")))
    assert found == Difference("results", "line 4: 2, loneliness, value", "-1.6", "NaN")


def test_a_broken_workbook_and_a_file_without_end_are_refused_in_one_line(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        whole = io.BytesIO()
        Workbook().save(whole)
        for name in (parts := zipfile.ZipFile(whole)).namelist():
            archive.writestr(name, b"<broken" if name == "xl/workbook.xml" else parts.read(name))
    (tmp_path / "a.json").write_text("[" * 200_000, encoding="utf-8")
    for name, why in (("a.xlsx", "is no workbook"), ("a.json", "is no settlement")):
        with pytest.raises(ResultsRefused, match=why):
            compare(tmp_path / name, tmp_path / name)


def test_a_person_is_never_named(tmp_path):
    rows = "period,outcome,unit,value,person\n1,way,units,{},ann\n"
    for name, value in (("a.csv", 1), ("b.csv", 2)):
        (tmp_path / name).write_text(rows.format(value), encoding="utf-8")
    assert "ann" not in str(compare(tmp_path / "a.csv", tmp_path / "b.csv"))


def _settled(path, to):
    to.write_text(json.dumps(as_data(calculate(load_agreement(FIRST), path))), encoding="utf-8")
    return to


def test_two_settlements_differ_first_at_the_first_step_that_does(results, tmp_path):
    one = _settled(results("a.csv"), tmp_path / "a.json")
    other = _settled(results("b.csv", ("140", "150")), tmp_path / "b.json")
    found = compare(one, other)
    assert found is not None
    assert found.stage == "steps"
    assert "1 visits" in found.of
    assert compare(one, _settled(results("c.csv"), tmp_path / "c.json")) is None


def _saved(path, cells):
    """A workbook as a spreadsheet program saves it, with the value of every formula in its cell; here a constant."""
    book = load_workbook(io.BytesIO(of_results(load_agreement(FIRST), FIRST.with_suffix(".csv"))))
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    cell.value = 7
    for (sheet, place), value in cells.items():
        book[sheet][place] = value
    book.save(path)
    return path


def test_two_workbooks_differ_first_where_the_computation_does(tmp_path):
    one = _saved(tmp_path / "a.xlsx", {})
    assert compare(one, _saved(tmp_path / "b.xlsx", {})) is None
    found = compare(one, _saved(tmp_path / "c.xlsx", {("Beregning", "F9"): 8, ("Betalinger", "F5"): 9}))
    assert found is not None
    assert (found.stage, found.first, found.second) == ("computation", "7", "8")
    found = compare(one, _saved(tmp_path / "d.xlsx", {("Beregning", "F9"): 8, ("Vilkår", "D5"): 501}))
    assert found is not None
    assert (found.stage, found.first, found.second) == ("terms", "500", "501")
    found = compare(one, _saved(tmp_path / "e.xlsx", {("Overførsler", "J6"): 8, ("Investorer", "E5"): 9}))
    assert found is not None
    assert (found.stage, found.of, found.second) == ("transfers", "2, Nordby, Fonden", "8")
    found = compare(one, _saved(tmp_path / "f.xlsx", {("Investorer", "E5"): 9}))
    assert found is not None
    assert (found.stage, found.of, found.second) == ("investors", "Fonden, Kapital indbetalt", "9")


def test_a_workbook_that_no_spreadsheet_program_has_computed_cannot_be_compared(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(of_results(load_agreement(FIRST), FIRST.with_suffix(".csv")))
    with pytest.raises(ResultsRefused, match="no spreadsheet program has computed"):
        compare(path, path)


@pytest.mark.parametrize("name", ["a.txt", "a.xlsx", "a.json", "missing.csv"])
def test_what_is_no_file_of_its_kind_is_refused_in_one_line(tmp_path, name):
    if "missing" not in name:
        (tmp_path / name).write_bytes(b"\x00nothing")
    with pytest.raises(ResultsRefused) as caught:
        compare(tmp_path / name, tmp_path / name)
    assert len(caught.value.lines) == 1


def test_files_of_two_kinds_are_refused(results, tmp_path):
    with pytest.raises(ResultsRefused, match="two kinds"):
        compare(results("a.csv"), _settled(results("b.csv"), tmp_path / "b.json"))
