"""The four answers to whether a figure can be made again: identical, but for listed erasures, expired, or different."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from maalbar.database import transaction
from maalbar.errors import MeasurementError
from maalbar.flow import erase, intake
from maalbar.flow.known_at import as_known_at
from maalbar.flow.measure import measure
from maalbar.flow.reproduce import EXIT_CODES, reproduce
from tests.flow.landing import CONTACTS, PEOPLE, deliver, known
from tests.owner import tamper

pytestmark = pytest.mark.usefixtures("results_database")
FEWER = CONTACTS.replace("dora;k8;2021-11-01 10:00;2021-11-01 11:00;ATA1;ALCA00;u;LPR3\n", "")


@pytest.fixture
def contract(tiny_contract):
    contract = tiny_contract({"cohort.eligibility.benefit_codes": None, "quality.small_cell": "1"})
    deliver(contract)
    deliver(contract, "contacts", text=CONTACTS)
    intake.take_in(contract.id, "1")
    measure(contract.id, "1")
    return contract


def _revised(contract) -> None:
    before = [row["sha256"] for row in known(contract) if row["source"] == "contacts"][-1]
    deliver(contract, "contacts", text=FEWER, name="corrected", supersedes=before)
    intake.take_in(contract.id, "1")
    measure(contract.id, "1", revise=True)


def test_from_the_same_inputs_every_revision_is_identical(contract):
    _revised(contract)
    for revision in (1, 2, None):
        found = reproduce(contract.id, "1", revision)
        assert (found.answer, found.again, found.erasures, found.changed) == ("identical", found.stored, [], ())
    assert reproduce(contract.id, "1").measurement_id == "tiny|1|r2"


@pytest.mark.fault("F48")
def test_after_an_erasure_the_erasures_are_listed_and_nobody_is_named(contract):
    erase.erase(contract.id, ["carl"], "objection", "Hanne Hansen")
    erase.erase(contract.id, ["bo"], "error", "Hanne Hansen")
    found = reproduce(contract.id, "1")
    assert found.answer == "identical but for listed erasures"
    assert found.again != found.stored
    assert [(row["number"], row["because"]) for row in found.erasures] == [(1, "objection"), (2, "error")]
    assert "carl" not in str(vars(found))


def test_an_erasure_that_moves_no_figure_leaves_it_identical(contract):
    erase.erase(contract.id, ["nobody who was delivered"], "objection", "Hanne Hansen")
    assert (reproduce(contract.id, "1").answer, reproduce(contract.id, "1").erasures) == ("identical", [])


def test_what_is_measured_after_an_erasure_is_identical_and_lists_none(contract):
    erase.erase(contract.id, ["carl"], "objection", "Hanne Hansen")
    _revised(contract)
    assert (reproduce(contract.id, "1").answer, reproduce(contract.id, "1").erasures) == ("identical", [])
    assert reproduce(contract.id, "1", 1).answer == "identical but for listed erasures"


def test_the_period_after_is_reached_by_an_erasure_from_the_one_before(contract):
    for source, content in (("population", PEOPLE), ("contacts", CONTACTS)):
        deliver(contract, source, text=content, as_of="2023-10-15")
    intake.take_in(contract.id, "2")
    measure(contract.id, "2")
    erase.erase(contract.id, ["carl"], "objection", "Hanne Hansen")
    assert [reproduce(contract.id, period).answer for period in ("1", "2")] == ["identical but for listed erasures"] * 2


def test_stored_results_that_are_others_are_different_with_and_without_an_erasure(contract):
    tamper("update measured set result_digest = repeat('0', 64)")
    assert reproduce(contract.id, "1").answer == "different"


def test_figures_since_an_erasure_that_are_others_are_different(contract):
    erase.erase(contract.id, ["carl"], "objection", "Hanne Hansen")
    tamper("update measured_again set result_digest = repeat('0', 64)")
    assert reproduce(contract.id, "1").answer == "different"


def test_another_code_than_it_was_measured_with_is_said(contract):
    tamper("update measurement set code_version = 'older', basis_digest = 'other'")
    assert reproduce(contract.id, "1").changed == ("code", "basis")


def test_only_a_difference_is_an_alarm_and_only_an_expiry_is_no_success():
    assert [answer for answer, code in EXIT_CODES.items() if code] == ["sources expired", "different"]
    assert len(set(EXIT_CODES.values())) == 3


@pytest.mark.parametrize(
    ("period", "revision", "said"), [("2", None, "is not measured"), ("1", 7, "has no revision 7")]
)
def test_what_was_never_measured_cannot_be_measured_again(contract, period, revision, said):
    with pytest.raises(MeasurementError, match=said):
        reproduce(contract.id, period, revision)


def test_a_figure_as_it_was_known_says_that_somebody_was_erased_since(contract):
    known_at = known(contract)[-1]["received_at"]
    with transaction() as connection:
        measured_at = connection.execute(text("select max(measured_at) from measured")).scalar_one()
    assert measured_at > known_at
    assert (as_known_at(contract.id, "1", measured_at).is_identical, as_known_at(contract.id, "1", measured_at).changed) == (
        True, (),
    )  # fmt: skip
    erase.erase(contract.id, ["carl"], "objection", "Hanne Hansen")
    found = as_known_at(contract.id, "1", measured_at)
    assert (found.is_identical, found.changed) == (False, ("erasures",))
