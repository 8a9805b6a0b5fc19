"""Every step from a file to a statement, killed at each of its boundaries once and begun anew: nothing shows of it.

The intake's own steps, the posting's, and those of an erasure are killed beside their other tests.
"""

from __future__ import annotations

import functools
import os
import random
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from maalbar import corrections, results
from maalbar.database import transaction
from maalbar.errors import SetupError
from maalbar.flow import intake, settle, statement
from maalbar.flow.correct import correct, substitutions_for
from maalbar.flow.measure import measure
from maalbar.settings import settings
from tests.faults.running.books import PEOPLE, Books, books
from tests.faults.running.sent import SOURCES, counted, land, write_contract
from tests.processes import ended, is_killed_after, is_killed_at, start

pytestmark = pytest.mark.fault("F25")
PERIODS = ("0", "1")
MOST = 60
"""More statements than any step has."""
LARGE = b"A page. " * 1000


def _answers() -> list[dict[str, Any]]:
    row = {"answer": "approve", "answered_at": "2025-06-01T10:00:00+02:00", "comment": ""}
    return [row | {"party": party, "user": user} for party, user in PEOPLE.items()]


def _delivered(installation: Any, contract_id: str) -> Any:
    contract, rng = write_contract(installation.investments, contract_id), random.Random(1)
    for period in PERIODS:
        for source in SOURCES:
            land(settings().landing, contract, source, period, counted(rng, period))
    return contract


def _settled(contract: Any, step: Callable[..., Any]) -> Books:
    """Both periods through every step, each of them by `step`; what the books hold then."""
    for period in PERIODS:
        step(intake.take_in, contract.id, period)
        step(measure, contract.id, period)
    number = step(settle.propose, contract.id, "1")["number"]
    step(settle.record_answers, contract.id, number, _answers())
    step(settle.post, contract.id, number)
    step(statement.issue, contract.id, number)
    return books(contract)


def _killed_and_begun_anew(step: Callable[..., Any], *args: Any) -> Any:
    is_killed_after(step, *args)
    return step(*args)


@pytest.fixture
def drawn_simply(monkeypatch: pytest.MonkeyPatch) -> None:
    """A statement of one page of text: what is killed here is its writing and not its drawing."""
    monkeypatch.setattr(
        statement,
        "laid_out",
        lambda facts: {f"{facts.period}.{facts.language}.{kind}": LARGE for kind in ("pdf", "html")},
    )


def test_killed_between_any_two_steps_it_ends_as_if_nothing_had_happened(installation, drawn_simply):
    killed = _settled(_delivered(installation, "between"), _killed_and_begun_anew)
    assert {revision for revision, _ in killed.results.values()} == {1}
    undisturbed = _settled(_delivered(installation, "beside"), lambda step, *args: step(*args))
    assert (killed.lines, killed.results) == (undisturbed.lines, undisturbed.results)


def test_a_measuring_killed_at_any_statement_is_nothing_or_whole_and_the_last_attempt_is_as_the_first_would_have_been(
    installation,
):
    contract = _delivered(installation, "measuring")
    for period in PERIODS:
        intake.take_in(contract.id, period)
    for statement_number in range(1, MOST, 2):
        if not is_killed_at(statement_number, measure, contract.id, "1"):
            break
        with transaction() as connection:
            frozen = results.open_revision(connection, contract.id, "1")
            found = results.latest(connection, contract.id)
            rows = results.effects_of(connection, "measuring|1|r1")
        assert frozen is None or frozen["revision"] == 1
        assert bool(rows) == ("1" in found), "figures are stored with their digest, or not at all"
    assert statement_number > 4
    assert measure(contract.id, "1") == "measuring|1|r1"
    untouched = _delivered(installation, "measured")
    for period in PERIODS:
        intake.take_in(untouched.id, period)
    measure(untouched.id, "1")
    with transaction() as connection:
        both = [results.latest(connection, one)["1"]["result_digest"] for one in (contract.id, untouched.id)]
    assert both[0] == both[1]


def test_a_correction_killed_at_any_statement_is_written_down_once_and_measured_once(installation):
    contract = _delivered(installation, "correcting")
    for period in PERIODS:
        intake.take_in(contract.id, period)
        measure(contract.id, period)
    with transaction() as connection:
        held = results.open_revision(connection, contract.id, "1")["inputs"]["doctors"]
        before = results.delivery_of(connection, held)
    cells = counted(random.Random(2), "1")
    sha256 = land(settings().landing, contract, "doctors", "1", cells, supersedes=before["sha256"])
    (new,) = (one for one in intake.take_in(contract.id, "1") if one.endswith(sha256[:12]))
    asked = (contract.id, substitutions_for(contract.id, new), "Dorte Data", "a better count")
    for statement_number in range(1, MOST, 2):
        if not is_killed_at(statement_number, correct, *asked):
            break
    assert statement_number > 4
    with transaction() as connection:
        (row,) = corrections.all_of(connection, contract.id)
        latest = results.latest(connection, contract.id)
    assert row["revisions"] == {"1": "correcting|1|r2"}
    assert {period: one["measurement_id"] for period, one in latest.items()} == {
        "0": "correcting|0|r1",
        "1": "correcting|1|r2",
    }


def _dying_at_write(place: int, write: Callable[..., Any], *args: Any) -> None:
    """`write`, whose process is killed at the so many-th of its calls of the operating system that write a file."""
    seen = 0

    def counting(real: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(real)
        def call(*given: Any, **named: Any) -> Any:
            nonlocal seen
            seen += 1
            if seen == place:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*given, **named)

        return call

    os.fsync = counting(os.fsync)
    Path.replace = counting(Path.replace)
    write(*args)


def _issue_within(largest: int, contract_id: str, number: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    try:
        statement.issue(contract_id, number)
    except SetupError as error:
        sys.exit(error.exit_code)


def test_a_statement_killed_at_any_write_or_with_a_full_disk_is_issued_whole_and_leaves_nothing_beside(
    installation, drawn_simply
):
    contract = _delivered(installation, "issuing")
    for period in PERIODS:
        intake.take_in(contract.id, period)
        measure(contract.id, period)
    number = settle.propose(contract.id, "1")["number"]
    settle.record_answers(contract.id, number, _answers())
    settle.post(contract.id, number)
    for place in range(1, MOST):
        if ended(start(_dying_at_write, place, statement.issue, contract.id, number)) == 0:
            break
    assert place > 8, "four files, each made to last and renamed"
    for statement_number in range(1, MOST, 3):
        if not is_killed_at(statement_number, statement.issue, contract.id, number):
            break
    full = len(LARGE) // 2
    assert ended(start(_issue_within, full, contract.id, number)) == SetupError.exit_code
    paths = statement.issue(contract.id, number)
    assert sorted(Path(paths[0]).parent.iterdir()) == sorted(map(Path, paths))
    assert len(paths) == 4
