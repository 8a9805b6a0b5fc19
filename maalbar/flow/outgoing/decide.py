"""Answers to a release: two different people let it out, none of them the one who prepared it; published, every party says yes.

Each answer is to a digest, so files that have changed need new answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from maalbar import releases, store
from maalbar.contract import Contract, find_contract
from maalbar.contract.parties import Approver, plain_name
from maalbar.database import contract_lock
from maalbar.errors import ReleaseRefused, ReleaseStale, StoreDamaged
from maalbar.flow.outgoing.prepare import digest_of_release, release_of
from maalbar.flow.outgoing.state import RELEASING, asked_parties, may_be_answered, state_of
from maalbar.releases import ANSWERS, RETURNED, Register, Row
from maalbar.written_cpr import may_hold_cpr


@dataclass(frozen=True)
class Answer:
    """What a person said. `party`: whom they answer for, none as one of those who release. `digest`: of what they were shown.

    `answered_at`: ISO 8601 with its offset. `called`: what else the person is known by there, as Airflow has ids and names.
    """

    user: str
    answer: str
    digest: str
    answered_at: str
    comment: str = ""
    party: str = ""
    called: str = ""


def decide(contract_id: str, number: int, answer: Answer) -> str:
    """Keep an answer; return the state of the release. Raises ReleaseRefused where this person may not answer it so.

    The same answer again is kept once.
    """
    contract = find_contract(contract_id)
    with contract_lock(contract_id) as connection:
        found = releases.get(connection, contract_id, number)
        known = releases.all_of(connection, contract_id)
        if not _is_kept(found, answer):
            _require_open(contract, found, known)
            _require_unchanged(found, answer)
            person = _person(contract, found, answer)
            _keep(connection, found, answer, person)
        return state_of(contract, releases.get(connection, contract_id, number), known)


def _is_kept(found: Register, answer: Answer) -> bool:
    given = (answer.user, answer.party, answer.answer, answer.digest)
    return given in {(row["user_id"], row["party"], row["answer"], row["digest"]) for row in found.answers}


def _require_open(contract: Contract, found: Register, known: Sequence[Register]) -> None:
    if not may_be_answered(found, known):
        mend = "answer the newest one, or have it prepared again"
        raise ReleaseRefused(f"it is {state_of(contract, found, known)}", where=found.where, mend=mend)


def _require_unchanged(found: Register, answer: Answer) -> None:
    """What is answered is what was prepared, and its files are still the same. Raises ReleaseStale, StoreDamaged."""
    require_whole(found)
    if answer.digest != found.row["digest"]:
        mend = "look at the files as they are now, and answer their fingerprint"
        raise ReleaseStale("the answer is to other files", where=found.where, mend=mend)


def require_whole(found: Register) -> None:
    """The register says what was answered, and each file is what it was. Raises StoreDamaged."""
    if digest_of_release(found.row, found.files) != found.row["digest"]:
        mend = "find who changed the database, and have it prepared again"
        raise StoreDamaged("is not as it was prepared", where=found.where, mend=mend)
    for sha256 in found.files.values():
        store.require(found.row["contract"], "release", sha256)


def _person(contract: Contract, found: Register, answer: Answer) -> Approver:
    """The person by their login, if they may answer as what they answer as."""
    where, user = found.where, answer.user
    if answer.party and answer.party not in asked_parties(contract, found):
        mend = "only parties of the last period are asked, and only of what is published"
        raise ReleaseRefused(f"{answer.party} is not asked", where=where, mend=mend)
    people = contract.people_of(answer.party) if answer.party else release_of(contract).people
    person = next((one for one in people if one.user == user), None)
    if person is None:
        role = f"does not answer for {answer.party}" if answer.party else "does not release"
        raise ReleaseRefused(f"`{user}` {role}", where=where, mend="a person whom the contract names must answer")
    if found.row["prepared_by"] in (user, answer.called):
        raise ReleaseRefused(f"`{user}` prepared it", where=where, mend="let two others release it")
    if any(row["user_id"] == user or _is_one_person(row, person, answer.party) for row in found.answers):
        raise ReleaseRefused(f"`{user}` has answered already", where=where, mend="let another person answer")
    if answer.party in found.parties():
        raise ReleaseRefused(
            f"{answer.party} has answered already", where=where, mend="a changed mind is a new release"
        )
    if not answer.party and len(found.releasing()) >= RELEASING:
        raise ReleaseRefused("two have released it", where=where, mend="nobody more is asked")
    return person


def _is_one_person(row: Row, person: Approver, party: str) -> bool:
    """Whether someone who releases would answer again under another login. Two parties may have people of one name."""
    is_releasing = not row["party"] or not party
    return is_releasing and plain_name(row["name"]) == plain_name(person.name)


def _keep(connection: Connection, found: Register, answer: Answer, person: Approver) -> None:
    if answer.answer not in ANSWERS:
        raise ReleaseRefused(f"an answer is one of {', '.join(ANSWERS)}", where=found.where, mend="answer again")
    comment = " ".join(answer.comment.split())[:2000]
    if answer.answer == RETURNED and not comment:
        raise ReleaseRefused("it is not said why it is returned", where=found.where, mend="say what to change")
    if may_hold_cpr(comment):
        comment = "(not kept: it looked like it held a CPR number)"
    releases.record(
        connection,
        {
            "contract": found.row["contract"], "number": found.number, "user_id": answer.user, "party": answer.party,
            "digest": answer.digest, "name": person.name, "authority": person.authority, "answer": answer.answer,
            "comment": comment, "answered_at": _instant(found.where, answer.answered_at),
        },
    )  # fmt: skip


def _instant(where: str, text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = datetime.min
    if found.tzinfo is None:
        raise ReleaseRefused("when it was answered is not said with its offset", where=where, mend="write ISO 8601")
    return found
