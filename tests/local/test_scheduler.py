"""What the scheduler forks ends with it, at whatever moment it is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from maalbar.settings import PROJECT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux tells a process that its parent has ended")
KILLED = """
import os, signal, sys, time
from maalbar.local.scheduler import end_forked_with_parent

def alone():
    while os.getppid() == parent:
        time.sleep(0.01)

parent = os.getpid()
if sys.argv[1] == "at once":
    os.register_at_fork(after_in_child=alone)
end_forked_with_parent()
told = int(sys.argv[2])
if os.fork() == 0:
    os.write(told, b"begun ")
    time.sleep(30)
    os.write(told, b"and gone on")
else:
    if sys.argv[1] == "later":
        time.sleep(0.2)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize(("moment", "said"), [("at once", {b""}), ("later", {b"", b"begun "})])
def test_what_is_forked_ends_with_its_parent(tmp_path: Path, moment: str, said: set[bytes]):
    """Also where that is killed before the fork has asked to be told of it."""
    read, write = os.pipe()
    command = [sys.executable, "-c", KILLED, moment, str(write)]
    done = subprocess.run(command, cwd=PROJECT, pass_fds=[write], check=False)
    os.close(write)
    assert done.returncode == -signal.SIGKILL
    with os.fdopen(read, "rb") as told:
        assert told.read() in said, "it reads to the end: when nobody is left who could write"
