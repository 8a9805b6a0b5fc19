"""Publishing what all have said yes to, and marking what is withdrawn. What has left has left: the register keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from maalbar import releases, store
from maalbar.contract import Contract, digest_of, find_contract
from maalbar.database import contract_lock
from maalbar.errors import ReleaseRefused, ReleaseStale, SetupError
from maalbar.flow.outgoing.decide import require_whole
from maalbar.flow.outgoing.material import approved
from maalbar.flow.outgoing.prepare import held_against, numbers_of, profile_of, recipient_of, release_of
from maalbar.flow.outgoing.state import asked_parties, missing, state_of
from maalbar.releases import APPROVED, PUBLISHED, REFUSED, RETURNED, WITHDRAWN, Register
from maalbar.settings import settings
from maalbar.store import write_atomically
from maalbar.written_cpr import refuse_cpr

WITHDRAWN_NOTE = "withdrawn.txt"


@dataclass(frozen=True)
class Left:
    """A release that has left: its files, name → hash, the folder they lie in, and the period it goes through."""

    number: int
    folder: Path
    files: dict[str, str]
    through: str


def publish(contract_id: str, number: int, by: str | None = None) -> Left:
    """Write the files of a release that all have said yes to where they are fetched. Again writes the same.

    `by`: the login of whoever does it by hand; else it stands in the name of whoever prepared it, as the register has it.
    Raises ReleaseRefused where a yes is missing, and ReleaseStale where the figures, or what the readers know, have moved since
    it was prepared: then it is prepared again.
    """
    contract = find_contract(contract_id)
    with contract_lock(contract_id) as connection:
        found = releases.get(connection, contract_id, number)
        require_whole(found)
        if PUBLISHED not in found.events:
            _require_approved(contract, found, releases.all_of(connection, contract_id))
            _require_current(connection, contract, found)
            releases.mark(connection, found, PUBLISHED, by or found.row["prepared_by"])
    folder = settings().home / "released" / contract_id / str(number)
    for name, sha256 in found.files.items():
        write_atomically(folder / name, store.get(contract_id, "release", sha256), mode=0o644)
    return Left(number, folder, dict(found.files), found.row["periods"][-1])


def withdraw(contract_id: str, number: int, by: str, why: str) -> None:
    """Mark a release that has left as withdrawn, and say so beside its files. Later ones are held against it all the same.

    Raises ReleaseRefused where it has not left, or the login is none of those who release.
    """
    contract = find_contract(contract_id)
    refuse_cpr(ReleaseRefused, f"{contract_id} release {number}", reason=why)
    with contract_lock(contract_id) as connection:
        found = releases.get(connection, contract_id, number)
        person = next((one for one in release_of(contract).people if one.user == by), None)
        if person is None:
            raise ReleaseRefused(f"`{by}` does not release", where=found.where, mend="one of those must withdraw it")
        if not why.strip():
            raise SetupError("it is not said why", where=found.where, mend="give a reason")
        if PUBLISHED not in found.events:
            raise ReleaseRefused("it has not left", where=found.where, mend="refuse it instead")
        if WITHDRAWN not in found.events:
            releases.mark(connection, found, WITHDRAWN, person.name, why.strip())
    folder = settings().home / "released" / contract_id / str(number)
    write_atomically(folder / WITHDRAWN_NOTE, f"{why.strip()}\n".encode(), mode=0o644)


def _require_approved(contract: Contract, found: Register, known: Sequence[Register]) -> None:
    state = state_of(contract, found, known)
    if state in (REFUSED, RETURNED):
        # By whom and why stays in the register: this line goes into logs, and to people who watch.
        mend = f"`maalbar releases {contract.id}` says by whom and why; have it prepared again"
        raise ReleaseRefused(f"it is {state}", where=found.where, mend=mend)
    if state != APPROVED:
        wanted = missing(contract, found)
        what = f"no yes from {', '.join(wanted)}" if wanted else f"it is {state}"
        raise ReleaseRefused(what, where=found.where, mend="let those who are asked answer, or have it prepared again")
    known_by = {person.user for person in release_of(contract).people}
    known_by |= {person.user for party in asked_parties(contract, found) for person in contract.people_of(party)}
    gone = [answer["name"] for answer in found.answers if answer["user_id"] not in known_by]
    if gone:
        what = f"{gone[0]} is no longer named in the contract"
        raise ReleaseRefused(what, where=found.where, mend="have it prepared and answered again")


def _require_current(connection: Connection, contract: Contract, found: Register) -> None:
    row, mend = found.row, "have it prepared again"
    recipient = recipient_of(contract, row["recipient"])
    if (recipient.profile, recipient.publishes) != (row["profile"], row["publishes"]):
        raise ReleaseStale("the recipient is now under other rules", where=found.where, mend=mend)
    profile = profile_of(contract, recipient)
    if digest_of(profile.model_dump(mode="json")) != row["made_from"]["rules"]:
        raise ReleaseStale("the rules of disclosure are now others", where=found.where, mend=mend)
    if numbers_of(held_against(connection, contract, profile)) != row["made_from"]["earlier"]:
        raise ReleaseStale(
            "another release has left since, and it was not held against that", where=found.where, mend=mend
        )
    if approved(contract.id, row["periods"][-1]) != row["made_from"]["settlement"]:
        raise ReleaseStale("a later settlement says something else", where=found.where, mend=mend)
