"""Scheduler, task, api-server and database killed at seeded moments of a backfill: it finishes, and nothing shows of it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from maalbar.local.backfill import order
from maalbar.local.rest import wait_until
from tests.faults import left
from tests.faults.running.books import Books, books, land_everything, undisturbed
from tests.faults.running.installed import Backfill, Chaos, Installed, installed
from tests.faults.running.sent import write_contract

SEEDS = (1, 2, 3)
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1200)]


@pytest.fixture(scope="module")
def expected(installation) -> dict[int, Books]:
    """Seed → what a course without Airflow and without a kill comes to."""
    found = {}
    for seed in SEEDS:
        contract = write_contract(installation.investments, f"round_{seed}")
        land_everything(installation.home / "landing", contract, seed)
        found[seed] = undisturbed(contract)
    return found


@pytest.fixture(scope="module")
def place(expected) -> Iterator[Installed]:
    folder = Path(tempfile.mkdtemp(prefix="maalbar-faults-"))
    try:
        with installed(folder, [f"round_{seed}" for seed in SEEDS]) as made:
            yield made
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.fault("F61")
@pytest.mark.fault("F62")
@pytest.mark.parametrize("seed", SEEDS)
def test_after_every_service_was_killed_once_the_backfill_has_come_to_what_the_undisturbed_one_did(
    seed, place, expected
):
    place.revive()
    contract = place.contract(f"round_{seed}")
    land_everything(place.home / "landing", contract, seed)
    order(place.airflow, contract, contract.calendar.periods)
    chaos, backfill = Chaos(place, seed), Backfill(place, contract)

    def is_done() -> bool:
        chaos.come(backfill.measured)
        return backfill.is_done()

    wait_until(is_done, seconds=600, what=f"the backfill of seed {seed}, {place.told}")
    assert [line for line in place.told if line.startswith("killed")] != []
    assert books(contract) == expected[seed]
    assert left.staged() == []
