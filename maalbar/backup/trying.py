"""Trying a backup out: restored on a database server and in a home that exist for nothing else, proved, and thrown away."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from maalbar import database
from maalbar.backup.restoring import Restored, restore
from maalbar.local import postgres


def try_out(backup: Path, scratch: Path) -> Restored:
    """Restore a backup below `scratch` on an embedded PostgreSQL of its own, and prove it there. Raises as `restore` does.

    Nothing of the installation is touched, nor does its database server need to let anyone make a database. What is left below
    `scratch` is for `clear` to take away.
    """
    clear(scratch)
    with postgres.running(scratch / "postgres") as server, _standing_in(scratch, server.url("maalbar")):
        return restore(backup)


def clear(scratch: Path) -> None:
    """Stop what still runs below a scratch folder and delete the folder; again is no error."""
    postgres.stop(scratch / "postgres")
    shutil.rmtree(scratch, ignore_errors=True)


@contextmanager
def _standing_in(home: Path, url: str) -> Iterator[None]:
    """This process sees another home and another database, no sender's folder, and no folder of backups to write to."""
    instead = {"MAALBAR_HOME": str(home), "MAALBAR_DATABASE_URL": url}
    instead |= {f"MAALBAR_{name.upper()}": str(home / name) for name in ("backups", "landing")}
    before = {name: os.environ.get(name) for name in instead}
    database.close()
    os.environ.update(instead)
    try:
        yield
    finally:
        database.close()
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
