"""The end of keeping: nothing of a source is left after its last day, and what was measured stands."""

from __future__ import annotations

from datetime import date

import pytest

from maalbar import results
from maalbar.database import transaction
from maalbar.errors import SourcesExpired
from maalbar.flow import intake
from maalbar.flow.measure import measure
from maalbar.flow.reproduce import reproduce
from maalbar.flow.retention import retain
from maalbar.flow.verify import verify
from tests.flow.landing import CONTACTS, deliver, known, stored
from tests.processes import is_killed_at

pytestmark = pytest.mark.usefixtures("results_database")
LAST = date(9998, 12, 31)
DAY_AFTER = date(9999, 1, 1)


@pytest.fixture
def contract(tiny_contract):
    return tiny_contract(
        {
            "cohort.eligibility.benefit_codes": None,
            "quality.small_cell": "1",
            "deliveries.contacts.keep_until": LAST.isoformat(),
        }
    )


def _measured(contract) -> str:
    deliver(contract)
    deliver(contract, "contacts", text=CONTACTS)
    intake.take_in(contract.id, "1")
    return measure(contract.id, "1")


def test_on_the_last_day_everything_is_kept_and_on_the_next_nothing_of_that_source(contract):
    _measured(contract)
    before = stored(contract)
    assert retain(contract.id, LAST) is None
    assert stored(contract) == before
    done = retain(contract.id, DAY_AFTER)
    assert done.replaced == {"raw": 1, "canonical": 1}
    # The files of population are left.
    assert {shelf: len(files) for shelf, files in stored(contract).items()} == {"raw": 1, "canonical": 1}
    assert done.row["sources"] == ["contacts"]
    assert retain(contract.id, DAY_AFTER) is None
    verify(contract.id)


def test_what_was_measured_stands_and_cannot_be_measured_again(contract):
    measurement = _measured(contract)
    with transaction() as connection:
        before = results.effects_of(connection, measurement)
    assert reproduce(contract.id, "1").answer == "identical"
    retain(contract.id, DAY_AFTER)
    with transaction() as connection:
        assert results.effects_of(connection, measurement) == before
    found = reproduce(contract.id, "1")
    assert (found.answer, found.again) == ("sources expired", None)
    assert [(row["kind"], row["because"]) for row in found.erasures] == [
        ("retention", "contacts was kept until 9998-12-31")
    ]


def test_a_period_not_measured_in_time_says_why_it_cannot_be(contract):
    deliver(contract)
    deliver(contract, "contacts", text=CONTACTS)
    intake.take_in(contract.id, "1")
    retain(contract.id, DAY_AFTER)
    with pytest.raises(SourcesExpired, match="contacts may no longer be kept, and is erased"):
        measure(contract.id, "1")


def test_what_comes_when_it_may_not_be_kept_goes_at_the_next_look(contract):
    _measured(contract)
    retain(contract.id, DAY_AFTER)
    deliver(contract, "contacts", text=CONTACTS, as_of="2022-10-20")
    intake.take_in(contract.id, "1")
    assert len(known(contract)) == 3
    assert retain(contract.id, DAY_AFTER).replaced == {"raw": 1, "canonical": 1}


def test_killed_at_any_statement_it_is_complete_when_it_is_run_again(contract, tiny_contract):
    for statement in range(1, 40):
        other = tiny_contract(
            {"cohort.eligibility.benefit_codes": None, "deliveries.contacts.keep_until": LAST.isoformat()},
            id=f"tiny_{statement}",
        )
        deliver(other, "contacts", text=CONTACTS)
        intake.take_in(other.id, "1")
        killed = is_killed_at(statement, retain, other.id, DAY_AFTER)
        retain(other.id, DAY_AFTER)
        assert all(files == [] for files in stored(other).values())
        assert not list((stored_landing := _landing(other)).glob("*")), stored_landing
        verify(other.id)
        if not killed:
            break
    assert not killed and statement > 5


def _landing(contract):
    from maalbar.settings import settings

    return settings().landing / contract.id / "contacts"
