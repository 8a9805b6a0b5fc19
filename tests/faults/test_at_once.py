"""Several processes at one delivery: intakes side by side, and a sender who goes on writing."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import pytest

from maalbar import staging
from maalbar.errors import DeliveryRefused
from maalbar.flow import intake
from tests.faults import left
from tests.faults.malformed.case import GOOD, Case, Same, land, rows, write_contract
from tests.processes import at_once, ended, start

PEOPLE = Case("people", (), Same(), GOOD["population"])
LINES = tuple(f"q{n:05};F;1950-01-01;north;2010-01-01;;;;0" for n in range(1000))
LONG = Case("long", (), Same(), rows("population", more=LINES))
"""More than is read at a time."""


@pytest.fixture
def landing(installation: Any) -> Path:
    return installation.home / "landing"


def _another(landing: Path, contract_id: str) -> str:
    """A second file for the same day, complete with its manifest; its hash."""
    other = Case("other", (), Same(), rows("population", (1, "area", "west")), file="other.csv")
    land(landing / "aside", contract_id, other)
    for path in (landing / "aside" / contract_id / "population").iterdir():
        name = path.name.replace("f.manifest", "other.manifest")
        path.rename(landing / contract_id / "population" / name)
    return other.sha256


@pytest.mark.fault("F03")
def test_intakes_of_the_same_file_at_once_take_it_in_once(installation, landing):
    write_contract(installation.investments, "side_by_side", {})
    land(landing, "side_by_side", PEOPLE)
    found = at_once(4, intake.take_in, "side_by_side", "1")
    assert found == [[found[0][0]]] * 4
    (row,) = left.deliveries("side_by_side")
    assert row["canonical_sha256"] == left.canonical_of("side_by_side", "population", PEOPLE.raw)
    assert left.shelves("side_by_side") == left.told_of("side_by_side")
    assert left.staged() == []


@pytest.mark.fault("F04")
def test_a_second_different_file_for_the_same_day_is_held_with_the_first(installation, landing):
    write_contract(installation.investments, "two_files", {})
    land(landing, "two_files", PEOPLE)
    other = _another(landing, "two_files")
    with pytest.raises(DeliveryRefused, match=r"is held: there is another file for 2022-10-15") as held:
        intake.take_in("two_files", "1")
    assert other[:8] in held.value.line and PEOPLE.sha256[:8] in held.value.line
    assert left.deliveries("two_files") == [] and left.shelves("two_files")["raw"] == set()


@pytest.mark.fault("F04")
def test_of_two_files_that_two_intakes_take_at_once_for_one_day_one_stands_and_of_the_other_nothing_is_kept(
    installation, landing, monkeypatch
):
    """The second comes into the folder while the first is looked at, so that no look has seen both."""
    write_contract(installation.investments, "overtaken", {})
    land(landing, "overtaken", PEOPLE)
    judge = intake.judge

    def judging_slowly(*args: Any) -> None:
        judge(*args)
        monkeypatch.setattr(intake, "judge", judge)
        for path in (landing / "overtaken" / "population").iterdir():
            path.unlink()
        other = _another(landing, "overtaken")
        assert ended(start(intake.take_in, "overtaken", "1")) == 0
        assert left.told_of("overtaken")["raw"] == {other}

    monkeypatch.setattr(intake, "judge", judging_slowly)
    with pytest.raises(DeliveryRefused, match="a different file for 2022-10-15 was taken in before"):
        intake.take_in("overtaken", "1")
    assert PEOPLE.sha256 not in left.told_of("overtaken")["raw"]
    assert left.shelves("overtaken") == left.told_of("overtaken")


@pytest.mark.fault("F26")
@pytest.mark.parametrize("how", ["renamed_over_it", "written_into_it", "cut"])
def test_a_file_that_is_replaced_while_it_is_copied_is_what_was_announced_or_refused(
    how, installation, landing, monkeypatch
):
    """Bytes of the second file never come in under the hash of the first."""
    name = f"replaced_{how}"
    write_contract(installation.investments, name, {})
    land(landing, name, LONG)
    file = landing / name / "population" / LONG.file_name
    monkeypatch.setattr(staging, "CHUNK", 256)
    hashed = staging.hashlib.sha256

    class Hash:
        """Counts what is copied; when the first piece has been, the sender comes."""

        def __init__(self) -> None:
            self.real, self.pieces = hashed(), 0

        def update(self, piece: bytes) -> None:
            self.real.update(piece)
            self.pieces += 1
            if self.pieces == 1:
                writer = threading.Thread(target=_replace, args=(file, how))
                writer.start()
                writer.join()

        def hexdigest(self) -> str:
            return self.real.hexdigest()

    monkeypatch.setattr(staging, "hashlib", type("hashlib", (), {"sha256": Hash}))
    if how == "renamed_over_it":
        # The open file goes on being the one that was announced.
        assert len(intake.take_in(name, "1")) == 1
        assert left.told_of(name)["canonical"] == {left.canonical_of(name, "population", LONG.raw)}
    else:
        with pytest.raises(DeliveryRefused, match="is not the file announced"):
            intake.take_in(name, "1")
        assert left.deliveries(name) == [] and left.shelves(name)["raw"] == set()
    assert left.staged() == []


def _replace(file: Path, how: str) -> None:
    other = LONG.raw.replace(b"north", b"south")
    if how == "renamed_over_it":
        beside = file.with_name(".other")
        beside.write_bytes(other)
        beside.replace(file)
    elif how == "written_into_it":
        with file.open("r+b") as stream:
            stream.write(other)
    else:
        os.truncate(file, 300)


def test_an_intake_that_ends_while_another_begins_is_in_nobodys_way(installation):
    """Staging folders come and go under each other's eyes."""
    assert at_once(4, _come_and_go, 40) == [None] * 4
    assert left.staged() == []


def _come_and_go(times: int) -> None:
    for _ in range(times):
        with staging.staging() as folder:
            (folder / "raw").write_bytes(b"a;b\n")
