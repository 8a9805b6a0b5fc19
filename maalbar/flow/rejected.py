"""A party has said no: the periods of the proposal are rejected, and wait until someone takes a way on, under their name.

    measured again   a new revision of one of its periods, or new terms that everyone signs: another proposal
    settled          everyone who said no, or disputes, lets the figures stand: the same is put to the parties once more
    waived           whoever is owed gives up what was proposed: it is owed no more, and is told in the next statement; where the
                     party has four eyes, by two people of it. Who said no to other money that is left settles it themselves

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
from maalbar.contract.parties import Approver, plain_name
from maalbar.database import contract_lock, transaction
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
        return self.is_waiting and any(one.step == "disputed" for one in self.said)


def rejected_of(connection: Connection, contract_id: str) -> list[Rejected]:
    """Every proposal of a contract that was rejected, in order, with what was said of it.

    One is waiting where it is the newest proposal, and someone who said no, or disputes it, holds it up still.
    """
    rows, steps = proposals.all_of(connection, contract_id), disagreements.of(connection, contract_id)
    given_up = disagreements.waived_lines(connection, contract_id)
    found, settled = [], set[str]()
    for row in rows:
        if row["state"] == proposals.POSTED:
            settled |= set(row["measurements"])
        elif row["state"] == proposals.REJECTED:
            said = [*_noes(connection, row), *(_said(step, given_up) for step in steps.get(row["number"], ()))]
            is_waiting = row is rows[-1] and bool(_against(connection, row))
            periods = tuple(period for period in row["measurements"] if period not in settled)
            found.append(Rejected(row["number"], row["through"], periods, tuple(said), is_waiting))
    return found


def _against(connection: Connection, row: dict[str, Any]) -> set[str]:
    """The parties that hold a rejected proposal up: that said no, or dispute it, and have not let it stand since.

    A waiver frees those of whose money nothing is left in it. Whose money was never in it is freed when nothing is left at all.
    """
    contract_id, number = row["contract"], row["number"]
    lines = proposals.lines(connection, contract_id, number)
    waived = [line for line in disagreements.waived_lines(connection, contract_id) if line["number"] == number]
    found = {no.party for no in _noes(connection, row)}
    for step in disagreements.of(connection, contract_id).get(number, ()):
        if step["step"] == "disputed":
            found.add(step["party"])
        elif step["step"] == "settled":
            found.discard(step["party"])
        elif step["step"] == "waived":
            gone = {line["line"] for line in waived if line["sequence"] <= step["sequence"]}
            left = _parties_of(line for line in lines if line["line"] not in gone)
            found -= (_parties_of(lines) - left) if left else found
    return found


def _parties_of(lines: Iterable[dict[str, Any]]) -> set[str]:
    return {line[who] for line in lines for who in ("payer", "recipient")}


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


def settle_dispute(contract_id: str, number: int, party: str, user: str, why: str) -> tuple[str, ...]:
    """Write down that a party which said no, or disputes, lets the figures stand; the parties that hold them up still.

    When there are none, the figures are put to everybody once more. Arguments, errors: as of `waive`; SettlementRefused also
    where the party holds nothing up.
    """
    _take(contract_id, number, "settled", party, user, why)
    return holding_up(contract_id, number)


def holding_up(contract_id: str, number: int) -> tuple[str, ...]:
    """The parties that a rejected proposal waits for: each lets it stand, or another way on is taken."""
    with transaction() as connection:
        return tuple(sorted(_against(connection, proposals.get(connection, contract_id, number))))


def waive(contract_id: str, number: int, party: str, user: str, why: str) -> int | None:
    """Give up, for a party, what the proposal would have it receive; how much, in minor units.

    None where the party has four eyes and another person of it must say so too; nothing is given up before. `user`: a named
    approver or deputy of the party. Raises SettlementRefused where the proposal is not the newest or not rejected, someone else
    says it, there is no reason, or nothing is left that is owed to the party.
    """
    return _take(contract_id, number, "waived", party, user, why)


def _take(contract_id: str, number: int, step: Step, party: str, user: str, why: str) -> int | None:
    """Append a step, and return what it gives up. The same step, told twice in a row, is one."""
    contract, where = find_contract(contract_id), f"{contract_id} proposal {number}"
    refuse_cpr(SettlementRefused, where, reason=why)
    with contract_lock(contract_id) as connection:
        row = proposals.get(connection, contract_id, number, see=f"maalbar rejected {contract_id}")
        steps = disagreements.of(connection, contract_id).get(number, [])
        person = _person(contract, row, party, user)
        if not why.strip() or len(why) > LONGEST:
            raise SettlementRefused("it is not said why", where=where, mend=f"give a reason of at most {LONGEST} signs")
        new: dict[str, Any] = {"party": party, "user_id": user, "why": why.strip()}
        same = (step, "waiving") if step == "waived" else (step,)
        if steps and {name: steps[-1][name] for name in new} == new and steps[-1]["step"] in same:
            return None if steps[-1]["step"] == "waiving" else 0
        _require_newest_rejected(connection, row)
        lines: list[dict[str, Any]] = []
        if step == "settled":
            _require_against(connection, row, party)
        elif step == "waived":
            lines = _owed_to(connection, row, party)
            if not lines:
                raise SettlementRefused(
                    f"nothing of it is owed to {party}", where=where, mend="let who is owed waive it"
                )
            if contract.answering_in(row["through"])[party].four_eyes and not _is_second(where, steps, party, person):
                step, lines = "waiving", []
        new |= {"contract": contract_id, "number": number, "sequence": len(steps) + 1, "step": step}
        new |= {"name": person.name, "authority": person.authority}
        disagreements.record(connection, new, [line["line"] for line in lines])
    return None if step == "waiving" else sum(line["amount_minor"] for line in lines)


def _require_newest_rejected(connection: Connection, row: dict[str, Any]) -> None:
    where = f"{row['contract']} proposal {row['number']}"
    if row["state"] != proposals.REJECTED:
        raise SettlementRefused(f"it is {row['state']}", where=where, mend="name one that a party said no to")
    if proposals.all_of(connection, row["contract"])[-1]["number"] != row["number"]:
        raise SettlementRefused("a newer proposal has taken its place", where=where, mend="answer that one")


def _require_against(connection: Connection, row: dict[str, Any], party: str) -> None:
    """Only who holds a proposal up lets it stand."""
    against = _against(connection, row)
    if party not in against:
        raise SettlementRefused(
            f"{party} did not say no to it",
            where=f"{row['contract']} proposal {row['number']}",
            mend=f"let {', '.join(sorted(against)) or 'nobody: nothing holds it up'} settle it",
        )


def _is_second(where: str, steps: list[dict[str, Any]], party: str, person: Approver) -> bool:
    """Whether another person of the party has said since its last waiver that it gives up what it is owed."""
    first = None
    for step in steps:
        if step["party"] == party and step["step"] in ("waiving", "waived"):
            first = step if step["step"] == "waiving" else None
    if first is None:
        return False
    if first["user_id"] == person.user or plain_name(first["name"]) == plain_name(person.name):
        raise SettlementRefused(
            f"`{person.user}` has said so already", where=where, mend="let another person say it too"
        )
    return True


def _person(contract: Contract, row: dict[str, Any], party: str, user: str) -> Approver:
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
