"""Signing: a party's name on the hash of the terms, appended to the contract's own file."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from maalbar.contract.load import load_agreement
from maalbar.contract.model import Agreement
from maalbar.contract.terms import Signature
from maalbar.contract.values import quoted
from maalbar.contract.versions import terms_hashes, unsigned
from maalbar.contract.yamlfile import read_yaml
from maalbar.errors import ContractError


def sign(path: Path, party: str, name: str, authority: str, dated: date) -> str:
    """Append a party's signature on the newest terms to a file; return the hash that is signed.

    Nothing else of the file changes. Raises ContractError when the party is none that signs, or has signed these terms.
    """
    with _alone(path):
        return _sign(path, party, name, authority, dated)


def _sign(path: Path, party: str, name: str, authority: str, dated: date) -> str:
    agreement = load_agreement(path)
    newest = len(agreement.amendments)
    if party not in agreement.answering:
        known = ", ".join(agreement.answering)
        raise ContractError(f"`{party}` neither pays nor receives", where=str(path), mend=f"those who sign are {known}")
    if party not in unsigned(agreement, newest):
        raise ContractError(f"`{party}` has signed these terms", where=str(path), mend="nothing is left to sign")
    signed = terms_hashes(agreement)[newest]
    written = {"party": party, "name": name, "authority": authority, "dated": dated.isoformat(), "terms": signed}
    Signature.model_validate(written)
    row = "  - {" + ", ".join(f"{key}: {quoted(value)}" for key, value in written.items()) + "}\n"
    before = path.read_bytes().decode("utf-8")
    ends = "\r\n" if "\r\n" in before else "\n"
    target = path.resolve()
    draft = target.with_name(f".{target.name}.signing") / target.name
    draft.parent.mkdir(exist_ok=True)
    try:
        draft.write_bytes(_with_row(before, path, row.replace("\n", ends), ends).encode("utf-8"))
        load_agreement(draft)  # what is signed can be read, or the file stays as it was
        draft.replace(target)
    except ContractError as error:
        mend = "write `signatures:` as a list with one line each"
        raise ContractError("cannot take one more signature", where=str(path), mend=mend) from error
    finally:
        shutil.rmtree(draft.parent, ignore_errors=True)
    return signed


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Nobody else signs a file of the folder meanwhile."""
    folder = os.open(path.resolve().parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _with_row(text: str, path: Path, row: str, ends: str) -> str:
    """The file with one more signature: below the last one, or in a section of its own at the end."""
    file = read_yaml(path)
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += ends
    if not file.data.get("signatures"):
        return "".join([*lines, f"{ends}signatures:{ends}", row])
    start = file.lines["signatures",]
    first = lines[file.lines["signatures", 0] - 1]
    indent = first[: len(first) - len(first.lstrip())]
    end = start
    while end < len(lines) and not lines[end][:1].isalpha():
        end += 1
    while not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#"):
        end -= 1
    return "".join([*lines[:end], indent + row.lstrip(), *lines[end:]])


def standing(agreement: Agreement) -> list[str]:
    """One sentence for each version of the terms: its hash, and who has not signed it; and signatures on other terms."""
    hashes = terms_hashes(agreement)
    said = []
    for count, terms in enumerate(hashes):
        name = "terms" if not count else f"amendment {agreement.amendments[count - 1].id}"
        missing = unsigned(agreement, count)
        state = "signed by all" if not missing else f"not signed by {', '.join(missing)}"
        said.append(f"{name} {terms[:16]}: {state}")
    said += [
        f"the signature of {row.party} is on other terms ({row.terms[:16]})"
        for row in agreement.signatures
        if row.terms not in hashes
    ]
    return said
