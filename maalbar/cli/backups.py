"""The commands that keep an installation from being lost: back it up, try a backup out, discard older ones, restore one."""

from __future__ import annotations

import json
import os
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from maalbar.cli.app import app, results_database
from maalbar.cli.contracts import AsJson
from maalbar.cli.places import require_folder, writing_to
from maalbar.errors import SetupError
from maalbar.settings import settings

if TYPE_CHECKING:
    from maalbar.backup import Restored

AIRFLOW_URL = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"
Backups = Annotated[
    Path | None, typer.Argument(metavar="[DIR]", help="The folder of backups: that of MAALBAR_BACKUPS when not given.")
]
WithAirflow = Annotated[
    bool, typer.Option("--airflow", help=f"Airflow's metadata too, at the address in {AIRFLOW_URL}.")
]


@app.command()
def backup(
    folder: Backups = None,
    keep: Annotated[
        int | None,
        typer.Option("--keep", help="Afterwards delete all but so many proved ones, and those from before an erasure."),
    ] = None,
    airflow: WithAirflow = False,
    as_json: AsJson = False,
) -> None:
    """Back up the results database and every stored file into a folder of its own, with the hash of each.

    It holds no person key, no password and no key of Airflow's: keep those where the backups are not.
    """
    from maalbar import backup as backups

    where = folder.resolve() if folder else settings().backups
    require_folder(where)
    with results_database():
        with writing_to(where):
            made = backups.back_up(where, airflow_url=_airflow_url() if airflow else None)
        gone = backups.discard(where, keep) if keep is not None else []
    if as_json:
        print(json.dumps({"backup": str(made), "discarded": [str(path) for path in gone]}))
        return
    print(made)
    for path in gone:
        print(f"discarded {path}")


@app.command("discard-backups")
def discard_backups(
    keep: Annotated[int, typer.Option("--keep", help="So many proved ones stay, and what is newer.")],
    folder: Backups = None,
    as_json: AsJson = False,
) -> None:
    """Delete older backups and make none: where there is no room for another. None goes where none was proved."""
    from maalbar import backup as backups

    where = folder.resolve() if folder else settings().backups
    if backups.newest(where) is None:
        raise SetupError("holds no backup", where=str(where), mend="name the folder of all")
    gone = backups.discard(where, keep)
    if as_json:
        print(json.dumps({"discarded": [str(path) for path in gone]}))
        return
    for path in gone:
        print(f"discarded {path}")
    if not gone:
        print(f"{where}: nothing was discarded")


@app.command()
def restore(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A backup, or the folder of backups: its newest.")],
    airflow: WithAirflow = False,
    without_register: Annotated[
        bool,
        typer.Option(
            "--without-register", help="Also where no `erased` lies beside it: who was erased since comes back."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Restore a backup into an empty MAALBAR_HOME and an empty results database, and prove what came of it.

    Whoever was erased since it was made is erased again. It works as the owner of the database.
    """
    from maalbar import backup as backups
    from maalbar import database
    from maalbar.local import postgres

    is_server = settings().database_url is not None
    with nullcontext() if is_server else postgres.running(settings().home / "postgres") as embedded:
        if embedded is not None:
            os.environ["MAALBAR_DATABASE_URL"] = embedded.url("maalbar")
        try:
            done = backups.restore(
                folder.resolve(), _airflow_url() if airflow else None, without_register=without_register
            )
        finally:
            database.close()
            if embedded is not None:
                del os.environ["MAALBAR_DATABASE_URL"]
    _tell(done, as_json)


@app.command("try-backup")
def try_backup(folder: Backups = None, as_json: AsJson = False) -> None:
    """Restore a backup, the newest by default, on a server and in a home of its own, prove it there, and throw both away."""
    from maalbar import backup as backups

    _tell(backups.try_out(folder.resolve() if folder else settings().backups, settings().scratch), as_json)


def _airflow_url() -> str:
    url = os.environ.get(AIRFLOW_URL)
    if not url or not url.startswith("postgresql"):
        raise SetupError("is no address of a PostgreSQL database", where=AIRFLOW_URL, mend="set it, or leave --airflow")
    return url


def _tell(done: Restored, as_json: bool) -> None:
    if as_json:
        proved = {contract: vars(found) for contract, found in done.verified.items()}
        told = {"backup": str(done.backup), "made_at": done.made_at, "erased_again": done.erased_again}
        print(json.dumps(told | {"verified": proved}, ensure_ascii=False))
        return
    print(f"{done.backup}: restored as of {done.made_at[:16]}")
    for contract, found in done.verified.items():
        print(f"{contract}: {found.entries} ledger entries and {found.files} stored files are as they were written")
    if done.erased_again:
        print(f"{done.erased_again} erasures from after it were done again")
