"""Scheduler, task, api-server and database killed at seeded moments of a backfill: it finishes, and nothing shows of it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from maalbar import results
from maalbar.contract import Contract
from maalbar.contract.measuring import Period
from maalbar.database import transaction
from maalbar.local.backfill import order
from maalbar.local.rest import RestError, wait_until
from maalbar.periods import at_midnight
from tests.faults import left
from tests.faults.running.backfilled import Backfill, answer_what_is_late
from tests.faults.running.books import Books, books, land_everything, undisturbed
from tests.faults.running.installed import VICTIMS, Installed, installed, killed_by
from tests.faults.running.rounds import name_of, play
from tests.faults.running.sent import write_contract

SEEDS, TWO_SCHEDULERS, CLOCK = (1, 2, 3), 4, 5
ALL = (*SEEDS, TWO_SCHEDULERS, CLOCK)
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(3600)]


@pytest.fixture(scope="module")
def expected(installation) -> dict[int, Books]:
    """Seed → what a course without Airflow and without a kill comes to."""
    contracts = [write_contract(installation.investments, name_of(seed)) for seed in ALL]
    for contract in contracts:
        land_everything(installation.home / "landing", contract)
    return dict(zip(ALL, undisturbed(contracts), strict=True))


@pytest.fixture(scope="module")
def place(expected) -> Iterator[Installed]:
    folder = Path(tempfile.mkdtemp(prefix="maalbar-faults-"))
    try:
        with installed(folder, [name_of(seed) for seed in ALL]) as made:
            yield made
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def rounds(place) -> dict[int, Backfill]:
    return play(place, SEEDS)


@pytest.mark.fault("F61")
@pytest.mark.fault("F62")
@pytest.mark.parametrize("seed", SEEDS)
def test_when_every_service_was_killed_the_backfill_ends_where_the_undisturbed_one_did(seed, rounds, expected):
    told = [line for line in rounds[seed].place.told if line.startswith(killed_by(seed))]
    assert sorted(line.removeprefix(killed_by(seed)).split()[0] for line in told) == sorted(VICTIMS)
    assert books(rounds[seed].contract) == expected[seed]
    assert left.staged() == []


def test_who_is_not_asked_is_refused_and_a_second_answer_is_none(rounds):
    """In that round of the rounds, whose books are those of the others all the same."""
    (asked,) = (one for one in rounds.values() if one.manner == "again_and_again")
    assert {403, 409} <= set(asked.refused)


def test_answers_to_a_proposal_that_a_newer_one_has_taken_the_place_of_post_nothing(rounds, expected):
    backfill = rounds[SEEDS[0]]
    late = answer_what_is_late(backfill)
    assert late != [], "the proposals of the first four periods were never answered"
    client, dag_id = backfill.place.airflow.client(), f"{backfill.contract.id}__settle"

    def have_ended() -> bool:
        answer_what_is_late(backfill)  # an answer may be lost, and the question put again
        return {run["state"] for run in client.runs(dag_id) if run["dag_run_id"] in late} == {"success"}

    wait_until(have_ended, seconds=300, what=f"the late runs {late}")
    for run_id in late:
        states = {task["task_id"]: task["state"] for task in client.task_instances(dag_id, run_id)}
        assert (states["post"], states["issue_statement"]) == ("skipped", "skipped")
    assert books(backfill.contract) == expected[SEEDS[0]]


@pytest.mark.fault("F61")
def test_two_schedulers_and_a_backfill_ordered_twice_measure_every_period_once(rounds, place, expected):
    contract = place.contract(name_of(TWO_SCHEDULERS))
    land_everything(place.home / "landing", contract)
    periods, zone = contract.calendar.periods[:3], contract.calendar.timezone
    client, dag_id = place.airflow.client(), f"{contract.id}__measure"
    with place.second_scheduler():
        order(place.airflow, contract, periods)
        with pytest.raises(RestError) as refused:
            client.backfill(dag_id, at_midnight(periods[0].start, zone), at_midnight(periods[-1].start, zone))
        assert refused.value.status == 409

        wait_until(
            lambda: measured(place, contract) == len(periods), seconds=600, what="the backfill under two schedulers"
        )
    assert digests(contract, periods) == {p.id: expected[TWO_SCHEDULERS].results[p.id] for p in periods}


@pytest.mark.fault("F66")
def test_a_clock_that_leaps_on_and_is_set_back_meanwhile_changes_nothing(rounds, place, expected):
    """As of a machine that was asleep for an hour, and when its clock is then put right."""
    contract = place.contract(name_of(CLOCK))
    land_everything(place.home / "landing", contract)
    periods = contract.calendar.periods[:3]
    with place.clock() as set_clock:
        order(place.airflow, contract, periods)
        for done, seconds in ((1, 3600), (2, 3540)):
            wait_until(lambda done=done: measured(place, contract) >= done, seconds=600, what=f"{done} periods")
            set_clock(seconds)
        wait_until(lambda: measured(place, contract) == len(periods), seconds=600, what="the rest of the backfill")
    assert digests(contract, periods) == {p.id: expected[CLOCK].results[p.id] for p in periods}


def measured(place: Installed, contract: Contract) -> int:
    """How many periods a backfill has measured. No run of it has failed."""
    runs = place.airflow.client().runs(f"{contract.id}__measure")
    states = [run["state"] for run in runs if run["dag_run_id"].startswith("backfill")]
    assert "failed" not in states
    return states.count("success")


def digests(contract: Contract, periods: Sequence[Period]) -> dict[str, tuple[int, str]]:
    """Period → the newest revision of its results, and their digest."""
    with transaction() as connection:
        found = results.latest(connection, contract.id)
    return {p.id: (found[p.id]["revision"], found[p.id]["result_digest"]) for p in periods}
