"""The Airflow DAG `verification`: every night, what was written down is proved again, and one old statement is measured again.

    verification    for each contract `verify`: ledger, settlements, every stored file
                                      `reproduce`: the figures of a statement that the night draws

This file says when. A night is the run's logical date, so a night that is run again looks at the same statement. What is found to
be as it was says nothing; what is not fails its task in one line, which names the entry, the file or the settlement.
"""

from __future__ import annotations

from airflow.sdk import DAG, get_current_context, task
from nightly import nightly
from retrying import HEAVY, PATIENCE

from maalbar.contract import contract_files, read_contracts


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
    # A contract that cannot be read is told of by refused_contracts.py, and takes none of the others with it.
    for _contract in read_contracts(contract_files())[0]:
        _proved = verify.override(task_id=f"verify_{_contract.id}", task_display_name=f"prove {_contract.name}")(
            _contract.id
        )
        # What is damaged is told of once: nothing is measured from it.
        _proved >> reproduce.override(
            task_id=f"reproduce_{_contract.id}", task_display_name=f"measure a statement of {_contract.name} again"
        )(_contract.id)
