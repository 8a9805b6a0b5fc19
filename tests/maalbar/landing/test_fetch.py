"""What lies far away is judged there and copied whole, whatever happens on the way; there, nothing is ever changed."""

from __future__ import annotations

import errno
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import fsspec
import pytest

from maalbar.errors import LandingUnreachable, SetupError
from maalbar.far import fetch_landing, place
from maalbar.landing import arrivals
from maalbar.landing.fetch import fetch
from maalbar.landing.listed import Listed, list_folder
from tests.maalbar.landing.lying import (
    AS_OF,
    DONE,
    FIRST,
    MONDAY,
    SECOND,
    STABLE,
    announce,
    minutes,
    put,
    sha256,
)  # fmt: skip

NAME = f"dream_{AS_OF}.csv"


class Remote:
    """A folder that stands for another machine: in pieces of three bytes, with what a test lets happen before a piece."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.read: list[tuple[str, int]] = []
        self.before_piece = lambda number: None

    def listing(self, contract_id: str, source: str) -> list[Listed]:
        return list_folder(self.root / contract_id / source)

    def chunks(self, contract_id: str, source: str, name: str, start: int) -> Iterator[bytes]:
        self.read.append((name, start))
        with (self.root / contract_id / source / name).open("rb") as file:
            file.seek(start)
            number = 0
            while piece := file.read(3):
                self.before_piece(number := number + 1)
                yield piece


@pytest.fixture
def remote(home, tmp_path, monkeypatch):
    monkeypatch.setenv("MAALBAR_LANDING", "memory://anything")
    (tmp_path / "remote" / "tiny" / "benefits").mkdir(parents=True)
    return Remote(tmp_path / "remote")


@pytest.fixture
def there(remote):
    return remote.root / "tiny" / "benefits"


@pytest.fixture
def mirror(home):
    return home / "mirror" / "tiny" / "benefits"


def _visible(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.startswith(".")}


def test_a_file_and_then_its_manifest_are_copied_once_and_arrive(tiny_contract, remote, there, mirror):
    contract = tiny_contract()
    announce(put(there / "dream.csv"))
    assert fetch(contract, remote, MONDAY).refused == []
    assert _visible(mirror) == _visible(there)
    assert [one.path for one in arrivals(contract, "1", now=MONDAY)[0]] == [mirror / "dream.csv"]
    remote.read.clear()
    fetch(contract, remote, MONDAY)
    assert [name for name, _ in remote.read] == ["dream.manifest.json"], "only the manifest is read again"
    assert mirror.stat().st_mode & 0o77 == 0 and (mirror / "dream.csv").stat().st_mode & 0o77 == 0


def test_a_file_whose_manifest_has_not_come_is_left_where_it_is(tiny_contract, remote, there, mirror):
    put(there / "dream.csv")
    fetch(tiny_contract(), remote, MONDAY)
    assert _visible(mirror) == {}


@pytest.mark.parametrize("changes", [DONE, STABLE])
def test_completeness_is_judged_where_the_file_lies(tiny_contract, remote, there, mirror, changes):
    contract = tiny_contract(changes)
    put(there / NAME, at=MONDAY - timedelta(days=1))
    found = fetch(contract, remote, MONDAY)
    assert _visible(mirror) == {}
    assert found.underway == ({"benefits": [NAME]} if changes is STABLE else {})
    if changes is DONE:
        put(there / f"{NAME}.done", b"")
    fetch(contract, remote, MONDAY + minutes(15))
    assert _visible(mirror) == {NAME: FIRST}
    assert [one.path.name for one in arrivals(contract, "1", now=MONDAY + minutes(15))[0]] == [NAME], "at one look"


def test_what_a_lost_connection_has_cut_off_is_not_seen_and_goes_on_where_it_was(tiny_contract, remote, there, mirror):
    contract = tiny_contract()
    announce(put(there / "dream.csv"))

    def cut(number: int) -> None:
        if number == 4 and remote.read[-1][0] == "dream.csv":
            raise LandingUnreachable("cannot be reached")

    remote.before_piece = cut
    with pytest.raises(ConnectionError):
        fetch(contract, remote, MONDAY)
    assert _visible(mirror) == {} and arrivals(contract, "1", now=MONDAY) == ([], [])
    remote.before_piece = lambda number: None
    remote.read.clear()
    fetch(contract, remote, MONDAY)
    assert ("dream.csv", 9) in remote.read and _visible(mirror) == _visible(there)


def test_what_was_begun_of_a_file_that_has_changed_since_is_begun_anew(tiny_contract, remote, there, mirror):
    contract = tiny_contract()
    announce(put(there / "dream.csv"))

    def cut(number: int) -> None:
        if number == 4 and remote.read[-1][0] == "dream.csv":
            raise LandingUnreachable("cannot be reached")

    remote.before_piece = cut
    with pytest.raises(LandingUnreachable):
        fetch(contract, remote, MONDAY)
    remote.before_piece = lambda number: None
    announce(put(there / "dream.csv", SECOND, MONDAY + minutes(1)))
    remote.read.clear()
    fetch(contract, remote, MONDAY)
    assert ("dream.csv", 0) in remote.read and _visible(mirror) == _visible(there)
    assert list(mirror.glob("*.fetching")) == []


@pytest.mark.fault("F26")
def test_a_file_that_is_replaced_while_it_is_read_is_read_again_whole(tiny_contract, remote, there, mirror):
    contract = tiny_contract(DONE)
    put(there / NAME), put(there / f"{NAME}.done", b"")

    def replace(number: int) -> None:
        if number == 2 and len(remote.read) == 1:
            put(there / NAME, SECOND + b"eva;785\n", MONDAY + minutes(1))

    remote.before_piece = replace
    fetch(contract, remote, MONDAY)
    assert _visible(mirror) == {NAME: SECOND + b"eva;785\n"}


def test_one_that_never_holds_still_is_left_for_the_next_look(tiny_contract, remote, there, mirror):
    contract = tiny_contract(DONE)
    put(there / NAME), put(there / f"{NAME}.done", b"")

    def grow(number: int) -> None:
        if number == 1:
            put(there / NAME, (there / NAME).read_bytes() + b"x", MONDAY + minutes(len(remote.read)))

    remote.before_piece = grow
    fetch(contract, remote, MONDAY)
    assert len(remote.read) == 3 and _visible(mirror) == {} and list(mirror.glob("*.fetching")) == []


def test_a_file_that_changed_there_is_fetched_anew_and_one_that_went_stays_here(tiny_contract, remote, there, mirror):
    contract = tiny_contract(DONE)
    put(there / NAME), put(there / f"{NAME}.done", b"")
    fetch(contract, remote, MONDAY)
    put(there / NAME, SECOND, MONDAY + minutes(1)), put(there / f"{NAME}.done", b"", MONDAY + minutes(2))
    fetch(contract, remote, MONDAY)
    assert _visible(mirror) == {NAME: SECOND}
    (there / NAME).unlink()
    fetch(contract, remote, MONDAY)
    assert _visible(mirror) == {NAME: SECOND}


def test_nothing_is_ever_changed_where_the_files_lie(tiny_contract, remote, there):
    contract = tiny_contract()
    announce(put(there / "dream.csv"))
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in there.iterdir()}
    fetch(contract, remote, MONDAY)
    assert {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in there.iterdir()} == before


def test_what_a_person_has_said_here_is_not_undone_by_a_manifest_from_there(tiny_contract, remote, there, mirror):
    contract = tiny_contract(DONE)
    announce(put(there / NAME))
    put(there / f"{NAME}.done", b"")
    fetch(contract, remote, MONDAY)
    announce(mirror / NAME, supersedes=sha256(SECOND), said_by="Dora Data", reason="by phone")
    fetch(contract, remote, MONDAY)
    assert json.loads((mirror / f"dream_{AS_OF}.manifest.json").read_bytes())["said_by"] == "Dora Data"


def test_a_full_disk_here_is_no_fault_of_the_connection(tiny_contract, remote, there):
    def full(number: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    announce(put(there / "dream.csv"))
    remote.before_piece = full
    with pytest.raises(OSError) as caught:
        fetch(tiny_contract(), remote, MONDAY)
    assert not isinstance(caught.value, ConnectionError)


# An object store, by fsspec.


@pytest.fixture
def store(home, monkeypatch):
    monkeypatch.setenv("MAALBAR_LANDING", "memory://senders/ours")
    files = fsspec.filesystem("memory")
    files.store.clear()
    files.pseudo_dirs[:] = [""]
    yield files
    files.store.clear()


def test_objects_are_fetched_with_their_manifests_and_arrive(tiny_contract, store, tmp_path, mirror):
    contract = tiny_contract()
    folder = tmp_path / "tiny" / "benefits"
    folder.mkdir(parents=True)
    announce(put(folder / "dream.csv"))
    for path in folder.iterdir():
        store.pipe(f"/senders/ours/tiny/benefits/{path.name}", path.read_bytes())
    assert fetch_landing(contract).refused == []
    assert _visible(mirror) == {path.name: path.read_bytes() for path in folder.iterdir()}
    assert len(arrivals(contract, "1", now=MONDAY)[0]) == 1
    store.pipe("/senders/ours/tiny/benefits/dream.csv", SECOND)
    fetch_landing(contract)
    assert _visible(mirror)["dream.csv"] == SECOND, "an object that was put anew is fetched anew"


def test_an_object_store_can_be_read_from_any_byte_on(store):
    store.pipe("/senders/ours/tiny/benefits/dream.csv", FIRST)
    with place("memory://senders/ours") as there:
        assert b"".join(there.chunks("tiny", "benefits", "dream.csv", 5)) == FIRST[5:]
        assert there.listing("tiny", "services") == []


def test_an_address_of_no_known_kind_is_one_line(tiny_contract, home, monkeypatch):
    monkeypatch.setenv("MAALBAR_LANDING", "gopher://somewhere")
    with pytest.raises(SetupError, match="nothing here to read gopher://"):
        fetch_landing(tiny_contract())


def test_a_folder_has_nothing_to_fetch(tiny_contract, home, tmp_path, monkeypatch):
    monkeypatch.setenv("MAALBAR_LANDING", str(tmp_path))
    fetch_landing(tiny_contract())
    assert not (home / "mirror").exists()
