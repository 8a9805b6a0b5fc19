"""A country's contacts: a cohort of 11,000 over five years, and all person-years, by the product and by its yardsticks.

Run as `.venv/bin/python benchmarks/national.py FOLDER [--spark] [--only WORD]`, over what `contacts.py` has written there. Each
figure comes from a process of its own, with its peak of memory; those who should have made the same rows are compared by a
digest of all of them, and any difference ends the run. `--spark` adds Spark, for the version of every day. `guard` is no
yardstick: the same counting over a folder whose years are folder names, where DuckDB 2.0 misjudges a filter on them.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

TASKS = {
    "scan of five years": ["duckdb"],
    "cohort, counts": ["maalbar", "polars", "pandas", "spark"],
    "cohort, counts and stays": ["maalbar", "polars", "pandas", "spark"],
    "scan of ten years": ["duckdb"],
    "nation, counts": ["maalbar", "polars", "pandas", "spark"],
    "nation, stays": ["maalbar", "polars", "pandas", "spark"],
    "guard": ["maalbar"],
}
COHORT, FOLLOWED = 11_000, range(2021, 2026)
TRAP = 3
"""In DuckDB 2.0 a filter on a column made of folder names costs ten to twenty times the time and the memory."""
PART = {"counts": 2_000_000, "stays": 250_000}
"""Persons at a time of a whole country. Files are in order of persons, so that row groups of others are not read."""
TIME = ["person_id", "window_id", "from_on", "to_on", "is_death"]
EVENTS = pa.schema(
    [("person_id", pa.int32()), ("window_id", pa.string()), ("indicator", pa.string()), ("quantity", pa.int64())]
)
Parts = Iterator[tuple[list[Path], pa.Table]]


def main(folder: Path, only: str, *, with_spark: bool) -> None:
    """Run every task by everybody, compare what they made, and print the table."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"{_rows(folder):,} contacts in {folder.name}", title_justify="left")
    for name in ("task", "by", "seconds", "cpu s", "peak GB", "rows", "× maalbar"):
        table.add_column(name, justify="left" if name in ("task", "by") else "right")
    counted: dict[str, dict[str, float]] = {}
    for task, everybody in TASKS.items():
        if only not in task:
            continue
        made: dict[str, dict[str, float]] = {}
        for by in everybody:
            if by == "spark" and not with_spark:
                continue
            made[by] = found = _in_a_process(folder, task, by)
            # Said as it comes: a run of an hour that is stopped has still told something.
            told = f"{found['seconds']:.1f} s, {found['cpu']:.1f} s of processor, {found['peak']:.2f} GB"
            print(f"{task}: {by}: {told}", file=sys.stderr, flush=True)
        if len({found["digest"] for found in made.values()}) > 1:
            raise SystemExit(f"{task}: not the same rows: {made}")
        if task == "cohort, counts":
            counted = made
        if task == "guard" and counted:
            _hold(made["maalbar"], counted["maalbar"])
        for by, found in made.items():
            ratio = found["seconds"] / made["maalbar"]["seconds"] if "maalbar" in made else float("nan")
            figures = (
                f"{found['seconds']:.1f}",
                f"{found['cpu']:.1f}",
                f"{found['peak']:.2f}",
                f"{found['rows']:,.0f}",
            )
            table.add_row(task, by, *figures, f"{ratio:.1f}")
    Console(width=110).print(table)


def _hold(guard: dict[str, float], plain: dict[str, float]) -> None:
    """End the run where folders named for years cost several times the seconds or the memory, or change a row."""
    costs = max(guard[name] / plain[name] for name in ("cpu", "peak"))
    if guard["digest"] != plain["digest"] or costs > TRAP:
        raise SystemExit(f"the trap of folders named for years is back: {guard} against {plain}")


def _in_a_process(folder: Path, task: str, by: str) -> dict[str, float]:
    environment = {"MAALBAR_MEMORY_GB": "1", **os.environ}
    if by == "spark":
        environment |= {"MAALBAR_ENGINE": "spark://local[2]", "MAALBAR_MEMORY_GB": "4"}
    command = [sys.executable, __file__, str(folder), "--task", task, "--by", by]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment, text=True)  # noqa: S603
    return json.loads(done.stdout.splitlines()[-1])


def one(folder: Path, task: str, by: str) -> dict[str, float]:
    """Run one task by one of those who can, and say what it took and what it made."""
    with tempfile.TemporaryDirectory(dir=folder) as made:
        out = Path(made) / "rows.parquet"
        work = _work(folder, task, by, out)
        before, begun = _used()["cpu"], time.perf_counter()
        work()
        seconds = time.perf_counter() - begun
        figures = {"seconds": seconds, **_used()}
        figures["cpu"] -= before
        return figures | (_digest(out) if out.exists() else {"rows": 0, "digest": 0})


def _used() -> dict[str, float]:
    """Seconds of processor and the highest memory in GB, of this process and of those it has started: Spark works in Java."""
    own = psutil.Process()
    family = [own, *own.children(recursive=True)]
    texts = [Path(f"/proc/{process.pid}/status").read_text() for process in family]
    peak = sum(int(line.split()[1]) for text in texts for line in text.splitlines() if line.startswith("VmHWM"))
    return {"cpu": sum(sum(process.cpu_times()[:2]) for process in family), "peak": peak / 1024**2}


def _work(folder: Path, task: str, by: str, out: Path) -> Callable[[], None]:
    """What is timed. The cohort and its person-time are there before, as they are when contacts are counted."""
    if "scan" in task:
        import yardsticks

        return lambda: yardsticks.bare_scan(_files(folder, "contacts", FOLLOWED if "five" in task else None))
    if task == "guard":
        hive = _hive(folder, out.parent)
        return lambda: _write([(hive, _cohort(folder, FOLLOWED))], ["counts"], by, out)
    kinds = {"cohort, counts and stays": ["counts", "stays"], "nation, stays": ["stays"]}.get(task, ["counts"])
    if task.startswith("cohort"):
        parts: Parts | list[tuple[list[Path], pa.Table]] = [
            (_files(folder, "contacts", FOLLOWED), _cohort(folder, FOLLOWED))
        ]
    else:
        parts = _years(folder) if kinds == ["counts"] else _ranges(folder)
    return lambda: _write(parts, kinds, by, out)


def _write(parts: Parts | list[tuple[list[Path], pa.Table]], kinds: list[str], by: str, out: Path) -> None:
    """What was counted of each part, one below the other in a file."""
    with pq.ParquetWriter(out, EVENTS, compression="zstd") as writer:
        for files, person_time in parts:
            for table in _counted(files, person_time, kinds, by):
                writer.write_table(table.cast(EVENTS))


def _counted(files: list[Path], person_time: pa.Table, kinds: list[str], by: str) -> Iterator[pa.Table]:
    if by in ("maalbar", "spark"):
        import steps

        from maalbar.engine import ParquetFiles
        from maalbar.engine.tables import Given

        contacts: Given = ParquetFiles(tuple(files))
        if len(kinds) > 1:
            contacts = steps.followed_contacts(contacts, person_time)
        for kind in kinds:
            yield (
                steps.contact_counts(contacts, person_time)
                if kind == "counts"
                else steps.stay_counts(contacts, person_time)
            )
        return
    import yardsticks

    if by == "polars":
        import polars as pl

        lazy = pl.from_arrow(person_time).lazy()
        for kind in kinds:
            yield (yardsticks.polars_counts if kind == "counts" else yardsticks.polars_stays)(files, lazy)
    else:
        frame = person_time.to_pandas(date_as_object=False)
        for kind in kinds:
            yield (yardsticks.pandas_counts if kind == "counts" else yardsticks.pandas_stays)(files, frame)


def _years(folder: Path) -> Parts:
    """A year and a range of persons at a time: everybody of the range who was alive in the year."""
    ranges = list(_persons(folder, PART["counts"]))
    for contacts, lived in zip(_files(folder, "contacts"), _files(folder, "person_time"), strict=True):
        for mine in ranges:
            yield [contacts], pq.read_table(lived, columns=TIME, filters=mine)


def _ranges(folder: Path) -> Parts:
    """A range of persons at a time, with all their years: no chain of contacts is cut at a New Year."""
    lived = [str(file) for file in _files(folder, "person_time")]
    for mine in _persons(folder, PART["stays"]):
        yield _files(folder, "contacts"), pq.read_table(lived, columns=TIME, filters=mine)


def _persons(folder: Path, at_a_time: int) -> Iterator[list[tuple[str, str, int]]]:
    """Filters that together choose everybody: nobody is in a later year who is not in the first."""
    first_year = pq.read_table(_files(folder, "person_time")[0], columns=["person_id"])["person_id"]
    for first in range(0, int(pc.max(first_year).as_py()) + 1, at_a_time):
        yield [("person_id", ">=", first), ("person_id", "<", first + at_a_time)]


def _cohort(folder: Path, years: range) -> pa.Table:
    """The person-time of 11,000 drawn among those alive at the first year's beginning."""
    files = _files(folder, "person_time", years)
    alive = pq.read_table(files[0], columns=["person_id"])["person_id"].to_numpy()
    drawn = np.sort(np.random.default_rng(1).choice(alive, COHORT, replace=False))
    mine = pc.field("person_id").isin(pa.array(drawn))
    return pa.concat_tables(pq.read_table(file, columns=TIME, filters=mine) for file in files)


def _hive(folder: Path, place: Path) -> list[Path]:
    """The same files under folders named for their year."""
    found = []
    for file in _files(folder, "contacts", FOLLOWED):
        under = place / f"year={file.stem.rpartition('_')[2]}"
        under.mkdir()
        found.append(under / "contacts.parquet")
        found[-1].symlink_to(file.resolve())
    return found


def _files(folder: Path, name: str, years: range | None = None) -> list[Path]:
    found = sorted(folder.glob(f"{name}_*.parquet"))
    return [file for file in found if years is None or int(file.stem.rpartition("_")[2]) in years]


def _rows(folder: Path) -> int:
    return sum(pq.read_metadata(file).num_rows for file in _files(folder, "contacts"))


def _digest(out: Path) -> dict[str, float]:
    """The number of rows and a digest of all of them, in whatever order they came."""
    import duckdb

    digest = "count(*), bit_xor(hash(person_id, window_id, indicator, quantity))::varchar, sum(quantity)::varchar"
    with duckdb.connect(config={"threads": 2, "memory_limit": "1GB"}) as connection:
        rows, *parts = connection.execute(f"select {digest} from read_parquet(?)", [str(out)]).fetchall()[0]  # noqa: S608
    return {"rows": rows, "digest": "/".join(parts)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--spark", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--task")
    parser.add_argument("--by")
    given = parser.parse_args()
    if given.task:
        print(json.dumps(one(given.folder, given.task, given.by)))
    else:
        main(given.folder, given.only, with_spark=given.spark)
