"""A path that cannot be used is one line that names it, before any work is done for it: never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from maalbar.cli.places import writing_to
from maalbar.errors import LandingUnreachable
from tests.cli.test_commands import maalbar


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a_file"
    path.write_text("kept", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "words",
    [
        ("simulate", "plads_til_forskel", "--out"),
        ("backup",),
        ("yearly-report", "plads_til_forskel", "5", "--out"),
        ("statement", "plads_til_forskel", "5", "--out"),
        ("rehearse", "plads_til_forskel", "--out"),
    ],
)
def test_a_file_where_a_folder_belongs_is_told_before_anything_is_begun(words, file, home):
    run = maalbar(*words, str(file))
    assert (run.returncode, run.stdout) == (9, "")
    assert run.stderr == f"error: {file}: cannot be written (Not a directory) — choose another place\n"
    assert file.read_text(encoding="utf-8") == "kept" and not list(home.iterdir())


def test_a_folder_below_a_file_is_none_either(file, home):
    run = maalbar("portfolio", "--out", str(file / "page.html"))
    assert (run.returncode, run.stderr) == (
        9, f"error: {file}: cannot be written (Not a directory) — choose another place\n"
    )  # fmt: skip


def test_secrets_go_into_a_file_of_a_folder_that_is_there(tmp_path):
    nowhere, folder = tmp_path / "none" / ".env", tmp_path / "folder"
    folder.mkdir()
    for path, why in ((nowhere, "No such file or directory"), (folder, "Is a directory")):
        run = maalbar("new-secrets", str(path))
        assert (run.returncode, run.stdout) == (9, "")
        assert run.stderr == f"error: {path}: cannot be written ({why}) — choose another place\n"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="no file system here in which nobody makes a folder")
def test_a_folder_that_nobody_can_make_is_told_as_the_system_tells_it(home):
    run = maalbar("simulate", "plads_til_forskel", "--out", "/proc/nofolder", "--people", "20", "--years", "1")
    assert (run.returncode, run.stdout) == (9, "")
    assert run.stderr == "error: /proc/nofolder: cannot be written (No such file or directory) — choose another place\n"


def test_whatever_command_meets_a_path_that_it_cannot_use_it_is_one_line(file, tmp_path):
    run = maalbar("calendar", "plads_til_forskel", "--status", MAALBAR_HOME=str(file), MAALBAR_DATABASE_URL="")
    assert (run.returncode, run.stdout) == (9, "")
    (line,) = run.stderr.splitlines()
    assert line.startswith(f"error: {file}") and line.endswith(" — give another path, or see who may read and write it")


@pytest.mark.parametrize(
    "error",
    [
        FileNotFoundError(2, "No such file or directory", "/of/something/else"),
        ConnectionResetError(104, "Connection reset by peer"),
        LandingUnreachable("cannot be reached"),
        KeyError("of ours"),
    ],
)
def test_what_is_no_fault_of_the_place_stays_what_it_is(error, tmp_path):
    with pytest.raises(type(error)) as told, writing_to(tmp_path / "place"):
        raise error
    assert told.value is error
