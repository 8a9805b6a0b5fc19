"""Replay: the ledger is a function of terms, results and approvals, shown by settling every posted settlement again."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from maalbar import disagreements, ledger, proposals, results, terms
from maalbar.contract import Contract
from maalbar.errors import StoreDamaged
from maalbar.flow.closed import closed
from maalbar.flow.entitle import digest_of_proposal, settlement_of
from maalbar.schema import measured
from transforms.settlement import Line, difference

_PLACE = ("period", "outcome", "payer", "recipient", "component")
_MEND = "restore the database and find who changed it"


@dataclass(frozen=True)
class Replayed:
    """How many settlements gave their lines again, and what every account comes to, in minor units."""

    settlements: int
    accounts: dict[str, int]


def replay(connection: Connection, contract: Contract) -> Replayed:
    """Hold every entry against its line, and every line against what terms and results entitle to.

    `contract`: its file as it stands, whose terms count only where they are those of the settlement. Settlements are taken
    in the order they were posted in. Raises StoreDamaged naming the first bad entry, settlement or account.
    """
    entries = ledger.entries(connection, contract.id)
    accounts: dict[str, int] = defaultdict(int)
    head, place, settlements = ledger.GENESIS, 0, 0
    for row in proposals.all_of(connection, contract.id):
        if row["state"] != proposals.POSTED:
            continue
        lines = proposals.lines(connection, contract.id, row["number"])
        _require_entries(row, lines, entries[place:], place)
        _require_settled_again(connection, contract, row, lines, head)
        for line in lines:
            for account, amount in ledger.legs_of(line):
                accounts[account] += amount
        place, settlements = place + len(lines), settlements + 1
        head = entries[place - 1]["hash"] if place else head
    if place < len(entries):
        raise StoreDamaged("belongs to no posted settlement", where=_entry(contract.id, place + 1), mend=_MEND)
    _require_balances(contract.id, dict(accounts), ledger.balances(connection, contract.id))
    return Replayed(settlements, dict(sorted(accounts.items())))


def _require_entries(row: dict[str, Any], lines: list[dict[str, Any]], rest: list[dict[str, Any]], place: int) -> None:
    """Every line of a posted settlement is one entry, in order, with the digest that was approved, and no entry is more.

    `rest`: the entries from the settlement's first one on, which stands after `place` others.
    """
    for offset, line in enumerate(lines):
        where = _entry(row["contract"], place + offset + 1)
        if offset >= len(rest):
            raise StoreDamaged(f"is missing, and settlement {row['number']} is posted", where=where, mend=_MEND)
        entry = rest[offset]
        same = all(entry[name] == line[name] for name in (*_PLACE, "line", "amount_minor"))
        if not same or (entry["settlement"], entry["proposal_digest"]) != (row["number"], row["digest"]):
            raise StoreDamaged("is not the line that was approved", where=where, mend=_MEND)
    if len(rest) > len(lines) and rest[len(lines)]["settlement"] == row["number"]:
        raise StoreDamaged(
            "has no line that was approved", where=_entry(row["contract"], place + len(lines) + 1), mend=_MEND
        )


def _require_settled_again(
    connection: Connection, today: Contract, row: dict[str, Any], lines: list[dict[str, Any]], head: str
) -> None:
    """The lines are the difference of what terms and results entitle to and what was closed before; everyone approved them."""
    where = f"{today.id} settlement {row['number']}"
    contract = terms.settled_under(connection, row["terms_digest"], today)
    said = [Line(*_key(line), line["amount_minor"]) for line in lines]  # type: ignore[arg-type]
    made_from = _result_digests(connection, row["measurements"])
    steps = disagreements.digest_of_steps(connection, contract.id, row["number"])
    if row["ledger_head"] != head or row["digest"] != digest_of_proposal(
        row["terms_digest"], contract.id, made_from, said, head, steps
    ):
        what = "its digest is not that of its terms, results, lines and place, and of what was said after a no"
        raise StoreDamaged(what, where=where, mend=_MEND)
    answers = proposals.answers(connection, contract.id, row["number"])
    for party_id, party in contract.answering_in(row["through"]).items():
        mine = proposals.of_party(answers, party_id)
        given = {(one["answer"], one["digest"]) for one in mine}
        if given != {("approve", row["digest"])} or len(mine) < (2 if party.four_eyes else 1):
            raise StoreDamaged(f"is posted, and {party_id} has not approved it", where=where, mend=_MEND)
    _require_answers(connection, contract.id, row["number"], answers)
    try:
        owed = settlement_of(connection, contract, row["measurements"], row["number"]).lines
        again = difference(owed, closed(connection, contract, owed, row["number"]))
    except ValueError:
        raise StoreDamaged("its results cannot be settled", where=where, mend=_MEND) from None
    if again != said:
        raise StoreDamaged("terms and results do not give its lines again", where=where, mend=_MEND)


def _require_answers(connection: Connection, contract_id: str, number: int, answers: list[dict[str, Any]]) -> None:
    """The answers are those that the hash of the settlement's entries covers, where they were covered."""
    digest = proposals.digest_of_answers(answers)
    for entry in ledger.entries(connection, contract_id):
        if entry["settlement"] == number and entry["approvals_digest"] not in ("", digest):
            raise StoreDamaged(
                "rests on answers that are not those given", where=_entry(contract_id, entry["entry"]), mend=_MEND
            )


def _require_balances(contract_id: str, lines: dict[str, int], legs: dict[str, int]) -> None:
    """Every account comes to the same from the legs in the ledger as from the lines that were approved."""
    for account in sorted(lines.keys() | legs.keys()):
        if lines.get(account) != legs.get(account):
            what = f"account {account} does not come to what its approved lines come to"
            raise StoreDamaged(what, where=f"ledger of {contract_id}", mend=_MEND)


def _result_digests(connection: Connection, measurements: dict[str, str]) -> dict[str, tuple[str, str]]:
    """Period → (measurement id, digest of its results), as a proposal's digest covers them."""
    wanted = select(measured).where(measured.c.measurement_id.in_(list(measurements.values())))
    found = {row["measurement_id"]: dict(row) for row in connection.execute(wanted).mappings()}
    for id_, row in found.items():
        if not results.is_as_hashed(connection, row):
            raise StoreDamaged("its results are not what was hashed", where=f"measurement {id_}", mend=_MEND)
    return {period: (id_, found[id_]["result_digest"] if id_ in found else "") for period, id_ in measurements.items()}


def _key(line: dict[str, Any]) -> ledger.Key:
    return line["period"], line["outcome"], line["payer"], line["recipient"], line["component"]


def _entry(contract_id: str, number: int) -> str:
    return f"ledger of {contract_id}, entry {number}"
