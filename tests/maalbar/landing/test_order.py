"""Corrections come in the order of their chain, whatever they are called; what has no place in it waits, and says why."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maalbar.landing import Arrival, Taken, arrivals
from maalbar.landing.order import in_order
from maalbar.manifest import Manifest
from tests.maalbar.landing.lying import (
    AS_OF,
    DONE,
    FIRST,
    MONDAY,
    SECOND,
    announce,
    folder,
    put,
    sha256,
)  # fmt: skip

A, B, C, D = (letter * 64 for letter in "abcd")


def arrival(sha: str, supersedes: str | None = None, name: str = "") -> Arrival:
    manifest = Manifest(
        contract="tiny", source="benefits", as_of=AS_OF, file=f"{name or sha[0]}.csv", sha256=sha, rows=1, bytes=1,
        supersedes=supersedes,
    )  # fmt: skip
    return Arrival(Path(manifest.file), manifest, "manifest")


def taken(*links: tuple[str, str | None]) -> list[Taken]:
    return [Taken("benefits", date.fromisoformat(AS_OF), *link) for link in links]


def _sorted(here, before=()):
    placed, refused = in_order(here, before)
    return [one.path.stem for one in placed], {one.where.partition(".")[0]: one.what for one in refused}


@pytest.mark.fault("F05")
@given(st.permutations([arrival(A), arrival(B, A), arrival(C, B), arrival(D, C)]))
def test_a_chain_comes_in_its_own_order(here):
    assert _sorted(here) == (["a", "b", "c", "d"], {})


@pytest.mark.fault("F05")
def test_the_third_waits_for_the_second():
    placed, refused = _sorted([arrival(C, B), arrival(A)])
    assert placed == ["a"] and refused == {"c": "is held: it supersedes a file that was not taken in"}
    assert _sorted([arrival(C, B), arrival(A), arrival(B, A)], taken((A, None))) == (["a", "b", "c"], {})


def test_what_was_taken_in_before_need_not_lie_there_any_more():
    assert _sorted([arrival(C, B)], taken((A, None), (B, A))) == (["c"], {})


def test_the_same_bytes_may_come_back_as_a_correction():
    here = [arrival(A, B, "back"), arrival(B, A), arrival(A)]
    assert _sorted(here) == (["a", "b", "back"], {})
    assert _sorted([arrival(C, A)], taken((A, None), (B, A), (A, B))) == (["c"], {})


@pytest.mark.fault("F03")
def test_the_same_file_under_two_names_is_the_same_delivery_twice():
    assert _sorted([arrival(A), arrival(A, name="again")]) == (["a", "again"], {})


def test_of_two_files_that_supersede_the_same_one_neither_is_taken():
    placed, refused = _sorted([arrival(A), arrival(B, A), arrival(C, A)])
    assert placed == ["a"] and set(refused) == {"b", "c"}
    assert "so does another file (c.csv (cccccccccccc…))" in refused["b"]


def test_one_that_supersedes_what_is_superseded_already_is_told_what_stands_now():
    placed, refused = in_order([arrival(C, A)], taken((A, None), (B, A)))
    assert placed == [] and "(bbbbbbbbbbbb…) under `supersedes`" in refused[0].line


def test_files_that_supersede_one_another_in_a_circle_are_refused_and_what_follows_them_is_held():
    placed, refused = _sorted([arrival(A, B), arrival(B, A), arrival(C, B), arrival(D, D)])
    assert placed == []
    assert {name: "circle" in what for name, what in refused.items()} == {"a": True, "b": True, "c": False, "d": True}
    assert "which cannot be taken in itself" in refused["c"]


@pytest.mark.fault("F04")
def test_a_second_file_that_supersedes_nothing_is_held_and_the_first_that_was_taken_stands():
    placed, refused = _sorted([arrival(A), arrival(B)], taken((A, None)))
    assert placed == ["a"] and set(refused) == {"b"}
    assert "a different file for 2022-10-15 came before (sha256 aaaaaaaaaaaa…)" in refused["b"]


@pytest.mark.fault("F04")
def test_of_two_first_files_that_come_at_once_neither_is_taken_since_only_a_person_knows():
    assert set(_sorted([arrival(A), arrival(B)])[1]) == {"a", "b"}


LINKS = st.lists(st.tuples(st.sampled_from([A, B, C, D]), st.sampled_from([None, A, B, C, D])), unique=True, max_size=6)


@given(LINKS, LINKS, st.randoms(use_true_random=False))
def test_every_file_is_either_placed_or_refused_the_same_way_in_whatever_order_they_are_found(before, links, chance):
    here = [arrival(sha, supersedes, f"f{number}") for number, (sha, supersedes) in enumerate(links)]
    placed, refused = _sorted(here, taken(*before))
    assert sorted([*placed, *refused]) == sorted(one.path.stem for one in here)
    shuffled = list(here)
    chance.shuffle(shuffled)
    again, refused_again = _sorted(shuffled, taken(*before))
    assert set(refused_again) == set(refused)
    assert [n for n in again if n not in set(placed)] == []
    chain = [None, *(sha for sha, _ in before)]
    for one in (one for one in in_order(here, taken(*before))[0] if one.link not in set(before)):
        assert one.manifest.supersedes == chain[-1], "each names the one that stands"
        chain.append(one.manifest.sha256)


# In the folder, where files come without a manifest.


@pytest.fixture
def contract(tiny_contract, home):
    return tiny_contract(DONE)


def _deliver(contract, name: str, raw: bytes):
    path = put(folder(contract) / name, raw)
    put(path.with_name(f"{name}.done"), b"")
    return path


def test_a_second_file_without_a_manifest_is_held_with_how_to_release_it_and_stays_so(contract):
    _deliver(contract, f"dream_{AS_OF}.csv", SECOND)
    before = [Taken("benefits", date(2022, 10, 15), sha256(FIRST), None)]
    looks = [arrivals(contract, "1", taken=before, now=MONDAY + timedelta(days=day)) for day in range(3)]
    assert [found for found, _ in looks] == [[], [], []]
    assert {refused[0].line for _, refused in looks} == {
        f"dream_{AS_OF}.csv ({sha256(SECOND)[:12]}…): is held: a different file for {AS_OF} came before "
        f"(sha256 {sha256(FIRST)[:12]}…) — when it takes that one's place, say so: maalbar supersede tiny "
        f"dream_{AS_OF}.csv --supersedes {sha256(FIRST)} --name NAME --reason WHY"
    }


def test_the_file_that_was_taken_in_is_no_second_one(contract):
    _deliver(contract, f"dream_{AS_OF}.csv", FIRST)
    before = [Taken("benefits", date(2022, 10, 15), sha256(FIRST), None)]
    found, refused = arrivals(contract, "1", taken=before, now=MONDAY)
    assert ([one.path.name for one in found], refused) == ([f"dream_{AS_OF}.csv"], [])


def test_two_names_for_one_day_are_both_held_until_a_person_has_said_which_is_later(contract):
    _deliver(contract, f"dream_{AS_OF}.csv", FIRST)
    later = _deliver(contract, "dream_20221015.csv", SECOND)
    found, refused = arrivals(contract, "1", now=MONDAY)
    assert found == [] and len(refused) == 2
    announce(later, supersedes=sha256(FIRST), said_by="Dora Data", reason="told by phone")
    found, refused = arrivals(contract, "1", now=MONDAY)
    assert ([one.path.name for one in found], refused) == ([f"dream_{AS_OF}.csv", "dream_20221015.csv"], [])


# The permission.


def test_a_permission_holds_through_its_last_day_for_what_describes_it_and_what_is_taken_in_on_it(tiny_contract, home):
    contract = tiny_contract({"deliveries.benefits.permission.expires": "2022-10-17"})
    announce(put(folder(contract) / "dream.csv"))
    # Midnight in Copenhagen is 22 o'clock in UTC.
    last, past = datetime(2022, 10, 17, 21, 59, tzinfo=UTC), datetime(2022, 10, 17, 22, 0, tzinfo=UTC)
    assert [len(part) for part in arrivals(contract, "1", now=last)] == [1, 0]
    found, refused = arrivals(contract, "1", now=past)
    assert found == []
    assert refused[0].line == (
        "dream.csv: the permission has expired (R-1, 2022-10-17, before the day it would be taken in) — renew it in the contract"
    )


def test_a_file_of_which_nothing_may_be_kept_any_more_is_not_taken(tiny_contract, home):
    contract = tiny_contract({"deliveries.benefits.keep_until": "2022-10-16"})
    announce(put(folder(contract) / "dream.csv"))
    # In Copenhagen the last day ends at 22 o'clock in UTC.
    last, past = datetime(2022, 10, 16, 21, 59, tzinfo=UTC), datetime(2022, 10, 16, 22, 0, tzinfo=UTC)
    assert [len(part) for part in arrivals(contract, "1", now=last)] == [1, 0]
    found, refused = arrivals(contract, "1", now=past)
    assert found == []
    assert [one.what for one in refused] == ["nothing of its persons may be kept any more (until 2022-10-16)"]


def test_a_file_that_describes_a_day_after_the_permission_is_refused(tiny_contract, home):
    contract = tiny_contract({"deliveries.benefits.permission.expires": "2022-10-14"})
    announce(put(folder(contract) / "dream.csv"))
    found, refused = arrivals(contract, "1", now=datetime(2022, 10, 1, tzinfo=UTC))
    assert found == [] and "before the day it describes" in refused[0].line


def test_what_was_taken_in_while_it_was_permitted_is_still_known_afterwards(tiny_contract, home):
    contract = tiny_contract({"deliveries.benefits.permission.expires": "2022-10-17"})
    announce(put(folder(contract) / "dream.csv"))
    before = [Taken("benefits", date(2022, 10, 15), sha256(FIRST), None)]
    assert len(arrivals(contract, "1", taken=before, now=MONDAY + timedelta(days=99))[0]) == 1
