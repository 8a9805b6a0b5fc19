"""How often the checks of history cry wolf, and what they cost: clean simulated deliveries of every shipped contract, taken in.

    .venv/bin/python benchmarks/history.py [PERSONS] [SEED …]

Prints, for each contract, the deliveries, those that were stopped (none should be) and warned of, and the seconds of intake with
the part that went to these checks. Everything lies in a folder of its own that is gone at the end.
"""

from __future__ import annotations

import base64
import hashlib
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from sqlalchemy import select

from maalbar import database
from maalbar.contract import load_contract, write_rehearsal
from maalbar.errors import DecisionNeeded
from maalbar.flow import history, intake
from maalbar.local import postgres
from maalbar.schema import delivery_check
from maalbar.settings import PROJECT, REHEARSAL, settings
from maalbar.simulate import simulate

CONTRACTS = ("plads_til_forskel", "viborg_boligsocial", "genindlaeggelser")
SHIFTED = 10
"""Years by which their dates are moved into the past."""


def course(name: str, persons: int, seed: int) -> tuple[int, int, Counter[str], float, float]:
    """All periods of one contract: deliveries, stops, verdicts of the looks, seconds of intake, seconds of these checks."""
    # A rehearsal in the past: nobody can describe a day that has not come.
    copy = write_rehearsal(PROJECT / "investments" / f"{name}.yaml", -SHIFTED, settings().home / REHEARSAL)
    contract, stopped, deliveries = load_contract(copy), 0, 0
    simulate(contract, settings().landing / contract.id, people=persons, effect=0.0, seed=seed)
    spent, check = [0.0], history.check

    def timed(*args, **kwargs):  # type: ignore[no-untyped-def]
        start = time.perf_counter()
        try:
            return check(*args, **kwargs)
        finally:
            spent[0] += time.perf_counter() - start

    history.check, start = timed, time.perf_counter()
    for period in contract.calendar.periods:
        try:
            deliveries += len(intake.take_in(contract.id, period.id))
        except DecisionNeeded as error:
            stopped += 1
            print(f"  {error.line[:200]}")
    seconds, history.check = time.perf_counter() - start, check
    with database.transaction() as connection:
        verdicts = Counter(connection.execute(select(delivery_check.c.verdict)).scalars())
    return deliveries, stopped, verdicts, seconds, spent[0]


def main() -> None:
    persons = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    seeds = [int(text) for text in sys.argv[2:]] or [1]
    os.environ["MAALBAR_PERSON_KEYS"] = "1:" + base64.b64encode(hashlib.sha256(b"nobody's key").digest()).decode()
    print("contract             seed  deliveries  stopped  held  warned  untested  intake s  checks s")
    for seed in seeds:
        for name in CONTRACTS:
            with tempfile.TemporaryDirectory(prefix="maalbar-history-") as folder:
                os.environ["MAALBAR_HOME"] = folder
                with postgres.running(Path(folder) / "pg") as server:
                    os.environ["MAALBAR_DATABASE_URL"] = server.url("maalbar")
                    database.migrate()
                    count, stopped, verdicts, seconds, spent = course(name, persons, seed)
                    database.close()
            told = " ".join(f"{verdicts[verdict]:7d}" for verdict in ("held", "warned", "untested"))
            print(f"{name:20s} {seed:4d} {count:11d} {stopped:8d} {told} {seconds:10.1f} {spent:9.1f}")


if __name__ == "__main__":
    main()
