"""However many approvals wait, a backfill goes on. Airflow 3.3.2 looks at its runs after all others, up to a number."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from maalbar.local.airflow_configuration import FIXED
from tests.e2e.services.composed import services
from tests.maalbar.deployment.test_compose_file import NAMED

AT = datetime(2026, 1, 5, tzinfo=UTC)
WAITING = 100
"""More than Airflow looks at by default in a round."""
LOCAL = FIXED["scheduler", "max_dagruns_per_loop_to_schedule"]
COMPOSED = services(NAMED)["scheduler"]["environment"]["AIRFLOW__SCHEDULER__MAX_DAGRUNS_PER_LOOP_TO_SCHEDULE"]


@pytest.fixture
def session() -> Iterator[Any]:
    """A session on Airflow's database with WAITING settling runs, and one of a backfill, nothing of which is kept."""
    from airflow.models.backfill import Backfill, BackfillDagRun
    from airflow.models.dag import DagModel
    from airflow.models.dagbundle import DagBundleModel
    from airflow.models.dagrun import DagRun
    from airflow.utils.db import initdb
    from airflow.utils.session import create_session
    from airflow.utils.types import DagRunTriggeredByType, DagRunType

    initdb()
    with create_session() as session:
        session.merge(DagBundleModel(name="many"))
        session.flush()
        for dag_id in ("one__settle", "one__measure"):
            session.merge(DagModel(dag_id=dag_id, bundle_name="many", is_paused=False, is_stale=False))
        session.flush()

        def running(dag_id: str, kind: DagRunType, number: int) -> DagRun:
            at = AT + timedelta(minutes=number)
            run = DagRun(
                dag_id=dag_id, run_id=f"{kind.value}__{number}", run_type=kind, state="running", logical_date=at,
                run_after=at, triggered_by=DagRunTriggeredByType.TIMETABLE, data_interval=(at, at),
            )  # fmt: skip
            session.add(run)
            session.flush()
            return run

        for number in range(WAITING):
            running("one__settle", DagRunType.ASSET_TRIGGERED, number).last_scheduling_decision = datetime.now(UTC)
        order = Backfill(dag_id="one__measure", from_date=AT, to_date=AT, dag_run_conf={}, max_active_runs=1)
        session.add(order)
        session.flush()
        run = running("one__measure", DagRunType.BACKFILL_JOB, 0)
        session.add(BackfillDagRun(backfill_id=order.id, dag_run_id=run.id, logical_date=AT, sort_ordinal=1))
        session.flush()
        yield session
        session.rollback()


def looked_at(session: Any, monkeypatch: pytest.MonkeyPatch, limit: int) -> set[str]:
    """The DAGs with a run that a scheduler looks at in a round."""
    from airflow.models.dagrun import DagRun

    monkeypatch.setattr(DagRun, "DEFAULT_DAGRUNS_TO_EXAMINE", limit)
    return {run.dag_id for run in DagRun.get_running_dag_runs_to_examine(session=session)}


@pytest.mark.parametrize("limit", [LOCAL, COMPOSED])
def test_a_backfill_goes_on_beside_many_approvals_that_wait(session, monkeypatch, limit):
    assert looked_at(session, monkeypatch, int(limit)) == {"one__settle", "one__measure"}


def test_by_airflows_own_number_it_would_not_which_is_why_another_is_set(session, monkeypatch):
    assert looked_at(session, monkeypatch, 20) == {"one__settle"}
