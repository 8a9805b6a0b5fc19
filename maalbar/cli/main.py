"""`maalbar`: the one place where errors become a line on stderr and an exit code."""

from __future__ import annotations

import os
import signal
import sys
import warnings
from typing import NoReturn

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
        app()
    except MaalbarError as error:
        _end(error)
    except OSError as error:
        if error.filename is None:
            raise
        mend = "give another path, or see who may read and write it"
        _end(SetupError(error.strerror or type(error).__name__, where=_path_of(error), mend=mend))


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
