"""Reminders before a payment date: a settling run that still waits for people is told of, twice.

    14 days before the period's `pay_by`    a reminder, of whom it waits for
     3 days before it                       an escalation

A proposal that comes late, as in a backfill of years that are over, is given at least 2 and 5 days from when its run was queued:
no reminder comes at the moment that the question is put. A run that has ended by then is not told of, nor one whose proposal was
superseded, posted or rejected meanwhile.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow.plugins_manager import AirflowPlugin
from airflow.sdk import DeadlineAlert, SyncCallback
from airflow.sdk.definitions.deadline import BaseDeadlineReference

from maalbar.periods import at_midnight

if TYPE_CHECKING:
    from maalbar.contract import Contract

log = logging.getLogger(__name__)
STEPS = {"reminder": (14, 2), "escalation": (3, 5)}
"""What it is → how many days before `pay_by`, and how many days it is given at least."""


@dataclass(eq=False)
class PayByDeadline(BaseDeadlineReference):
    """So many days before the `pay_by` of the period that a run settles through, and no sooner than so long after it was queued.

    `pay_by`: period id → ISO date, a day that begins at midnight in `timezone`.
    """

    pay_by: Mapping[str, str] = field(default_factory=dict)
    timezone: str = "UTC"
    days_before: int = 0
    days_at_least: int = 0

    required_kwargs = frozenset({"dag_id", "run_id"})

    def at(self, partition_key: str | None, queued_at: datetime) -> datetime | None:
        """The moment; None for a run of no period of the calendar."""
        period = str(partition_key or "").rpartition("|")[2]
        if period not in self.pay_by:
            return None
        due = at_midnight(date.fromisoformat(self.pay_by[period]), self.timezone) - timedelta(days=self.days_before)
        return max(due, queued_at + timedelta(days=self.days_at_least))

    def _evaluate_with(self, *, session: Any, dag_id: str, run_id: str) -> datetime | None:
        from airflow.models import DagRun
        from sqlalchemy import func, select

        wanted = select(DagRun.partition_key, func.coalesce(DagRun.queued_at, DagRun.run_after)).where(
            DagRun.dag_id == dag_id, DagRun.run_id == run_id
        )
        found = session.execute(wanted).one_or_none()
        return self.at(*found) if found else None

    def serialize_reference(self) -> dict[str, Any]:
        own = {name: getattr(self, name) for name in ("timezone", "days_before", "days_at_least")}
        return super().serialize_reference() | own | {"pay_by": dict(self.pay_by)}

    @classmethod
    def deserialize_reference(cls, reference_data: dict[str, Any]) -> PayByDeadline:
        return cls(**{name: reference_data[name] for name in ("pay_by", "timezone", "days_before", "days_at_least")})


def before_payment(contract: Contract) -> list[DeadlineAlert]:
    """The deadlines of a contract's settling runs."""
    pay_by = {period.id: period.pay_by.isoformat() for period in contract.calendar.followed}
    asked = [contract.parties[party].name for party in contract.answering]
    return [
        DeadlineAlert(
            name=kind,
            reference=PayByDeadline(pay_by, contract.calendar.timezone, days_before, days_at_least),
            interval=timedelta(),
            callback=SyncCallback("reminders.tell_waiting", {"kind": kind, "pay_by": pay_by, "asked": asked}),
        )
        for kind, (days_before, days_at_least) in STEPS.items()
    ]


def tell_waiting(kind: str, pay_by: dict[str, str], asked: list[str], context: dict[str, Any]) -> None:
    """Tell that a proposal waits for its parties and when it is to be paid; nothing where it waits no longer."""
    from alerts import alert

    run = context["dag_run"]
    period = str(run.get("partition_key") or "").rpartition("|")[2]
    if run["state"] in ("success", "failed") or not _is_awaited(run, period):
        return
    by = pay_by.get(period, "the agreed day")
    title = f"{run['dag_id']}: {kind}, period {period} is to be paid by {by}"
    alert(title, f"Its proposal waits for an answer of one or more of: {', '.join(asked)}. See Required Actions.")


def _is_awaited(run: Mapping[str, Any], period: str) -> bool:
    """Whether the run's proposal is open still. One reminder too many does less harm than one too few."""
    from in_airflow import contract_and_step

    from maalbar.flow.awaited import is_awaited

    try:
        contract_id, _ = contract_and_step(run["dag_id"])
        return is_awaited(contract_id, period, run["dag_id"], run["dag_run_id"])
    except Exception as fault:
        log.warning("it is not known whether the proposal is open still (%s)", type(fault).__name__)
        return True


class RemindersPlugin(AirflowPlugin):
    """Registers the reference, so that a stored DAG finds it again."""

    name = "reminders"
    deadline_references = [PayByDeadline]
