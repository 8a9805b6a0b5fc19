"""Closed: what is posted of each line, and what is given up of it. Neither is proposed again.

Everything that is told of a waiver is computed here: what is due, the proof of the ledger, statements, workbooks and traces.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from maalbar import disagreements, ledger
from maalbar.contract import Contract
from transforms.settlement import Key, Line, Waiver, given_up


def closed(
    connection: Connection, contract: Contract, owed: Sequence[Line], before: int | None = None
) -> dict[Key, int]:
    """Key → what is posted and given up of it, in minor units. `owed`: what terms and results entitle to.

    `before`: the number of the proposal it is for, whose earlier settlements and waivers count (None: all of them).
    """
    sums: dict[Key, int] = defaultdict(int)
    for entry in _posted(connection, contract.id, before):
        sums[disagreements.key_of(entry)] += entry["amount_minor"]
    for key, amount in given_up_of(connection, contract, owed, before).items():
        sums[key] += amount
    return dict(sums)


def given_up_of(
    connection: Connection, contract: Contract, owed: Sequence[Line], before: int | None = None
) -> dict[Key, int]:
    """Key → what of it is given up, as the figures stand. Arguments as of `closed`."""
    said = [
        line
        for line in disagreements.waived_lines(connection, contract.id)
        if before is None or line["number"] < before
    ]
    if not said:
        return {}
    entries, waivers = ledger.entries(connection, contract.id), []
    for line in said:
        key = disagreements.key_of(line)
        earlier = (e for e in entries if e["settlement"] < line["number"] and disagreements.key_of(e) == key)
        waivers.append(Waiver(key, line["amount_minor"], sum(e["amount_minor"] for e in earlier)))
    return given_up(owed, waivers, [period.id for period in contract.calendar.followed])


def _posted(connection: Connection, contract_id: str, before: int | None) -> list[dict[str, Any]]:
    return [e for e in ledger.entries(connection, contract_id) if before is None or e["settlement"] < before]
