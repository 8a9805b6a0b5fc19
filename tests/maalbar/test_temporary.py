"""Temporary places: gone when they are done with, gone when their process was killed, and never taken from one that lives."""

from __future__ import annotations

import os
import signal
import tempfile
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
