"""A file is looked at in a private copy, which is gone when it has been looked at, whatever happens meanwhile."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from maalbar import staging as stagings
from maalbar.errors import DeliveryRefused
from maalbar.manifest import Manifest
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


def said(path: Path, **changed: object) -> Manifest:
    facts = {"contract": "tiny", "source": "billed", "as_of": "2022-10-15", "file": path.name, "rows": 1}
    facts |= {"sha256": hashlib.sha256(DATA).hexdigest(), "bytes": len(DATA)}
    return Manifest.model_validate(facts | changed)


def lying(home: Path) -> list[Path]:
    return [path for path in (home / "staging").rglob("*") if path.is_file() and path.name != ".lock"]


def test_the_copy_is_private_and_is_what_was_hashed(home, source):
    with staging() as folder, staged(source, folder, said(source)) as copy:
        assert (copy.path.read_bytes(), copy.bytes, copy.sha256) == (DATA, len(DATA), hashlib.sha256(DATA).hexdigest())
        assert copy.path.stat().st_mode & 0o777 == 0o600
        assert copy.folder.stat().st_mode & 0o777 == 0o700
        source.write_bytes(b"something else")
        assert copy.path.read_bytes() == DATA


def test_nothing_lies_there_afterwards_also_after_a_failure(home, source):
    with pytest.raises(DeliveryRefused), staging() as folder, staged(source, folder, said(source)) as copy:
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
        with (
            pytest.raises(DeliveryRefused, match=r"is no plain file|cannot be read"),
            staging() as folder,
            staged(path, folder, said(source)),
        ):
            pass


def test_what_a_killed_intake_left_is_emptied_by_the_next_and_what_runs_is_left_alone(home, source):
    child = (
        "import sys; from pathlib import Path; from maalbar.manifest import Manifest\n"
        "from maalbar.staging import staged, staging\n"
        "told = Manifest.model_validate_json(sys.argv[2])\n"
        "with staging() as folder, staged(Path(sys.argv[1]), folder, told) as copy:\n"
        "    print(copy.path, flush=True); sys.stdin.read()\n"
    )
    run = [sys.executable, "-c", child, str(source), said(source).model_dump_json()]
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


def refusal(source: Path, announced: Manifest) -> str:
    with pytest.raises(DeliveryRefused) as caught, staging() as folder, staged(source, folder, announced):
        pass
    assert lying(settings().home) == []
    return caught.value.line


@pytest.mark.fault("F02")
def test_other_bytes_than_announced_are_refused_with_the_first_signs_of_both_hashes(home, source):
    assert refusal(source, said(source, sha256="ab" * 32)) == (
        f"landing.csv: is not the file announced (sha256 {hashlib.sha256(DATA).hexdigest()[:12]}…, announced abababababab…) — "
        "send it again, whole, and the manifest last"
    )


@pytest.mark.parametrize("size", [0, len(DATA) - 1, len(DATA) + 1])
def test_another_length_than_announced_is_refused(home, source, size):
    assert "is not the file announced" in refusal(source, said(source, bytes=size))


@pytest.mark.fault("F07")
@pytest.mark.parametrize("cut", range(len(DATA)))
def test_a_file_cut_short_anywhere_is_refused(home, source, cut):
    source.write_bytes(DATA[:cut])
    assert "is not the file announced" in refusal(source, said(source))


def test_a_file_beyond_the_limit_is_refused_before_it_fills_the_disk(home, source, monkeypatch):
    monkeypatch.setattr(stagings, "MAX_BYTES", len(DATA) - 1)
    assert f"is larger than {len(DATA) - 1} bytes" in refusal(source, said(source))


def test_a_name_that_may_hold_a_cpr_number_is_not_repeated(home, source):
    line = refusal(source, said(source, file="list_0101501234.csv", bytes=0))
    assert line.startswith("a file whose name is not repeated: is not the file announced")
