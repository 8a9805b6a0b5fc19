"""Ten million contacts taken in: how fast, in how much memory, and where the time goes, beside DuckDB doing the least there is.

Run as `.venv/bin/python benchmarks/intake.py [rows]`. The whole way of a delivery is measured: private copy and
hash, gate, mapping, rules, new ids, keys, order, canonical Parquet, judgement, store, and the row in PostgreSQL. The yardstick
reads the same file, sorts it by its key and writes it as Parquet, and does nothing else. Each is a process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

ROWS, ROWS_A_PERSON, CHUNK = 10_000_000, 10, 1_000_000
SOURCE, AS_OF, PERIOD = "hospital_contacts", "2022-08-01", "2"
STEPS = {
    "copy and hash": ("maalbar.staging", "_copied"),
    "read, gate, map, rules, new ids": ("maalbar.flow.intake", "check_file"),
    "keys that come twice": ("maalbar.flow.file_rows", "Rows._clashing"),
    "order and write": ("maalbar.flow.file_rows", "Rows._written"),
    "judge": ("maalbar.flow.intake", "judge"),
    "keep": ("maalbar.flow.intake", "_kept"),
}
"""Each step and the function that it is; a step within another counts for itself alone."""
REST = "the rest"


def main(rows: int) -> None:
    """Write the delivery, let both take it in, and print what it took."""
    from rich.console import Console
    from rich.table import Table

    from maalbar import database
    from maalbar.local import postgres

    with tempfile.TemporaryDirectory(prefix="maalbar-") as place:
        home = Path(place)
        file = deliver(home, rows)
        with postgres.running(home / "pg") as server:
            given = environment(home) | {"MAALBAR_DATABASE_URL": server.url("maalbar")}
            os.environ |= given
            database.migrate()
            bare = _in_a_process("duckdb", home, given)
            ours = _in_a_process("maalbar", home, given)
    table = Table(title=f"{rows:,} contacts, {file / 1e6:.0f} MB", title_justify="left")
    for name in ("step", "seconds", "cpu s", "peak GB", "× duckdb"):
        table.add_column(name, justify="left" if name == "step" else "right")
    whole = {key: sum(step[key] for step in ours.values()) for key in ("seconds", "cpu")}
    whole["peak"] = max(step["peak"] for step in ours.values())
    for name, took in {**ours, "maalbar": whole, **bare}.items():
        ratio = took["cpu"] / bare["duckdb"]["cpu"]
        table.add_row(name, f"{took['seconds']:.1f}", f"{took['cpu']:.1f}", f"{took['peak']:.2f}", f"{ratio:.1f}")
    Console(width=110).print(table)
    print(f"{rows / whole['seconds']:,.0f} rows a second; {rows / whole['cpu']:,.0f} a second of processor")


def environment(home: Path) -> dict[str, str]:
    """Settings that keep everything in one folder, with a person key that is nobody's."""
    given = {"MAALBAR_HOME": home, "MAALBAR_INVESTMENTS": home / "investments", "MAALBAR_LANDING": home / "landing"}
    key = "1:" + "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefg"
    return {name: str(value) for name, value in given.items()} | {"MAALBAR_PERSON_KEYS": key}


def deliver(home: Path, rows: int) -> int:
    """The first contract with contacts in Parquet, and such a delivery in its landing folder. Returns the bytes of the file."""
    import yaml

    from maalbar.contract import write_rehearsal
    from maalbar.contract.yamlfile import read_yaml
    from maalbar.settings import PROJECT
    from maalbar.store import sha256_of_file

    # A rehearsal in the past: nobody can describe a day that has not come.
    contract = write_rehearsal(PROJECT / "investments" / "plads_til_forskel.yaml", -6, home / "investments")
    data = read_yaml(contract).data
    delivery = data["deliveries"][SOURCE]
    delivery["format"] = "parquet"
    contract.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
    folder = home / "landing" / data["id"] / SOURCE
    folder.mkdir(parents=True)
    file = folder / "contacts.parquet"
    _write(file, delivery["columns"], delivery["ignored"][0], rows)
    said = {"contract": data["id"], "source": SOURCE, "as_of": AS_OF, "file": file.name}
    said |= {"sha256": sha256_of_file(file), "rows": rows, "bytes": file.stat().st_size}
    (folder / "contacts.manifest.json").write_text(json.dumps(said), encoding="utf-8")
    return file.stat().st_size


def _write(file: Path, names: dict[str, str], ignored: str, rows: int) -> None:
    """Contacts in no order: ten a person on average, ids of persons of 16 signs, of contacts a letter and eight digits."""
    rng = np.random.default_rng(1)
    persons = _person_ids(max(1, rows // ROWS_A_PERSON), rng)
    numbers = rng.permutation(rows)
    begin = int(np.datetime64("2012-01-01", "s").astype("int64"))
    end = int(np.datetime64("2022-07-01", "s").astype("int64"))
    writer = None
    for first in range(0, rows, CHUNK):
        mine = numbers[first : first + CHUNK]
        count = len(mine)
        started = rng.integers(begin, end, count) // 60 * 60
        minutes = rng.gamma(1.2, 900, count).astype("int64")
        columns = {
            "person_id": persons.take(pa.array(rng.integers(0, len(persons), count))),
            "contact_id": _numbered("H", mine),
            "started_at": pa.array(started * 1_000_000, pa.timestamp("us")),
            "ended_at": pa.array((started + minutes * 60) * 1_000_000, pa.timestamp("us")),
            "priority": pa.array(["ATA1", "ATA2", "ATA3"]).take(pa.array(rng.integers(0, 3, count))),
            "form": pa.array(["ALCA00", "ALCA03", "ALCA10"]).take(pa.array(rng.integers(0, 3, count))),
            "unit": _numbered("S", rng.integers(0, 2_000, count)),
        }
        table = pa.table({names[name]: column for name, column in columns.items()})
        table = table.append_column(ignored, pa.repeat(pa.scalar("LPR3"), count))
        writer = writer or pq.ParquetWriter(file, table.schema, compression="zstd")
        writer.write_table(table)
    if writer:
        writer.close()


def _person_ids(count: int, rng: np.random.Generator) -> pa.Array:
    """A letter and a hexadecimal sign in turn: no run of digits can be taken for a CPR number."""
    letters = rng.integers(ord("a"), ord("z") + 1, (count, 8)).astype(np.uint8)
    signs = np.frombuffer(b"0123456789abcdef", np.uint8)[rng.integers(0, 16, (count, 8))]
    cells = np.stack([letters, signs], axis=2).reshape(count, 16)
    return _texts(cells)


def _numbered(prefix: str, numbers: np.ndarray) -> pa.Array:
    digits = numbers[:, np.newaxis] // 10 ** np.arange(7, -1, -1) % 10 + ord("0")
    return _texts(np.hstack([np.full((len(numbers), 1), ord(prefix)), digits]).astype(np.uint8))


def _texts(cells: np.ndarray) -> pa.Array:
    count, width = cells.shape
    offsets = np.arange(count + 1, dtype=np.int32) * width
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets.tobytes()), pa.py_buffer(cells.tobytes()))


def _in_a_process(by: str, home: Path, given: dict[str, str]) -> dict[str, dict[str, float]]:
    command = [sys.executable, __file__, "--by", by, "--home", str(home)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env={**os.environ, **given}, text=True)  # noqa: S603
    return json.loads(done.stdout.splitlines()[-1])


class Watch:
    """Seconds, seconds of processor and the highest memory by step, of this process with all its threads."""

    def __init__(self) -> None:
        self.found: dict[str, dict[str, float]] = {}
        self._within = [REST]
        self._reset()

    def step(self, name: str, of: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, with what it takes counted under that name."""

        @wraps(of)
        def watched(*args: Any, **named: Any) -> Any:
            self.count()
            self._within.append(name)
            try:
                return of(*args, **named)
            finally:
                self.count()
                self._within.pop()

        return watched

    def count(self) -> None:
        """What was taken since the last count goes to the innermost step."""
        took = self.found.setdefault(self._within[-1], {"seconds": 0.0, "cpu": 0.0, "peak": 0.0})
        took["seconds"] += time.perf_counter() - self._begun
        took["cpu"] += time.process_time() - self._worked
        lines = Path("/proc/self/status").read_text().splitlines()
        peak = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024**2
        took["peak"] = max(took["peak"], peak)
        self._reset()

    def _reset(self) -> None:
        # Writing 5 sets the highest memory back to what is held now (proc_pid_clear_refs(5)).
        Path("/proc/self/clear_refs").write_text("5")
        self._begun, self._worked = time.perf_counter(), time.process_time()


def place_of(module: str, path: str) -> tuple[Any, str]:
    """The owner of a function, and its name there: `Rows._written` is an attribute of the class `Rows`."""
    *outer, last = path.split(".")
    owner: Any = import_module(module)
    for part in outer:
        owner = getattr(owner, part)
    return owner, last


def taken(home: Path) -> dict[str, dict[str, float]]:
    """Take the delivery in, and what each step took."""
    from maalbar.flow.intake import take_in

    watch = Watch()
    for name, (module, path) in STEPS.items():
        owner, last = place_of(module, path)
        setattr(owner, last, watch.step(name, getattr(owner, last)))
    contract = next(path.name for path in (home / "landing").iterdir())
    watch.count()
    watch.found.clear()
    take_in(contract, PERIOD)
    watch.count()
    return watch.found


def bare(home: Path) -> dict[str, dict[str, float]]:
    """Read, sort and write the file, in the same number of threads and at the same memory as a step of ours may have."""
    import duckdb

    (file,) = (home / "landing").glob("*/*/*.parquet")
    watch = Watch()
    with duckdb.connect(config={"threads": 2, "memory_limit": "1GB", "temp_directory": str(home / "spill")}) as link:
        link.execute(
            f"copy (select * from read_parquet('{file}') order by KONTAKT_ID) to '{home / 'bare.parquet'}' "  # noqa: S608 - our own file
            "(format parquet, compression zstd)"
        )
    watch.count()
    return {"duckdb": watch.found[REST]}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=int, nargs="?", default=ROWS)
    parser.add_argument("--by")
    parser.add_argument("--home", type=Path)
    told = parser.parse_args()
    if told.by:
        print(json.dumps((bare if told.by == "duckdb" else taken)(told.home)))
    else:
        main(told.rows)
