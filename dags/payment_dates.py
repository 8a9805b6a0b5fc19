"""The Airflow DAG `payment_dates`: every night, what is to be paid soon and nobody is asked about.

    payment_dates    watch_payments

A settling run reminds of itself (`plugins/reminders.py`). This one looks for what has no such run: a period that was not
measured, not proposed, not put to anybody, or rejected without a way on (`maalbar.flow.unasked`). It tells as a reminder does, 14
and 3 days before the payment date, then every day until it, and weekly for four weeks after; in one alert for each contract.
The day is that of the run, where the contract is. contracts.py makes it.
"""

from __future__ import annotations

from datetime import datetime

from airflow.sdk import DAG, get_current_context, task
from alerts import alert
from nightly import nightly
from reminders import STEPS
from retrying import PATIENCE
from settling_runs import AT_WORK, is_any

from maalbar.contract import Contract, contract_files, read_contracts
from maalbar.errors import MaalbarError
from maalbar.periods import local_day


@task
def watch_payments() -> list[str]:
    """Tell of every contract with a payment date that comes and a period that nobody is asked about; which contracts."""
    at, told, faults = get_current_context()["logical_date"], [], []
    for contract in read_contracts(contract_files())[0]:
        try:
            if _tell_unasked(contract, at):
                told.append(contract.id)
        except MaalbarError as fault:
            faults.append(fault)  # the others are looked at all the same
    if faults:
        raise faults[0]
    return told


def _tell_unasked(contract: Contract, at: datetime) -> bool:
    from maalbar.flow.unasked import unasked

    days_before = [before for before, _ in STEPS.values()]
    day = local_day(at, contract.calendar.timezone)
    found = unasked(contract, day, days_before, lambda runs: is_any(contract.id, runs, AT_WORK))
    if found:
        periods = ", ".join(one.period for one in found)
        lines = [f"period {one.period}, to be paid by {one.pay_by}, {one.missing}: {one.mend}" for one in found]
        alert(f"{contract.id}: nobody is asked to pay for period {periods}", "\n".join(lines))
    return bool(found)


def payment_dates_dag() -> DAG:
    """One look every night at all contracts."""
    with DAG(
        dag_id="payment_dates",
        description="Tells of payment dates that come without anybody having been asked",
        doc_md=__doc__,
        schedule=nightly("05:00"),  # when people wake, and what the night measured is there
        catchup=False,
        max_active_runs=1,
        is_paused_upon_creation=False,  # it is what tells that something is paused
        allowed_run_types=["scheduled"],
        default_args={"owner": "maalbar", **PATIENCE},
        tags=["settle", "housekeeping"],
    ) as dag:
        watch_payments()
    return dag
