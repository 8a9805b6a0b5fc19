"""A file that was taken in before and superseded: known when it comes again, not in force, and it is said so."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest

from maalbar.flow import intake
from maalbar.flow.expected import status
from maalbar.settings import settings
from tests.flow.landing import PEOPLE, deliver, known

pytestmark = pytest.mark.usefixtures("results_database")
MORE = PEOPLE + "eva;F;1950-05-01;west;2010-01-01;;;;0\n"


@pytest.fixture
def contract(tiny_contract):
    """People in three versions: A, B in its place, and A again."""
    contract = tiny_contract()
    first = deliver(contract)
    second = deliver(contract, text=MORE, name="b", supersedes=first)
    deliver(contract, name="back", supersedes=second)
    intake.take_in("tiny", "1")
    assert [row["sha256"] for row in known(contract)] == [first, second, first]
    return contract


def _put_anew(name: str) -> None:
    later = (datetime.now(UTC) + timedelta(hours=1)).timestamp()
    os.utime(settings().landing / "tiny" / "population" / name, (later, later))


def test_files_that_still_lie_there_are_no_news(contract):
    assert status(contract)[1] == []


def test_a_superseded_file_that_is_put_there_again_is_known_and_said_not_to_be_in_force(contract):
    first, _second, _ = (row["sha256"] for row in known(contract))
    _put_anew("b.csv")
    intake.take_in("tiny", "1")
    assert len(known(contract)) == 3
    assert status(contract)[1] == [
        f"b.csv: was taken in before and superseded by {first[:12]}; it is not in force — if it is right, say in its manifest"
        f" that it supersedes {first[:12]}…, who says so (`said_by`) and why (`reason`)"
    ]


def test_it_is_in_force_again_once_a_person_has_said_so_and_stays_one_delivery(contract):
    first, second, _ = (row["sha256"] for row in known(contract))
    for _ in range(2):
        deliver(contract, text=MORE, name="b", supersedes=first, said_by="Dora Data", reason="it was right")
        intake.take_in("tiny", "1")
        assert [row["sha256"] for row in known(contract)] == [first, second, first, second]
    assert known(contract)[-1]["said_by"] == "Dora Data"


def test_a_copy_under_another_name_is_not_taken_for_a_person_s_word(contract):
    deliver(contract, text=MORE, name="copy", supersedes=known(contract)[0]["sha256"])
    intake.take_in("tiny", "1")
    assert len(known(contract)) == 3
