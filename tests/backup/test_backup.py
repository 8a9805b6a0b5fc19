"""A backup brings everything back as it was, refuses what is not as it was, and brings back nobody who is erased."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import text

from maalbar import backup, kept, store
from maalbar.backup import held, making, trying
from maalbar.backup.content import MANIFEST, RESULTS, read_manifest
from maalbar.database import transaction
from maalbar.errors import SetupError, StoreDamaged
from maalbar.flow import erase, intake
from maalbar.flow.reproduce import reproduce
from maalbar.flow.verify import verify
from maalbar.local import postgres
from maalbar.settings import settings
from tests.flow.landing import deliver, stored
from tests.flow.measured import booked
from tests.owner import tamper


@pytest.fixture
def folder(installed):
    return settings().backups


def _files(home: Path) -> dict[str, bytes]:
    there = sorted(path for path in home.rglob("*") if path.is_file())
    return {str(path.relative_to(home)): path.read_bytes() for path in there}


def test_everything_comes_back_as_it_was_and_can_be_worked_with(installed, folder, elsewhere):
    was, ledger = _files(settings().store), booked(installed)
    made = backup.back_up(folder)
    home = elsewhere()
    done = backup.restore(made)
    assert (_files(home / "store"), booked(installed)) == (was, ledger)
    assert done.verified == {"tiny": verify("tiny")} and done.verified["tiny"].entries == len(ledger)
    assert reproduce("tiny", "1").answer == "identical"
    # And goes on: the triggers and the role came too.
    deliver(installed, as_of="2023-10-15")
    assert len(intake.take_in("tiny", "2")) == 1
    with pytest.raises(Exception, match="permission denied"), transaction() as connection:
        connection.execute(text("delete from ledger_entry"))


def test_it_is_made_by_who_may_only_read_and_append_and_nobody_else_may_read_it(installed, folder):
    made = backup.back_up(folder)
    assert {stat.S_IMODE(path.stat().st_mode) for path in made.rglob("*") if path.is_file()} == {0o600}
    assert stat.S_IMODE(made.stat().st_mode) == 0o700


def test_it_holds_what_the_books_name_and_no_secret(installed, folder):
    (settings().store / "tiny" / "raw" / ("0" * 64)).write_bytes(b"left by a crash")
    (settings().home / "person.keys").write_text(os.environ["MAALBAR_PERSON_KEYS"])
    (settings().home / "statements").mkdir()
    (settings().home / "statements" / "one.pdf").write_bytes(b"as it was handed out")
    made = backup.back_up(folder)
    objects = {f"store/tiny/{path.parent.name}/{path.name}" for paths in stored(installed).values() for path in paths}
    objects -= {f"store/tiny/raw/{'0' * 64}"}
    assert set(read_manifest(made).files) == objects | {RESULTS, "statements/one.pdf", "reports/tiny/1/intake.html"}
    secret = os.environ["MAALBAR_PERSON_KEYS"].removeprefix("1:").encode()
    assert not any(secret in content for content in _files(made).values())


def test_a_second_backup_takes_no_room_for_what_the_first_holds(installed, folder):
    first, second = backup.back_up(folder, "monday"), backup.back_up(folder, "tuesday")
    for path in first.rglob("store/*/*/*"):
        assert path.stat().st_ino == (second / path.relative_to(first)).stat().st_ino
    # What has rotted there is copied anew.
    rotten = next(second.rglob("store/*/raw/*"))
    rotten.chmod(0o600)
    rotten.write_bytes(b"rot")
    third = backup.back_up(folder, "wednesday")
    assert store.sha256_of_file(third / rotten.relative_to(second)) == rotten.name


def test_a_backup_of_that_name_that_is_there_is_it_and_half_a_one_is_swept(installed, folder):
    made = backup.back_up(folder, "monday")
    before = (made / MANIFEST).read_bytes()
    (folder / f"{making.UNFINISHED}left").mkdir()
    assert backup.back_up(folder, "monday") == made
    assert (made / MANIFEST).read_bytes() == before
    assert not list(folder.glob(f"{making.UNFINISHED}*"))
    with pytest.raises(SetupError, match="no name of a backup"):
        backup.back_up(folder, "../monday")


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda made: (made / RESULTS).write_bytes(b"x"), "results.dump: no longer matches its hash"),
        (lambda made: next(made.rglob("store/*/raw/*")).unlink(), "raw/.*: is missing"),
        (lambda made: (made / "more").write_bytes(b"x"), "more: is no file of this backup"),
        (lambda made: (made / "statements").symlink_to(made.parent), "statements: is no file of this backup"),
        (
            lambda made: (made / "store" / "tiny" / "more").symlink_to(made.parent),
            "tiny/more: is no file of this backup",
        ),
        (lambda made: os.mkfifo(made / "reports" / "more"), "reports/more: is no file of this backup"),
        (lambda made: (made.parent / "erased").rmdir(), "erased: there is no register of erasures beside the backup"),
        (lambda made: (made.parent / "erased" / "one.json").write_text("{}"), "one.json: is no record of an erasure"),
        (lambda made: (made / MANIFEST).write_text("{}"), "is no backup"),
        (lambda made: (made / MANIFEST).unlink(), "holds no backup"),
    ],
    ids=[
        "the_dump",
        "a_file_less",
        "a_file_more",
        "a_linked_folder",
        "one_below",
        "a_pipe",
        "no_register",
        "another_record",
        "another_manifest",
        "no_manifest",
    ],
)
def test_what_is_not_as_it_was_made_is_refused_before_anything_is_restored(installed, folder, elsewhere, damage, said):
    made = backup.back_up(folder)
    damage(made)
    home = elsewhere()
    with pytest.raises((StoreDamaged, SetupError), match=said):
        backup.restore(made)
    assert _files(home) == {}


def test_nothing_that_is_there_is_written_over(installed, folder, tmp_path, monkeypatch):
    made = backup.back_up(folder)
    with pytest.raises(SetupError, match="store: is not empty"):
        backup.restore(made)
    monkeypatch.setenv("MAALBAR_HOME", str(tmp_path / "empty"))
    with pytest.raises(SetupError, match=r"the database kept_.* holds .* tables already"):
        backup.restore(made)


def test_of_a_broken_ledger_or_a_damaged_store_no_backup_is_made(installed, folder):
    path = stored(installed)["raw"][0]
    content = path.read_bytes()
    path.write_bytes(content + b"\n")
    with pytest.raises(StoreDamaged, match="no longer matches its hash"):
        backup.back_up(folder)
    path.unlink()
    with pytest.raises(StoreDamaged, match="is missing"):
        backup.back_up(folder)
    path.write_bytes(content)
    tamper("update ledger_entry set amount_minor = amount_minor + 1 where entry = 1")
    with pytest.raises(StoreDamaged, match="hash chain"):
        backup.back_up(folder)
    assert backup.newest(folder) is None and not list(folder.glob(f"{making.UNFINISHED}*"))


def test_what_an_erasure_takes_away_while_it_is_made_is_looked_at_anew(installed, folder, monkeypatch):
    dump_results, calls = making.dump.dump_results, []

    def dumped_then_erased(*asked: Any) -> None:
        dump_results(*asked)
        if not calls:
            erase.erase("tiny", ["carl"], "objection", "Hanne Hansen")
        calls.append(1)

    monkeypatch.setattr(making.dump, "dump_results", dumped_then_erased)
    made = read_manifest(backup.back_up(folder))
    assert len(calls) == 2 and made.books["tiny"].erasures == 1


@pytest.mark.fault("F48")
def test_whoever_was_erased_after_a_backup_does_not_come_back_with_it(installed, folder, elsewhere):
    made = backup.back_up(folder)
    erase.erase("tiny", ["carl"], "objection", "Hanne Hansen")
    erase.erase("tiny", ["nobody yet"], "objection", "Hanne Hansen")
    was = {shelf: [path.name for path in paths] for shelf, paths in stored(installed).items()}
    assert any(b"carl" in content for content in _files(made).values())

    home = elsewhere()
    done = backup.restore(made)

    assert done.erased_again == 2
    assert not any(b"carl" in content for content in _files(home).values())
    assert {shelf: [path.name for path in paths] for shelf, paths in stored(installed).items()} == was
    with transaction() as connection:
        remembered = kept.tombstones(connection, "tiny", "population")[1]
    assert len(remembered) == 2
    assert reproduce("tiny", "1").answer == "identical but for listed erasures"
    # A sender who delivers carl again brings in the others.
    deliver(installed, as_of="2023-10-15")
    intake.take_in("tiny", "2")
    assert not any(b"carl" in content for content in _files(home / "store").values())


def test_a_register_that_lacks_what_it_had_is_refused_and_one_that_is_lost_is_done_without_when_that_is_said(
    installed, folder, elsewhere
):
    erase.erase("tiny", ["carl"], "objection", "Hanne Hansen")
    made = backup.back_up(folder)
    (record,) = (folder / "erased").glob("*.json")
    (folder / "erased" / ".writing-half.json").write_text("{")  # of a writer that was killed
    record.rename(folder / "aside")
    home = elsewhere()
    with pytest.raises(StoreDamaged, match=f"{record.name}: is missing"):
        backup.restore(made)
    assert _files(home) == {}
    (folder / "aside").rename(record)
    moved = made.rename(folder.parent / "copy")
    with pytest.raises(SetupError, match="there is no register"):
        backup.restore(moved)
    assert _files(home) == {}
    record.unlink()  # the installation has a register, with nothing in it
    assert backup.restore(moved, without_register=True).erased_again == 0


@pytest.mark.fault("F48")
def test_backups_from_before_an_erasure_go_when_there_is_a_newer_one(installed, folder):
    backup.back_up(folder, "monday")
    erase.erase("tiny", ["carl"], "objection", "Hanne Hansen")
    assert backup.discard(folder, keep=7) == []
    tuesday = backup.back_up(folder, "tuesday")
    assert backup.discard(folder, keep=1) == []
    held.mark_proved(tuesday)
    assert backup.discard(folder, keep=7) == [folder / "monday"]
    assert backup.newest(folder) == tuesday
    assert not any(b"carl" in content for content in _files(folder).values())


def test_of_those_that_know_the_same_the_newest_that_were_proved_stay_and_what_is_newer(installed, folder):
    made = [backup.back_up(folder, name) for name in ("monday", "tuesday", "wednesday", "thursday")]
    for one in made[:3]:
        held.mark_proved(one)
    (made[2] / MANIFEST).write_text((made[2] / MANIFEST).read_text() + "\n")  # no longer what was proved
    assert backup.discard(folder, keep=1) == made[:1]
    assert backup.discard(folder, keep=1) == []
    with pytest.raises(SetupError, match="keep 1 at least"):
        backup.discard(folder, keep=0)
    with held.alone(folder / held.LOCK, held.BUSY):
        for does in (lambda: backup.discard(folder, keep=1), lambda: backup.back_up(folder)):
            with pytest.raises(SetupError, match="backups are being made or discarded"):
                does()
    assert [path.name for path, _ in held.all_of(folder)] == ["tuesday", "wednesday", "thursday"]


def test_a_try_proves_a_backup_and_leaves_nothing_of_itself_and_nothing_changed(
    installed, folder, tmp_path, monkeypatch
):
    monkeypatch.setenv("MAALBAR_SCRATCH", str(tmp_path / "scratch"))
    made, was, url = backup.back_up(folder), _files(settings().home), settings().database_url
    assert not held.is_proved(made)
    done = backup.try_out(made, settings().scratch)
    assert done.verified["tiny"] == verify("tiny") and held.is_proved(made)
    assert (_files(settings().home), settings().database_url) == (was, url)
    assert [path for path in (tmp_path / "scratch").iterdir() if path.is_dir()] == []


def test_a_try_does_not_stop_another_that_goes_on(installed, folder, monkeypatch):
    made, told = backup.back_up(folder), []

    def another(chosen: Path) -> Any:
        if told:
            return None
        told.append("begun")
        for does in (lambda: backup.try_out(made, scratch), lambda: backup.clear(scratch)):
            with pytest.raises(SetupError, match="a backup is being tried out"):
                does()
        told.append("runs" if postgres.socket_folder(scratch / "postgres") else "was stopped")
        return SimpleNamespace(backup=chosen)

    scratch = settings().scratch
    monkeypatch.setattr(trying, "restore", another)
    backup.try_out(made, scratch)
    assert told == ["begun", "runs"]
    backup.clear(scratch)
    assert not scratch.exists()


def test_what_a_manifest_has_right_and_the_books_have_not_is_found_by_the_proof(installed, folder, elsewhere):
    made = backup.back_up(folder)
    raw, manifest = next(made.rglob("store/*/raw/*")), made / MANIFEST
    raw.write_bytes(b"other")
    said = json.loads(manifest.read_text())
    said["files"][str(raw.relative_to(made))] = [store.sha256_of(b"other"), 5]
    manifest.write_text(json.dumps(said))
    elsewhere()
    with pytest.raises(StoreDamaged, match="no longer matches its hash"):
        backup.restore(made)


@pytest.mark.parametrize("one", [{"head": "0" * 64}, {"entries": 1}, {"erasures": 1}])
def test_a_database_with_other_books_than_the_manifests_is_refused(installed, folder, elsewhere, one):
    made = backup.back_up(folder)
    said = json.loads((made / MANIFEST).read_text())
    said["books"]["tiny"] |= one
    (made / MANIFEST).write_text(json.dumps(said))
    elsewhere()
    with pytest.raises(StoreDamaged, match=r"has not the books that it was made of \(tiny\)"):
        backup.restore(made)
