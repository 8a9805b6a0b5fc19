"""What every command shares: the application it registers with, and the results database for its length."""

from __future__ import annotations

import os
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import typer

from maalbar import __version__
from maalbar.errors import SetupError
from maalbar.settings import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from maalbar.contract import Contract

app = typer.Typer(
    name="maalbar",
    help="The yearly measurement and payment of social outcomes contracts.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@contextmanager
def results_database() -> Iterator[None]:
    """The results database for the length of a command: the configured one, or the embedded one, started if need be."""
    if settings().database_url:
        yield
        return
    from maalbar import database
    from maalbar.local import postgres

    with postgres.running(settings().home / "postgres") as server:
        os.environ["MAALBAR_DATABASE_URL"] = server.url("maalbar")
        try:
            database.migrate()
            yield
        finally:
            database.close()
            del os.environ["MAALBAR_DATABASE_URL"]


def day_of(option: str, text: str) -> date:
    """A day given on the command line. Raises SetupError naming the option."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise SetupError(f"{option} is no day", mend=f"write {option} YYYY-MM-DD") from None


def day_come(option: str, text: str, contract: Contract) -> date:
    """A day given on the command line that the contract has reached: today at the latest where it is, or, in a rehearsal of what
    lies ahead, its moved today. Raises SetupError naming the option.

    A mistyped year is not to be put right afterwards: nothing earlier can be told after it, and what is deleted stays so.
    """
    from maalbar.landing.arrivals import latest_day

    day, latest = day_of(option, text), latest_day(contract, datetime.now(UTC))
    if day > latest:
        raise SetupError(f"{option} is in the future", mend=f"give a day that has come, {latest} at the latest")
    return day


@app.callback(invoke_without_command=True)
def _options(version: bool = typer.Option(False, "--version", help="Print the version and end.")) -> None:
    if version:
        print(__version__)
        raise typer.Exit
