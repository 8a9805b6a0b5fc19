"""The counts behind a release: for those who release, and for nobody else. Each opening is written down before it happens."""

from __future__ import annotations

import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from maalbar import access, releases
from maalbar.contract import find_contract
from maalbar.database import transaction
from maalbar.documents.cells import Cell, as_csv
from maalbar.errors import ReleaseRefused, SetupError
from maalbar.suppressed import Suppressed
from transforms.disclosure import Key, Protected

COLUMNS = (
    "figure",
    "at",
    "is_shown",
    "told",
    "true",
    "persons",
    "why_hidden",
    "kept_back",
    "possible_from",
    "possible_to",
)
WHY = "to answer its release"


def underlying(found: Protected) -> bytes:
    """Every figure with its true value, why it is hidden, and how low and high a reader can believe what is kept back to be."""
    return as_csv(COLUMNS, _rows(found))


def opened_underlying(contract_id: str, number: int, user: str) -> bytes:
    """The counts behind a release, as CSV. Raises ReleaseRefused where the login is none of those who release in the contract."""
    contract = find_contract(contract_id)
    people = {person.user for person in contract.release.people} if contract.release else set()
    where = f"{contract_id} release {number}"
    if user not in people:
        mend = "ask one of those whom the contract names under `release:`"
        raise ReleaseRefused(f"`{user}` does not release, and is not shown the counts behind", where=where, mend=mend)
    with transaction() as connection:
        row = releases.get(connection, contract_id, number).row
    return access.opened_counts(contract_id, row["made_from"]["underlying"], f"{WHY} {number}", user)


def write_privately(path: Path, data: bytes) -> None:
    """Write a file that only its owner may read. One that is there stays. Raises SetupError."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        mend = "name a new file in a folder that is there"
        raise SetupError(f"cannot be written ({error.strerror})", where=str(path), mend=mend) from None
    with os.fdopen(handle, "wb") as file:
        file.write(data)


def _rows(found: Protected) -> Iterator[list[Cell]]:
    ranges = {audited.need.key: audited for audited in found.audited}
    for k, quantity in sorted(found.draft.quantities.items()):
        audited = ranges.get(k)
        why, low, high = ("", None, None) if audited is None else (audited.need.why, audited.low, audited.high)
        yield [
            k.measure, _at(k), "yes" if quantity.is_shown else "no", _told(found, k), quantity.value,
            quantity.persons_behind, found.reasons.get(k, ""), why, _end(low), _end(high),
        ]  # fmt: skip
    for k in sorted(found.draft.ratios):
        ratio = found.draft.ratios[k]
        over, under = (found.draft.quantities[part].value for part in (ratio.over, ratio.under))
        true = (ratio.per * over / under).quantize(Decimal("0.0001"))
        behind = found.draft.quantities[ratio.under].persons_behind
        yield [k.measure, _at(k), "yes", _told(found, k), true, behind, found.reasons.get(k, ""), "", None, None]


def _told(found: Protected, k: Key) -> Cell:
    figure = found.figures.get(k)
    return figure if figure is None or isinstance(figure, Suppressed | int) else Decimal(figure)


def _at(k: Key) -> str:
    return ", ".join(f"{name} {code}" for name, code in k.at) or "all"


def _end(value: float | None) -> Cell:
    return None if value is None else round(value)
