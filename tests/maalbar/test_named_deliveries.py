"""How a delivery is named: by its id, by the first signs of its file's hash, or by source and day."""

from __future__ import annotations

import pytest

from maalbar import named_deliveries
from maalbar.database import transaction
from maalbar.errors import SetupError
from maalbar.flow import intake
from tests.flow.landing import AS_OF, CONTACTS, PEOPLE, deliver, known

pytestmark = pytest.mark.usefixtures("results_database")


@pytest.fixture
def contract(tiny_contract):
    contract = tiny_contract()
    first = deliver(contract)
    deliver(contract, text=PEOPLE.replace("carl;M", "carl;F"), name="corrected", supersedes=first)
    deliver(contract, "contacts", text=CONTACTS)
    intake.take_in("tiny", "1")
    return contract


def _named(named: str) -> str:
    with transaction() as connection:
        return named_deliveries.delivery_named(connection, "tiny", named)["delivery_id"]


def test_every_version_has_its_own_signs_and_the_day_names_the_one_in_force(contract):
    rows = [row for row in known(contract) if row["source"] == "population"]
    assert len(rows) == 2
    for row in rows:
        assert {_named(row["delivery_id"]), _named(row["sha256"][:6]), _named(row["sha256"].upper())} == {
            row["delivery_id"]
        }
    assert _named(f"population@{AS_OF}") == rows[-1]["delivery_id"]


def test_where_several_are_meant_all_of_them_are_listed(contract, monkeypatch):
    monkeypatch.setattr(named_deliveries, "SHORTEST", 0)
    with pytest.raises(SetupError, match="several deliveries begin with") as told:
        _named("")
    assert all(named_deliveries.in_short(row) in told.value.line for row in known(contract))


def test_fewer_signs_than_six_name_nothing_and_what_there_is_is_listed(contract):
    rows = known(contract)
    with pytest.raises(SetupError, match="no delivery of tiny is called so") as told:
        _named(rows[0]["sha256"][:5])
    assert all(f"{row['source']}@{AS_OF} {row['sha256'][:12]}" in told.value.line for row in rows)
