"""Files come from a real SFTP server, which is known by its key; a lost connection is tried again, a refused one is not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import tests.airflow_home  # noqa: F401
from maalbar.errors import LandingUnreachable, SetupError
from maalbar.far import fetch_landing
from maalbar.landing import arrivals
from tests.maalbar.landing.lying import FIRST, MONDAY, announce, put

asyncssh = pytest.importorskip("asyncssh")
pytest.importorskip("airflow.providers.sftp")

LARGE = b"person;y_2201\n" + b"anna;783\n" * 200_000


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Any]:
    from tests.maalbar.landing.sftp_server import SftpServer

    root = tmp_path / "server"
    (root / "out" / "tiny" / "benefits").mkdir(parents=True)
    running = SftpServer(root)
    yield running
    running.stop()


@pytest.fixture
def connect(server, home, monkeypatch):
    """Names the Airflow connection to the server, with changes to its extra; None leaves a key out."""

    def write(**changed: Any) -> None:
        extra = {
            "private_key": server.user_key.export_private_key("openssh").decode(),
            "host_key": server.host_key.export_public_key("openssh").decode().strip(),
            "look_for_keys": "false",
        } | changed
        kept = {key: value for key, value in extra.items() if value is not None}
        said = {"conn_type": "sftp", "host": "127.0.0.1", "port": server.port, "login": "maalbar", "extra": kept}
        monkeypatch.setenv("AIRFLOW_CONN_REGISTERS", json.dumps(said))

    write()
    monkeypatch.setenv("MAALBAR_LANDING", "sftp://registers/out")
    return write


@pytest.fixture
def there(server):
    return server.root / "out" / "tiny" / "benefits"


@pytest.fixture
def mirror(home):
    return home / "mirror" / "tiny" / "benefits"


def _visible(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.startswith(".")}


def test_a_delivery_is_fetched_from_a_server_and_arrives(tiny_contract, server, connect, there, mirror):
    contract = tiny_contract()
    announce(put(there / "dream.csv", LARGE))
    assert fetch_landing(contract, MONDAY).refused == []
    assert _visible(mirror) == _visible(there)
    assert [one.path for one in arrivals(contract, "1", now=MONDAY)[0]] == [mirror / "dream.csv"]
    assert server.writes == 0, "nothing was opened for writing"


def test_links_and_folders_there_are_refused(tiny_contract, connect, there, mirror, tmp_path):
    (there / "dream.csv").symlink_to(put(tmp_path / "server" / "elsewhere.csv"))
    announce(there / "dream.csv")
    (refused,) = fetch_landing(tiny_contract(), MONDAY).refused
    assert refused.line.startswith("dream.csv: is a link") and _visible(mirror) == {}


def test_a_connection_that_is_lost_on_the_way_may_be_tried_again_and_goes_on_where_it_was(
    tiny_contract, server, connect, there, mirror
):
    contract = tiny_contract()
    announce(put(there / "dream.csv", LARGE))
    server.breaks_after = 1_200_000
    server.has_arrived = lambda: any(begun.stat().st_size for begun in mirror.glob(".*.fetching"))
    with pytest.raises(LandingUnreachable) as lost:
        fetch_landing(contract, MONDAY)
    assert isinstance(lost.value, ConnectionError) and lost.value.where == "sftp connection registers"
    assert _visible(mirror) == {}
    (begun,) = mirror.glob(".*.fetching")
    have = begun.stat().st_size
    assert 0 < have < len(LARGE)
    server.reads.clear()
    fetch_landing(contract, MONDAY)
    assert _visible(mirror) == _visible(there)
    assert have in server.reads and min(offset for offset in server.reads if offset > 1000) == have


def test_a_lost_connection_that_cannot_even_be_closed_is_told_as_lost(
    tiny_contract, server, connect, there, monkeypatch
):
    paramiko = pytest.importorskip("paramiko")
    announce(put(there / "dream.csv", LARGE))
    server.breaks_after = 1_200_000
    close = paramiko.SFTPClient.close

    def ends_midway(client):
        close(client)
        raise EOFError  # what paramiko raises where the goodbye meets a dead socket

    monkeypatch.setattr(paramiko.SFTPClient, "close", ends_midway)
    with pytest.raises(LandingUnreachable, match="cannot be reached"):
        fetch_landing(tiny_contract(), MONDAY)


@pytest.mark.parametrize("changed", [{"host_key": None}, {"host_key": None, "no_host_key_check": "true"}])
def test_a_server_whose_key_is_not_known_is_not_gone_to(tiny_contract, server, connect, changed):
    connect(**changed)
    with pytest.raises(SetupError, match="does not check whom it talks to"):
        fetch_landing(tiny_contract(), MONDAY)


def test_a_server_that_answers_with_another_key_is_not_spoken_to(tiny_contract, connect, there, mirror):
    announce(put(there / "dream.csv", FIRST))
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key("openssh").decode().strip()
    connect(host_key=other)
    with pytest.raises(SetupError, match="the server's key is not the one we know"):
        fetch_landing(tiny_contract(), MONDAY)
    assert not mirror.exists()


def test_a_key_that_the_server_does_not_let_in_is_no_matter_of_waiting(tiny_contract, connect):
    connect(private_key=asyncssh.generate_private_key("ssh-ed25519").export_private_key("openssh").decode())
    with pytest.raises(SetupError, match="does not let us in"):
        fetch_landing(tiny_contract(), MONDAY)


def test_a_server_that_does_not_answer_may_be_tried_again(tiny_contract, server, connect):
    server.stop()
    with pytest.raises(LandingUnreachable, match="sftp connection registers: cannot be reached"):
        fetch_landing(tiny_contract(), MONDAY)


@pytest.mark.parametrize("url", ["sftp:///out", "sftp://user:secret@host/out", "sftp://host:22/out"])
def test_an_address_names_a_connection_and_never_a_user_or_a_password(tiny_contract, home, monkeypatch, url):
    monkeypatch.setenv("MAALBAR_LANDING", url)
    with pytest.raises(SetupError, match="names no Airflow connection") as caught:
        fetch_landing(tiny_contract(), MONDAY)
    assert "secret" not in caught.value.line


def test_a_connection_that_is_not_there_is_one_line(tiny_contract, home, monkeypatch):
    monkeypatch.setenv("MAALBAR_LANDING", "sftp://nobody/out")
    with pytest.raises(SetupError, match="there is no such Airflow connection"):
        fetch_landing(tiny_contract(), MONDAY)


@pytest.mark.parametrize(
    ("second", "fault", "said"),
    [
        ("CONNECTION_NOT_FOUND", SetupError, "there is no such Airflow connection"),
        ("API_SERVER_ERROR", LandingUnreachable, "the api-server did not answer"),
        (None, LandingUnreachable, "the api-server did not answer"),
    ],
    ids=["knows none", "is still gone", "is back"],
)
def test_an_api_server_that_is_gone_while_a_connection_is_looked_up_is_not_one_that_knows_none(
    tiny_contract, home, monkeypatch, second, fault, said
):
    """The SDK says "not found" of both; so it is asked a second time."""
    from airflow.sdk.exceptions import AirflowRuntimeError, ErrorType
    from airflow.sdk.execution_time import supervisor, task_runner
    from airflow.sdk.execution_time.comms import ErrorResponse
    from airflow.sdk.execution_time.secrets import ExecutionAPISecretsBackend

    answers = iter(["API_SERVER_ERROR", second])

    def send(question):
        assert question.conn_id == "registers"
        answer = next(answers)
        if answer == "API_SERVER_ERROR":
            raise AirflowRuntimeError(ErrorResponse(error=ErrorType.API_SERVER_ERROR))
        return ErrorResponse(error=ErrorType[answer]) if answer else SimpleNamespace()

    monkeypatch.setenv("MAALBAR_LANDING", "sftp://registers/out")
    monkeypatch.setattr(task_runner, "SUPERVISOR_COMMS", SimpleNamespace(send=send), raising=False)
    monkeypatch.setattr(supervisor, "ensure_secrets_backend_loaded", lambda: [ExecutionAPISecretsBackend()])
    with pytest.raises(fault, match=said):
        fetch_landing(tiny_contract(), MONDAY)
