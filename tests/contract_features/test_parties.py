"""Parties that leave, take another's place, or join."""

from __future__ import annotations

from tests.contract_features.row import agreement, paid, row, settled, units


@row(44)
def test_a_successor_pays_in_the_place_of_who_has_left_and_who_joins_pays_from_then():
    found = agreement(44)
    # 10 × 1,000 each year. 2024: 75 % and 25 %. 2025: the old town is part of the other on the last day: all of it.
    # 2026: 50 % and 25 % are the one's, 25 % the newcomer's.
    given = settled(found, *[{"work": units(10)}] * 3)
    assert paid(found, given, "period", "payer") == {
        ("1", "gammelby"): 7_500,
        ("1", "storby"): 2_500,
        ("2", "storby"): 10_000,
        ("3", "storby"): 7_500,
        ("3", "nyby"): 2_500,
    }


@row(44)
def test_what_a_successor_pays_for_two_is_one_line():
    given = settled(agreement(44), *[{"work": units(10)}] * 3)
    assert len({line.key for line in given.lines}) == len(given.lines)


@row(44)
def test_who_is_asked_is_who_is_a_party_on_the_last_day():
    found = agreement(44)
    assert list(found.answering_in("1")) == ["gammelby", "storby", "hassel"]
    assert list(found.answering_in("2")) == ["storby", "hassel"]
    assert list(found.answering_in("3")) == ["storby", "nyby", "hassel"]
