"""No counts of however many versions give one of fewer persons than may be told of."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from types import SimpleNamespace

import numpy as np
import pyarrow.parquet as pq
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from maalbar import store
from maalbar.flow.versions_told import VersionsTold, versions_told
from tests.transforms.small import rows

SMALL = 3
CONTRACT = SimpleNamespace(
    id="tiny", deliveries={"s": SimpleNamespace(table="services")}, quality=SimpleNamespace(small_cell=SMALL)
)
PERSONS = [f"p{n:02}" for n in range(12)]
Version = dict[str, int]
"""Person → hours of the one row of theirs; who has none is not in it. So a count of rows is one of persons."""


def _told(versions: list[Version], folder, monkeypatch) -> VersionsTold:
    for number, version in enumerate(versions):
        lines = [f"{person} | home | 2020-01-06 | {hours}" for person, hours in sorted(version.items())]
        pq.write_table(
            rows("services", "\n".join(["person_id | service | starts_on | quantity", *lines])), folder / f"{number}"
        )
    monkeypatch.setattr(store, "verified", lambda _contract, _shelf, sha256: folder / sha256)
    known = [{"canonical_sha256": str(number), "person_key": 1} for number in range(len(versions))]
    return versions_told(CONTRACT, "s", known, 1, folder)  # type: ignore[arg-type]


def _kind(was: int | None, now: int | None) -> str:
    if was is None or now is None:
        return "none" if was is now else "added" if was is None else "gone"
    return "same" if was == now else "changed"


@st.composite
def chains(draw: st.DrawFn) -> list[Version]:
    """Versions of which each is the one before but for some persons: few, or many."""
    found: list[Version] = [dict.fromkeys(PERSONS[: draw(st.integers(3, 12))], 100)]
    for _ in range(draw(st.integers(1, 4))):
        who = draw(st.lists(st.sampled_from(PERSONS), min_size=1, max_size=9, unique=True))
        becomes = draw(st.sampled_from([None, 100, 200]))
        version = found[-1] | dict.fromkeys(who, becomes)
        found.append({person: hours for person, hours in version.items() if hours is not None})
    return [version for version in found if version]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(versions=chains())
@example(versions=[dict.fromkeys(PERSONS[:n], 100) for n in (8, 7, 10)])
@example(versions=[dict.fromkeys(PERSONS[:4], 100), dict.fromkeys(PERSONS, 100), dict.fromkeys(PERSONS[2:], 100)])
def test_no_count_of_few_follows_from_the_counts_of_any_chain(versions, tmp_path, monkeypatch):
    told = _told(versions, tmp_path, monkeypatch).in_all
    # The unknowns: how many persons are in the versions in each way. What is told are sums of them.
    ways: dict[tuple[int | None, ...], int] = defaultdict(int)
    for person in PERSONS:
        ways[tuple(version.get(person) for version in versions)] += 1
    unknown = [way for way in ways if any(hours is not None for hours in way)]

    def count_of(is_in) -> np.ndarray:
        return np.array([1.0 if is_in(way) else 0.0 for way in unknown])

    counts, asked = [], [count_of(lambda way, one=one: way == one) for one in unknown]
    for n in range(len(versions)):
        total = count_of(lambda way, n=n: way[n] is not None)
        (counts if str(n) in told else asked).append(total)
    for was, now in combinations(range(len(versions)), 2):
        for kind in ("added", "changed", "gone", "same"):
            row = count_of(lambda way, a=was, b=now, kind=kind: _kind(way[a], way[b]) == kind)
            (counts if {str(was), str(now)} <= told else asked).append(row)
    known = np.array(counts).reshape(-1, len(unknown))
    rank = np.linalg.matrix_rank(known) if len(known) else 0
    sizes = np.array([ways[way] for way in unknown])
    for one in asked + counts:
        follows = np.linalg.matrix_rank(np.vstack([known, one])) == rank
        assert not (follows and 0 < one @ sizes < SMALL)


def test_a_version_that_enough_persons_tell_from_the_others_is_told_of(tmp_path, monkeypatch):
    eight, seven, twelve = (dict.fromkeys(PERSONS[:n], 100) for n in (8, 7, 12))
    # Seven is one person less than eight; twelve is four more than eight.
    assert _told([eight, seven, twelve], tmp_path, monkeypatch).in_all == {"0", "2"}


def test_more_versions_than_can_be_held_against_each_other_are_told_of_without_counts(tmp_path, monkeypatch):
    versions = [dict.fromkeys(PERSONS, 100 * n) for n in range(1, 11)]
    assert _told(versions, tmp_path, monkeypatch).in_all == set(map(str, range(8)))


def test_what_is_under_another_key_or_no_longer_kept_is_told_of_with_none(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "verified", lambda *_: (_ for _ in ()).throw(AssertionError("it is opened")))
    gone = [{"canonical_sha256": None, "person_key": 2}, {"canonical_sha256": "x", "person_key": 1}]
    assert versions_told(CONTRACT, "s", gone, 2, tmp_path) == VersionsTold(frozenset(), frozenset())  # type: ignore[arg-type]
