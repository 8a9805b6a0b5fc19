"""Many rounds of kills: backfills of five periods, scheduler, task, api-server and database killed once in each, by a seed.

Run as `.venv/bin/python -m benchmarks.soak [rounds] [minutes]` (`make soak`: 50 rounds). Each round's ledger, results and store
are held against a course that nothing disturbed. What was run is appended to `benchmarks/results/soak.csv`, five rounds at a
time on one installation, so that each also lives through what is killed for those `beside` it. Stopped at any moment it goes
on where it was, for as long as the code is the same. The first difference ends it.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from pytest import MonkeyPatch

from maalbar import database, persons
from maalbar.local import postgres
from maalbar.settings import PROJECT
from maalbar.version import MATTERS, code_version
from tests.faults.running.books import Books, books, land_everything, undisturbed
from tests.faults.running.installed import installed, killed_by
from tests.faults.running.rounds import name_of, play
from tests.faults.running.sent import write_contract

FILE = PROJECT / "benchmarks" / "results" / "soak.csv"
COLUMNS = ("seed", "beside", "commit", "code", "outcome", "seconds", "killed")
ROOMS = (*MATTERS, "dags", "plugins")
"""What is tried out: also what runs it, which changes no figure."""
SIDE_BY_SIDE = 5


def main(rounds: int, minutes: float) -> int:
    """Play the seeds from 1 that this code has not been through; the exit code."""
    os.environ[persons.VARIABLE] = "1:" + base64.b64encode(hashlib.sha256(b"the key of the soak").digest()).decode()
    until = time.monotonic() + 60 * minutes
    left = [seed for seed in range(1, rounds + 1) if seed not in _done()]
    print(f"{rounds - len(left)} of {rounds} rounds are done by this code; the file is {FILE}", flush=True)
    for first in range(0, len(left), SIDE_BY_SIDE):
        if time.monotonic() > until:
            break
        seeds, begun = left[first : first + SIDE_BY_SIDE], time.monotonic()
        differing, told = _played(seeds)
        seconds = round(time.monotonic() - begun)
        for seed in seeds:
            _append(seed, seeds, "differs" if seed in differing else "identical", seconds, told)
        print(f"seeds {seeds}: {'differ: ' + str(differing) if differing else 'identical'}, {seconds} s", flush=True)
        if differing:
            return 1
    return 0


def _played(seeds: Sequence[int]) -> tuple[list[int], list[str]]:
    """The seeds whose books are not those of the undisturbed course, and what was killed when."""
    with tempfile.TemporaryDirectory(prefix="maalbar-soak-") as folder:
        expected = _undisturbed(Path(folder) / "undisturbed", seeds)
        with installed(Path(folder) / "home", [name_of(seed) for seed in seeds]) as place:
            found = {seed: books(backfill.contract) for seed, backfill in play(place, seeds).items()}
            told = list(place.told)
    return [seed for seed in seeds if found[seed] != expected[seed]], told


def _undisturbed(home: Path, seeds: Sequence[int]) -> dict[int, Books]:
    with MonkeyPatch.context() as patch, postgres.running(home / "postgres") as server:
        patch.setenv("MAALBAR_HOME", str(home))
        patch.setenv("MAALBAR_INVESTMENTS", str(home / "investments"))
        patch.setenv("MAALBAR_DATABASE_URL", server.url("maalbar"))
        database.migrate()
        contracts = [write_contract(home / "investments", name_of(seed)) for seed in seeds]
        for contract in contracts:
            land_everything(home / "landing", contract)
        try:
            return dict(zip(seeds, undisturbed(contracts), strict=True))
        finally:
            database.close()


def _done() -> set[int]:
    if not FILE.exists():
        return set()
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {int(row["seed"]) for row in rows if (row["code"], row["outcome"]) == (code_version(ROOMS), "identical")}


def _append(seed: int, seeds: Sequence[int], outcome: str, seconds: int, told: list[str]) -> None:
    FILE.parent.mkdir(exist_ok=True)
    is_new = not FILE.exists()
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"],  # noqa: S607 - the git of whoever runs it
        cwd=PROJECT, capture_output=True, text=True, check=False,
    ).stdout.strip()  # fmt: skip
    with FILE.open("a", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if is_new:
            writer.writerow(COLUMNS)
        mark = killed_by(seed)
        killed = "; ".join(line.removeprefix(mark) for line in told if line.startswith(mark))
        beside = " ".join(str(one) for one in seeds if one != seed)
        writer.writerow([seed, beside, commit, code_version(ROOMS), outcome, seconds, killed])


if __name__ == "__main__":
    wanted = [float(word) for word in sys.argv[1:]]
    sys.exit(main(int(wanted[0]) if wanted else 50, wanted[1] if len(wanted) > 1 else float("inf")))
