"""The dates of a contract as tables that the set-based steps join."""

from __future__ import annotations

from datetime import date, timedelta

import pyarrow as pa
import pytest

from maalbar.contract import Contract
from tests.transforms.small import small_contract
from transforms import windows

CONTRACT = small_contract()


def _contract(**eligibility: object) -> Contract:
    return small_contract(eligibility=eligibility)


def test_windows_are_the_baseline_and_every_period_so_far():
    found = windows.window_table(CONTRACT, "2").to_pylist()
    assert [(r["window_id"], r["start_on"], r["end_on"], r["phase"]) for r in found] == [
        ("b1", date(2019, 7, 1), date(2020, 7, 1), "baseline"),
        ("1", date(2020, 7, 1), date(2021, 7, 1), "follow_up"),
        ("2", date(2021, 7, 1), date(2022, 7, 1), "follow_up"),
    ]


def test_period_0_has_the_baseline_alone():
    assert windows.window_table(CONTRACT, "0").column("window_id").to_pylist() == ["b1"]


def test_an_unknown_period_has_no_windows():
    with pytest.raises(KeyError):
        windows.window_table(CONTRACT, "9")


def test_a_wave_is_judged_by_the_dates_of_its_own_entry():
    assert windows.wave_table(CONTRACT, "2").to_pylist() == [
        {
            "wave_id": wave,
            "entry_on": date(year, 7, 1),
            "resident_since": date(year, 1, 1),
            "born_until": date(year - 60, 7, 1),
            "index_week": monday,
            "takes_care_home": False,
            "least_use": 0,
        }
        # 1 July was a Wednesday in 2020 and a Thursday in 2021.
        for wave, year, monday in (("w1", 2020, date(2020, 6, 29)), ("w2", 2021, date(2021, 6, 28)))
    ]


@pytest.mark.parametrize(("through", "waves"), [("0", ["w1"]), ("1", ["w1"]), ("2", ["w1", "w2"]), ("4", ["w1", "w2"])])
def test_a_wave_counts_from_the_period_it_enters_in(through, waves):
    assert windows.wave_table(CONTRACT, through).column("wave_id").to_pylist() == waves


def test_age_is_no_ground_where_it_is_not_asked_for_and_everyone_is_old_enough_where_nothing_is():
    assert windows.wave_table(_contract(benefit_codes=["783"]), "1").to_pylist()[0]["born_until"] == windows.NEVER
    assert windows.wave_table(_contract(), "1").to_pylist()[0]["born_until"] == windows.ALWAYS
    assert windows.wave_table(_contract(residence_months="3"), "1").to_pylist()[0]["resident_since"] == date(2020, 4, 1)
    assert windows.wave_table(_contract(), "1").to_pylist()[0]["takes_care_home"] is True


def test_every_week_that_begins_in_a_window_is_there_once():
    mondays = windows.week_table(CONTRACT, "1").column("monday").to_pylist()
    assert mondays[0] == date(2019, 7, 1)
    assert mondays[-1] == date(2021, 6, 28)
    # Two years of Mondays without a gap: 1 July 2019 + 104 weeks = 28 June 2021, both ends included 105.
    assert mondays == [date(2019, 7, 1) + timedelta(weeks=number) for number in range(105)]


@pytest.mark.fault("F40")
def test_a_wave_that_enters_on_29_february_is_judged_by_days_that_exist():
    contract = small_contract(eligibility={"min_age": "61", "residence_months": "6"})
    (wave,) = windows.waves_entering(contract, [("leap", date(2024, 2, 29))]).to_pylist()
    # Sixty-one years before there is no 29 February: born by February 1963. Six months before is 29 August.
    assert (wave["born_until"], wave["resident_since"]) == (date(1963, 2, 1), date(2023, 8, 29))
    # 29 February 2024 is a Thursday.
    assert wave["index_week"] == date(2024, 2, 26)
    lookback = windows.lookback_table(pa.table({"wave_id": ["leap"], "entry_on": [date(2024, 2, 29)]}), 12)
    assert lookback.to_pylist() == [{"wave_id": "leap", "start_on": date(2023, 2, 28), "end_on": date(2024, 2, 29)}]


def test_areas_are_on_the_list_always_unless_they_are_dated():
    data = CONTRACT.model_dump(mode="json", by_alias=True)
    data["cohort"]["arms"]["comparison"]["dates"] = [{"area": "west", "from": "2021-01-01"}]
    listed = windows.arm_table(Contract.model_validate(data)).to_pylist()
    assert {(r["area"], r["arm"], r["start_on"], r["end_on"]) for r in listed} == {
        ("north", "treated", windows.NEVER, windows.ALWAYS),
        ("south", "comparison", windows.NEVER, windows.ALWAYS),
        ("west", "comparison", date(2021, 1, 1), windows.ALWAYS),
    }


def test_the_last_days_of_a_life_are_those_before_the_day_of_death():
    found = windows.last_days_table([date(2020, 12, 31), date(2020, 3, 1), date(2020, 3, 1)], 1)
    assert {r["died_on"]: r["from_on"] for r in found.to_pylist()} == {
        date(2020, 3, 1): date(2020, 2, 29),
        date(2020, 12, 31): date(2020, 12, 30),
    }
    assert windows.last_days_table([date(2020, 12, 31)], 0).num_rows == 0
