"""Airflow's scheduler with what the tasks import already in memory.

LocalExecutor forks a process per task, and what the scheduler has imported every task then has for nothing. Without it
each task that checks data spends some eight seconds on importing Great Expectations alone. No module named here opens
a connection or starts a thread of Python when imported; the allocator that pyarrow brings is at home with forks. Where
processes are spawned instead (macOS) this only costs memory. Run as `python -m maalbar.local.scheduler`.
"""

from __future__ import annotations

import importlib
import sys

NEEDED_BY_TASKS = (
    "maalbar.flow.intake",
    "maalbar.flow.measure",
    "maalbar.flow.settle",
    "maalbar.flow.statement",
    "airflow.providers.standard.operators.hitl",
    "airflow.providers.standard.sensors.python",
    "airflow.sdk.execution_time.task_runner",
)


def become(*words: str) -> None:
    """Import, then be `airflow` with these words."""
    for name in NEEDED_BY_TASKS:
        importlib.import_module(name)
    from airflow.__main__ import main as airflow

    sys.argv = ["airflow", *words]
    airflow()


if __name__ == "__main__":
    become("scheduler")
