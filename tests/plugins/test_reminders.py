"""Reminders: so many days before the payment date, never at the moment the question is put, and not of what has ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import tests.airflow_home  # noqa: F401
from maalbar import asked, proposals
from maalbar.asked import Place
from maalbar.database import transaction
from maalbar.flow import settle
from tests.flow.measured import measured

QUEUED = datetime(2028, 1, 10, 9, 0, tzinfo=UTC)


@pytest.fixture
def reminders() -> Any:
    import reminders

    return reminders


@pytest.fixture
def proposed(tiny_contract, results_database) -> dict[str, Any]:
    """What awaits answers for period 1."""
    contract = tiny_contract()
    measured(contract, "1", "0.05")
    return settle.propose(contract.id, "1")


def _deadline(reminders: Any, kind: str) -> Any:
    return reminders.PayByDeadline({"2": "2028-03-31"}, "Europe/Copenhagen", *reminders.STEPS[kind])


@pytest.mark.parametrize(
    ("kind", "at"),
    [
        # Midnight in Copenhagen is 23:00 UTC in winter, 22:00 from 26 March.
        ("reminder", datetime(2028, 3, 16, 23, tzinfo=UTC)),
        ("escalation", datetime(2028, 3, 27, 22, tzinfo=UTC)),
    ],
)
def test_it_comes_so_many_days_before_the_payment_date(reminders, kind, at):
    assert _deadline(reminders, kind).at("tiny|2", QUEUED) == at


@pytest.mark.parametrize(("kind", "days"), [("reminder", 2), ("escalation", 5)])
def test_a_proposal_that_comes_late_is_given_days_from_when_it_came(reminders, kind, days):
    late = datetime(2031, 1, 1, tzinfo=UTC)
    assert _deadline(reminders, kind).at("tiny|2", late) == late + timedelta(days=days)


def test_a_run_of_no_period_has_no_deadline(reminders):
    assert [_deadline(reminders, "reminder").at(key, QUEUED) for key in (None, "", "tiny|9")] == [None] * 3


def test_it_is_found_again_as_it_was_stored_with_its_dag(reminders, tiny):
    from airflow.serialization.decoders import decode_deadline_alert
    from airflow.serialization.encoders import encode_deadline_alert

    stored = [encode_deadline_alert(one) for one in reminders.before_payment(tiny)]
    found = [decode_deadline_alert(one) for one in stored]
    for alert, (kind, (before, least)) in zip(found, reminders.STEPS.items(), strict=True):
        reference = alert.reference.inner_ref
        assert (reference.days_before, reference.days_at_least) == (before, least)
        assert reference.pay_by == {p.id: p.pay_by.isoformat() for p in tiny.calendar.followed}
        assert (alert.callback.path, alert.callback.kwargs["kind"]) == ("reminders.tell_waiting", kind)


@pytest.fixture
def told(monkeypatch) -> list[tuple[str, str]]:
    """The alerts."""
    found: list[tuple[str, str]] = []
    monkeypatch.setattr("alerts.alert", lambda title, text: found.append((title, text)))
    return found


def _remind(reminders: Any, state: str = "running", run: str = "r1") -> None:
    told_of = {"dag_id": "tiny__settle", "dag_run_id": run, "partition_key": "tiny|1", "state": state}
    parties = ["The Region", "The Fund"]
    reminders.tell_waiting("escalation", {"1": "2028-03-31"}, parties, context={"dag_run": told_of})


def test_it_names_whom_it_waits_for_and_by_when_and_says_nothing_of_a_run_that_has_ended(reminders, told, proposed):
    for state in ("success", "failed", "running"):
        _remind(reminders, state)
    ((title, text),) = told
    assert title == "tiny__settle: escalation, period 1 is to be paid by 2028-03-31"
    assert "The Region, The Fund" in text


@pytest.mark.parametrize("state", ["superseded", "posted", "rejected"])
def test_nobody_is_reminded_of_a_proposal_that_awaits_no_answer(reminders, told, proposed, state):
    with transaction() as connection:
        proposals.set_state(connection, "tiny", proposed["number"], state)
    _remind(reminders)
    assert told == []


def test_of_the_proposals_of_a_period_the_one_that_the_run_has_put_is_reminded_of(reminders, told, proposed):
    with transaction() as connection:
        asked.put(connection, Place("tiny", "tiny__settle", "older", "approve_town"), "another digest")
        asked.put(connection, Place("tiny", "tiny__settle", "r1", "approve_town"), proposed["digest"])
    _remind(reminders, run="older")
    assert told == []
    _remind(reminders)
    assert len(told) == 1


def test_they_are_reminded_also_where_the_books_cannot_be_read(reminders, told, monkeypatch):
    monkeypatch.setenv("MAALBAR_DATABASE_URL", "postgresql+psycopg:///none?host=/nowhere")
    _remind(reminders)
    assert len(told) == 1
