"""Temporary places: gone when they are done with, gone when their process was killed, and never taken from one that lives."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from maalbar import store, temporary
from maalbar.temporary import FILE, FOLDER, draft_of, sweep, temporary_folder
from tests.processes import ended, start


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A home; the machine's own place for such is beside it, and nobody else's."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "machine"))
    for name in ("machine", "home"):
        (tmp_path / name).mkdir()
    return tmp_path / "home"


def _left(place: Path) -> list[str]:
    both = (place, place.parent / "machine")
    return sorted(path.name for root in both for path in root.rglob("*") if path.name.startswith((FOLDER, FILE)))


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _killed(function: Any, *args: Any) -> None:
    assert ended(start(function, *args)) == -signal.SIGKILL


def _spill(*beside: Path) -> None:
    with temporary_folder(*beside) as folder:
        (folder / "rows").write_text("anna")
        _die()


def _half_write(path: Path) -> None:
    with draft_of(path) as (file, _):
        file.write(b"anna")
        file.flush()
        _die()


def test_a_place_is_gone_when_its_block_ends_well_or_not(place):
    for fails in (False, True):
        try:
            with temporary_folder(place) as folder, draft_of(place / "object") as (file, _):
                (folder / "rows").write_text("anna")
                file.write(b"anna")
                assert len(_left(place)) == 2
                if fails:
                    raise ValueError
        except ValueError:
            pass
        assert _left(place) == []


def test_what_a_killed_process_spilled_is_deleted_by_the_next_who_spills_there(place):
    for beside in ((), (place,)):
        _killed(_spill, *beside)
        (left,) = _left(place)
        with temporary_folder(*beside) as folder:
            assert _left(place) == [folder.name] != [left]


def test_a_sweep_finds_everything_wherever_it_was_left_and_nothing_that_is_held_or_finished(place):
    deep = place / "store" / "tiny" / "raw"
    deep.mkdir(parents=True)
    for beside in ((), (deep,)):
        _killed(_spill, *beside)
    _killed(_half_write, deep / "another")
    store.write_atomically(deep / "object", b"whole")
    assert len(_left(place)) == 3
    with temporary_folder(deep) as folder, draft_of(deep / "third") as (_, path):  # which sweeps `deep` of folders
        assert sweep(place) == 2
        assert folder.exists() and path.exists()
        assert sorted(_left(place)) == sorted([folder.name, path.name])
    assert [path.name for path in deep.iterdir()] == ["object"]


def test_what_a_killed_process_left_of_its_draft_is_written_over(place):
    _killed(_half_write, place / "object")
    assert len(_left(place)) == 1
    store.write_atomically(place / "object", b"whole")
    assert [(path.name, path.read_bytes()) for path in place.iterdir()] == [("object", b"whole")]


def test_a_folder_that_a_sweep_takes_before_it_is_locked_is_made_again(place, monkeypatch):
    make, taken = tempfile.mkdtemp, []

    def made_and_swept(**asked: Any) -> Any:
        made = make(**asked)
        if not taken:
            taken.append(made)
            assert sweep(place) == 1
        return made

    monkeypatch.setattr(temporary.tempfile, "mkdtemp", made_and_swept)
    with temporary_folder(place) as folder:
        assert folder.is_dir() and taken


def test_a_draft_that_a_sweep_takes_before_it_is_locked_is_made_again(place, monkeypatch):
    lock, taken = temporary.fcntl.flock, []

    def swept_and_locked(handle: int, how: int) -> None:
        if not taken:
            taken.append(handle)
            assert sweep(place) == 1
        lock(handle, how)

    monkeypatch.setattr(temporary.fcntl, "flock", swept_and_locked)
    with draft_of(place / "object") as (_, draft):
        assert draft.is_file() and taken


def test_a_draft_that_another_writer_has_begun_since_a_sweep_opened_its_own_is_left_to_it(place, monkeypatch):
    """The first writer gives its draft its name and ends; the next begins one of the same name; then the sweep gets its lock."""
    lock, begun = temporary.fcntl.flock, ExitStack()
    _killed(_half_write, place / "object")
    (left,) = place.iterdir()

    def renamed_and_begun_then_locked(handle: int, how: int) -> None:
        if how & temporary.fcntl.LOCK_NB:
            monkeypatch.undo()
            left.rename(place / "object")
            begun.enter_context(draft_of(place / "object"))
        lock(handle, how)

    monkeypatch.setattr(temporary.fcntl, "flock", renamed_and_begun_then_locked)
    with begun:
        assert not temporary._delete_if_left(left)
        assert left.is_file()


@pytest.fixture
def as_on_nfs(monkeypatch):
    """Locks as NFS has them: exclusive ones on files open to write, none on what is open to read alone, such as a folder."""
    lock = temporary.fcntl.flock

    def locked(handle: int, how: int) -> None:
        if fcntl.fcntl(handle, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        lock(handle, how)

    monkeypatch.setattr(temporary.fcntl, "flock", locked)


@pytest.mark.usefixtures("as_on_nfs")
def test_on_a_network_too_what_is_held_stays_and_what_is_left_goes(place):
    _killed(_spill, place)
    (left,) = place.iterdir()
    with temporary_folder(place) as folder, draft_of(place / "object") as (_, draft):
        assert not left.exists()
        assert sweep(place) == 0 and folder.exists() and draft.exists()
    _killed(_spill, place)
    _killed(_half_write, place / "object")
    assert sweep(place) == 2 and _left(place) == []


def test_what_only_has_the_name_of_one_stops_nobody_and_stays(place, tmp_path):
    """Anyone may put such names into the machine's own place."""
    machine, aim = tmp_path / "machine", tmp_path / "aim"
    aim.mkdir()
    os.mkfifo(machine / f"{FOLDER}fifo")
    (machine / f"{FOLDER}link").symlink_to(aim, target_is_directory=True)
    (machine / f"{FOLDER}anothers").mkdir()
    if os.geteuid() == 0:
        os.chown(machine / f"{FOLDER}anothers", 12345, 12345)
    with temporary_folder() as folder:
        assert folder.is_dir()
    assert (machine / f"{FOLDER}fifo").exists() and list(aim.iterdir()) == []
    if os.geteuid() == 0:
        assert (machine / f"{FOLDER}anothers").exists()
