"""Where the time of one period goes: each step, in seconds and as a multiple of DuckDB's bare scan of the same files.

Run as `.venv/bin/python benchmarks/one_period.py [people]`. No database and no Airflow: the steps alone.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table

from expectations import verdict
from maalbar.contract import load_contract
from maalbar.flow.checking import Announced, check_file
from maalbar.manifest import SUFFIX, read_manifest
from maalbar.settings import PROJECT
from maalbar.simulate.run import simulate
from maalbar.tables import TABLES
from transforms.measurement import measure

CONTRACT = PROJECT / "investments" / "plads_til_forskel.yaml"


def main(people: int) -> None:
    """Simulate the last period of the first contract and time what the flow does with it."""
    contract, seconds = load_contract(CONTRACT), {}
    last = contract.calendar.periods[-1].id

    @contextmanager
    def timed(step: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        seconds[step] = seconds.get(step, 0.0) + time.perf_counter() - begun

    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / contract.id
        with timed("simulate"):
            simulate(contract, out, people=people, effect=0.1, seed=1, periods=[last])
        parts: dict[str, list[pa.Table]] = {}
        rows = 0
        for source, delivery in contract.deliveries.items():
            (path,) = (out / source).glob(f"*{SUFFIX}")
            manifest = read_manifest(path)
            with timed("bare scan"):
                duckdb.connect().execute(
                    "select count(*) from read_csv(?, all_varchar = true)", [str(path.parent / manifest.file)]
                )
            room = Path(folder) / source
            room.mkdir()
            told = Announced(manifest.file, manifest.as_of, manifest.rows)
            with timed("read, map and validate"):
                found = check_file(path.parent / manifest.file, told, delivery, contract, room, _as_sent)
            with timed("Great Expectations"):
                verdict.hold_table(found.accepted, TABLES[delivery.table], manifest.file)
            parts.setdefault(delivery.table, []).append(pq.read_table(found.accepted))
            rows += found.account.rows_in
        with timed("measure"):
            measure(contract, {name: pa.concat_tables(found) for name, found in parts.items()}, [], last)
    table = Table(title=f"{people} persons treated, {rows:,} rows delivered", title_justify="left")
    for name in ("step", "seconds", "× bare scan"):
        table.add_column(name, justify="left" if name == "step" else "right")
    for step, spent in seconds.items():
        table.add_row(step, f"{spent:.2f}", f"{spent / seconds['bare scan']:.1f}")
    Console().print(table)


def _as_sent(ids: pa.Array) -> tuple[pa.Array, pa.Array]:
    return ids, pa.repeat(pa.scalar(False), len(ids))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
