"""The Airflow DAG `retention`: every day, what a contract may not keep any more is deleted.

    retention    one `retain` for each contract, and `sweep`

This file says when. The day that is asked about is the run's logical date, so a run that is late, or run again, deletes what it
would have deleted on its day.
contracts.py makes it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from airflow.sdk import DAG, get_current_context, task
from nightly import nightly
from retrying import LONG, PATIENCE

from maalbar.contract import Contract


@task(max_active_tis_per_dag=1, execution_timeout=LONG)
def retain(contract_id: str) -> dict[str, Any]:
    """Delete what the contract may not keep any more, and what an interrupted erasure left; how many objects, by shelf."""
    from maalbar.flow import retention

    done = retention.retain(contract_id, get_current_context()["logical_date"].date())
    return dict(done.replaced) if done else {}


@task(task_display_name="sweep what ended processes left")
def sweep() -> int:
    """Delete what processes that were killed have spilled, unpacked or half written; how many places."""
    from maalbar.flow import retention

    return retention.sweep_left()


def retention_dag(contracts: Iterable[Contract]) -> DAG:
    """What is done every night for each contract, and once for all of them."""
    with DAG(
        dag_id="retention",
        description="Deletes, day by day, what a contract may not keep any more",
        doc_md=__doc__,
        schedule=nightly("02:00"),
        catchup=False,
        max_active_runs=1,
        is_paused_upon_creation=False,  # the law does not wait for someone to switch it on
        allowed_run_types=[
            "scheduled",
            "backfill",
        ],  # the day is that of the run; any other is given to `maalbar retain`
        default_args={"owner": "maalbar", **PATIENCE},
        tags=["retention", "housekeeping"],
    ) as dag:
        for contract in contracts:
            retain.override(task_id=f"retain_{contract.id}", task_display_name=f"end the keeping of {contract.name}")(
                contract.id
            )
        sweep()
    return dag
