"""PostgreSQL and Airflow together, up for the length of a block or left in the background."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from maalbar import database, persons
from maalbar.contract import Contract, contract_files, read_contracts
from maalbar.contract.parties import Approver
from maalbar.errors import SetupError
from maalbar.local import airflow, postgres
from maalbar.local.airflow_configuration import write_private
from maalbar.settings import PROJECT, settings

Tell = Callable[[str], None]


@contextmanager
def installation(
    home: Path,
    folders: Iterable[Path],
    *,
    tell: Tell,
    meanwhile: Callable[[], None],
    background: bool = False,
    port: int = airflow.PORT,
) -> Iterator[airflow.Airflow]:
    """Bring up everything with its state under `home` and the contracts of `folders`; take it down at the end.

    `meanwhile` runs beside the start-up and is waited for. With `background` it all stays up, unless the block fails.
    `port` as in `airflow.prepare`: two that start at the same moment must not both wish for the same one.
    The environment of this process then points to the same database, home and contracts as Airflow's.
    """
    place = home / "airflow"
    if airflow.is_abandoned(place):
        take_down(home)
    if url := airflow.running_url(place):
        raise SetupError(
            f"Airflow already runs from here at {url}",
            where=str(home),
            mend="open it there, or stop it with `make ui-stop`",
        )
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    server = postgres.start(home / "postgres")
    tell("PostgreSQL is up")
    is_kept = False
    try:
        os.environ["MAALBAR_HOME"] = str(home)
        _keep_person_key(home)
        os.environ["MAALBAR_INVESTMENTS"] = os.pathsep.join(map(str, folders))
        os.environ["MAALBAR_DATABASE_URL"] = settings().database_url or server.url("maalbar")
        installed = airflow.prepare(
            place,
            database_url=server.url("airflow"),
            dags=PROJECT / "dags",
            plugins=PROJECT / "plugins",
            users=[person.user for contract in readable_contracts() for person in _people(contract)],
            port=port,
            environment={"PYTHONPATH": os.pathsep.join(filter(None, (str(PROJECT), os.environ.get("PYTHONPATH"))))},
        )
        _start(installed, tell, meanwhile, background)
        yield installed
        is_kept = background
    finally:
        if not is_kept:
            with _undisturbed():
                airflow.stop(place)
                server.stop()


def take_down(home: Path) -> bool:
    """Stop what runs from `home`, whoever started it; whether anything did."""
    was_up = airflow.running_url(home / "airflow") is not None or postgres.socket_folder(home / "postgres") is not None
    airflow.stop(home / "airflow")
    postgres.stop(home / "postgres")
    return was_up


def readable_contracts() -> list[Contract]:
    """The contracts of the configured folders that can be read; Airflow shows the others as an import error."""
    return read_contracts(contract_files())[0]


def _start(installed: airflow.Airflow, tell: Tell, meanwhile: Callable[[], None], background: bool) -> None:
    beside = _Beside(meanwhile)
    with _Beside(installed.migrate):
        database.migrate()
    tell("both databases are at their newest version")
    installed.start(background=background)
    wanted = [f"{contract.id}__{step}" for contract in readable_contracts() for step in ("measure", "settle")]
    installed.wait_ready(wanted)
    tell(f"Airflow is up at {installed.url}")
    beside.wait()


def _keep_person_key(home: Path) -> None:
    """Unless the environment has person keys, make one for this home, once, and let a file that only its owner reads hold it."""
    if os.environ.get(persons.VARIABLE) or os.environ.get(persons.FILE_VARIABLE):
        return
    file = home / "person.keys"
    if not file.exists():
        write_private(file, f"1:{persons.new_key()}\n")
    os.environ[persons.FILE_VARIABLE] = str(file)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Another Ctrl-C or SIGTERM must not leave half of it running."""
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Beside:
    """A function running beside this thread. It is a daemon, so that Ctrl-C need not wait for it; its error is ours."""

    def __init__(self, function: Callable[[], None]) -> None:
        self._error: BaseException | None = None
        self._function = function
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def wait(self) -> None:
        self._thread.join()
        if self._error:
            raise self._error

    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        self.wait()

    def _run(self) -> None:
        try:
            self._function()
        except BaseException as error:
            self._error = error


def _people(contract: Contract) -> list[Approver]:
    answering = [person for party_id in contract.answering for person in contract.people_of(party_id)]
    return [*answering, *(contract.release.people if contract.release else ())]
