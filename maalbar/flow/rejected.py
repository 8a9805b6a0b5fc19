"""A party has said no: the periods of the proposal are rejected, and wait until someone takes a way on, under their name.

    measured again   a new revision of one of its periods, or new terms that everyone signs: another proposal
    settled          the dispute is over and the figures stand: the same is put to the parties once more
    waived           whoever is owed gives up what was proposed: it is owed no more, and is told in the next statement

Until then nothing of the contract is proposed, be it by a later period or by a task that is run again. A dispute is written down
as soon as there is one. What is given up counts under the caps as what is paid does: it was entitled.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from maalbar import disagreements, proposals
from maalbar.contract import Contract, find_contract
from maalbar.database import contract_lock
from maalbar.disagreements import Step
from maalbar.documents.rejections import RejectedFact, SaidFact
from maalbar.errors import PeriodRejected, SettlementRefused
from maalbar.written_cpr import refuse_cpr

LONGEST = 2000


@dataclass(frozen=True)
class Said:
    """Who said what about a proposal: a no, or a step since. `waived_minor`: what the step gave up, in minor units."""

    step: str
    party: str
    name: str
    authority: str
    why: str
    at: datetime
    waived_minor: int = 0


@dataclass(frozen=True)
class Rejected:
    """A proposal that was rejected. `periods`: those that wait since; `is_waiting`: whether nobody has taken a way on yet."""

    number: int
    through: str
    periods: tuple[str, ...]
    said: tuple[Said, ...]
    is_waiting: bool

    @property
    def is_disputed(self) -> bool:
        return self.is_waiting and self.said[-1].step == "disputed"


def rejected_of(connection: Connection, contract_id: str) -> list[Rejected]:
    """Every proposal of a contract that was rejected, in order, with what was said of it.

    One is waiting where it is the newest proposal, and its last word is a no or a dispute.
    """
    rows, steps = proposals.all_of(connection, contract_id), disagreements.of(connection, contract_id)
    given_up = disagreements.waived_lines(connection, contract_id)
    found, settled = [], set[str]()
    for row in rows:
        if row["state"] == proposals.POSTED:
            settled |= set(row["measurements"])
        elif row["state"] == proposals.REJECTED:
            said = [*_noes(connection, row), *(_said(step, given_up) for step in steps.get(row["number"], ()))]
            is_waiting = row is rows[-1] and said[-1].step in ("rejected", "disputed")
            periods = tuple(period for period in row["measurements"] if period not in settled)
            found.append(Rejected(row["number"], row["through"], periods, tuple(said), is_waiting))
    return found


def _noes(connection: Connection, row: dict[str, Any]) -> list[Said]:
    answers = proposals.answers(connection, row["contract"], row["number"])
    return [
        Said("rejected", a["party"], a["name"], a["authority"], a["comment"], a["answered_at"])
        for a in answers
        if a["answer"] == "reject"
    ]


def _said(step: dict[str, Any], given_up: list[dict[str, Any]]) -> Said:
    place = (step["number"], step["sequence"])
    minor = sum(line["amount_minor"] for line in given_up if (line["number"], line["sequence"]) == place)
    return Said(step["step"], step["party"], step["name"], step["authority"], step["why"], step["recorded_at"], minor)


def rejected_facts(contract: Contract, rejected: Iterable[Rejected]) -> tuple[RejectedFact, ...]:
    """Rejected proposals as documents tell of them, each thing on its local day."""
    zone = ZoneInfo(contract.calendar.timezone)
    return tuple(
        RejectedFact(
            one.number,
            one.periods,
            tuple(
                SaidFact(
                    said.step, contract.parties[said.party].name, said.name, said.at.astimezone(zone).date(),
                    said.why, said.waived_minor,
                )
                for said in one.said
            ),
            one.is_waiting,
        )
        for one in rejected
    )  # fmt: skip


def require_way_on(
    connection: Connection, contract: Contract, measurements: Mapping[str, str], terms_digest: str
) -> None:
    """Raise PeriodRejected where the newest proposal was rejected and what would be proposed rests on the same.

    `measurements`: period → id, of what would be proposed, under terms of that digest.
    """
    known = proposals.all_of(connection, contract.id)
    waiting = [one for one in rejected_of(connection, contract.id) if one.is_waiting]
    if not waiting:
        return
    row = known[-1]
    is_same = all(measurements.get(period, made) == made for period, made in row["measurements"].items())
    if is_same and terms_digest == row["terms_digest"]:
        state = "is in dispute" if waiting[-1].is_disputed else "was rejected"
        raise PeriodRejected(
            f"period {', '.join(waiting[-1].periods)} {state}; nothing is proposed",
            where=f"{contract.id} proposal {row['number']}",
            mend="measure again (`maalbar correct`), `maalbar settle-dispute` or `maalbar waive`, then propose again",
        )


def dispute(contract_id: str, number: int, party: str, user: str, why: str) -> None:
    """Write down that a party disputes what was proposed. Arguments as of `waive`; raises as it does."""
    _take(contract_id, number, "disputed", party, user, why)


def settle_dispute(contract_id: str, number: int, party: str, user: str, why: str) -> None:
    """Write down that the figures stand, so that they are put to the parties once more. Arguments, errors: as of `waive`."""
    _take(contract_id, number, "settled", party, user, why)


def waive(contract_id: str, number: int, party: str, user: str, why: str) -> int:
    """Give up, for a party, what the proposal would have it receive; how much, in minor units.

    `user`: a named approver or deputy of the party. Raises SettlementRefused where the proposal is not the newest or not
    rejected, someone else says it, there is no reason, or nothing is left that is owed to the party.
    """
    return _take(contract_id, number, "waived", party, user, why)


def _take(contract_id: str, number: int, step: Step, party: str, user: str, why: str) -> int:
    """Append a step, and return what it gives up. The same step, told twice in a row, is one."""
    contract, where = find_contract(contract_id), f"{contract_id} proposal {number}"
    refuse_cpr(SettlementRefused, where, reason=why)
    with contract_lock(contract_id) as connection:
        row = proposals.get(connection, contract_id, number)
        steps = disagreements.of(connection, contract_id).get(number, [])
        person = _person(contract, row, party, user)
        if not why.strip() or len(why) > LONGEST:
            raise SettlementRefused("it is not said why", where=where, mend=f"give a reason of at most {LONGEST} signs")
        new: dict[str, Any] = {"step": step, "party": party, "user_id": user, "why": why.strip()}
        if steps and {name: steps[-1][name] for name in new} == new:
            return 0
        if row["state"] != proposals.REJECTED:
            raise SettlementRefused(f"it is {row['state']}", where=where, mend="name one that a party said no to")
        if proposals.all_of(connection, contract_id)[-1]["number"] != number:
            raise SettlementRefused("a newer proposal has taken its place", where=where, mend="answer that one")
        lines = _owed_to(connection, row, party) if step == "waived" else []
        if step == "waived" and not lines:
            raise SettlementRefused(f"nothing of it is owed to {party}", where=where, mend="let who is owed waive it")
        new |= {"contract": contract_id, "number": number, "sequence": len(steps) + 1}
        new |= {"name": person.name, "authority": person.authority}
        disagreements.record(connection, new, [line["line"] for line in lines])
    return sum(line["amount_minor"] for line in lines)


def _person(contract: Contract, row: dict[str, Any], party: str, user: str) -> Any:
    """The person, where the contract names them for a party that was asked."""
    asked = contract.answering_in(row["through"])
    people = {one.user: one for one in contract.people_of(party)} if party in asked else {}
    if user not in people:
        raise SettlementRefused(
            f"`{user}` does not answer for {party}",
            where=f"{contract.id} proposal {row['number']}",
            mend="a named approver or deputy must say it (MAALBAR_USER)",
        )
    return people[user]


def _owed_to(connection: Connection, row: dict[str, Any], party: str) -> list[dict[str, Any]]:
    """The lines that are owed to a party and not given up yet. What is below 0 is owed back to the payer."""
    given_up = {
        line["line"]
        for line in disagreements.waived_lines(connection, row["contract"])
        if line["number"] == row["number"]
    }
    return [
        line
        for line in proposals.lines(connection, row["contract"], row["number"])
        if line["line"] not in given_up and party == line["recipient" if line["amount_minor"] > 0 else "payer"]
    ]
