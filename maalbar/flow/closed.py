"""Closed: what is posted of each line, and what is given up of it. Neither is proposed again.

Everything that is told of a waiver is computed here: what is due, the proof of the ledger, statements, workbooks and traces.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection

from maalbar import disagreements, ledger, proposals
from maalbar.contract import Contract
from transforms.settlement import Account, Key, Line, Waiver, given_up


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
    entries = ledger.entries(connection, contract.id)
    waivers: list[Waiver] = []
    for number in dict.fromkeys(line["number"] for line in said):
        of_it = [line for line in said if line["number"] == number]
        earlier = [entry for entry in entries if entry["settlement"] < number]
        waivers += _waivers(of_it, proposals.lines(connection, contract.id, number), earlier)
    return given_up(owed, waivers, [period.id for period in contract.calendar.followed])


def _waivers(
    said: Sequence[dict[str, Any]], proposed: Sequence[dict[str, Any]], earlier: Sequence[dict[str, Any]]
) -> Iterator[Waiver]:
    """What was given up of one proposal, step by step: of each account, and of what goes one way and the other by itself.

    `proposed`: all lines of it. `earlier`: the entries that had been posted before.
    """
    posted, left = _by_account(earlier), _by_account(proposed)
    steps: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for line in said:
        steps[line["sequence"]].append(line)
    for _, step in sorted(steps.items()):
        for account, lines in _by_account(step).items():
            for way in (1, -1):
                mine = {period: amount for period, amount in lines.items() if amount * way > 0}
                against = sum(amount for amount in left[account].values() if amount * way < 0)
                if mine:
                    yield Waiver(account, mine, posted.get(account, {}), against)
                    left[account] = {period: a for period, a in left[account].items() if period not in mine}


def _by_account(rows: Iterable[dict[str, Any]]) -> dict[Account, dict[str, int]]:
    """Account → period → minor units, of rows of the ledger or of a proposal."""
    sums: dict[Account, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        period, *account = disagreements.key_of(row)
        sums[tuple(account)][period] += row["amount_minor"]  # type: ignore[index]
    return sums


def _posted(connection: Connection, contract_id: str, before: int | None) -> list[dict[str, Any]]:
    return [e for e in ledger.entries(connection, contract_id) if before is None or e["settlement"] < before]
