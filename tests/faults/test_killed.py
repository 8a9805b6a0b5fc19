"""An intake that is killed at any step, and run again: the delivery is there once, as if nothing had happened.

Processes are forked and killed by SIGKILL, after which nobody cleans up. What a crash leaves in the store is told of nowhere
until the next intake finds it there, and is whole.
"""

from __future__ import annotations

import functools
import os
import signal
from collections.abc import Callable
from typing import Any

import pytest

from maalbar import staging, store
from maalbar.flow import file_rows, intake
from tests.faults import left
from tests.faults.malformed.case import GOOD, Case, SetAside, land, rows, write_contract
from tests.faults.malformed.packed import zipped
from tests.processes import ended, is_killed_at, start

PEOPLE = rows("population", (3, "sex", "?"), more=(GOOD["population"].decode().splitlines()[1],))
"""Twenty people of whom one is set aside, and a row that comes twice: every shelf of the store gets a file."""
CASE = Case("killed", ("F25",), SetAside({"sex: unknown code": [3]}, collapsed=1), zipped(("population.csv", PEOPLE)),
            file="population.csv.zip", delivery={"packed": "zip"}, manifest={"rows": 21})  # fmt: skip
STEPS: dict[str, tuple[Any, str, int]] = {
    "looking": (intake, "look", 1),
    "copying": (staging, "_copied", 1),
    "syncing_the_copy": (staging.os, "fsync", 1),
    "unpacking": (intake, "unpack", 1),
    "writing_candidates": (file_rows.Rows, "add", 1),
    "settling": (file_rows.Rows, "settled", 1),
    "writing_the_table": (file_rows.Rows, "_written", 1),
    "judging": (intake, "judge", 1),
    "keeping_the_quarantine": (store, "keep", 1),
    "keeping_the_table": (store, "keep", 2),
    "keeping_the_file": (store, "keep", 3),
    "telling": (intake, "insert", 1),
}
"""Step → where its function is found, its name, and which of its calls is meant."""


def _dies(function: Callable[..., Any], call: int, moment: str) -> Callable[..., Any]:
    """The function, whose process is killed before or after that call of it."""
    calls = 0

    @functools.wraps(function)
    def dying(*args: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == call and moment == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        found = function(*args, **named)
        if calls == call:
            os.kill(os.getpid(), signal.SIGKILL)
        return found

    return dying


def _take_in_and_die(contract_id: str, step: str, moment: str) -> None:
    place, name, call = STEPS[step]
    setattr(place, name, _dies(getattr(place, name), call, moment))
    intake.take_in(contract_id, "1")


def _landed(installation: Any, contract_id: str) -> None:
    write_contract(installation.investments, contract_id, {"population": CASE.delivery})
    land(installation.home / "landing", contract_id, CASE)


def _is_there_once(contract_id: str) -> None:
    """Taken in again, the delivery is told of once, with the bytes of an intake that nobody disturbed."""
    left.shelves(contract_id)  # what the crash has left is whole
    first = intake.take_in(contract_id, "1")
    assert intake.take_in(contract_id, "1") == first
    (row,) = left.deliveries(contract_id)
    assert (row["sha256"], row["rows_in"], row["rows_accepted"], row["rows_collapsed"]) == (CASE.sha256, 21, 19, 1)
    assert row["canonical_sha256"] == left.canonical_of(contract_id, "population", PEOPLE)
    assert left.quarantined(contract_id, row["quarantine_sha256"]) == {"sex: unknown code": [3]}
    assert left.shelves(contract_id) == left.told_of(contract_id)
    assert left.staged() == []


@pytest.mark.fault("F25")
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_killed_at_a_step_the_next_intake_takes_it_in_as_if_nothing_had_happened(step, moment, installation):
    contract_id = f"{moment}_{step}"
    _landed(installation, contract_id)
    assert ended(start(_take_in_and_die, contract_id, step, moment)) == -signal.SIGKILL
    _is_there_once(contract_id)


@pytest.mark.fault("F25")
def test_killed_before_any_statement_to_the_database_it_is_there_once(installation):
    for statement in range(1, 30):
        contract_id = f"statement_{statement}"
        _landed(installation, contract_id)
        if not is_killed_at(statement, intake.take_in, contract_id, "1"):
            break
        _is_there_once(contract_id)
    assert statement > 4, "looking, knowing, locking and telling are statements, and so are their commits"


@pytest.mark.fault("F25")
def test_the_private_copy_that_a_kill_leaves_is_gone_when_the_next_intake_begins(installation):
    _landed(installation, "left_behind")
    assert ended(start(_take_in_and_die, "left_behind", "judging", "before")) == -signal.SIGKILL
    assert [path for path in left.staged() if path.name == "raw"] != []
    with staging.staging():
        assert [path for path in left.staged() if path.name == "raw"] == []
