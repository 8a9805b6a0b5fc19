"""The Airflow DAG `verification`: every night, what was written down is proved again, and one old statement is measured again.

    verification    for each contract `verify`: ledger, settlements, every stored file
                                      `reproduce`: the figures of a statement that the night draws

This file says when. A night is the run's logical date, so a night that is run again looks at the same statement. What is found to
be as it was says nothing; what is not fails its task in one line, which names the entry, the file or the settlement.
contracts.py makes it.
"""

from __future__ import annotations

from collections.abc import Iterable

from airflow.sdk import DAG, get_current_context, task
from nightly import nightly
from retrying import HEAVY, PATIENCE

from maalbar.contract import Contract


@task(**HEAVY)
def verify(contract_id: str) -> None:
    """Prove the ledger's chain and balances, settle every posted settlement again, and check every stored file by its hash."""
    from maalbar.flow.verify import verify as flow

    flow(contract_id)


@task(**HEAVY)
def reproduce(contract_id: str) -> dict[str, str]:
    """Measure the statement that the night draws again; which one, and what its figures came to."""
    from maalbar.flow.nightly import reproduce_drawn

    found = reproduce_drawn(contract_id, get_current_context()["logical_date"].date())
    if found is None:
        return {}
    drawn, answer = found
    return {"settlement": str(drawn.settlement), "period": drawn.period, "answer": answer}


def verification_dag(contracts: Iterable[Contract]) -> DAG:
    """What is proved every night for each contract."""
    with DAG(
        dag_id="verification",
        description="Proves every night that what was written down is as it was",
        doc_md=__doc__,
        schedule=nightly("02:30"),  # after `retention`, so that what may not be kept is gone and not missed
        catchup=False,
        max_active_runs=1,
        is_paused_upon_creation=False,
        max_active_tasks=1,  # at night too there are deliveries to take in
        allowed_run_types=["scheduled", "backfill"],  # the night is that of the run
        default_args={"owner": "maalbar", **PATIENCE},
        tags=["verification", "housekeeping"],
    ) as dag:
        for contract in contracts:
            proved = verify.override(task_id=f"verify_{contract.id}", task_display_name=f"prove {contract.name}")(
                contract.id
            )
            # What is damaged is told of once: nothing is measured from it.
            proved >> reproduce.override(
                task_id=f"reproduce_{contract.id}", task_display_name=f"measure a statement of {contract.name} again"
            )(contract.id)
    return dag
