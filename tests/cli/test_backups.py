"""`backup`, `discard-backups`, `restore` and `try-backup` on the command line."""

from __future__ import annotations

import errno
import json
import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from maalbar.backup import held, making
from maalbar.cli import main  # noqa: F401  # registers the commands
from maalbar.cli.app import app
from maalbar.errors import MaalbarError, SetupError


def _run(*words: str) -> str:
    """What a command prints; its MaalbarError where it ends by one."""
    run = CliRunner().invoke(app, words)
    if isinstance(run.exception, MaalbarError):
        raise run.exception
    assert run.exit_code == 0, run.output
    return run.stdout


@pytest.mark.usefixtures("results_database")
def test_a_backup_is_named_and_what_is_no_longer_kept_too(home: Path, tmp_path: Path) -> None:
    first = json.loads(_run("backup", str(tmp_path / "kept"), "--json"))
    assert first["discarded"] == [] and Path(first["backup"]).parent == tmp_path / "kept"
    Path(first["backup"]).rename(tmp_path / "kept" / "old")
    keeping = ("backup", "--keep", "1", str(tmp_path / "kept"))
    (second,) = _run(*keeping).splitlines()  # nobody knows whether it can be restored
    Path(second).rename(newer := Path(second).with_name("newer"))
    held.mark_proved(newer)
    told = _run(*keeping).splitlines()
    assert told[1:] == [f"discarded {tmp_path / 'kept' / 'old'}"]


@pytest.mark.usefixtures("results_database")
def test_a_disk_that_is_full_of_backups_is_got_out_of_by_what_the_error_says(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "statements").mkdir()
    (home / "statements" / "one.pdf").write_bytes(b"as it was handed out")
    disk = tmp_path / "kept"
    for name in ("monday", "tuesday", "wednesday", "thursday"):
        Path(_run("backup", str(disk)).strip()).rename(disk / name)
        held.mark_proved(disk / name)

    def has_room() -> None:
        if len(list(disk.glob("*day"))) > 3:
            raise OSError(errno.ENOSPC, "No space left on device")

    copy = shutil.copyfile
    monkeypatch.setattr(making.shutil, "copyfile", lambda *paths: has_room() or copy(*paths))
    with pytest.raises(SetupError, match="no room left for a backup") as full:
        _run("backup", str(disk), "--keep", "3")
    said = re.findall(r"`maalbar ([^`]+)`", full.value.line)
    assert said == ["discard-backups --keep 3"]
    told = _run(*said[0].split(), str(disk)).splitlines()
    assert told == [f"discarded {disk / 'monday'}"]
    assert json.loads(_run(*said[0].split(), str(disk), "--json")) == {"discarded": []}
    assert _run(*said[0].split(), str(disk)) == f"{disk}: nothing was discarded\n"
    assert Path(_run("backup", str(disk)).strip()).is_dir()


@pytest.mark.usefixtures("results_database")
def test_without_a_folder_it_is_that_of_the_installation(home: Path) -> None:
    assert Path(_run("backup").strip()).parent == home / "backups"


@pytest.mark.usefixtures("results_database")
def test_a_folder_without_a_backup_and_an_address_that_is_none_are_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SetupError, match="holds no backup"):
        _run("restore", str(tmp_path))
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(SetupError, match=f"{folder}: holds no backup"):
            _run("discard-backups", str(folder), "--keep", "3")
    monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "sqlite:////tmp/x.db")
    with pytest.raises(SetupError, match="is no address of a PostgreSQL database"):
        _run("backup", str(tmp_path), "--airflow")


def test_on_the_embedded_server_it_is_restored_there(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MAALBAR_DATABASE_URL", raising=False)
    made = _run("backup", str(tmp_path / "kept")).strip()
    monkeypatch.setenv("MAALBAR_HOME", str(tmp_path / "new"))
    told = json.loads(_run("restore", made, "--json"))
    assert (told["backup"], told["verified"], told["erased_again"]) == (made, {}, 0)
