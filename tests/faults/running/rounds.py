"""Rounds of kills: each a contract of its own, whose backfill is disturbed at moments that follow from a seed."""

from __future__ import annotations

from collections.abc import Sequence

from maalbar.errors import SetupError
from maalbar.local.backfill import order
from maalbar.local.rest import wait_until
from tests.faults.running.backfilled import Backfill, Manner
from tests.faults.running.books import land_everything
from tests.faults.running.installed import Chaos, Installed

MANNERS: tuple[Manner, ...] = ("calmly", "at_once", "again_and_again")
MINUTES = 30


def name_of(seed: int) -> str:
    """The contract of a round."""
    return f"round_{seed}"


def play(place: Installed, seeds: Sequence[int]) -> dict[int, Backfill]:
    """Backfill the contracts of these seeds side by side, with every service killed once for each; what was seen of each.

    Side by side, because what takes its time is the waiting for a retry. Raises SetupError where one does not finish,
    AssertionError where a run fails.
    """
    rounds = {}
    for number, seed in enumerate(seeds):
        contract = place.contract(name_of(seed))
        land_everything(place.home / "landing", contract)
        order(place.airflow, contract, contract.calendar.periods)
        backfill = Backfill(place, contract, MANNERS[number % len(MANNERS)])
        rounds[seed] = Chaos(place, seed), backfill

    def are_done() -> bool:
        for chaos, backfill in rounds.values():
            chaos.come(backfill.measured)
            place.revive()
        done = [backfill.is_done() for _, backfill in rounds.values()]  # each of them is looked at
        return all(done) and all(chaos.is_over for chaos, _ in rounds.values())

    try:
        wait_until(are_done, seconds=60 * MINUTES, what=f"the backfills of {list(seeds)}")
    except SetupError as error:
        error.add_note("; ".join(place.told))
        raise
    return {seed: backfill for seed, (_, backfill) in rounds.items()}
