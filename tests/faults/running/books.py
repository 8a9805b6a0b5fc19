"""What a contract's books and store hold, told so that two courses of the same contract can be held against each other."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from maalbar import results
from maalbar.contract import Contract
from maalbar.database import transaction
from maalbar.flow import intake, settle
from maalbar.flow.measure import measure
from maalbar.flow.verify import verify
from tests.faults import left
from tests.faults.running.sent import PERIODS, SOURCES, counted, land
from tests.flow.measured import booked

PEOPLE = {"region": "rita", "town": "tom", "fund": "fie"}


@dataclass(frozen=True)
class Books:
    """Lines of the ledger without the number of their settlement, digests of results by revision, and the store's files."""

    lines: list[tuple[Any, ...]]
    results: dict[str, tuple[int, str]]
    store: dict[str, set[str]]


def books(contract: Contract) -> Books:
    """After every chain is verified, and every file is found whole."""
    verify(contract.id)
    with transaction() as connection:
        latest = results.latest(connection, contract.id)
    digests = {period: (row["revision"], row["result_digest"]) for period, row in latest.items()}
    assert left.shelves(contract.id) == left.told_of(contract.id)
    return Books(sorted(row[1:] for row in booked(contract)), digests, left.shelves(contract.id))


def land_everything(landing: Path, contract: Contract) -> None:
    """The files of all periods; every contract has the same."""
    rng = random.Random(1)
    for period in PERIODS:
        for source in SOURCES:
            land(landing, contract, source, period, counted(rng, period))


def undisturbed(contracts: Sequence[Contract]) -> list[Books]:
    """What each contract's books are when all periods are settled at once, with nothing in the way.

    They differ in their person ids alone, so the first is measured and paid, and of the others the files are taken in.
    """
    found: list[Books] = []
    for contract in contracts:
        for period in PERIODS:
            intake.take_in(contract.id, period)
        found.append(replace(found[0], store=left.shelves(contract.id)) if found else _settled(contract))
    return found


def _settled(contract: Contract) -> Books:
    for period in PERIODS:
        measure(contract.id, period)
    proposal = settle.propose(contract.id, PERIODS[-1])
    assert proposal is not None
    row = {"answer": "approve", "answered_at": "2025-06-01T10:00:00+02:00", "comment": ""}
    answers = [row | {"party": party, "user": user} for party, user in PEOPLE.items()]
    settle.record_answers(contract.id, proposal["number"], answers)
    settle.post(contract.id, proposal["number"])
    return books(contract)
