"""Reminders: so many days before the payment date, never at the moment the question is put, and not of what has ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import tests.airflow_home  # noqa: F401

QUEUED = datetime(2028, 1, 10, 9, 0, tzinfo=UTC)


@pytest.fixture
def reminders() -> Any:
    import reminders

    return reminders


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


def test_it_names_whom_it_waits_for_and_by_when_and_says_nothing_of_a_run_that_has_ended(reminders, monkeypatch):
    told: list[tuple[str, str]] = []
    monkeypatch.setattr("alerts.alert", lambda title, text: told.append((title, text)))
    run = {"dag_id": "tiny__settle", "partition_key": "tiny|2"}
    for state in ("success", "failed", "running"):
        context = {"dag_run": run | {"state": state}}
        reminders.tell_waiting("escalation", {"2": "2028-03-31"}, ["The Region", "The Fund"], context=context)
    ((title, text),) = told
    assert title == "tiny__settle: escalation, period 2 is to be paid by 2028-03-31"
    assert "The Region, The Fund" in text
