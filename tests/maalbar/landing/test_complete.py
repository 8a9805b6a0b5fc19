"""A file is taken when it is whole, by what the contract says tells so; a half-written one never is."""

from __future__ import annotations

import os
import socket
from datetime import timedelta
from pathlib import Path

import pytest

from maalbar.landing import arrivals, landed
from tests.maalbar.landing.lying import (
    AS_OF,
    DONE,
    FIRST,
    MONDAY,
    SECOND,
    STABLE,
    announce,
    folder,
    minutes,
    put,
    sha256,
)  # fmt: skip

pytestmark = pytest.mark.usefixtures("home")


def _names(contract, now=MONDAY):
    found, refused = arrivals(contract, "1", now=now)
    assert refused == []
    return [one.path.name for one in found]


def _refusals(contract, now=MONDAY):
    found, refused = arrivals(contract, "1", now=now)
    assert found == []
    return [one.line for one in refused]


# By its manifest.


@pytest.mark.fault("F01")
def test_a_file_without_its_manifest_is_not_there_yet(tiny_contract):
    contract = tiny_contract()
    path = put(folder(contract) / "dream.csv")
    assert _names(contract) == []
    announce(path)
    assert _names(contract) == ["dream.csv"]


def test_a_manifest_without_its_file_is_refused(tiny_contract):
    contract = tiny_contract()
    announce(folder(contract) / "dream.csv")
    assert _refusals(contract) == ["dream.csv: is not there — deliver it beside its manifest"]


def test_a_file_that_describes_a_day_of_another_period_is_none_of_this_one(tiny_contract):
    contract = tiny_contract()
    announce(put(folder(contract) / "dream.csv"), as_of="2021-10-15")
    assert _names(contract) == []
    assert [one.manifest.as_of.isoformat() for one in arrivals(contract, "0", now=MONDAY)[0]] == ["2021-10-15"]


@pytest.mark.parametrize(
    ("format", "ending"), [("parquet", "parquet"), ("excel", "xlsx"), ("sas", "sas7bdat"), ("stata", "dta")]
)
def test_every_format_arrives_under_its_own_ending(tiny_contract, format, ending):
    contract = tiny_contract({"deliveries.benefits.format": format})
    announce(put(folder(contract) / f"dream.{ending}"))
    assert _names(contract) == [f"dream.{ending}"]
    announce(put(folder(contract) / "other.csv"))
    assert len(arrivals(contract, "1", now=MONDAY)[1]) == 1


# By its .done.


def test_a_file_has_come_when_its_done_lies_beside_it(tiny_contract):
    contract = tiny_contract(DONE)
    put(folder(contract) / f"dream_{AS_OF}.csv")
    assert _names(contract) == []
    put(folder(contract) / f"dream_{AS_OF}.csv.done", b"", MONDAY + minutes(1))
    (arrival,), _ = arrivals(contract, "1", now=MONDAY)
    manifest = arrival.manifest
    assert (manifest.sha256, manifest.bytes, manifest.rows, manifest.as_of.isoformat()) == (
        sha256(FIRST), len(FIRST), None, AS_OF,
    )  # fmt: skip


def test_a_file_that_is_written_anew_waits_for_a_new_done(tiny_contract):
    contract = tiny_contract(DONE)
    path, done = folder(contract) / f"dream_{AS_OF}.csv", folder(contract) / f"dream_{AS_OF}.csv.done"
    put(path), put(done, b"", MONDAY)
    put(path, SECOND[:5], MONDAY + minutes(1))
    assert _names(contract, MONDAY + minutes(2)) == []
    assert "was changed after its .done" in _refusals(contract, MONDAY + timedelta(days=2))[0]
    put(path, SECOND, MONDAY + minutes(3)), put(done, b"", MONDAY + minutes(4))
    assert _names(contract, MONDAY + minutes(5)) == [path.name]


def test_the_day_may_be_written_with_or_without_hyphens(tiny_contract):
    contract = tiny_contract(DONE)
    put(folder(contract) / "dream_20221015.csv"), put(folder(contract) / "dream_20221015.csv.done", b"")
    assert arrivals(contract, "1", now=MONDAY)[0][0].manifest.as_of.isoformat() == AS_OF


@pytest.mark.parametrize("name", ["dream.csv", "dream_2022-13-15.csv", "dream_2022-10-1.csv", "Dream_2022-10-15.csv",
                                  "dream_2022-10-15.csv.zip", "x_dream_2022-10-15.csv", "dream_2022-1015.csv"])  # fmt: skip
def test_a_file_that_is_called_otherwise_is_refused_and_not_passed_over(tiny_contract, name):
    contract = tiny_contract(DONE)
    put(folder(contract) / name), put(folder(contract) / f"{name}.done", b"")
    assert _refusals(contract) == [
        f"{name}: is not called as the contract says (dream_{{as_of}}.csv) — give it that name, with the day it describes"
    ]


@pytest.mark.fault("F12")
@pytest.mark.parametrize("name", ["0101501234.csv", "dream_010150-1234.csv", "anna;rm.csv", "\u202ecsv.dream", "å.csv"])
def test_a_name_that_may_tell_of_a_person_or_hide_something_is_refused_without_being_repeated(tiny_contract, name):
    contract = tiny_contract(DONE)
    put(folder(contract) / name)
    (line,) = _refusals(contract)
    assert line.startswith("a file whose name is not repeated: ") and name not in line


# By holding still.


def test_a_file_is_whole_when_two_looks_as_far_apart_as_agreed_find_it_the_same(tiny_contract):
    contract = tiny_contract(STABLE)
    put(folder(contract) / f"dream_{AS_OF}.csv", at=MONDAY - timedelta(days=3))
    assert _names(contract, MONDAY) == [], "one look proves nothing, however old the file"
    assert _names(contract, MONDAY + minutes(14)) == []
    assert _names(contract, MONDAY + minutes(15)) == [f"dream_{AS_OF}.csv"]
    assert _names(contract, MONDAY + minutes(16)) == [f"dream_{AS_OF}.csv"]


def test_a_file_that_has_just_been_written_to_is_not_whole_though_two_looks_agree(tiny_contract):
    contract = tiny_contract(STABLE)
    path = put(folder(contract) / f"dream_{AS_OF}.csv", at=MONDAY)
    _names(contract, MONDAY)
    put(path, FIRST, MONDAY + minutes(10))
    assert _names(contract, MONDAY + minutes(16)) == [], "it was written again, with the same bytes"
    assert _names(contract, MONDAY + minutes(31)) == [path.name]


def test_the_clock_of_a_machine_that_goes_before_ours_makes_a_file_wait_longer(tiny_contract):
    contract = tiny_contract(STABLE)
    path = put(folder(contract) / f"dream_{AS_OF}.csv", at=MONDAY + minutes(10))
    assert _names(contract, MONDAY) == _names(contract, MONDAY + minutes(24)) == []
    assert _names(contract, MONDAY + minutes(25)) == [path.name]


def test_a_transfer_that_stops_for_a_while_and_goes_on_is_never_taken_in_between(tiny_contract):
    contract = tiny_contract(STABLE)
    path = folder(contract) / f"dream_{AS_OF}.csv"
    for step in range(1, len(FIRST)):
        put(path, FIRST[:step], MONDAY + minutes(10 * step))
        assert _names(contract, MONDAY + minutes(10 * step + 9)) == []
    put(path, FIRST, MONDAY + minutes(1000))
    _names(contract, MONDAY + minutes(1001))
    assert _names(contract, MONDAY + minutes(1016)) == [path.name]


def test_one_that_goes_on_changing_for_more_than_a_day_is_said(tiny_contract):
    contract = tiny_contract(STABLE)
    path = folder(contract) / f"dream_{AS_OF}.csv"
    for hour in range(25):
        put(path, b"x" * hour, MONDAY + timedelta(hours=hour))
        found = landed(contract, "1", now=MONDAY + timedelta(hours=hour))
        assert (found.refused, found.underway) == ([], {"benefits": [path.name]})
    put(path, b"x" * 30, MONDAY + timedelta(hours=26))
    assert "changing for more than a day" in _refusals(contract, MONDAY + timedelta(hours=26))[0]


def test_a_file_that_takes_the_place_of_an_old_one_under_its_name_is_waited_for_anew(tiny_contract):
    contract = tiny_contract(STABLE)
    path = put(folder(contract) / f"dream_{AS_OF}.csv")
    _names(contract, MONDAY)
    assert _names(contract, MONDAY + minutes(20)) == [path.name]
    later = MONDAY + timedelta(days=5)
    put(path, SECOND, later)
    found = landed(contract, "1", now=later)
    assert (found.arrivals, found.refused, found.underway) == ([], [], {"benefits": [path.name]})
    assert _names(contract, later + minutes(15)) == [path.name]


def test_a_time_in_the_future_is_refused_and_not_waited_for(tiny_contract):
    contract = tiny_contract(STABLE)
    put(folder(contract) / f"dream_{AS_OF}.csv", at=MONDAY + timedelta(days=300))
    assert "was changed in the future" in _refusals(contract)[0]


def test_what_was_seen_may_be_lost_and_then_a_file_is_only_waited_for_longer(tiny_contract, home):
    contract = tiny_contract(STABLE)
    path = put(folder(contract) / f"dream_{AS_OF}.csv")
    _names(contract, MONDAY)
    (home / "looks" / "tiny" / "benefits.json").write_text("{broken")
    assert _names(contract, MONDAY + minutes(20)) == []
    assert _names(contract, MONDAY + minutes(35)) == [path.name]


# What is never looked at, and what is no file.


@pytest.mark.parametrize("changes", [DONE, STABLE])
@pytest.mark.parametrize(
    "name", [f".dream_{AS_OF}.csv", f"dream_{AS_OF}.csv.tmp", f"dream_{AS_OF}.csv.part", f"dream_{AS_OF}.csv.filepart"]
)
def test_what_a_program_has_not_finished_is_never_looked_at(tiny_contract, changes, name):
    contract = tiny_contract(changes)
    put(folder(contract) / name), put(folder(contract) / f"{name}.done", b"")
    assert _names(contract, MONDAY) == _names(contract, MONDAY + timedelta(days=9)) == []


def _link(path: Path) -> None:
    path.symlink_to(put(path.parents[3] / "elsewhere.csv"))


def _hard_link(path: Path) -> None:
    path.hardlink_to(put(path.parents[3] / "elsewhere.csv"))


def _socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # the path of a socket has at most 107 bytes
    try:
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(path.name)
    finally:
        os.chdir(here)


@pytest.mark.fault("F11")
@pytest.mark.parametrize(
    ("make", "said"),
    [(_link, "is a link"), (_hard_link, "hard link"), (os.mkfifo, "is no plain file"), (_socket, "is no plain file"),
     (os.mkdir, "is a folder")],
)  # fmt: skip
@pytest.mark.parametrize("changes", [{}, DONE, STABLE])
def test_what_is_no_file_of_its_own_is_refused(tiny_contract, make, said, changes):
    contract = tiny_contract(changes)
    path = folder(contract) / f"dream_{AS_OF}.csv"
    make(path)
    if not changes:
        announce(path, sha256=sha256(FIRST))
    put(path.with_name(f"{path.name}.done"), b"")
    lines = _refusals(contract, MONDAY)
    assert len(lines) == 1 and said in lines[0] and lines[0].startswith(path.name)


def test_a_folder_that_is_a_link_or_no_folder_is_one_line_and_the_other_sources_come(tiny_contract, home, tmp_path):
    contract = tiny_contract()
    announce(put(folder(contract, "services") / "hours.csv"))
    (home / "landing" / "tiny" / "benefits").symlink_to(tmp_path)
    (home / "landing" / "tiny" / "claims").write_text("")
    found, refused = arrivals(contract, "1", now=MONDAY)
    assert [one.path.name for one in found] == ["hours.csv"]
    assert [one.where for one in refused] == ["tiny/benefits", "tiny/claims"]


def test_an_empty_home_holds_nothing_and_that_is_no_fault(tiny_contract):
    assert arrivals(tiny_contract(), "1", now=MONDAY) == ([], [])


def test_senders_may_have_a_folder_of_their_own(tiny_contract, tmp_path, monkeypatch):
    monkeypatch.setenv("MAALBAR_LANDING", str(tmp_path / "senders"))
    contract = tiny_contract()
    announce(put(folder(contract) / "dream.csv"))
    assert [one.path for one in arrivals(contract, "1", now=MONDAY)[0]] == [
        tmp_path / "senders" / "tiny" / "benefits" / "dream.csv"
    ]
