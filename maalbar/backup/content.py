"""What a backup holds, and its manifest: every file by its hash, written last.

<backups>/<name>/manifest.json       every other file: its SHA-256 and size; what stood in the books of each contract
<backups>/<name>/results.dump        the results database, as pg_restore reads it
<backups>/<name>/airflow.dump        Airflow's metadata, where its address is known: no account, connection, variable or session
<backups>/<name>/store/…             every object that the results database names, and no other
<backups>/<name>/statements/… …      the folders of FOLDERS, as they are

Person keys, passwords and the key of Airflow's connections are in none of them: whoever has a backup alone can turn no id around.
"""

from __future__ import annotations

import json
import stat
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select, union

from maalbar import kept, ledger
from maalbar.errors import StoreDamaged
from maalbar.releases import all_of as releases_of
from maalbar.schema import bundle, delivery, erasure, measurement, proposal, release
from maalbar.store import sha256_of_file

MANIFEST, RESULTS, AIRFLOW = "manifest.json", "results.dump", "airflow.dump"
FOLDERS = ("statements", "released", "erasures", "reports", "rehearsal")
"""Folders of a home beside the store that cannot, or need not, be made again: what was handed out, proofs, pages of intakes."""
FORM = 1
MEND = "take another backup; `maalbar restore` finds each that is whole"


@dataclass(frozen=True)
class Books:
    """What stood of a contract: its ledger entries and the hash of the last, and how many erasures there had been."""

    entries: int
    head: str
    erasures: int


@dataclass(frozen=True)
class Manifest:
    """`made_at`: when, in UTC. `files`: path below the backup → (SHA-256, bytes). `erased`: the records in the register then."""

    made_at: str
    code_version: str
    books: dict[str, Books]
    files: dict[str, tuple[str, int]]
    erased: list[str]
    form: int = FORM

    def text(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True) + "\n"

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.made_at)


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a backup. Raises StoreDamaged where it is missing or is none of this form."""
    try:
        said: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        books = {contract: Books(**row) for contract, row in said.pop("books").items()}
        files = {path: (str(sha256), int(size)) for path, (sha256, size) in said.pop("files").items()}
        found = Manifest(books=books, files=files, **said)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        raise StoreDamaged("is no backup, or none that was finished", where=str(folder), mend=MEND) from None
    if found.form != FORM:
        mend = f"restore it with the version that made it, {found.code_version}"
        raise StoreDamaged(f"is a backup of form {found.form}", where=str(folder), mend=mend)
    return found


def require_whole(folder: Path, manifest: Manifest) -> None:
    """Every file of a manifest is there and is what it was, and there is nothing else: no other file, no link, no device.

    Raises StoreDamaged naming the first that is not so.
    """
    there = {str(p.relative_to(folder)): p.lstat().st_mode for p in folder.rglob("*") if p != folder / MANIFEST}
    found = {path: mode for path, mode in there.items() if not stat.S_ISDIR(mode)}
    for path in sorted(found.keys() | manifest.files.keys()):
        if path not in found:
            raise StoreDamaged("is missing", where=str(folder / path), mend=MEND)
        if path not in manifest.files or not stat.S_ISREG(found[path]):
            raise StoreDamaged("is no file of this backup", where=str(folder / path), mend=MEND)
        if sha256_of_file(folder / path) != manifest.files[path][0]:
            raise StoreDamaged("no longer matches its hash", where=str(folder / path), mend=MEND)


def contracts_of(connection: Connection) -> list[str]:
    """Every contract of which the results database holds anything."""
    tables = (delivery, measurement, proposal, release, erasure)
    return sorted(connection.execute(union(*(select(table.c.contract) for table in tables))).scalars())


def books_of(connection: Connection, contract_id: str) -> Books:
    """What stands of a contract. Raises StoreDamaged where its ledger is broken, so that no backup is made of it."""
    entries = ledger.entries(connection, contract_id)
    ledger.verify(connection, contract_id)
    return Books(len(entries), entries[-1]["hash"] if entries else "", kept.erasures(connection, contract_id))


def objects_of(connection: Connection, contract_id: str) -> set[str]:
    """The objects that a contract has now, as paths below the home. What an erasure replaced is not among them."""
    found: set[tuple[str, str]] = {
        (shelf, digest)
        for one in kept.of_contract(connection, contract_id)
        for shelf in kept.SHELVES
        if (digest := one.on(shelf))
    }
    came = (
        select(bundle.c.sha256)
        .join(measurement, measurement.c.measurement_id == bundle.c.measurement_id)
        .where(measurement.c.contract == contract_id)
    )
    found |= {("bundle", sha256) for sha256 in connection.execute(came).scalars()}
    for prepared in releases_of(connection, contract_id):
        found |= {("release", sha256) for sha256 in prepared.files.values()}
        found.add(("counts", prepared.row["made_from"]["underlying"]))
    return {f"store/{contract_id}/{shelf}/{digest}" for shelf, digest in found}
