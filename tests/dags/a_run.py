"""`python -m tests.dags.a_run FILE ID…`: runs the measuring DAG of contracts for their first period, in an Airflow of its own.

What came of each is written to the file: the state of the run, its note, and the state of each task. The run of the first of
them is then cleared, which is written down as `cleared`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pendulum

AFTER = pendulum.datetime(2022, 11, 1, tz="UTC")
"""Period 1 has ended by then, and its data are due."""


def main() -> None:
    from airflow.dag_processing.dagbag import DagBag
    from airflow.models.pool import Pool
    from airflow.utils.db import initdb
    from airflow.utils.session import create_session

    from maalbar.local import pool
    from maalbar.settings import PROJECT

    initdb()
    pool.make()
    sys.path.append(str(PROJECT / "dags"))  # as Airflow does before it reads a DAG
    bag = DagBag(str(PROJECT / "dags"))
    assert bag.import_errors == {}, bag.import_errors
    found: dict[str, Any] = {}
    for name, contract_id in [*((one, one) for one in sys.argv[2:]), ("cleared", sys.argv[2])]:
        run = bag.dags[f"{contract_id}__measure"].test(run_after=AFTER, logical_date=AFTER)
        with create_session() as session:
            run = session.merge(run)
            tasks = {ti.task_id: str(ti.state) for ti in run.get_task_instances(session=session)}
            found[name] = {"state": str(run.state), "note": run.note, "tasks": tasks}
    with create_session() as session:
        found["pools"] = [one.pool for one in session.query(Pool)]
    Path(sys.argv[1]).write_text(json.dumps(found))


if __name__ == "__main__":
    main()
