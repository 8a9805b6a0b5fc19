"""Whatever happens in five years, every figure and every balance is what the senders' cells come to."""

from __future__ import annotations

import os
import random

import pytest

from tests.faults.running.course import Course
from tests.faults.running.sent import write_contract

FIRST, _, LAST = os.environ.get("MAALBAR_FIVE_YEARS_SEEDS", "1-2").partition("-")


@pytest.mark.slow
@pytest.mark.fault("F59")
@pytest.mark.fault("F60")
@pytest.mark.parametrize("seed", range(int(FIRST), int(LAST or FIRST) + 1))
def test_five_years_of_files_corrections_withdrawals_refusals_and_crashes_come_to_what_the_oracle_says(
    seed, installation
):
    """More seeds: `MAALBAR_FIVE_YEARS_SEEDS=1-50`; one alone: `MAALBAR_FIVE_YEARS_SEEDS=17`."""
    contract = write_contract(installation.investments, f"seed_{seed}", four_eyes=seed % 2 == 0)
    course = Course(contract, random.Random(seed))
    try:
        course.run()
        assert not course.lacks_a_way(), f"each way on after a no was taken: {course.ways}"
    except BaseException as error:
        error.add_note(f"seed {seed}; what had happened:\n  " + "\n  ".join(course.told))
        raise
