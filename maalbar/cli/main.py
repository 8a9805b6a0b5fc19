"""`maalbar`: the one place where errors become a line on stderr and an exit code."""

from __future__ import annotations

import os
import signal
import sys
import warnings
from typing import NoReturn

import typer

# Typer carries its own copy of Click, and hands out the base of these exceptions nowhere else.
from typer._click.exceptions import ClickException, NoArgsIsHelpError
from typer.core import TyperGroup

# Each module registers its commands with the application.
from maalbar.cli import (  # noqa: F401
    backups,
    books,
    bundles,
    calculator,
    compared,
    contracts,
    corrections,
    decisions,
    deliveries,
    demonstrations,
    deployment,
    erasure,
    handed_out,
    outgoing,
    outlook,
    periods,
    person_keys,
    quarantine,
    rejections,
    reports,
    signing,
    statements,
)
from maalbar.cli.app import app
from maalbar.errors import MaalbarError, SetupError


def main() -> None:
    """Run a command. A MaalbarError becomes its line (a contract's faults one line each) and its exit code.

    What the system says of a file or folder is one line too; any other error is a fault of ours, and keeps its traceback.
    """
    # Libraries warn about one another; a user of the command can do nothing about it.
    warnings.filterwarnings("ignore")
    signal.signal(signal.SIGTERM, _end_by_sigterm)
    try:
        code = app(prog_name="maalbar", standalone_mode=False)
    except NoArgsIsHelpError as asked:  # which has been printed
        sys.exit(asked.exit_code)
    except ClickException as error:
        sys.exit(_misused(error))
    except typer.Abort:
        print("error: ended before it was done", file=sys.stderr)
        sys.exit(1)
    except MaalbarError as error:
        _end(error)
    except OSError as error:
        if error.filename is None:
            raise
        mend = "give another path, or see who may read and write it"
        _end(SetupError(error.strerror or type(error).__name__, where=_path_of(error), mend=mend))
    sys.exit(code)


def _misused(error: ClickException) -> int:
    """One line for what is missing or unknown on a command line, with where to read more; the exit code."""
    group = typer.main.get_command(app)
    known = [word for word in sys.argv[1:2] if isinstance(group, TyperGroup) and word in group.commands]
    command = " ".join(["maalbar", *known])
    what = " ".join(error.format_message().split()).removesuffix(".")
    print(f"error: {what} — see `{command} --help`", file=sys.stderr)
    return error.exit_code


def _end_by_sigterm(*_: object) -> NoReturn:
    """End like Ctrl-C: by an exception, on whose way out everything is stopped; a second one does not disturb that."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(128 + signal.SIGTERM)


def _end(error: MaalbarError) -> NoReturn:
    for line in error.lines:
        print(f"error: {line}", file=sys.stderr)
    sys.exit(error.exit_code)


def _path_of(error: OSError) -> str:
    """The path that could not be used; of a renaming, the name that was to be."""
    return (
        os.fsdecode(error.filename2 or error.filename) if not isinstance(error.filename, int) else str(error.filename)
    )
