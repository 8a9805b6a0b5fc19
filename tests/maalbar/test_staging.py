"""A file is looked at in a private copy, which is gone when it has been looked at, whatever happens meanwhile."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from maalbar.errors import DeliveryRefused
from maalbar.settings import settings
from maalbar.staging import staged, staging

DATA = b"a;b\n1;2\n"


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("MAALBAR_HOME", str(tmp_path / "home"))
    return settings().home


@pytest.fixture
def source(tmp_path) -> Path:
    path = tmp_path / "landing.csv"
    path.write_bytes(DATA)
    return path


def lying(home: Path) -> list[Path]:
    return [path for path in (home / "staging").rglob("*") if path.is_file() and path.name != ".lock"]


def test_the_copy_is_private_and_is_what_was_hashed(home, source):
    with staging() as folder, staged(source, folder) as copy:
        assert (copy.path.read_bytes(), copy.bytes, copy.sha256) == (DATA, len(DATA), hashlib.sha256(DATA).hexdigest())
        assert copy.path.stat().st_mode & 0o777 == 0o600
        assert copy.folder.stat().st_mode & 0o777 == 0o700
        source.write_bytes(b"something else")
        assert copy.path.read_bytes() == DATA


def test_nothing_lies_there_afterwards_also_after_a_failure(home, source):
    with pytest.raises(DeliveryRefused), staging() as folder, staged(source, folder) as copy:
        (copy.folder / "candidates.parquet").write_bytes(b"rows of persons")
        raise DeliveryRefused("no")
    assert lying(home) == []


@pytest.mark.fault("F11")
def test_a_link_a_pipe_and_a_folder_are_no_files(home, source, tmp_path):
    link, pipe, folder_ = tmp_path / "link.csv", tmp_path / "pipe.csv", tmp_path / "folder.csv"
    link.symlink_to(source)
    os.mkfifo(pipe)
    folder_.mkdir()
    for path in (link, pipe, folder_, tmp_path / "absent.csv"):
        with pytest.raises(DeliveryRefused, match="is no plain file"), staging() as folder, staged(path, folder):
            pass


def test_what_a_killed_intake_left_is_emptied_by_the_next_and_what_runs_is_left_alone(home, source):
    child = (
        "import sys; from pathlib import Path; from maalbar.staging import staged, staging\n"
        "with staging() as folder, staged(Path(sys.argv[1]), folder) as copy:\n"
        "    print(copy.path, flush=True); sys.stdin.read()\n"
    )
    run = [sys.executable, "-c", child, str(source)]
    environment = {**os.environ, "MAALBAR_HOME": str(home)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "env": environment}
    with subprocess.Popen(run, **pipes) as killed, subprocess.Popen(run, **pipes) as running:
        left, held = (Path(process.stdout.readline().strip()) for process in (killed, running))
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        assert left.exists() and held.exists()
        with staging():
            assert not left.exists()
            assert held.exists()
        running.communicate("")
    assert lying(home) == []
