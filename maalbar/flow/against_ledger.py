"""A changed contract file against the ledger: what has been paid, and what would have been paid under the file."""

from __future__ import annotations

from dataclasses import dataclass

from maalbar.contract import Contract
from maalbar.contract.versions import unsigned, version_in
from maalbar.database import transaction
from maalbar.flow.binding import changed_periods
from maalbar.flow.closed import closed
from maalbar.flow.entitle import due


@dataclass(frozen=True)
class Moved:
    """One payer and recipient in one period, in minor units: posted or given up, and what the file would give."""

    period: str
    payer: str
    recipient: str
    posted: int
    by_file: int

    @property
    def difference(self) -> int:
        return self.by_file - self.posted


@dataclass(frozen=True)
class Comparison:
    """`changed`: settled periods whose terms the file changes. `unsigned`: parties whose signature the file still lacks."""

    contract: Contract
    rows: tuple[Moved, ...]
    changed: tuple[str, ...]
    unsigned: tuple[str, ...]


def against_ledger(contract: Contract) -> Comparison:
    """Settle the measured periods under a file and compare with what is posted; nothing is written."""
    with transaction() as connection:
        found = due(connection, contract)
        posted = closed(connection, contract, found.settlement.lines if found else ())
        changed = changed_periods(connection, contract)
    sums: dict[tuple[str, str, str], list[int]] = {}
    for key, amount in posted.items():
        sums.setdefault((key[0], key[2], key[3]), [0, 0])[0] += amount
    for line in found.settlement.lines if found else ():
        sums.setdefault((line.period, line.payer, line.recipient), [0, 0])[1] += line.amount
    order = [period.id for period in contract.calendar.periods]
    rows = [Moved(*key, *both) for key, both in sums.items()]
    rows.sort(key=lambda row: (order.index(row.period), row.payer, row.recipient))
    newest = version_in(contract, found.through) if found else len(contract.amendments)
    return Comparison(contract, tuple(rows), tuple(changed), tuple(unsigned(contract, newest)))
