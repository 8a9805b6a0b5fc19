"""Cost-weighted use: what was used, at the tariff of the year its date lies in; without a tariff there is no figure."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from maalbar import definitions
from maalbar.definitions import Tariff
from maalbar.errors import ContractError
from maalbar.periods import Window
from tests.transforms.small import rows, small_contract, unpaid
from tests.transforms.test_stays import PEOPLE, counted
from transforms import indicators
from transforms.cohort import follow
from transforms.indicator_rules import cost_tables

COSTS = ("hospital_costs@1",)
WORDS = {"da": "noget", "en": "something"}


def tariff(*rows: tuple[str, str, str, str]) -> Tariff:
    """A tariff from (of, from, to, amount)."""
    amounts = [{"of": of, "from": a, "to": b, "amount": amount} for of, a, b, amount in rows]
    head = {"id": "t", "version": 1, "title": WORDS, "unit": WORDS, "counts": WORDS, "reference": "here"}
    return Tariff.model_validate(head | {"amounts": amounts})


def test_a_contact_costs_what_its_year_says():
    contacts = """
        person_id | start            | end              | priority
        anna      | 2020-12-31 10:00 | 2020-12-31 11:00 | ATA3
        anna      | 2021-01-01 10:00 | 2021-01-01 11:00 | ATA3
        bo        | 2021-01-01 10:00 | 2021-01-01 11:00 | ATA1
    """
    # Outpatient: 1,920 kr. in 2020 and 1,960 kr. in 2021. Emergency in 2021: 1,470 kr. Stored in øre.
    assert counted(contacts, refs=COSTS) == {
        ("anna", "1", *COSTS): 388_000,
        ("bo", "1", *COSTS): 147_000,
    }
    assert indicators.divisor(*COSTS) == 100


def test_the_nights_of_one_stay_are_priced_by_the_year_each_lies_in():
    contacts = """
        person_id | start            | end
        anna      | 2020-12-30 10:00 | 2021-01-02 10:00
    """
    # Two nights of 2020 at 4,800 kr. and one of 2021 at 4,900 kr.
    assert counted(contacts, refs=COSTS) == {("anna", "1", *COSTS): 1_450_000}


def test_costs_fall_in_the_windows_of_what_they_are_made_of():
    contacts = """
        person_id | start            | end              | priority
        anna      | 2021-06-29 10:00 | 2021-07-02 10:00 | ATA1
        anna      | 2020-06-30 10:00 | 2020-06-30 11:00 | ATA3
    """
    assert counted(contacts, refs=COSTS) == {
        ("anna", "b1", *COSTS): 192_000,
        ("anna", "1", *COSTS): 2 * 490_000,
        ("anna", "2", *COSTS): 490_000,
    }


def test_costs_stand_beside_what_they_are_made_of_without_counting_it_twice():
    contacts = """
        person_id | start            | end              | priority
        anna      | 2021-02-01 10:00 | 2021-02-01 11:00 | ATA3
    """
    assert counted(contacts, refs=("outpatient_contacts@1", *COSTS)) == {
        ("anna", "1", "outpatient_contacts@1"): 1,
        ("anna", "1", *COSTS): 196_000,
    }


def test_the_day_of_death_is_priced_by_its_own_year():
    people = "person_id | died_on\nanna | 2021-01-01"
    contract = small_contract({"it": unpaid("hospital_contacts@1")})
    contacts = "person_id | started_on | minutes | priority\nanna | 2021-01-01 | 60 | ATA3"
    tables = {"population": rows("population", people), "contacts": rows("contacts", contacts)}
    found = indicators.observe(contract, tables, follow(contract, tables, "1"), "1", COSTS).to_pylist()
    assert {row["window_id"]: row["quantity"] for row in found} == {"b1": 0, "1": 196_000}


def test_a_window_without_a_tariff_is_refused_and_not_free(monkeypatch):
    contract = small_contract({"it": unpaid("hospital_contacts@1")})
    tables = {"population": rows("population", PEOPLE)}
    short = tariff(
        ("bed_day", "2019-01-01", "2021-01-01", "1 DKK"),
        ("outpatient", "2019-01-01", "2022-01-01", "1 DKK"),
        ("emergency", "2019-01-01", "2022-01-01", "1 DKK"),
    )
    monkeypatch.setattr(definitions, "tariff", lambda ref: short)
    with pytest.raises(ContractError, match=r"tariff t@1: no amount of `bed_day` on 2021-01-01"):
        indicators.observe(contract, tables, follow(contract, tables, "1"), "1", COSTS)


def test_windows_are_cut_where_any_tariff_changes():
    contract = small_contract({"it": unpaid("hospital_contacts@1")})
    made = cost_tables(contract, {COSTS[0]: definitions.indicator(COSTS[0])}, "1")
    cuts = [
        (row["window_id"], row["from_on"], row["to_on"], row["is_last"]) for row in made["priced_windows"].to_pylist()
    ]
    assert cuts == [
        ("b1", date(2019, 7, 1), date(2020, 1, 1), False),
        ("b1", date(2020, 1, 1), date(2020, 7, 1), True),
        ("1", date(2020, 7, 1), date(2021, 1, 1), False),
        ("1", date(2021, 1, 1), date(2021, 7, 1), True),
    ]


def test_a_tariff_gives_each_day_of_a_window_its_amount():
    window = Window("1", date(2020, 7, 1), date(2021, 7, 1))
    found = tariff(("x", "2020-01-01", "2021-01-01", "10 DKK"), ("x", "2021-01-01", "2022-01-01", "12.50 DKK"))
    assert found.pieces("x", window) == [
        (date(2020, 7, 1), date(2021, 1, 1), 1_000),
        (date(2021, 1, 1), date(2021, 7, 1), 1_250),
    ]


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ([("x", "2020-01-01", "2021-01-01", "1 DKK"), ("x", "2020-12-31", "2022-01-01", "1 DKK")], "two amounts of x"),
        ([("x", "2020-01-01", "2020-01-01", "1 DKK")], "holds for a day at least"),
        ([("x", "2020-01-01", "2021-01-01", "-1 DKK")], "not negative"),
        ([("x", "2020-01-01", "2021-01-01", "1 DKK"), ("y", "2020-01-01", "2021-01-01", "1 EUR")], "one currency"),
    ],
)
def test_a_tariff_that_says_two_things_or_nothing_is_refused(rows, fault):
    with pytest.raises(ValidationError, match=fault):
        tariff(*rows)


def test_what_is_not_counted_by_the_piece_cannot_be_priced():
    costs = definitions.indicator(*COSTS)
    odd = costs.model_copy(update={"of": {"hour": "home_care_hours@1"}})
    with pytest.raises(ContractError, match="`home_care_hours@1` cannot be priced by the piece"):
        definitions.priced(odd)
