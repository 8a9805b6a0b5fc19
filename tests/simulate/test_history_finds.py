"""What was planted in a delivery of a simulated contract is found beside the delivery before it; a clean one is taken in."""

from __future__ import annotations

from pathlib import Path

import pytest

from maalbar.contract import find_contract, write_rehearsal
from maalbar.database import transaction
from maalbar.errors import DecisionNeeded
from maalbar.flow import intake
from maalbar.schema import delivery_check
from maalbar.settings import PROJECT, REHEARSAL, settings
from maalbar.simulate import simulate

pytestmark = pytest.mark.usefixtures("results_database", "rehearsed")
NAME = "plads_til_forskel_demo"


@pytest.fixture
def rehearsed(home: Path) -> None:
    """The contract moved into the past: nobody can describe a day that has not come."""
    write_rehearsal(PROJECT / "investments" / "plads_til_forskel.yaml", -6, home / REHEARSAL)


def _period(period: str, *sources: str, defect: str = "") -> None:
    simulate(
        find_contract(NAME), settings().landing / NAME, people=120, effect=0.0, seed=3, periods=[period],
        sources=["population", *sources], defects=[defect] if defect else (),
    )  # fmt: skip
    intake.take_in(NAME, period)


PLANTED = {
    "half_of_rows@hospital_contacts": "volume: ",
    "half_of_rows@population": "volume: ",
    "one_code@hospital_contacts": "codes_vanished.priority: ",
    "new_pseudonyms@hospital_contacts": "unknown_persons: ",
    "new_pseudonyms@population": "persons_gone: ",
    "mixed_up_persons@population": "persons_other_sex: ",
}


@pytest.mark.parametrize("defect", PLANTED)
def test_what_is_planted_stops_the_file_by_the_check_that_is_for_it(defect: str) -> None:
    _period("1", "hospital_contacts")
    with pytest.raises(DecisionNeeded) as stopped:
        _period("2", "hospital_contacts", defect=defect)
    assert PLANTED[defect] in stopped.value.line
    assert defect.partition("@")[2] in stopped.value.where


def test_a_clean_delivery_is_taken_in_and_held_against_the_one_before() -> None:
    _period("1", "hospital_contacts", "gp_contacts")
    _period("2", "hospital_contacts", "gp_contacts")
    with transaction() as connection:
        rows = connection.execute(delivery_check.select()).mappings().all()
    second = [row for row in rows if "2022-10-15" in row["delivery_id"]]
    assert {row["verdict"] for row in second if row["name"].startswith(("volume", "persons_", "unknown"))} == {"held"}
    assert not [row for row in rows if row["verdict"] == "broken"]
