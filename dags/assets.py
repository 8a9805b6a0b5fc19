"""What the runs of a contract tell of: an asset per stage, and of each the partition `contract|period` that has come so far.

    measured → proposed → approved → posted → released

`proposed` starts the settling run; portfolio.py listens to them all; and so may any other DAG. It makes no DAG itself.
"""

from __future__ import annotations

from typing import Any, Literal

from airflow.sdk import Asset
from airflow.sdk.exceptions import AirflowRuntimeError, ErrorType

Stage = Literal["measured", "proposed", "approved", "posted", "released"]
STAGES: tuple[Stage, ...] = ("measured", "proposed", "approved", "posted", "released")


def asset(contract_id: str, stage: Stage) -> Asset:
    """The asset by which a contract's runs tell that a period has come to a stage."""
    return Asset(f"{contract_id}/{stage}")


def tell(outlet_events: Any, contract_id: str, stage: Stage, period_id: str, **what: str | int) -> None:
    """Tell of a period, and of `what`. The task must have the asset among its outlets; it is told when the task has succeeded."""
    told = outlet_events[asset(contract_id, stage)]
    told.add_partitions(f"{contract_id}|{period_id}")
    told.extra.update(what)


def is_told(contract_id: str, stage: Stage, **what: str | int) -> bool:
    """Whether a task that has succeeded has told of just that before, as Airflow keeps it.

    False too where Airflow cannot say: 3.3.2 answers with an error as long as a run that such an event made has not started. A
    run too many ends by itself; a proposal that nobody is asked about does not.
    """
    from airflow.sdk.execution_time.context import InletEventsAccessor

    events = InletEventsAccessor(asset_name=asset(contract_id, stage).name)
    try:
        return any(what.items() <= (event.extra or {}).items() for event in events)
    except AirflowRuntimeError as fault:
        if fault.error.error is not ErrorType.API_SERVER_ERROR:
            raise
        return False
