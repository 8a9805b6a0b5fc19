"""Restoring a backup: into an empty home and an empty database, whole or not at all, and proved before anyone uses it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from maalbar import database
from maalbar.backup import dump
from maalbar.backup.content import (
    AIRFLOW,
    FOLDERS,
    MANIFEST,
    MEND,
    RESULTS,
    Manifest,
    books_of,
    contracts_of,
    read_manifest,
    require_whole,
)
from maalbar.backup.held import newest
from maalbar.contract import find_contract
from maalbar.erasure_register import FOLDER as REGISTER
from maalbar.erasure_register import Registered, registered
from maalbar.errors import SetupError, StoreDamaged
from maalbar.flow.erased_again import erase_again
from maalbar.flow.verify import Verified, verify
from maalbar.settings import settings


@dataclass(frozen=True)
class Restored:
    """Which backup, what was proved of each contract, and how many persons' erasures were done again."""

    backup: Path
    made_at: str
    verified: dict[str, Verified]
    erased_again: int


def restore(folder: Path, airflow_url: str | None = None, *, without_register: bool = False) -> Restored:
    """Restore a backup, or the newest below a folder of backups, to the home and the results database of the settings.

    Whoever was erased after it was made, which the register beside the backups tells, is erased again. `airflow_url`: an empty
    database for Airflow's metadata. `without_register`: also where there is no register beside it, so that whoever was erased
    after it comes back. Raises SetupError where home or database are not empty or there is no register, StoreDamaged where the
    backup or what came of it is not what it was: then nothing that was restored may be used.
    """
    chosen = folder if (folder / MANIFEST).exists() else newest(folder)
    if chosen is None:
        raise SetupError("holds no backup", where=str(folder), mend="name the folder of one, or that of all")
    manifest = read_manifest(chosen)
    require_whole(chosen, manifest)
    erased = _erased(chosen.parent, manifest, without_register=without_register)
    url = settings().database_url
    if not url:
        raise SetupError("no results database", mend="set MAALBAR_DATABASE_URL to an empty one")
    _require_empty_home()
    for address in filter(None, (url, airflow_url)):
        dump.require_empty(address)
    dump.make_roles(url)
    dump.load(url, chosen / RESULTS)
    if airflow_url and (chosen / AIRFLOW).exists():
        dump.load(airflow_url, chosen / AIRFLOW)
    for path in manifest.files:
        if path.split("/")[0] in ("store", *FOLDERS):
            _bring_back(chosen / path, settings().home / path)
    database.migrate()  # a backup of an earlier version of the code
    _require_books(chosen, manifest)
    again = _erase_again(erased)
    return Restored(chosen, manifest.made_at, _proved(), again)


def _bring_back(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.copyfile(path, target)
    target.chmod(0o600)


def _require_empty_home() -> None:
    for place in ("store", *FOLDERS):
        there = settings().home / place
        if there.is_dir() and any(there.iterdir()):
            mend = "restore into an empty MAALBAR_HOME, and keep this one until that is verified"
            raise SetupError("is not empty", where=str(there), mend=mend)


def _erased(backups: Path, manifest: Manifest, *, without_register: bool) -> list[Registered]:
    """What the register beside a backup tells, and that of the installation where the backup lies elsewhere."""
    has_one = {place: (place / REGISTER).is_dir() for place in (backups, settings().backups)}
    is_done_without = without_register and not has_one[backups]
    found = [] if is_done_without else registered(backups, manifest.erased)
    if has_one[settings().backups] and settings().backups.resolve() != backups.resolve():
        found += registered(settings().backups)
    return found


def _require_books(chosen: Path, manifest: Manifest) -> None:
    """The restored books are those that the manifest tells of, and not others that hang together as well. Raises StoreDamaged."""
    with database.transaction() as connection:
        found = {contract: books_of(connection, contract) for contract in contracts_of(connection)}
    if found != manifest.books:
        others = sorted(one for one in found | manifest.books if found.get(one) != manifest.books.get(one))
        what = f"its database has not the books that it was made of ({', '.join(others)})"
        raise StoreDamaged(what, where=str(chosen), mend=MEND)


def _erase_again(erased: list[Registered]) -> int:
    """Do the erasures that the restored database does not know; how many."""
    with database.transaction() as connection:
        known = contracts_of(connection)
    return sum(erase_again(find_contract(told.contract), told) is not None for told in erased if told.contract in known)


def _proved() -> dict[str, Verified]:
    with database.transaction() as connection:
        known = contracts_of(connection)
    return {contract_id: verify(contract_id) for contract_id in known}
