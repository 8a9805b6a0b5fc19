"""`python -m tests.dags.a_run FILE ID…`: runs the measuring DAG of contracts for their first period, in an Airflow of its own.

What came of each is written to the file: the state of the run, its note, and the state of each task. The run of the first of
them is then cleared, which is written down as `cleared`; and its `propose` alone is cleared again and again, each time after
something has happened to the settling run, which is what that is written down as. The look at payment dates is taken while a run
asks, and after it is gone.
"""

from __future__ import annotations

import datetime
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pendulum

AFTER = pendulum.datetime(2022, 11, 1, tz="UTC")
"""Period 1 has ended by then, and its data are due."""
BEFORE_PAYMENT = pendulum.datetime(2022, 12, 12, 5, tz="UTC")
"""Three days before it is to be paid."""


def main() -> None:
    from airflow.dag_processing.dagbag import DagBag
    from airflow.models.pool import Pool
    from airflow.utils.db import initdb
    from airflow.utils.session import create_session

    from maalbar.local import pool
    from maalbar.settings import PROJECT

    initdb()
    pool.make()
    sys.path.append(str(PROJECT / "dags"))  # as Airflow does before it reads a DAG
    bag = DagBag(str(PROJECT / "dags"))
    assert bag.import_errors == {}, bag.import_errors
    found: dict[str, Any] = {}
    for name, contract_id in [*((one, one) for one in sys.argv[2:]), ("cleared", sys.argv[2])]:
        run = bag.dags[f"{contract_id}__measure"].test(run_after=AFTER, logical_date=AFTER)
        with create_session() as session:
            run = session.merge(run)
            tasks = {ti.task_id: str(ti.state) for ti in run.get_task_instances(session=session)}
            found[name] = {"state": str(run.state), "note": run.note, "tasks": tasks}
    found["proposed again"] = dict(_proposed_again(bag.dags[f"{sys.argv[2]}__measure"], f"{sys.argv[2]}__settle"))
    with create_session() as session:
        found["pools"] = [one.pool for one in session.query(Pool)]
    Path(sys.argv[1]).write_text(json.dumps(found))


def _proposed_again(measure: Any, settle: str) -> Iterator[tuple[str, str]]:
    """What has happened → the state of `propose`, cleared after it."""
    from airflow.dag_processing.dagbag import DagBag
    from airflow.models.asset import AssetEvent
    from airflow.models.dag import DagModel
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session
    from sqlalchemy import delete, update

    from maalbar.settings import PROJECT

    watch = DagBag(str(PROJECT / "dags")).dags["payment_dates"]

    def propose(after: str, *changes: Any) -> tuple[str, str]:
        with create_session() as session:
            for change in changes:
                session.execute(change)
        run = measure.test(run_after=AFTER, logical_date=AFTER, mark_success_pattern="await_deliveries|take_in|measure")
        with create_session() as session:
            return after, str(session.merge(run).get_task_instance("propose", session=session).state)

    set_run, hour = update(DagRun).where(DagRun.dag_id == settle), datetime.timedelta(hours=1)
    set_dag, long_ago = update(DagModel).where(DagModel.dag_id == settle), pendulum.now("UTC") - hour
    old = update(AssetEvent).values(timestamp=long_ago)
    yield propose("no run came of it, and it is paused", old, set_dag.values(is_paused=True))
    yield propose("it is unpaused", set_dag.values(is_paused=False))
    _make_runs()
    yield propose("a run asks", old, set_run.values(state="running", start_date=long_ago))
    _put_to_people(settle)
    watch.test(run_after=BEFORE_PAYMENT, logical_date=BEFORE_PAYMENT)
    yield propose("that run has failed", set_run.values(state="failed", end_date=long_ago))
    yield propose("that run was deleted", delete(DagRun).where(DagRun.dag_id == settle))
    _make_runs()
    yield propose("another run was set to success", old, set_run.values(state="success", start_date=long_ago))
    watch.test(run_after=BEFORE_PAYMENT.add(days=1), logical_date=BEFORE_PAYMENT.add(days=1))


def _put_to_people(settle: str) -> None:
    """What a question writes down of the open proposal."""
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session

    from maalbar import asked, proposals
    from maalbar.database import transaction

    contract_id = settle.removesuffix("__settle")
    with create_session() as session, transaction() as connection:
        run_id = session.query(DagRun).filter_by(dag_id=settle).one().run_id
        digest = proposals.get(connection, contract_id, 1)["digest"]
        asked.put(connection, asked.Place(contract_id, settle, run_id, "approve_town"), digest)


def _make_runs() -> None:
    """What the scheduler makes of what was told."""
    from airflow.jobs.job import Job
    from airflow.jobs.scheduler_job_runner import SchedulerJobRunner
    from airflow.utils.session import create_session
    from opentelemetry import metrics

    counted: Any = metrics.get_meter_provider()
    counted.force_flush()  # a scheduler begins to count anew
    with create_session() as session:
        job = Job()
        session.add(job)
        session.flush()
        assert SchedulerJobRunner(job)._create_dagruns_for_partitioned_asset_dags(session)


if __name__ == "__main__":
    main()
