"""`maalbar`: the one place where errors become a line on stderr and an exit code."""

from __future__ import annotations

import sys
import warnings

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
from maalbar.errors import MaalbarError


def main() -> None:
    """Run a command. A MaalbarError becomes its line (a contract's faults one line each) and its exit code."""
    # Libraries warn about one another; a user of the command can do nothing about it.
    warnings.filterwarnings("ignore")
    try:
        app()
    except MaalbarError as error:
        for line in error.lines:
            print(f"error: {line}", file=sys.stderr)
        sys.exit(error.exit_code)
