"""Restoring a backup: into an empty home and an empty database, whole or not at all, and proved before anyone uses it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from maalbar import database
from maalbar.backup import dump
from maalbar.backup.content import AIRFLOW, FOLDERS, MANIFEST, RESULTS, contracts_of, read_manifest, require_whole
from maalbar.backup.held import newest
from maalbar.contract import find_contract
from maalbar.erasure_register import registered
from maalbar.errors import SetupError
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


def restore(folder: Path, airflow_url: str | None = None) -> Restored:
    """Restore a backup, or the newest below a folder of backups, to the home and the results database of the settings.

    Whoever was erased after it was made, which the register beside the backups tells, is erased again. `airflow_url`: an empty
    database for Airflow's metadata. Raises SetupError where home or database are not empty, StoreDamaged where the backup or what
    came of it is not what it was: then nothing that was restored may be used.
    """
    chosen = folder if (folder / MANIFEST).exists() else newest(folder)
    if chosen is None:
        raise SetupError("holds no backup", where=str(folder), mend="name the folder of one, or that of all")
    manifest = read_manifest(chosen)
    require_whole(chosen, manifest)
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
    for place in ("store", *FOLDERS):
        if (chosen / place).is_dir():
            shutil.copytree(chosen / place, settings().home / place, dirs_exist_ok=True)
    database.migrate()  # a backup of an earlier version of the code
    again = _erase_again(chosen.parent)
    return Restored(chosen, manifest.made_at, _proved(), again)


def _require_empty_home() -> None:
    for place in ("store", *FOLDERS):
        there = settings().home / place
        if there.is_dir() and any(there.iterdir()):
            mend = "restore into an empty MAALBAR_HOME, and keep this one until that is verified"
            raise SetupError("is not empty", where=str(there), mend=mend)


def _erase_again(backups: Path) -> int:
    """Do the erasures that the restored database does not know; how many."""
    with database.transaction() as connection:
        known = contracts_of(connection)
    return sum(
        erase_again(find_contract(told.contract), told) is not None
        for told in registered(backups)
        if told.contract in known
    )


def _proved() -> dict[str, Verified]:
    with database.transaction() as connection:
        known = contracts_of(connection)
    return {contract_id: verify(contract_id) for contract_id in known}
