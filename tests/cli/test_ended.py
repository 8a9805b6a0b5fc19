"""A command that is told to end stops what it has started: no server is left behind that nobody knows of."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from maalbar.local import postgres
from maalbar.settings import PROJECT

WAITING = """
import sys, time
from maalbar.cli import main
from maalbar.cli.app import app, results_database

@app.command()
def wait():
    with results_database():
        print("up", flush=True)
        time.sleep(600)

sys.argv = ["maalbar", "wait"]
main()
"""


def test_a_command_that_is_sent_sigterm_stops_its_database_and_ends_by_143(home: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "MAALBAR_DATABASE_URL"}
    command = [sys.executable, "-c", WAITING]
    with subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.readline() == "up\n"
        assert postgres.socket_folder(home / "postgres") is not None
        process.send_signal(signal.SIGTERM)
        assert process.wait() == 128 + signal.SIGTERM
    assert postgres.socket_folder(home / "postgres") is None
