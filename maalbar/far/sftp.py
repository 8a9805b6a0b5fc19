"""An SFTP server, by the Airflow connection that an address names: `sftp://<connection>/<path on the server>`.

The connection holds host, user and key, and the server's own key as `host_key`: without it anyone could answer in the
server's place, and we would not go there.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

from maalbar.errors import LandingUnreachable, SetupError
from maalbar.landing.listed import CHUNK, Kind, Listed

READ_TIMEOUT = 60.0
"""Seconds without a byte after which a connection counts as lost."""
AHEAD = 64
"""So many pieces are asked for before they are read."""


@contextmanager
def sftp_place(url: str) -> Iterator[SftpFolder]:
    """Connect for the length of a `with`. Raises SetupError (never to be tried again) and LandingUnreachable."""
    from airflow.providers.sftp.hooks.sftp import SFTPHook

    address = urlsplit(url)
    where = f"sftp connection {address.netloc}"
    if not address.netloc or "@" in address.netloc or ":" in address.netloc:
        mend = "write sftp://<id of an Airflow connection>/<path>, with no user and no password in it"
        raise SetupError("names no Airflow connection", where="MAALBAR_LANDING", mend=mend)
    with ExitStack() as connected:
        with _reached(where):
            # One try: whoever calls us tries again, and later.
            hook = SFTPHook(ssh_conn_id=address.netloc, conn_retry_attempts=1)
            if hook.no_host_key_check or hook.allow_host_key_change or hook.host_key is None:
                mend = "put the server's public key under host_key in the connection's extra"
                raise SetupError("does not check whom it talks to", where=where, mend=mend)
            client = connected.enter_context(_closed_at_the_end(hook))
            client.get_channel().settimeout(READ_TIMEOUT)
        yield SftpFolder(client, address.path or "/", where)


@contextmanager
def _closed_at_the_end(hook: Any) -> Iterator[Any]:
    """The hook's connection. One that is lost may fail once more when it is closed, and that would hide why it was."""
    import paramiko

    managed = ExitStack()
    client = managed.enter_context(hook.get_managed_conn())
    try:
        yield client
    finally:
        with suppress(paramiko.SSHException, EOFError, OSError):
            managed.close()


class SftpFolder:
    """`Place` over a connected SFTP client."""

    def __init__(self, client: Any, root: str, where: str) -> None:
        self.client, self.root, self.where = client, root.rstrip("/"), where

    def listing(self, contract_id: str, source: str) -> list[Listed]:
        with _reached(self.where):
            try:
                found = self.client.listdir_attr(f"{self.root}/{contract_id}/{source}")
            except FileNotFoundError:
                return []
        return sorted((_listed(one) for one in found), key=lambda one: one.name)

    def chunks(self, contract_id: str, source: str, name: str, start: int) -> Iterator[bytes]:
        path = f"{self.root}/{contract_id}/{source}/{name}"
        with _reached(self.where), self.client.open(path, "rb") as file:
            file.seek(start)
            file.prefetch(max(file.stat().st_size, start), max_concurrent_requests=AHEAD)
            while piece := file.read(CHUNK):
                yield piece


def _listed(one: Any) -> Listed:
    mode = one.st_mode or stat.S_IFREG
    kind: Kind = "other"
    if stat.S_ISLNK(mode):
        kind = "link"
    elif stat.S_ISDIR(mode):
        kind = "folder"
    elif stat.S_ISREG(mode):
        kind = "file"
    return Listed(one.filename, int(one.st_size or 0), float(one.st_mtime or 0), kind)


@contextmanager
def _reached(where: str) -> Iterator[None]:
    """Turn what a client raises into one line: what waiting may mend, and what a person must."""
    import paramiko
    from airflow.exceptions import AirflowNotFoundException

    try:
        yield
    except paramiko.BadHostKeyException:
        mend = "ask who runs the server; if its key was renewed, put the new one under host_key"
        raise SetupError("the server's key is not the one we know", where=where, mend=mend) from None
    except paramiko.AuthenticationException:
        raise SetupError("the server does not let us in", where=where, mend="renew our key there") from None
    except PermissionError:
        raise SetupError("may not be read", where=where, mend="have the server give us the right to read") from None
    except AirflowNotFoundException:
        if _is_known_to_be_missing(where.rpartition(" ")[2]):
            raise SetupError("there is no such Airflow connection", where=where, mend="add it") from None
        what = "cannot be looked up (the api-server did not answer)"
        raise LandingUnreachable(what, where=where, mend="try again later") from None
    except (paramiko.SSHException, EOFError, OSError) as error:
        what = f"cannot be reached ({type(error).__name__})"
        raise LandingUnreachable(what, where=where, mend="try again later") from None


def _is_known_to_be_missing(connection_id: str) -> bool:
    """Whether a connection is none that Airflow has, and not one that it could not look up.

    The SDK says "not found" of both: its `ExecutionAPISecretsBackend` takes no answer for one (3.3.2). So the api-server is asked
    again. Outside a task none is, and the environment is all there is to look in.
    """
    from airflow.sdk.exceptions import AirflowRuntimeError, ErrorType
    from airflow.sdk.execution_time import task_runner
    from airflow.sdk.execution_time.comms import ErrorResponse, GetConnection

    asked = getattr(task_runner, "SUPERVISOR_COMMS", None)
    if asked is None:
        return True
    try:
        answer = asked.send(GetConnection(conn_id=connection_id))
    except AirflowRuntimeError:
        return False
    return isinstance(answer, ErrorResponse) and answer.error is ErrorType.CONNECTION_NOT_FOUND
