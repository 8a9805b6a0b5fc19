"""As known at: a period measured again from what had come by an instant is the same to the byte as what was measured then."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert, text

from maalbar import results
from maalbar.database import transaction
from maalbar.errors import MeasurementError
from maalbar.flow import intake
from maalbar.flow.known_at import as_known_at
from maalbar.flow.measure import measure
from maalbar.schema import delivery, measured, measurement
from tests.flow.landing import AS_OF, CONTACTS, PEOPLE, deliver, known
from tests.owner import tamper

pytestmark = pytest.mark.usefixtures("results_database")
FEWER = CONTACTS.replace("anna;k5;2021-10-01 10:00;2021-10-01 11:00;ATA1;ALCA00;u;LPR3\n", "")
MORE = CONTACTS.strip() + "\nanna;k9;2022-10-01 10:00;2022-10-01 11:00;ATA1;ALCA00;u;LPR3\n"
NEXT = "2023-10-15"


@pytest.fixture
def contract(tiny_contract):
    return tiny_contract({"cohort.eligibility.benefit_codes": None, "quality.small_cell": "1"})


def _take_in(contract, period: str, contacts: str, as_of: str, **changed) -> datetime:
    """Take in both extracts of a day; return an instant after they were known and before anything else is."""
    deliver(contract, text=PEOPLE, as_of=as_of)
    deliver(contract, "contacts", text=contacts, as_of=as_of, **changed)
    intake.take_in(contract.id, period)
    return _now()


def _correct(contract, contacts: str) -> datetime:
    before = [row["sha256"] for row in known(contract) if (row["source"], str(row["as_of"])) == ("contacts", AS_OF)]
    deliver(contract, "contacts", text=contacts, name=f"corrected-{len(before)}", supersedes=before[-1])
    intake.take_in(contract.id, "1")
    return _now()


def _now() -> datetime:
    with transaction() as connection:
        return connection.execute(text("select known_now()")).scalar_one()


def _digest(measurement_id: str) -> str:
    with transaction() as connection:
        found = results.digest_of_revision(connection, measurement_id)
    assert found is not None
    return found


def test_what_was_known_then_is_what_was_measured_then_and_what_is_known_now_what_is_measured_now(contract):
    _take_in(contract, "1", CONTACTS, AS_OF)
    measure("tiny", "1")
    then = _now()
    _correct(contract, FEWER)
    _take_in(contract, "2", MORE, NEXT)
    measure("tiny", "2")
    measure("tiny", "1", revise=True)
    now = _now()
    first, last = as_known_at("tiny", "1", then), as_known_at("tiny", "1", now)
    assert (first.digest, first.measurement_id, first.is_identical) == (_digest("tiny|1|r1"), "tiny|1|r1", True)
    assert (last.digest, last.measurement_id, last.is_identical) == (_digest("tiny|1|r2"), "tiny|1|r2", True)
    assert first.digest != last.digest
    assert (first.changed, last.changed) == ((), ())
    # The second period looked back at the first as it was then, and not at its correction, which came after.
    assert as_known_at("tiny", "2", now - timedelta(microseconds=1)).measurement_id == "tiny|2|r1"


def test_a_period_that_looks_back_at_another_sees_of_it_what_was_measured_by_then(contract):
    _take_in(contract, "1", CONTACTS, AS_OF)
    measure("tiny", "1")
    # Dora is no longer known to have lived there: the first wave is another than it was.
    deliver(contract, text=PEOPLE.replace("dora;F;1950-04-01;west;2010", "dora;F;1950-04-01;west;2022"), as_of=NEXT)
    deliver(contract, "contacts", text=MORE, as_of=NEXT)
    intake.take_in("tiny", "2")
    measure("tiny", "2")
    then = _now()
    changed = [row for row in as_known_at("tiny", "2", then).results.diagnostics if row["name"] == "check.waves"]
    assert [row["figures"]["changed_waves"] for row in changed] == ["w1"]
    before = [row["sha256"] for row in known(contract) if (row["source"], str(row["as_of"])) == ("population", AS_OF)]
    moved = PEOPLE.replace("dora;F;1950-04-01;west;2010", "dora;F;1950-04-01;west;2022")
    deliver(contract, text=moved, name="corrected", supersedes=before[-1])
    intake.take_in("tiny", "1")
    measure("tiny", "1", revise=True)
    # Now the first period has it too; then it had not.
    assert as_known_at("tiny", "2", then).digest == _digest("tiny|2|r1")
    assert as_known_at("tiny", "2", _now()).digest != _digest("tiny|2|r1")


def test_it_is_stored_nowhere(contract):
    then = _take_in(contract, "1", CONTACTS, AS_OF)
    found = as_known_at("tiny", "1", then)
    assert (found.measurement_id, found.is_identical, found.changed) == (None, None, ())
    with transaction() as connection:
        assert [connection.scalar(text(f"select count(*) from {t.name}")) for t in (measurement, measured)] == [0, 0]
    measure("tiny", "1")
    assert _digest("tiny|1|r1") == found.digest


def test_before_anything_had_come_there_is_nothing_to_tell(contract):
    before = _now()
    _take_in(contract, "1", CONTACTS, AS_OF)
    with pytest.raises(MeasurementError, match="tiny period 1: nothing had been delivered by"):
        as_known_at("tiny", "1", before)


def test_it_says_what_is_not_as_it_was_when_the_period_was_measured(contract, tiny_contract, monkeypatch):
    _take_in(contract, "1", CONTACTS, AS_OF)
    measure("tiny", "1")
    assert as_known_at("tiny", "1", _now()).changed == ()
    between = _correct(contract, FEWER)
    assert as_known_at("tiny", "1", between).changed == ("deliveries",)
    tiny_contract(
        {
            "cohort.eligibility.benefit_codes": None,
            "quality.small_cell": "1",
            "cohort.eligibility.min_age": "65",
        }
    )
    monkeypatch.setattr("maalbar.flow.known_at.code_version", lambda: "0.0.0+other")
    found = as_known_at("tiny", "1", between)
    assert (found.changed, found.is_identical) == (("deliveries", "basis", "terms", "code"), False)


def test_a_delivery_that_waited_for_a_measurement_is_known_after_it(contract):
    _take_in(contract, "1", CONTACTS, AS_OF)
    measure("tiny", "1")
    _correct(contract, FEWER)
    with transaction() as connection:
        frozen = connection.execute(text("select frozen_at from measurement")).scalar_one()
        received = connection.execute(text("select max(received_at) from delivery")).scalar_one()
    assert frozen < received
    assert as_known_at("tiny", "1", frozen).digest == _digest("tiny|1|r1")


def test_what_was_measured_before_there_were_times_was_known_before_all_that_has_one(contract):
    _take_in(contract, "1", CONTACTS, AS_OF)
    measure("tiny", "1")
    then = _now()
    tamper("update measurement set frozen_at = null", "update measured set measured_at = null")
    assert as_known_at("tiny", "1", then).measurement_id == "tiny|1|r1"
    with transaction() as connection:
        assert set(results.latest(connection, "tiny", datetime(2000, 1, 1, tzinfo=UTC))) == {"1"}


@pytest.mark.fault("F66")
def test_known_time_does_not_run_back_when_the_clock_does(contract):
    _take_in(contract, "1", CONTACTS, AS_OF)
    late = datetime(2120, 1, 1, tzinfo=UTC)
    _received(contract, "contacts", AS_OF, 1, late)
    # The clock stands a century earlier; what is written now is still known after what was written before.
    measure("tiny", "1")
    with transaction() as connection:
        frozen = connection.execute(text("select frozen_at from measurement")).scalar_one()
    assert frozen > late


def _received(contract, source: str, as_of: str, number: int, received_at: datetime) -> str:
    """A delivery of the same table as the one that is known, received at a time of the test's choosing."""
    row = {
        "delivery_id": f"d{number}", "contract": contract.id, "source": source, "as_of": date.fromisoformat(as_of),
        "sha256": f"{number:064}", "canonical_sha256": known(contract)[-1]["canonical_sha256"],
        "person_key": known(contract)[-1]["person_key"], "received_at": received_at,
        "rows_in": 0, "rows_accepted": 0, "rows_quarantined": 0, "rows_collapsed": 0,
    }  # fmt: skip
    with transaction() as connection:
        connection.execute(insert(delivery), row)
    return row["delivery_id"]
