"""Where the wall time of the demo of five periods goes: starting, every task of Airflow by name, waiting, stopping.

Run as `.venv/bin/python -m benchmarks.demo [people]`. The same steps as `maalbar demo`, in a home of its own that is gone in the
end. A task's seconds are those that Airflow noted: `waited` from its queueing to its start, `worked` from its start to its end;
a question to a person works until it is answered.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from maalbar.contract import Contract
from maalbar.local.airflow import Airflow
from maalbar.local.backfill import Following, order
from maalbar.local.demo import PEOPLE, SEED, deliver, rehearse
from maalbar.local.installation import installation
from maalbar.settings import REHEARSAL

CONTRACT = "plads_til_forskel"
SECONDS = 3600.0


def main(people: int) -> None:
    """Run the demo and print what took how long."""
    seconds: dict[str, float] = {}

    @contextmanager
    def timed(part: str) -> Iterator[None]:
        begun = time.monotonic()
        yield
        seconds[part] = time.monotonic() - begun

    with tempfile.TemporaryDirectory(prefix="maalbar-demo-") as folder:
        home = Path(folder)
        for name in [name for name in os.environ if name.startswith("MAALBAR_")]:
            del os.environ[name]
        contract = rehearse(CONTRACT, home / REHEARSAL, date.today())
        begun = time.monotonic()
        with installation(
            home, [home / REHEARSAL], tell=lambda _: None, port=0,
            meanwhile=lambda: deliver(contract, home, lambda _: None, people, SEED),
        ) as airflow:  # fmt: skip
            seconds["start: databases, migrations, Airflow's processes, simulated deliveries"] = (
                time.monotonic() - begun
            )
            periods = [period.id for period in contract.calendar.periods]
            with timed("backfill, approvals and postings of all periods"):
                order(airflow, contract, contract.calendar.periods)
                following = Following(airflow, contract, lambda _: None, answered=periods)
                following.until_done(len(periods), seconds=SECONDS)
            tasks = _tasks(airflow, contract)
            ended = time.monotonic()
        seconds["stop"] = time.monotonic() - ended
    _print(people, seconds, tasks)


def _tasks(airflow: Airflow, contract: Contract) -> dict[tuple[str, str], list[tuple[float, float]]]:
    """(DAG, task) → (seconds it waited, seconds it worked) of each time it ran to its end."""
    found: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    client = airflow.client()
    for step in ("measure", "settle"):
        for run in client.runs(f"{contract.id}__{step}"):
            for task in client.task_instances(run["dag_id"], run["dag_run_id"]):
                if task["start_date"] and task["end_date"]:
                    queued = _at(task["queued_when"] or task["scheduled_when"] or task["start_date"])
                    start, end = _at(task["start_date"]), _at(task["end_date"])
                    name = "approve_…" if task["task_id"].startswith("approve_") else task["task_id"]
                    found[step, name].append((max(start - queued, 0.0), end - start))
    return found


def _at(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def _print(people: int, seconds: dict[str, float], tasks: dict[tuple[str, str], list[tuple[float, float]]]) -> None:
    console = Console(width=120)
    parts = Table(title=f"the demo with {people} persons", title_justify="left")
    parts.add_column("part"), parts.add_column("seconds", justify="right")
    for part, spent in seconds.items():
        parts.add_row(part, f"{spent:.0f}")
    console.print(parts)
    table = Table(title="tasks", title_justify="left")
    for name in ("DAG", "task", "times", "waited, mean", "worked, mean", "worked, sum"):
        table.add_column(name, justify="left" if name in ("DAG", "task") else "right")
    for (step, name), rows in tasks.items():
        waited, worked = (sum(row[place] for row in rows) for place in (0, 1))
        means = (f"{total / len(rows):.1f}" for total in (waited, worked))
        table.add_row(step, name, str(len(rows)), *means, f"{worked:.0f}")
    console.print(table)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else PEOPLE)
