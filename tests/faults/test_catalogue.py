"""The catalogue of faults: each has a test marked with its number, beside what it tries, or a malformed delivery that has it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.faults.malformed import CASES

TESTS = Path(__file__).parent.parent
MARK = re.compile(r'pytest\.mark\.fault\("(F\d\d)"\)')
CATALOGUE = {
    "F01": "a file that is not whole yet",
    "F02": "a file that is not the one announced",
    "F03": "the same delivery twice, or by two intakes at once",
    "F04": "another file for the same day",
    "F05": "corrections out of order",
    "F06": "an empty file, or a header alone",
    "F07": "a file that is cut off",
    "F08": "a Parquet file that is cut off",
    "F09": "a bit that has turned over",
    "F10": "an archive that would fill the disk",
    "F11": "an archive or a landing folder that leads elsewhere",
    "F12": "a name that could be more than a name",
    "F13": "an archive in an archive",
    "F14": "letters in another encoding",
    "F15": "marks and line ends that change nothing",
    "F16": "the same letter in two forms",
    "F17": "decimal and thousand signs",
    "F18": "dates that could be several",
    "F19": "a column that is missing",
    "F20": "a column too many",
    "F21": "columns in another order",
    "F22": "a column of another type",
    "F23": "far fewer rows than before",
    "F24": "a disk that is full, and what may not be read",
    "F25": "a kill in the middle of intake",
    "F26": "a file that is replaced while it is read",
    "F27": "a CPR number as an id",
    "F28": "a CPR number anywhere else",
    "F29": "ids that are not the agreed ones",
    "F30": "persons without an id",
    "F31": "free text, names, addresses",
    "F32": "a row twice",
    "F33": "a key twice with other content",
    "F34": "contacts that overlap",
    "F35": "a contact that spans the end of a window",
    "F36": "an end before its beginning, and amounts less than nothing",
    "F37": "a day after the one that is described",
    "F38": "a contact before birth or after death",
    "F39": "turning 60 in the index month",
    "F40": "born in February of a leap year, or an index date of 29 February",
    "F41": "follow-up years that begin on 29 February",
    "F42": "a timestamp near midnight, and nights when clocks are changed",
    "F43": "a death in the middle of a year",
    "F44": "emigration and return",
    "F45": "moving out of the municipality",
    "F46": "belonging to the cohort and to the comparison",
    "F47": "a consent withdrawn before measuring",
    "F48": "a consent withdrawn after measuring",
    "F49": "a survey answered twice, out of time, or by another",
    "F50": "a year of comparison that is missing",
    "F51": "nothing to divide by",
    "F52": "floats in money",
    "F53": "numbers that are none, or infinite",
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
    "F67": "a count of few",
    "F68": "a count of few as the difference of two releases",
    "F69": "none, all, the largest, and means and quantiles of few",
    "F70": "formulas in cells, markup in texts",
    "F71": "a person in a log, a message or a report",
    "F72": "SQL in names",
}


@pytest.mark.parametrize("fault", CATALOGUE)
def test_every_fault_of_the_catalogue_has_a_test(fault):
    marked = {number for path in TESTS.rglob("test_*.py") for number in MARK.findall(path.read_text(encoding="utf-8"))}
    assert fault in marked | {number for case in CASES for number in case.faults}, CATALOGUE[fault]
