"""A second file without a manifest is taken when a named person has said whose place it takes, and not before."""

from __future__ import annotations

from datetime import date

import pytest

from maalbar.errors import DeliveryRefused, SetupError
from maalbar.landing import Taken, arrivals
from maalbar.landing.held import say_supersedes
from tests.maalbar.landing.lying import AS_OF, DONE, FIRST, MONDAY, SECOND, THIRD, announce, folder, put, sha256

NAME = f"dream_{AS_OF}.csv"
TAKEN = [Taken("benefits", date(2022, 10, 15), sha256(FIRST), None)]


@pytest.fixture
def contract(tiny_contract, home):
    return tiny_contract(DONE)


def _deliver(contract, raw: bytes, name: str = NAME) -> None:
    put(put(folder(contract) / name, raw).with_name(f"{name}.done"), b"")


def _say(contract, supersedes, file=NAME, taken=TAKEN, name="Dora Data", reason="told by phone"):
    return say_supersedes(contract, file, supersedes, name=name, reason=reason, taken=taken)


@pytest.mark.parametrize(
    "named", [sha256(FIRST), sha256(FIRST)[:8], f"tiny|benefits|{AS_OF}|v1|{sha256(FIRST)[:12]}", f"benefits@{AS_OF}"]
)
def test_a_person_s_word_releases_it_and_is_kept_with_their_name_and_reason(contract, named):
    _deliver(contract, SECOND)
    assert arrivals(contract, "1", taken=TAKEN, now=MONDAY)[0] == []
    _say(contract, named)
    (arrival,), refused = arrivals(contract, "1", taken=TAKEN, now=MONDAY)
    said = arrival.manifest
    assert (said.sha256, said.supersedes, said.said_by, said.reason, said.rows, refused) == (
        sha256(SECOND), sha256(FIRST), "Dora Data", "told by phone", None, [],
    )  # fmt: skip


def test_source_and_day_name_the_one_that_stands_now(contract):
    _deliver(contract, THIRD)
    taken = [*TAKEN, Taken("benefits", date(2022, 10, 15), sha256(SECOND), sha256(FIRST))]
    assert _say(contract, f"benefits@{AS_OF}", taken=taken).supersedes == sha256(SECOND)
    with pytest.raises(DeliveryRefused, match="no other file of that source and day"):
        _say(contract, "benefits@2021-10-15", taken=taken)


def test_of_two_that_came_at_once_a_person_says_which_is_the_later(contract):
    _deliver(contract, FIRST)
    _deliver(contract, SECOND, "dream_20221015.csv")
    _say(contract, sha256(FIRST), "dream_20221015.csv", taken=())
    found, refused = arrivals(contract, "1", now=MONDAY)
    assert ([one.path.name for one in found], refused) == ([NAME, "dream_20221015.csv"], [])


def test_what_a_person_has_said_holds_for_those_bytes_and_not_for_the_next_under_that_name(contract):
    _deliver(contract, SECOND)
    _say(contract, sha256(FIRST))
    _deliver(contract, THIRD)
    (arrival,), _ = arrivals(contract, "1", taken=TAKEN, now=MONDAY)
    assert arrival.manifest.sha256 == sha256(SECOND), "intake finds other bytes than these and refuses the file"
    taken = [*TAKEN, Taken("benefits", date(2022, 10, 15), sha256(SECOND), sha256(FIRST))]
    _say(contract, sha256(SECOND), taken=taken)
    (arrival,), _ = arrivals(contract, "1", taken=taken, now=MONDAY)
    assert arrival.link == (sha256(THIRD), sha256(SECOND))


@pytest.mark.parametrize("named", ["", sha256(FIRST)[:5], sha256(SECOND), "0" * 64])
def test_the_other_file_must_be_one_of_that_source_and_day(contract, named):
    _deliver(contract, SECOND)
    with pytest.raises(DeliveryRefused, match=f"name one of {sha256(FIRST)[:12]}… by 6 signs or more"):
        _say(contract, named)
    assert arrivals(contract, "1", taken=TAKEN, now=MONDAY)[0] == []


@pytest.mark.parametrize("file", ["../benefits/dream.csv", "/etc/passwd", ".hidden.csv", "nothing.csv", f"{NAME}.done"])
def test_the_file_must_lie_in_the_landing_folder(contract, file):
    _deliver(contract, SECOND)
    with pytest.raises(DeliveryRefused, match="is not in the landing folder"):
        _say(contract, sha256(FIRST), file)


def test_a_source_with_manifests_is_its_sender_s_to_correct(tiny_contract, home):
    contract = tiny_contract()
    announce(put(folder(contract) / "dream.csv", SECOND))
    with pytest.raises(DeliveryRefused, match="`benefits` comes with manifests"):
        _say(contract, sha256(FIRST), "dream.csv")


def test_a_manifest_of_the_sender_is_not_written_over(contract):
    _deliver(contract, SECOND)
    path = announce(folder(contract) / NAME)
    before = path.read_bytes()
    with pytest.raises(DeliveryRefused, match="has a manifest of its sender"):
        _say(contract, sha256(FIRST))
    assert path.read_bytes() == before


@pytest.mark.parametrize("said", [{"name": " "}, {"reason": ""}])
def test_nobody_says_it_without_a_name_and_a_reason(contract, said):
    _deliver(contract, SECOND)
    with pytest.raises(SetupError, match="give --name and --reason"):
        _say(contract, sha256(FIRST), **said)


@pytest.mark.parametrize(
    "reason", ["of 251248-9996", "of 251248 9996", "of ２５１２４８９９９６", "of 251248\u200b9996"]
)
def test_a_reason_with_a_cpr_number_is_written_nowhere(contract, reason):
    _deliver(contract, SECOND)
    with pytest.raises(SetupError, match="looks like it holds a CPR number") as caught:
        _say(contract, sha256(FIRST), reason=reason)
    assert "9996" not in caught.value.line
    assert not list(folder(contract).glob("*.manifest.json"))
