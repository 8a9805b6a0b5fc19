"""Airflow's Celery worker with what the tasks import already in memory, as `maalbar.local.scheduler` has it.

Celery forks the processes that run tasks, and those fork one for each task. Run as `python -m maalbar.local.worker`; it serves no
logs, since they lie in a folder that every service sees.
"""

from __future__ import annotations

from maalbar.local.scheduler import become

if __name__ == "__main__":
    become("celery", "worker", "--skip-serve-logs")
