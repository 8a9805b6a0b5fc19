"""How long Airflow's DAG folder takes to parse: with one contract, and with a hundred.

Run as `.venv/bin/python -m benchmarks.parse [contracts]`. A process of its own imports Airflow and then parses every file, as the
dag-processor does; processor seconds stand beside the seconds, for a busy machine changes them less.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from maalbar.settings import PROJECT

DAGS = PROJECT / "dags"
CONTRACT = PROJECT / "investments" / "plads_til_forskel.yaml"
PARSE = """
import json, os, sys, time
begun = time.perf_counter(), time.process_time()
from airflow.dag_processing.dagbag import DagBag
imported = time.perf_counter(), time.process_time()
sys.path.append(os.path.dirname(sys.argv[1]))  # as Airflow does before it reads a DAG
found = {}
for name in sys.argv[1:]:
    before = time.perf_counter(), time.process_time()
    bag = DagBag(name)
    assert not bag.import_errors, bag.import_errors
    found[name] = [len(bag.dags), time.perf_counter() - before[0], time.process_time() - before[1]]
print(json.dumps([[imported[0] - begun[0], imported[1] - begun[1]], found]))
"""


def main(many: int) -> None:
    """Write so many copies of the first contract, and let a process of its own parse every DAG file over them."""
    none = (DAGS / ".airflowignore").read_text(encoding="utf-8").split()
    files = [str(path) for path in sorted(DAGS.glob("*.py")) if path.name not in none]
    table = Table(title=f"{many} contracts beside one", title_justify="left")
    for name in ("file", "DAGs", "seconds", "processor", "× one contract"):
        table.add_column(name, justify="left" if name == "file" else "right")
    imported, one = _parsed(1, files)
    _, all_of_them = _parsed(many, files)
    table.add_row("(importing Airflow)", "", f"{imported[0]:.2f}", f"{imported[1]:.2f}", "")
    for name in files:
        dags, seconds, processor = all_of_them[name]
        times = processor / one[name][2]
        table.add_row(Path(name).name, str(dags), f"{seconds:.2f}", f"{processor:.2f}", f"{times:.1f}")
    sums = [sum(row[place] for row in all_of_them.values()) for place in (1, 2)]
    table.add_row("all files", "", *(f"{total:.2f}" for total in sums), "")
    Console().print(table)


def _parsed(count: int, files: list[str]) -> tuple[list[float], dict[str, list[float]]]:
    """Seconds of importing Airflow; and of every file its DAGs, seconds and processor seconds."""
    with tempfile.TemporaryDirectory() as folder:
        text = CONTRACT.read_text(encoding="utf-8")
        for number in range(count):
            name = f"contract_{number:03}"
            Path(folder, f"{name}.yaml").write_text(
                text.replace("id: plads_til_forskel", f"id: {name}", 1), encoding="utf-8"
            )
        environment = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
        environment |= {
            "AIRFLOW_HOME": f"{folder}/airflow",
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__PLUGINS_FOLDER": str(PROJECT / "plugins"),
            "AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT": "300",
            "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR",
            "MAALBAR_INVESTMENTS": folder,
            "PYTHONPATH": os.pathsep.join((str(PROJECT), str(PROJECT / "plugins"))),
        }
        done = subprocess.run(  # noqa: S603 - our own interpreter
            [sys.executable, "-W", "ignore", "-c", PARSE, *files],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
    imported, found = json.loads(done.stdout.splitlines()[-1])
    return imported, found


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
