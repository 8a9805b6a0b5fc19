"""Making a backup: everything as one moment of the results database sees it, finished aside and put in place by its name.

A transaction exports what it sees. The dump is of that, and so is the list of objects to copy: whatever comes in meanwhile is in
the next backup, and where an erasure takes an object away meanwhile it is begun again. An object that the backup before this one
holds is linked, not copied: a stored object never changes, so a night takes the room of that day's deliveries.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from maalbar import database
from maalbar.backup import dump
from maalbar.backup.alone import alone
from maalbar.backup.content import (
    AIRFLOW,
    FOLDERS,
    MANIFEST,
    RESULTS,
    Books,
    Manifest,
    books_of,
    contracts_of,
    objects_of,
)
from maalbar.backup.held import BUSY, LOCK, newest
from maalbar.erasure_register import begin, records, register_all
from maalbar.errors import SetupError, StoreDamaged
from maalbar.settings import settings
from maalbar.store import FULL, make_durable, sha256_of_file
from maalbar.version import code_version

NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,63}")
UNFINISHED = ".making-"
ATTEMPTS = 3
"""An erasure is a rare thing; two during one backup are not waited for forever."""


class _TakenAway(Exception):
    """An object that was named is gone: an erasure has replaced it."""


def back_up(folder: Path, name: str | None = None, airflow_url: str | None = None) -> Path:
    """Make a backup below `folder`; its folder. One of that name that is there already is it.

    `name`: what it is called, the moment in UTC where it is left out. `airflow_url`: of Airflow's metadata, backed up too.
    Raises StoreDamaged where a stored file or a ledger is not what it was, SetupError where it cannot be made.
    """
    now = datetime.now(UTC)
    called = name or now.strftime("%Y-%m-%dT%H-%M-%SZ")
    if not NAME.fullmatch(called):
        raise SetupError("is no name of a backup", where=called[:64], mend="use letters, digits, - and _, 64 at most")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with alone(folder / LOCK, BUSY):
        begin(folder)
        for left in folder.glob(f"{UNFINISHED}*"):
            shutil.rmtree(left, ignore_errors=True)
        if (folder / called / MANIFEST).exists():
            return folder / called
        making = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=folder))
        try:
            _fill(making, newest(folder), now, airflow_url)
            making.rename(folder / called)
            make_durable(folder)
        except OSError as error:
            if error.errno in FULL:
                mend = "free some, or keep fewer backups (`maalbar discard-backups --keep 3`)"
                raise SetupError("there is no room left for a backup", where=str(folder), mend=mend) from None
            raise
        finally:
            shutil.rmtree(making, ignore_errors=True)
    return folder / called


def _fill(making: Path, before: Path | None, now: datetime, airflow_url: str | None) -> None:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            books = _as_of_one_moment(making, before)
            break
        except _TakenAway as gone:
            shutil.rmtree(making / "store", ignore_errors=True)
            (making / RESULTS).unlink()
            if attempt == ATTEMPTS:
                mend = "restore it from an earlier backup; `maalbar verify` says what else is missing"
                raise StoreDamaged("is missing", where=str(settings().home / str(gone)), mend=mend) from None
    for place in FOLDERS:
        for path in sorted((settings().home / place).rglob("*")):
            if path.is_file() and not path.is_symlink() and not path.name.startswith("."):
                _copy(path, making / path.relative_to(settings().home))
    if airflow_url:
        dump.dump_airflow(airflow_url, making / AIRFLOW)
    files = {
        str(path.relative_to(making)): (sha256_of_file(path), path.stat().st_size)
        for path in sorted(making.rglob("*"))
        if path.is_file()
    }
    erased, manifest = records(making.parent), making / MANIFEST
    manifest.write_text(Manifest(now.isoformat(), code_version(), books, files, erased).text(), encoding="utf-8")
    manifest.chmod(0o600)
    make_durable(manifest)


def _as_of_one_moment(making: Path, before: Path | None) -> dict[str, Books]:
    """The results database and its objects, as one transaction sees them. Raises _TakenAway."""
    url = settings().database_url
    assert url is not None
    with database.transaction() as connection:
        snapshot = str(connection.execute(text("select pg_export_snapshot()")).scalar_one())
        contracts = contracts_of(connection)
        books = {contract: books_of(connection, contract) for contract in contracts}
        objects = sorted(path for contract in contracts for path in objects_of(connection, contract))
        for contract in contracts:
            for place in {making.parent, settings().backups}:
                register_all(connection, contract, place)
        dump.dump_results(url, making / RESULTS, snapshot)
    for path in objects:
        _keep(settings().home / path, making / path, before / path if before else None)
    return books


def _keep(path: Path, target: Path, before: Path | None) -> None:
    """An object under its own hash: the one that the backup before this holds, where it is whole, else a copy."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        raise _TakenAway(str(path.relative_to(settings().home)))
    if before is not None and before.exists() and sha256_of_file(before) == target.name:
        os.link(before, target)
        return
    try:
        _copy(path, target)
    except FileNotFoundError:
        raise _TakenAway(str(path.relative_to(settings().home))) from None
    if sha256_of_file(target) != target.name:
        raise StoreDamaged("no longer matches its hash", where=str(path), mend="restore it from an earlier backup")


def _copy(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.copyfile(path, target)
    target.chmod(0o600)
    make_durable(target)
