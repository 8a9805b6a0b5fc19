"""What settling costs: a contract of ten outcomes, ten years, ten payers and 100,000 claims of persons.

Run as `.venv/bin/python benchmarks/settlement.py [claims] [--profile]`. The yardstick is a bare Python loop over the same claims
that multiplies quantity by price and adds up. `--profile` also says where the engine's time goes. No database, no Airflow.
"""

from __future__ import annotations

import csv
import gc
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from cProfile import Profile
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from pstats import Stats
from typing import Any

from rich.console import Console
from rich.table import Table

from maalbar.contract import Agreement, load_agreement
from maalbar.flow.calculate import computed
from maalbar.flow.results_file import read_results
from maalbar.settings import PROJECT
from transforms.settlement import Claim, Result

OUTCOMES, YEARS, PAYERS = 10, 10, 10
ILL = {"source": "illustrative"}
COLUMNS = ("period", "outcome", "unit", "value", "person", "dated")
Results = dict[tuple[str, str], Result]


def agreement_text() -> str:
    """Ten prices on persons with limits on each person, shared by ten payers to the øre, under caps."""
    parties = {
        f"payer{n}": {"name": f"Payer {n}", "roles": ["payer"], "approvers": _approver(f"p{n}"), **ILL}
        for n in range(PAYERS)
    }
    parties["fund"] = {"name": "Fund", "roles": ["investor"], "approvers": _approver("fund"), **ILL}
    shares = [{"payer": f"payer{n}", "recipient": "fund", "share": "10 %"} for n in range(PAYERS)]
    price = {"kind": "rate_card", "min_units": "5", "per_person": {"max_units": "40"}, **ILL}
    outcomes = {
        f"outcome{n}": {
            "title": {"da": f"Udfald {n}", "en": f"Outcome {n}"}, "estimator": "given", "better": "higher",
            "price": price | {"amount": f"{100 + n}.25 DKK"}, "payments": shares, **ILL,
        }
        for n in range(OUTCOMES)
    }  # fmt: skip
    terms = {
        "currency": "DKK", "basis": "cumulative", "floor": "running_total", "uncertainty": "point_estimate",
        "negative_difference": "claw_back", "premium": {"rate": "12 %", **ILL},
        "caps": [{"payer": f"payer{n}", "maximum": "5_000_000 DKK", **ILL} for n in range(PAYERS)],
        "capital": {"drawdowns": [{"investor": "fund", "dated": "2020-01-01", "amount": "20_000_000 DKK"}], **ILL}, **ILL,
    }  # fmt: skip
    status = {"state": "signed", "body": "Board", "dated": "2019-01-01", "terms": "agreed", **ILL}
    periods = [
        {"id": str(n), "from": f"{2019 + n}-01-01", "to": f"{2020 + n}-01-01", "run_after": f"{2020 + n}-02-01",
         "data_due": f"{2020 + n}-03-01", "pay_by": f"{2020 + n}-04-01"}
        for n in range(YEARS + 1)
    ]  # fmt: skip
    told = {
        "schema": "maalbar/1",
        "id": "benchmark",
        "name": "Benchmark",
        "summary": "Ten of everything.",
        "sources": {},
    }
    calendar = {"timezone": "Europe/Copenhagen", "periods": periods, **ILL}
    told |= {"status": status, "parties": parties, "calendar": calendar, "outcomes": outcomes, "terms": terms}
    return json.dumps(told, indent=1)  # which is YAML, too


def _approver(user: str) -> list[dict[str, str]]:
    return [{"user": user, "name": user, "authority": "board"}]


def made_claims(number: int) -> list[tuple[str, str, Claim]]:
    """(period, outcome, claim), invented; a third as many persons, so that limits on them are met. One a day for each."""
    chance, found = random.Random(1), []  # noqa: S311
    seen: set[tuple[str, str | None, date | None]] = set()
    while len(found) < number:
        year = chance.randrange(YEARS)
        day = date(2020 + year, 1, 1) + timedelta(days=chance.randrange(365))
        claim = Claim(Decimal(chance.randint(1, 9)), f"person{chance.randrange(number // 3 + 1)}", day)
        outcome = f"outcome{chance.randrange(OUTCOMES)}"
        if (outcome, claim.person, claim.dated) not in seen:
            seen.add((outcome, claim.person, claim.dated))
            found.append((str(year + 1), outcome, claim))
    return found


def in_memory(claims: list[tuple[str, str, Claim]]) -> Results:
    gathered: dict[tuple[str, str], list[Claim]] = {}
    for period, outcome, claim in claims:
        gathered.setdefault((period, outcome), []).append(claim)
    return {key: Result(claims=tuple(rows)) for key, rows in gathered.items()}


def write_csv(claims: list[tuple[str, str, Claim]], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows((p, o, "units", c.quantity, c.person, c.dated) for p, o, c in claims)


def bare_loop(claims: list[tuple[str, str, Claim]], agreement: Agreement) -> Decimal:
    """The least that could be done: quantity times price, added up."""
    prices = {name: Decimal(outcome.price.amount.minor) for name, outcome in agreement.outcomes.items()}  # type: ignore[union-attr]
    total = Decimal(0)
    for _, outcome, claim in claims:
        total += claim.quantity * prices[outcome]
    return total


def timed(work: Callable[[], Any], times: int = 3) -> tuple[float, Any]:
    """The best of some runs in seconds, and what it gave."""
    best, found = float("inf"), None
    for _ in range(times):
        gc.collect()
        begun = time.perf_counter()
        found = work()
        best = min(best, time.perf_counter() - begun)
    return best, found


def _run(command: list[str], environment: dict[str, str]) -> None:
    subprocess.run(command, check=True, capture_output=True, env=environment)  # noqa: S603


def main(number: int, *, is_profiled: bool) -> None:
    """Make the contract and its claims, and time each part of settling them."""
    claims = made_claims(number)
    with tempfile.TemporaryDirectory() as folder:
        path, results = Path(folder) / "benchmark.yaml", Path(folder) / "benchmark.csv"
        path.write_text(agreement_text(), encoding="utf-8")
        write_csv(claims, results)
        agreement, found = load_agreement(path), in_memory(claims)
        periods = [period.id for period in agreement.calendar.followed]
        command = [sys.executable, "-c", "from maalbar.cli import main; main()"]
        command += ["settle", str(path), "--results", str(results), "--json"]
        environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
        loop, _ = timed(lambda: bare_loop(claims, agreement))
        engine, calculation = timed(lambda: computed(agreement, found, periods))
        reading, (read, _) = timed(lambda: read_results(agreement, results))
        process, _ = timed(lambda: _run(command, environment), 1)
        assert computed(agreement, read, periods).settlement.lines == calculation.settlement.lines
    size = f"{number:,} claims, {OUTCOMES} outcomes, {YEARS} years, {PAYERS} payers"
    table = Table(title=f"{size}: {len(calculation.settlement.lines):,} lines", title_justify="left")
    for name in ("part", "seconds", "× bare loop"):
        table.add_column(name, justify="left" if name == "part" else "right")
    parts = {
        "bare loop": loop,
        "engine": engine,
        "read the CSV": reading,
        "maalbar settle --json, whole process": process,
    }
    for part, seconds in parts.items():
        table.add_row(part, f"{seconds:.3f}", f"{seconds / loop:.0f}")
    Console().print(table)
    if is_profiled:
        profile = Profile()
        profile.runcall(computed, agreement, found, periods)
        Stats(profile).sort_stats("tottime").print_stats(20)


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    main(numbers[0] if numbers else 100_000, is_profiled="--profile" in sys.argv)
