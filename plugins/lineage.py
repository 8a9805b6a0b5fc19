"""Lineage: which datasets a task read and wrote, by names that a catalogue can use and with nothing of what is in them.

    <contract>/landing/<source>          what senders put there
    <contract>/<source>/<period>         a delivery that serves a period
    <contract>/results/<period>          what was measured
    <contract>/proposal/<period>         a proposal through a period
    <contract>/ledger/<period>           its entries
    <contract>/statement/<period>        what the parties received

Whether and where events go is Airflow's own setting (`[openlineage] transport`: a file, or HTTP to a catalogue); without one,
nothing is sent. All names are of one namespace, NAMESPACE.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

NAMESPACE = "maalbar"
_told: dict[tuple[str, str, str], tuple[list[str], list[str]]] = {}
"""(DAG, run, task) → what it read and wrote, in the process that runs it."""


def tell_lineage(reads: Iterable[str] = (), writes: Iterable[str] = ()) -> None:
    """Say which datasets this task has read and written. Outside a run, as in a test of its function, nothing happens."""
    from airflow.sdk import get_current_context

    try:
        task = get_current_context()["ti"]
    except RuntimeError:
        return
    _told[task.dag_id, task.run_id, task.task_id] = sorted(set(reads)), sorted(set(writes))


def with_lineage(dag: Any) -> Any:
    """The DAG, whose tasks are asked by Airflow's OpenLineage provider what they have told."""
    for task in dag.tasks:
        task.get_openlineage_facets_on_complete = facets_of
    return dag


def facets_of(task: Any) -> Any:
    """What a task instance has read and written, as the provider takes it."""
    from airflow.providers.openlineage.extractors import OperatorLineage
    from openlineage.client.event_v2 import InputDataset, OutputDataset

    reads, writes = _told.get((task.dag_id, task.run_id, task.task_id), ([], []))
    return OperatorLineage(
        inputs=[InputDataset(NAMESPACE, name) for name in reads],
        outputs=[OutputDataset(NAMESPACE, name) for name in writes],
    )
