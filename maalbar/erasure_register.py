"""The register of erasures beside the backups: who may not come back, also where the database that knew it is lost.

<backups>/erased/<contract>-<hash of the record>.json

It is written when an erasure is done and again with each backup, and holds what the database holds: marks under a key that lies
elsewhere, no id. Whoever restores an older backup erases those persons again (`maalbar.flow.erased_again`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from maalbar import erasures, temporary
from maalbar.errors import SetupError, StoreDamaged
from maalbar.schema import tombstone
from maalbar.store import write_atomically

FOLDER = "erased"


@dataclass(frozen=True)
class Registered:
    """One erasure of persons: what was said of it, and the marks of the persons by the generation of their key."""

    contract: str
    because: str
    name: str
    sources: list[str]
    persons: int
    erased_at: str
    generation: int
    marks: list[str]


def begin(folder: Path) -> None:
    """Make the register of a folder of backups, empty as long as nobody is erased: one that is not there has been lost."""
    (folder / FOLDER).mkdir(parents=True, exist_ok=True, mode=0o700)


def register_all(connection: Connection, contract_id: str, folder: Path) -> None:
    """Write down every erasure of persons of a contract that the register of a folder of backups lacks. Raises SetupError."""
    for row in erasures.all_of(connection, contract_id):
        if row["kind"] == "persons":
            register(connection, row, folder)


def register(connection: Connection, row: Mapping[str, Any], folder: Path) -> None:
    """Write down one erasure of persons, as a row of `erasure` tells of it, beside the backups of a folder.

    Raises SetupError where it cannot be written.
    """
    path = folder / FOLDER / f"{row['contract']}-{row['hash']}.json"
    if path.exists():
        return
    laid = select(tombstone.c.generation, tombstone.c.mark).where(
        tombstone.c.contract == row["contract"], tombstone.c.number == row["number"]
    )
    marks: dict[int, set[str]] = {}
    for generation, mark in connection.execute(laid.distinct()):
        marks.setdefault(generation, set()).add(mark)
    for generation, found in marks.items():
        said = {name: row[name] for name in ("contract", "because", "name", "sources", "persons")}
        one = Registered(**said, erased_at=row["erased_at"].isoformat(), generation=generation, marks=sorted(found))
        raw = json.dumps(asdict(one), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        try:
            write_atomically(path, raw.encode())
        except OSError:
            mend = "mend the folder of MAALBAR_BACKUPS and run the same again; what was erased is erased"
            raise SetupError("the erasure cannot be written beside the backups", where=str(path), mend=mend) from None


def records(folder: Path) -> list[str]:
    """The names of the records in the register of a folder of backups."""
    return sorted(path.name for path in (folder / FOLDER).glob("*.json") if not path.name.startswith(temporary.FILE))


def registered(folder: Path, known: Iterable[str] = ()) -> list[Registered]:
    """Every erasure in the register of a folder of backups, oldest first.

    `known`: records that must be there. Raises SetupError where there is no register, StoreDamaged where a record is missing
    or cannot be read.
    """
    mend = "restore it: without it persons who are erased would come back"
    if not (folder / FOLDER).is_dir():
        raise SetupError("there is no register of erasures beside the backup", where=str(folder / FOLDER), mend=mend)
    names = records(folder)
    for missing in sorted(set(known) - set(names)):
        raise StoreDamaged("is missing", where=str(folder / FOLDER / missing), mend=mend)
    found = []
    for name in names:
        try:
            found.append(Registered(**json.loads((folder / FOLDER / name).read_text(encoding="utf-8"))))
        except (OSError, ValueError, TypeError):
            raise StoreDamaged("is no record of an erasure", where=str(folder / FOLDER / name), mend=mend) from None
    return sorted(found, key=lambda one: (one.erased_at, one.contract))
