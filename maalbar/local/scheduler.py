"""Airflow's scheduler with what the tasks import already in memory.

LocalExecutor forks a process per task, and what the scheduler has imported every task then has for nothing. Without it
each task that checks data spends some eight seconds on importing Great Expectations alone. No module named here opens
a connection or starts a thread of Python when imported; the allocator that pyarrow brings is at home with forks. Where
processes are spawned instead (macOS) this only costs memory. Run as `python -m maalbar.local.scheduler`.

The forked processes end with it, also with one that is killed. They would hold its connection to the database open
otherwise, and with it the locks of a transaction that nobody ends: the next scheduler would wait for them for good.
"""

from __future__ import annotations

import ctypes
import importlib
import os
import signal
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
_SET_PARENT_DEATH_SIGNAL = 1
"""PR_SET_PDEATHSIG of prctl(2)."""


def end_forked_with_parent() -> None:
    """Let whatever this process forks from now on be killed when it ends. On Linux alone; elsewhere nothing happens."""
    if sys.platform != "linux":
        return
    library, parent = ctypes.CDLL(None), [os.getpid()]

    def before() -> None:
        parent[0] = os.getpid()

    def in_child() -> None:
        library.prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
        if os.getppid() != parent[0]:  # it had ended already, and no signal comes of that
            os.kill(os.getpid(), signal.SIGKILL)

    os.register_at_fork(before=before, after_in_child=in_child)


def become(*words: str) -> None:
    """Import, then be `airflow` with these words."""
    end_forked_with_parent()
    for name in NEEDED_BY_TASKS:
        importlib.import_module(name)
    from airflow.__main__ import main as airflow

    sys.argv = ["airflow", *words]
    airflow()


if __name__ == "__main__":
    become("scheduler")
