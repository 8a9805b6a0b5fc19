"""Every row of the list of features is shown by a test, and said by a file that loads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from maalbar.contract import load_agreement
from tests.contract_features.row import ROWS

NUMBERS = range(1, 45)
HERE = Path(__file__).parent


def test_every_row_has_a_test():
    marks = [
        mark for file in HERE.glob("test_*.py") for mark in re.findall(r"^@row\(([\d, ]+)\)", file.read_text(), re.M)
    ]
    assert {int(number) for mark in marks for number in mark.split(",")} == set(NUMBERS)


def test_every_row_has_one_file():
    assert [int(path.name[:2]) for path in sorted(ROWS.glob("[0-9]*.yaml"))] == list(NUMBERS)


@pytest.mark.parametrize("path", sorted(ROWS.glob("[0-9]*.yaml")), ids=lambda path: path.stem)
def test_the_file_of_a_row_loads_and_names_its_contract(path):
    text = path.read_text(encoding="utf-8")
    assert text.startswith(f"# Row {int(path.name[:2])}. ")
    assert "Modelled on " in text.split("schema:", 1)[0]
    assert load_agreement(path).id == path.stem
