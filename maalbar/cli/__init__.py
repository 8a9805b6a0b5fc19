"""The command line: calls what the DAGs call. Bad input gives one line on stderr and the exit code of its kind."""

from maalbar.cli.main import main

__all__ = ["main"]
