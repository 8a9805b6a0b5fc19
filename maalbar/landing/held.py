"""Held: a second file for a source and day that came without a manifest waits until a named person says whose place it takes.

What the person says becomes a manifest beside the file, with their name and reason; from then on it is a file like any other.
"""

from __future__ import annotations

from collections.abc import Sequence

from maalbar.contract import Contract
from maalbar.errors import DeliveryRefused, SetupError
from maalbar.landing.arrival import hash_of
from maalbar.landing.arrivals import folder_of
from maalbar.landing.listed import list_folder, refuse_no_file
from maalbar.landing.names import as_of, is_beside, is_looked_at
from maalbar.landing.order import Taken
from maalbar.manifest import SUFFIX, Manifest, endings, is_allowed, read_manifest, stated, told
from maalbar.named_deliveries import SHORTEST, SHOWN
from maalbar.store import write_atomically
from maalbar.written_cpr import refuse_cpr


def say_supersedes(
    contract: Contract, file: str, supersedes: str, *, name: str, reason: str, taken: Sequence[Taken] = ()
) -> Manifest:
    """Say that `file`, which lies in the landing folder, takes the place of another; return the manifest that is written.

    `supersedes`: the SHA-256 of that one, its first SHORTEST signs or more, the id of its delivery, or `source@day` for the one
    in force. Raises DeliveryRefused when the file is not there, has its sender's own word, or the other is not a file of the
    same source and day.
    """
    source = _source_of(contract, file)
    delivery = contract.deliveries[source]
    folder = folder_of(contract.id, source)
    day = as_of(file, delivery)
    assert day is not None
    sha256, size = hash_of(folder / file)
    others = {one.sha256 for one in taken if (one.source, one.as_of) == (source, day)}
    for one in list_folder(folder):
        if one.name != file and one.kind == "file" and is_looked_at(one.name) and as_of(one.name, delivery) == day:
            others.add(hash_of(folder / one.name)[0])
    newest = [one.sha256 for one in taken if f"{one.source}@{one.as_of}" == supersedes]
    named = newest[-1] if newest else supersedes
    if not name.strip() or not reason.strip():
        raise SetupError("nobody has said it, or not why", mend="give --name and --reason")
    refuse_cpr(SetupError, contract.id, name=name, reason=reason)
    said = stated(contract.id, source, day, file, sha256, size).model_dump() | {
        "supersedes": _one_of(others - {sha256}, named, f"{contract.id}/{source}"),
        "said_by": name, "reason": reason,
    }  # fmt: skip
    manifest = Manifest.model_validate(said)
    ending = next(one for one in sorted(endings(delivery), key=len, reverse=True) if file.endswith(one))
    path = folder / (file.removesuffix(ending) + SUFFIX)
    if path.exists() and read_manifest(path).said_by is None:
        mend = "have the sender write there what the file supersedes"
        raise DeliveryRefused("has a manifest of its sender", where=told(file), mend=mend)
    write_atomically(path, manifest.model_dump_json(indent=2, exclude_none=True).encode() + b"\n")
    return manifest


def _source_of(contract: Contract, file: str) -> str:
    """The source in whose folder a file of that name lies. Raises DeliveryRefused."""
    is_named = is_looked_at(file) and not is_beside(file) and "/" not in file
    for source, delivery in contract.deliveries.items() if is_named else ():
        here = {one.name: one for one in list_folder(folder_of(contract.id, source))}
        if file not in here:
            continue
        if delivery.complete_when == "manifest":
            mend = "have the sender name it under `supersedes` in the manifest"
            raise DeliveryRefused(f"`{source}` comes with manifests", where=told(file), mend=mend)
        if as_of(file, delivery) is None or not is_allowed(file, delivery):
            what = f"is not called as the contract says ({delivery.file_name})"
            raise DeliveryRefused(what, where=told(file), mend="give it that name first")
        if here[file].kind != "file":
            raise refuse_no_file(here[file])
        return source
    mend = f"name a file in a source's folder under {contract.id}/, without its folder"
    raise DeliveryRefused("is not in the landing folder", where=told(file), mend=mend)


def _one_of(known: set[str], named: str, where: str) -> str:
    """The one hash that is named, by its first signs or by the id of a delivery, which ends in them."""
    start = named.rpartition("|")[2]
    found = [sha256 for sha256 in sorted(known) if len(start) >= SHORTEST and sha256.startswith(start)]
    if len(found) == 1:
        return found[0]
    known_as = ", ".join(f"{sha256[:SHOWN]}…" for sha256 in sorted(known)) or "none"
    mend = f"name one of {known_as} by {SHORTEST} signs or more"
    raise DeliveryRefused("no other file of that source and day is called so", where=where, mend=mend)
