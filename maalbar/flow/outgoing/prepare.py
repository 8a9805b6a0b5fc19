"""Preparing a release: figures gathered, held against all that its readers know, and kept as files that wait for answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from maalbar import definitions, releases, store
from maalbar.contract import Contract, digest_of, find_contract
from maalbar.contract.releasing import Kind, Recipient, Release
from maalbar.database import contract_lock, transaction
from maalbar.definitions import DisclosureProfile
from maalbar.errors import ReleaseRefused, SetupError
from maalbar.flow.outgoing.kinds import GATHER
from maalbar.flow.outgoing.material import Asked
from maalbar.flow.outgoing.state import may_be_answered
from maalbar.flow.outgoing.underlying import underlying
from maalbar.suppressed import SUPPRESSED
from maalbar.written_cpr import refuse_cpr
from transforms.disclosure import Key, Protected, Released, known_to, protect_apart

FILE_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,99}")


def prepare(contract_id: str, kind: str, recipient_id: str, period: str | None, by: str) -> int:
    """Prepare a release for a recipient through a period; return its number. The same again by the same person is the same.

    `by`: the login of who prepares it, and does not release it. Raises ReleaseRefused where the recipient does not receive this
    kind, nothing of it may leave, or too little has changed since an earlier release; SetupError where nobody is named.
    """
    contract = find_contract(contract_id)
    recipient = recipient_of(contract, recipient_id)
    chosen = _kind(contract, recipient_id, recipient, kind)
    if not by.strip():
        raise SetupError("nobody prepares it", where=contract_id, mend="name yourself in MAALBAR_USER")
    refuse_cpr(SetupError, contract_id, name=by)
    if period is not None and period not in [p.id for p in contract.calendar.followed]:
        mend = f"its periods are {', '.join(p.id for p in contract.calendar.followed)}"
        raise ReleaseRefused(f"there is no period {period}", where=contract_id, mend=mend)
    profile = profile_of(contract, recipient)
    material = GATHER[chosen](Asked(contract, recipient, profile, period))
    with transaction() as connection:
        known = held_against(connection, contract, profile)
    found = protect_apart(material.draft, profile, known[0])
    for earlier in known[1:]:
        found = _beside(found, protect_apart(material.draft, profile, earlier))
    found = _with_more_hidden(found, dict.fromkeys(material.hides(found), "beside_others"))
    files = material.write(found.figures)
    _check_names(contract_id, files)
    beneath = underlying(found)
    row = {
        "contract": contract_id, "kind": chosen, "recipient": recipient_id, "profile": profile.ref,
        "publishes": recipient.publishes, "periods": list(material.periods), "prepared_by": by,
        "made_from": material.made_from
        | {"rules": digest_of(profile.model_dump(mode="json")), "earlier": numbers_of(known),
           "underlying": store.sha256_of(beneath)},
        "cells": _cells(found),
    }  # fmt: skip
    hashes = {name: (store.sha256_of(data), len(data)) for name, data in files.items()}
    row["digest"] = digest_of_release(row, {name: sha256 for name, (sha256, _) in hashes.items()})
    for data in files.values():
        store.put(contract_id, "release", data)
    store.put(contract_id, "counts", beneath)
    return _register(row, hashes)


def digest_of_release(row: Mapping[str, Any], files: Mapping[str, str]) -> str:
    """SHA-256 of what people answer: the files, whom they are for, and all that they were made from."""
    names = ("contract", "kind", "recipient", "profile", "publishes", "periods", "made_from", "cells")
    return digest_of([{name: row[name] for name in names}, sorted(files.items())])


def release_of(contract: Contract) -> Release:
    """What a contract says of releasing. Raises SetupError where it says nothing."""
    if contract.release is None:
        mend = "name releasers and recipients under `release:`"
        raise SetupError("nobody is named who may let figures out", where=contract.id, mend=mend)
    return contract.release


def recipient_of(contract: Contract, recipient_id: str) -> Recipient:
    """A recipient by its id. Raises ReleaseRefused."""
    recipients = release_of(contract).recipients
    if recipient_id not in recipients:
        mend = f"its recipients are {', '.join(recipients)}"
        raise ReleaseRefused("there is no such recipient", where=contract.id, mend=mend)
    return recipients[recipient_id]


def profile_of(contract: Contract, recipient: Recipient) -> DisclosureProfile:
    """The recipient's rules, with the contract's own limit where that is higher."""
    return definitions.disclosure_profile(recipient.profile).at_least(contract.quality.small_cell)


def earlier_for(connection: Connection, contract: Contract, profile: DisclosureProfile) -> list[Released]:
    """The releases that have left and that the readers of a profile know, withdrawn ones too, in order."""
    left = [found for found in releases.all_of(connection, contract.id) if releases.PUBLISHED in found.events]
    return known_to(profile, [Released.from_data(found.row["cells"] | {"id": str(found.number)}) for found in left])


def held_against(connection: Connection, contract: Contract, profile: DisclosureProfile) -> list[list[Released]]:
    """The earlier releases that readers know: first those whom a profile is for, then others who read it too and know more.

    An evaluator reads what the public is told, and can subtract it from an extract that the public has not seen.
    """
    left = [found for found in releases.all_of(connection, contract.id) if releases.PUBLISHED in found.events]
    known = [earlier_for(connection, contract, profile)]
    for ref in sorted({found.row["profile"] for found in left} - {profile.ref}):
        reader = definitions.disclosure_profile(ref)
        theirs = earlier_for(connection, contract, reader)
        if profile.ref in reader.readers_know and not {one.id for one in theirs} <= {one.id for one in known[0]}:
            known.append(theirs)
    return known


def numbers_of(known: list[list[Released]]) -> list[int]:
    """The releases of which any reader knows, in order."""
    return sorted({int(release.id) for earlier in known for release in earlier})


def _kind(contract: Contract, recipient_id: str, recipient: Recipient, kind: str) -> Kind:
    for known in recipient.kinds:
        if known == kind:
            return known
    mend = f"it receives {', '.join(recipient.kinds)}"
    raise ReleaseRefused("the recipient does not receive this", where=f"{contract.id} {recipient_id}", mend=mend)


def _beside(found: Protected, theirs: Protected) -> Protected:
    """What is hidden from any reader, with what those who know more can believe."""
    return replace(_with_more_hidden(found, theirs.reasons), audited=(*found.audited, *theirs.audited))


def _with_more_hidden(found: Protected, more: Mapping[Key, str]) -> Protected:
    """Hiding more never narrows what a reader can believe. `more`: key → why."""
    told = more.keys() & found.figures.keys()
    return replace(
        found,
        figures={k: SUPPRESSED if k in told else figure for k, figure in found.figures.items()},
        reasons={k: more[k] for k in sorted(told)} | dict(found.reasons),
    )


def _cells(found: Protected) -> dict[str, Any]:
    data = found.released("").as_data()
    del data["id"]
    return data


def _check_names(contract_id: str, files: Mapping[str, bytes]) -> None:
    for name in files:
        if not FILE_NAME.fullmatch(name) or ".." in name:
            raise ReleaseRefused("a file has a name that is none", where=contract_id, mend="report it")


def _register(row: dict[str, Any], hashes: Mapping[str, tuple[str, int]]) -> int:
    with contract_lock(row["contract"]) as connection:
        known = releases.all_of(connection, row["contract"])
        for found in known:
            same = (found.row["digest"], found.row["prepared_by"]) == (row["digest"], row["prepared_by"])
            if same and may_be_answered(found, known):
                return found.number
        return releases.add(connection, row, hashes)
