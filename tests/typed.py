"""Commands as a user types them: each in a process of its own, with its own environment, output and exit code.

The processes are forked from one that has only imported what the commands import, so that no test waits for that again.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from pathlib import Path

_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(["maalbar.cli.main", "maalbar.flow.before_sending", "maalbar.flow.measure"])


def maalbar(*words: str, folder: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """What `maalbar WORDS` prints and ends with, run in `folder` (here by default) with `environment` beside our own."""
    with tempfile.TemporaryDirectory() as told:
        out, err = Path(told) / "out", Path(told) / "err"
        process = _SERVER.Process(
            target=_typed, args=(words, {**os.environ, **environment}, folder or Path.cwd(), out, err)
        )
        process.start()
        process.join()
        return subprocess.CompletedProcess(words, process.exitcode or 0, out.read_text(), err.read_text())


def _typed(words: tuple[str, ...], environment: dict[str, str], folder: Path, out: Path, err: Path) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    for stream, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), stream)
    sys.argv = ["maalbar", *words]
    from maalbar.cli import main

    main()
