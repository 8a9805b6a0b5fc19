"""A rehearsal is the contract with every date of its future moved by whole years, and says so everywhere."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from maalbar.contract import Contract, load_contract, write_rehearsal
from maalbar.contract.yamlfile import read_yaml
from maalbar.errors import ContractError
from maalbar.periods import add_years
from maalbar.settings import PROJECT

ORIGINAL = PROJECT / "investments" / "plads_til_forskel.yaml"


@pytest.fixture
def rehearsed(tmp_path: Path) -> Contract:
    return load_contract(write_rehearsal(ORIGINAL, -6, tmp_path / "rehearsals"))


def test_the_copy_lies_in_its_folder_under_its_own_id(tmp_path):
    path = write_rehearsal(ORIGINAL, -6, tmp_path / "rehearsals")
    assert path == tmp_path / "rehearsals" / "plads_til_forskel_demo.yaml"
    assert load_contract(path).id == "plads_til_forskel_demo"


def test_the_copy_says_what_it_rehearses_and_by_how_many_years(rehearsed, pilot):
    assert (rehearsed.rehearsal.of, rehearsed.rehearsal.shifted_years) == ("plads_til_forskel", -6)
    assert pilot.rehearsal is None


def test_every_date_of_the_calendar_is_moved(rehearsed, pilot):
    for moved, period in zip(rehearsed.calendar.periods, pilot.calendar.periods, strict=True):
        for field in ("start", "end", "run_after", "data_due", "pay_by"):
            assert getattr(moved, field) == add_years(getattr(period, field), -6)


def test_the_windows_of_the_first_followed_year_are_six_years_earlier(rehearsed):
    # 1 July 2026 to 1 July 2027, less six years.
    assert (rehearsed.period("1").start, rehearsed.period("1").end) == (date(2020, 7, 1), date(2021, 7, 1))


def test_baseline_waves_permissions_and_drawdowns_move_along(rehearsed, pilot):
    def dates(contract: Contract) -> list[date]:
        return [
            *[day for window in contract.baseline.windows for day in (window.start, window.end)],
            *[wave.entry for wave in contract.cohort.waves],
            *[delivery.permission.expires for delivery in contract.deliveries.values()],
            *[drawdown.dated for drawdown in contract.terms.capital.drawdowns],
        ]

    assert dates(rehearsed) == [add_years(day, -6) for day in dates(pilot)]


def test_what_has_happened_stays_when_it_happened(rehearsed, pilot):
    assert rehearsed.sources == pilot.sources
    assert rehearsed.status == pilot.status
    assert rehearsed.mandates == pilot.mandates
    assert rehearsed.facts == pilot.facts


def test_everyone_who_answers_is_marked_as_a_demo_and_keeps_the_login(rehearsed, pilot):
    for party_id in pilot.parties:
        for person, original in zip(rehearsed.people_of(party_id), pilot.people_of(party_id), strict=True):
            assert person.name == f"DEMO {original.name}"
            assert person.user == original.user


def test_nothing_but_dates_names_and_the_mark_differs(tmp_path):
    def rest(path: Path) -> object:
        def without(value: object) -> object:
            if isinstance(value, dict):
                return {key: without(part) for key, part in value.items()}
            if isinstance(value, list):
                return [without(part) for part in value]
            text = str(value).removeprefix("DEMO ")
            return "a date" if text[:2] in ("20",) and text[4:5] == text[7:8] == "-" else text

        data = read_yaml(path).data
        return without({key: part for key, part in data.items() if key not in ("id", "rehearsal")})

    assert rest(write_rehearsal(ORIGINAL, -6, tmp_path)) == rest(ORIGINAL)


def test_what_is_paid_is_the_same(rehearsed, pilot):
    assert rehearsed.outcomes == pilot.outcomes
    assert rehearsed.terms.caps == pilot.terms.caps
    assert rehearsed.value == pilot.value


def test_the_terms_of_a_rehearsal_have_a_hash_of_their_own(rehearsed, pilot):
    assert rehearsed.digest != pilot.digest


def test_writing_it_again_gives_the_same_file(tmp_path):
    first = write_rehearsal(ORIGINAL, -6, tmp_path).read_bytes()
    assert write_rehearsal(ORIGINAL, -6, tmp_path).read_bytes() == first


def test_a_leap_day_moves_to_the_28th_where_there_is_no_29th(tiny_contract, investments, tmp_path):
    tiny_contract({"calendar.periods.2.pay_by": "2024-02-29", "terms.capital.drawdowns.1.dated": "2024-02-29"})
    moved = load_contract(write_rehearsal(investments / "tiny.yaml", -1, tmp_path))
    assert moved.period("2").pay_by == moved.terms.capital.drawdowns[1].dated == date(2023, 2, 28)


def test_a_bad_contract_cannot_be_rehearsed(tiny_contract, investments, tmp_path):
    tiny_contract()
    path = investments / "tiny.yaml"
    path.write_text(path.read_text().replace("share: 75 %", "share: 70 %"))
    with pytest.raises(ContractError, match="the shares sum to 95 %"):
        write_rehearsal(path, -1, tmp_path / "rehearsals")
    assert not (tmp_path / "rehearsals").exists()
