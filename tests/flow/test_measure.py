"""Measuring a period: inputs are frozen once, read only from what matches its hash, and a new revision is asked for."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from maalbar import results
from maalbar.database import transaction
from maalbar.errors import MeasurementError, StoreDamaged
from maalbar.flow import intake
from maalbar.flow.measure import measure
from tests.flow.landing import CONTACTS, PEOPLE, deliver, known, stored

pytestmark = pytest.mark.usefixtures("results_database")
FEWER = CONTACTS.replace("anna;k5;2021-10-01 10:00;2021-10-01 11:00;ATA1;ALCA00;u;LPR3\n", "")


@pytest.fixture
def contract(tiny_contract):
    """Pensions do not let anyone in, so that people and contacts are all it takes; and no cell is too small."""
    return tiny_contract({"cohort.eligibility.benefit_codes": None, "quality.small_cell": "1"})


def _delivered(contract) -> None:
    deliver(contract)
    deliver(contract, "contacts", text=CONTACTS)
    intake.take_in("tiny", "1")


def _effect(measurement_id: str, outcome: str = "contacts") -> dict[str, Any]:
    with transaction() as connection:
        return {
            row["basis"]: row for row in results.effects_of(connection, measurement_id) if row["outcome"] == outcome
        }["cumulative"]


def _frozen() -> dict[str, Any]:
    with transaction() as connection:
        found = results.open_revision(connection, "tiny", "1")
    assert found is not None
    return found


def _correct(contract) -> None:
    """A corrected extract of contacts, in which Anna's of the first period is gone."""
    before = [row["sha256"] for row in known(contract) if row["source"] == "contacts"][-1]
    deliver(contract, "contacts", text=FEWER, name="corrected", supersedes=before)
    intake.take_in("tiny", "1")


def _flip(path: Path) -> bytes:
    """Turn one bit in the middle of a file; return what it was."""
    raw = path.read_bytes()
    middle = len(raw) // 2
    path.write_bytes(raw[:middle] + bytes([raw[middle] ^ 1]) + raw[middle + 1 :])
    return raw


def test_a_measurement_says_what_it_was_made_from_and_stores_what_it_found(contract):
    _delivered(contract)
    assert measure("tiny", "1") == "tiny|1|r1"
    frozen = _frozen()
    assert {source for source, delivery in frozen["inputs"].items() if delivery} == {"population", "contacts"}
    assert (frozen["as_known_at"].isoformat(), frozen["terms_digest"]) == ("2022-10-15", contract.digest)
    # Two treated persons: 2 contacts in two years of baseline, then 1 in one year: 0.5 → 0.5. Comparison: 0.5 → 1.5.
    # (0.5 / 0.5) / (1.5 / 0.5) - 1 = -2/3.
    assert _effect("tiny|1|r1")["change"] == Decimal("-0.666667")
    assert _effect("tiny|1|r1", "satisfaction")["not_measurable"] == "no_delivery: surveys"
    assert _effect("tiny|1|r1", "action_plans")["not_measurable"] == "no_delivery: claims"


def test_measuring_again_gives_the_same_measurement_also_when_newer_deliveries_came(contract):
    _delivered(contract)
    first = measure("tiny", "1")
    before = _frozen(), _effect(first)
    _correct(contract)
    assert measure("tiny", "1") == first
    assert (_frozen(), _effect(first)) == before


def test_a_revision_is_asked_for_and_made_from_the_new_deliveries(contract):
    _delivered(contract)
    measure("tiny", "1")
    _correct(contract)
    assert measure("tiny", "1", revise=True) == "tiny|1|r2"
    # Without Anna's contact nobody treated had any.
    assert _effect("tiny|1|r2")["not_measurable"] == "few_events: treated_after; 1"
    assert _effect("tiny|1|r1")["change"] == Decimal("-0.666667"), "the first stands beside it"
    assert measure("tiny", "1", revise=True) == "tiny|1|r2", "nothing is new"


def test_with_nothing_delivered_there_is_nothing_to_measure(contract):
    with pytest.raises(MeasurementError, match="tiny period 1: nothing has been delivered"):
        measure("tiny", "1")
    with transaction() as connection:
        assert results.open_revision(connection, "tiny", "1") is None


def test_a_single_turned_bit_in_a_stored_table_stops_the_measurement(contract):
    _delivered(contract)
    for path in stored(contract)["canonical"]:
        whole = _flip(path)
        with pytest.raises(StoreDamaged, match="no longer matches its hash"):
            measure("tiny", "1")
        path.write_bytes(whole)
    with transaction() as connection:
        assert not results.is_measured(connection, "tiny|1|r1")
    assert measure("tiny", "1") == "tiny|1|r1"


def test_a_retry_after_a_crash_uses_the_inputs_that_were_frozen(contract):
    _delivered(contract)
    path = stored(contract)["canonical"][0]
    whole = _flip(path)
    with pytest.raises(StoreDamaged):
        measure("tiny", "1")
    frozen = _frozen()
    path.write_bytes(whole)
    _correct(contract)
    assert measure("tiny", "1") == "tiny|1|r1"
    assert _frozen() == frozen
    assert _effect("tiny|1|r1")["change"] == Decimal("-0.666667")


def test_a_table_that_is_gone_stops_the_measurement(contract):
    _delivered(contract)
    stored(contract)["canonical"][0].unlink()
    with pytest.raises(StoreDamaged, match="is missing"):
        measure("tiny", "1")


def test_people_alone_make_a_cohort_and_no_effects(contract):
    deliver(contract, text=PEOPLE)
    intake.take_in("tiny", "1")
    measurement = measure("tiny", "1")
    with transaction() as connection:
        rows = results.effects_of(connection, measurement)
        cohort = results.latest(connection, "tiny")["1"]["cohort"]
    assert all(row["not_measurable"].startswith("no_delivery") for row in rows)
    assert cohort["members"] == {"comparison": 2, "treated": 2}
