"""A disk that is full, and files that may not be read: told in one line, nothing half left, and a retry succeeds."""

from __future__ import annotations

import ctypes
import os
import resource
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from maalbar.database import transaction
from maalbar.errors import DeliveryRefused, MaalbarError, SetupError
from maalbar.flow import intake
from tests.faults import left
from tests.faults.malformed.case import Case, Same, land, write_contract
from tests.processes import ended, start

ROWS = 60_000
HEADER = "person;sex;born;area;moved_in;moved_out;died;emigrated;care_home"
MANY = "\n".join(
    [HEADER, *(f"q{n * 7919 % 999_983:07};F;1950-01-01;north;2010-01-01;;;;0" for n in range(ROWS)), ""]
).encode()
"""Some 3 MB: with what is made of it on the way, it takes more than twice that."""
CASE = Case("many", ("F24",), Same(), MANY, manifest={"rows": ROWS})


@pytest.fixture
def small_disk(tmp_path: Path, installation: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home on a disk of its own, of 10 MB; the landing folder lies elsewhere."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=10m", "none", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("only root can make a small disk")
    monkeypatch.setenv("MAALBAR_HOME", str(disk / "home"))
    monkeypatch.setenv("MAALBAR_LANDING", str(tmp_path / "landing"))
    try:
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def _fill(disk: Path, free: int) -> Path:
    """Leave so many bytes free."""
    ballast = disk / "ballast"
    room = os.statvfs(disk)
    ballast.write_bytes(b"\0" * (room.f_bavail * room.f_frsize - free))
    return ballast


@pytest.mark.fault("F24")
@pytest.mark.parametrize("free", [0, 64_000, 1_000_000, 2_500_000, 3_500_000, 4_300_000, 5_000_000])
def test_on_a_full_disk_nothing_half_is_left_and_a_retry_succeeds(free, small_disk, tmp_path, installation):
    contract_id = f"room_{free}"
    write_contract(installation.investments, contract_id, {})
    land(tmp_path / "landing", contract_id, CASE)
    ballast = _fill(small_disk, free)
    with pytest.raises(SetupError, match="there is no room left on the disk") as full:
        intake.take_in(contract_id, "1")
    assert "q00" not in full.value.line
    assert left.deliveries(contract_id) == [] and left.refusals(contract_id) == []
    assert [path for path in left.staged() if path.is_file()] == []
    assert left.shelves(contract_id)["raw"] == set()
    ballast.unlink()
    assert len(intake.take_in(contract_id, "1")) == 1
    assert left.shelves(contract_id) == left.told_of(contract_id)


@pytest.mark.fault("F24")
@pytest.mark.parametrize("largest", [100_000, 2_000_000])
def test_past_the_largest_file_that_may_be_written_it_is_the_same(largest, installation):
    """Where there is no small disk to be had: the kernel stops a file at that size."""
    contract_id = f"largest_{largest}"
    write_contract(installation.investments, contract_id, {})
    land(installation.home / "landing", contract_id, CASE)
    assert ended(start(_take_in_within, largest, contract_id)) == SetupError.exit_code
    assert left.deliveries(contract_id) == [] and left.staged() == []
    assert len(intake.take_in(contract_id, "1")) == 1


def _take_in_within(largest: int, contract_id: str) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    _end_with_the_code_of_the_error(contract_id)


@pytest.mark.fault("F24")
def test_a_file_that_may_not_be_read_is_refused_and_taken_when_it_may(installation):
    write_contract(installation.investments, "locked", {})
    land(installation.home / "landing", "locked", CASE)
    file = installation.home / "landing" / "locked" / "population" / CASE.file_name
    file.chmod(0o000)
    assert ended(start(_take_in_as_anyone, "locked")) == DeliveryRefused.exit_code
    (told,) = left.refusals("locked")
    assert (told["file"], told["what"], told["mend"]) == (
        CASE.file_name, "cannot be read (Permission denied)", "let us read it, or deliver it again",
    )  # fmt: skip
    file.chmod(0o600)
    assert len(intake.take_in("locked", "1")) == 1


def _take_in_as_anyone(contract_id: str) -> None:
    """As someone who may not read what is not theirs, which root may."""
    with transaction():  # the way to the database is open before; its socket is the server's
        pass
    # capset(2), version 3, of this process: no capability at all.
    header = struct.pack("=Ii", 0x20080522, 0)
    ctypes.CDLL(None).capset(header, bytes(24))
    _end_with_the_code_of_the_error(contract_id)


def _end_with_the_code_of_the_error(contract_id: str) -> None:
    try:
        intake.take_in(contract_id, "1")
    except MaalbarError as error:
        sys.exit(error.exit_code)
