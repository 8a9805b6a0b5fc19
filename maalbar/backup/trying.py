"""Trying a backup out: restored on a database server and in a home that exist for nothing else, proved, and thrown away."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from maalbar import database
from maalbar.backup.alone import alone
from maalbar.backup.held import mark_proved
from maalbar.backup.restoring import Restored, restore
from maalbar.local import postgres


def try_out(backup: Path, scratch: Path) -> Restored:
    """Restore a backup below `scratch` on an embedded PostgreSQL of its own, prove it there, and leave nothing of it there.

    That it was proved is written down beside it, so that older ones may go. Nothing of the installation is touched, nor does its
    database server need to let anyone make a database. Only what a killed try leaves is for `clear` to take away. Raises as
    `restore` does, and SetupError where another try goes on there.
    """
    with _alone(scratch):
        _clear(scratch)
        try:
            with postgres.running(scratch / "postgres") as server, _standing_in(scratch, server.url("maalbar")):
                done = restore(backup)
        finally:
            _clear(scratch)
    with suppress(OSError):  # where nothing can be written down, nothing is discarded either
        mark_proved(done.backup)
    return done


def clear(scratch: Path) -> None:
    """Stop what a killed try has left running below a scratch folder and delete the folder; again is no error.

    Raises SetupError where a try goes on there.
    """
    with _alone(scratch):
        _clear(scratch)


def _clear(scratch: Path) -> None:
    postgres.stop(scratch / "postgres")
    shutil.rmtree(scratch, ignore_errors=True)


def _alone(scratch: Path) -> AbstractContextManager[None]:
    return alone(scratch.with_name(f"{scratch.name}.lock"), "a backup is being tried out")


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
