"""`maalbar demo` and `maalbar ui`: a contract rehearsed in the past on a real Airflow, from deliveries to statements.

Airflow runs only periods that have ended, so the demonstration takes a copy of the contract moved back by whole years, which
says so on every page. The contract itself stands beside it, with its true calendar.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from rich.console import Console

from maalbar.contract import Contract, contract_files, load_contract, write_rehearsal
from maalbar.contract.prices import ProRata
from maalbar.errors import SetupError
from maalbar.flow.report import report
from maalbar.local.backfill import Following, order
from maalbar.local.installation import installation, take_down
from maalbar.local.settlement_table import print_report
from maalbar.periods import add_years
from maalbar.settings import PROJECT, REHEARSAL, settings
from maalbar.simulate.run import simulate

PEOPLE, SEED = 1000, 2027
PART_OF_TARGET = 0.8
"""How much of each target the simulated intervention reaches in truth; the measurement finds it only so nearly."""
_BOUND_S = 1200.0


def demo(contract_id: str, *, people: int = PEOPLE, seed: int = SEED) -> None:
    """Rehearse a whole contract: simulate, measure every period, have each proposal approved, post, issue, stop, report.

    Run again it changes nothing. Raises MaalbarError; whatever happens, what it started is stopped.
    """
    tell, home = _teller(), settings().home
    copy = rehearse(contract_id, home / REHEARSAL, date.today())
    with installation(
        home, _folders(home), tell=tell, meanwhile=lambda: deliver(copy, home, tell, people, seed)
    ) as airflow:
        to_come = order(airflow, copy, copy.calendar.periods)
        tell(f"a backfill of all {len(copy.calendar.periods)} periods is ordered; {to_come} are still to be run")
        following = Following(airflow, copy, tell, answered=[period.id for period in copy.calendar.periods])
        following.until_done(len(copy.calendar.periods), seconds=_BOUND_S)
        found = report(copy.id)  # read while the embedded database is up
        tell("all periods are settled; stopping")
    tell("everything that was started is stopped")
    print_report(found)


def ui(contract_id: str, *, people: int = PEOPLE, seed: int = SEED) -> None:
    """Leave an Airflow running on this machine with the last proposal open for people, and say how to reach it.

    It has a home of its own, so that the approvals are open whatever the demonstration has settled.
    """
    tell, home = _teller(), settings().home / "ui"
    copy = rehearse(contract_id, home / REHEARSAL, date.today())
    with installation(
        home,
        _folders(home),
        tell=tell,
        meanwhile=lambda: deliver(copy, home, tell, people, seed),
        background=True,
    ) as airflow:
        *earlier, last = copy.calendar.periods
        order(airflow, copy, copy.calendar.periods)
        tell(
            f"a backfill of all {len(earlier) + 1} periods is ordered; the approvals of period {last.id} are left to you"
        )
        following = Following(airflow, copy, tell, answered=[period.id for period in earlier])
        following.until_done(len(copy.calendar.periods), seconds=_BOUND_S)
    approvers = [people.user for party in copy.answering.values() for people in party.approvers]
    Console().print(
        f"\nAirflow runs at [bold]{airflow.url}[/bold]; users and passwords stand in {airflow.passwords_file}\n"
        f"The proposal through period {last.id} waits under Browse → Required Actions for one yes of each party:\n"
        f"sign in as {', '.join(approvers)} (or as admin, to look around).\n"
        f"Its state lies under {home}: `MAALBAR_HOME={home} maalbar report {copy.id}` looks into it.\n"
        "Stop everything with [bold]make ui-stop[/bold].",
        highlight=False,
        soft_wrap=True,
    )


def stop_ui() -> None:
    """Stop what `ui` left running. Raises SetupError when nothing runs."""
    home = settings().home / "ui"
    if not take_down(home):
        raise SetupError("nothing runs", where=str(home), mend="`make ui` starts it")
    _teller()("stopped")


def rehearse(contract_id: str, folder: Path, today: date, years: int | None = None) -> Contract:
    """Write the copy of a contract whose last period may run before `today`; the years once chosen for a folder stay.

    With `years` it is moved by so many whatever the day.
    """
    path = next(
        (p for p in contract_files([PROJECT / "investments", *settings().investments]) if p.stem == contract_id), None
    )
    if path is None:
        known = ", ".join(p.stem for p in contract_files())
        raise SetupError(f"there is no contract `{contract_id}` to rehearse", mend=f"known: {known}")
    if years is not None:
        return load_contract(write_rehearsal(path, years, folder))
    earlier = next((load_contract(p) for p in contract_files([folder]) if p.stem.startswith(contract_id)), None)
    if earlier and earlier.rehearsal:
        years = int(earlier.rehearsal.shifted_years)
    else:
        last, years = load_contract(path).calendar.periods[-1], 0
        while add_years(last.run_after, years) >= today:
            years -= 1
    return load_contract(write_rehearsal(path, years, folder))


def _folders(home: Path) -> list[Path]:
    return [*settings().investments, home / REHEARSAL]


def deliver(contract: Contract, home: Path, tell: Callable[[str], None], people: int, seed: int) -> None:
    """Simulate the deliveries of a rehearsal into the landing folder of its home."""
    truth = {
        outcome_id: PART_OF_TARGET * float(outcome.price.target.value)
        for outcome_id, outcome in contract.outcomes.items()
        if isinstance(outcome.price, ProRata)
    }
    simulate(contract, home / "landing" / contract.id, people=people, effect=truth, seed=seed)
    tell(f"deliveries are simulated: {people} persons, {PART_OF_TARGET:.0%} of each target reached (seed {seed})")


def _teller() -> Callable[[str], None]:
    console, begun = Console(), time.monotonic()

    def tell(text: str) -> None:
        console.print(f"[dim]{time.monotonic() - begun:4.0f} s[/dim]  {text}", highlight=False, soft_wrap=True)

    return tell
