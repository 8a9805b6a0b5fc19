"""The catalogue of faults of time, money and concurrency: each has a test marked with its number, beside what it tries."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent.parent
MARK = re.compile(r'pytest\.mark\.fault\("(F\d\d)"\)')
CATALOGUE = {
    "F39": "turning 60 in the index month",
    "F40": "born in February of a leap year, or an index date of 29 February",
    "F41": "follow-up years that begin on 29 February",
    "F42": "a timestamp near midnight, and nights when clocks are changed",
    "F43": "a death in the middle of a year",
    "F44": "emigration and return",
    "F45": "moving out of the municipality",
    "F46": "belonging to the cohort and to the comparison",
    "F54": "a contract file that YAML would read as something else, or that means nothing",
    "F55": "a parameter changed retroactively",
    "F56": "an indicator whose direction is the wrong way round",
    "F57": "a cap that is reached across years and corrections",
    "F58": "an amount that cannot be shared evenly",
    "F59": "a crash between posting and success",
    "F60": "a crash between approval and booking",
    "F61": "two runs of one period at once",
    "F62": "a task that is retried, cleared or run by hand",
    "F63": "a corrected delivery after payment",
    "F64": "a correction of a correction, back to the first value",
    "F65": "a ledger row edited or deleted in SQL",
    "F66": "clocks that jump back or disagree",
}


@pytest.mark.parametrize("fault", CATALOGUE)
def test_every_fault_of_the_catalogue_has_a_test(fault):
    marked = {number for path in TESTS.rglob("test_*.py") for number in MARK.findall(path.read_text(encoding="utf-8"))}
    assert fault in marked, CATALOGUE[fault]
