"""The commands for parties that check: a workbook is written, two parties' figures are compared, bad input ends in one line."""

from __future__ import annotations

import json

import pytest

from maalbar.settings import PROJECT
from tests.cli.test_commands import maalbar

FIRST = PROJECT / "docs" / "examples" / "first.yaml"
RESULTS = FIRST.with_suffix(".csv")


def test_a_workbook_is_written_from_a_file_of_results(tmp_path):
    path = tmp_path / "first.xlsx"
    run = maalbar("workbook", str(FIRST), "--results", str(RESULTS), "--out", str(path))
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout == f"{path}: the computation of first as formulas; open it and see its first sheet\n"
    assert path.read_bytes()[:2] == b"PK"
    again = maalbar("workbook", str(FIRST), "--results", str(RESULTS), "--out", str(path), "--language", "en")
    assert again.returncode == 9
    assert "says something else" in again.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "workbook needs a period or a file of results"),
        (("1", "--results", str(RESULTS)), "and not both"),
        (("--results", str(RESULTS), "--language", "fr"), "--language fr is none"),
        (("9",), "has no period 9"),
    ],
)
def test_what_cannot_be_written_is_refused_in_one_line(tmp_path, options, said):
    run = maalbar("workbook", str(FIRST), *options, "--out", str(tmp_path / "x.xlsx"))
    assert (run.returncode, run.stdout, run.stderr.count("\n")) == (9, "", 1)
    assert said in run.stderr
    assert not (tmp_path / "x.xlsx").exists()


def test_compare_ends_with_nothing_for_the_same_and_with_one_for_others(tmp_path):
    other = tmp_path / "other.csv"
    other.write_text(RESULTS.read_text(encoding="utf-8").replace("-1.6", "-1.7"), encoding="utf-8")
    same = maalbar("compare", str(RESULTS), str(RESULTS))
    assert (same.returncode, same.stdout) == (0, "the same: every line of both\n")
    run = maalbar("compare", str(RESULTS), str(other))
    assert run.returncode == 1
    assert run.stdout.splitlines() == [
        "results: line 4: 2, loneliness, value",
        f"  {RESULTS}: -1.6",
        f"  {other}: -1.7",
    ]
    told = json.loads(maalbar("compare", str(RESULTS), str(other), "--json").stdout)
    assert told["first_difference"]["second"] == "-1.7"
    assert maalbar("compare", str(RESULTS), str(tmp_path / "none.csv")).returncode == 10
