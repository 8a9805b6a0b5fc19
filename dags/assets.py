"""What the runs of a contract tell of: an asset per stage, and of each the partition `contract|period` that has come so far.

    measured → proposed → approved → posted → released

`proposed` starts the settling run; portfolio.py listens to them all; and so may any other DAG. It makes no DAG itself.
"""

from __future__ import annotations

from typing import Any, Literal

from airflow.sdk import Asset

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
