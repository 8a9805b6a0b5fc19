"""`maalbar compare`, and `maalbar settle --xlsx`: a workbook is written, two parties' figures are compared, in one line each."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from maalbar.cli.app import app
from maalbar.errors import MaalbarError
from maalbar.settings import PROJECT
from tests.cli.test_commands import maalbar

FIRST = PROJECT / "docs" / "examples" / "first.yaml"
RESULTS = FIRST.with_suffix(".csv")


def _said(*words: object) -> str:
    run = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    return run.stdout


def test_a_workbook_is_written_from_a_file_of_results_and_never_over_another(tmp_path):
    path = tmp_path / "first.xlsx"
    said = _said("settle", FIRST, "--results", RESULTS, "--xlsx", path)
    assert said == f"{path}: what first pays, as formulas; open it and see its first sheet\n"
    assert path.read_bytes()[:2] == b"PK"
    with pytest.raises(MaalbarError, match="says something else"):
        _said("settle", FIRST, "--results", RESULTS, "--xlsx", path, "--language", "en")
    told = json.loads(_said("settle", FIRST, "--results", RESULTS, "--xlsx", path, "--json"))
    assert (told["contract"], told["file"], len(told["sha256"])) == ("first", str(path), 64)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("1",), "--xlsx is of --results"),
        (("--results", RESULTS, "--language", "fr"), "--language fr is none of documents"),
    ],
)
def test_what_cannot_be_written_is_refused_in_one_line(tmp_path, options, said):
    with pytest.raises(MaalbarError, match=said) as refused:
        _said("settle", FIRST, *options, "--xlsx", tmp_path / "x.xlsx")
    assert len(refused.value.lines) == 1
    assert not (tmp_path / "x.xlsx").exists()


def test_compare_ends_with_nothing_for_the_same_and_with_one_for_others(tmp_path):
    other = tmp_path / "other.csv"
    other.write_text(RESULTS.read_text(encoding="utf-8").replace("-1.6", "-1.7"), encoding="utf-8")
    assert _said("compare", RESULTS, RESULTS) == "the same: every line of both\n"
    run = maalbar("compare", str(RESULTS), str(other))
    assert (run.returncode, run.stderr) == (1, "")
    assert run.stdout.splitlines() == [
        "results: line 4: 2, loneliness, value",
        f"  {RESULTS}: -1.6",
        f"  {other}: -1.7",
    ]
    told = json.loads(_said("compare", RESULTS, other, "--json"))
    assert (told["identical"], told["first_difference"]["second"]) == (False, "-1.7")
    with pytest.raises(MaalbarError, match="cannot be read"):
        _said("compare", RESULTS, tmp_path / "none.csv")
