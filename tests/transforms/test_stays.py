"""Hospital stays: contacts that follow closely are one stay, long stays are admissions, and some come soon after another."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from maalbar import definitions
from maalbar.contract import Contract
from tests.transforms.small import rows, small_contract, unpaid
from transforms import indicators
from transforms.cohort import follow

PEOPLE = """
    person_id | birth_month | area  | died_on
    anna      | 1950-01     | north |
    bo        | 1950-01     | south |
    carl      | 1950-01     | north | 2021-01-10
"""
REFS = ("hospital_stays@1", "admissions@1", "acute_admissions@2", "bed_days@1", "acute_readmissions@1")


def minute(text: str) -> int:
    """Minutes since 1970 of a time told in UTC."""
    return int((pa.scalar(text).cast(pa.timestamp("s")).as_py().timestamp()) // 60)


def hospital(text: str) -> pa.Table:
    """Contacts drawn as person, start and end (UTC; local dates are those of the drawing), priority and form."""
    lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    drawn = ["person_id | started_on | ended_on | started_minute | ended_minute | priority | form | unit"]
    for person, start, end, *rest in lines[1:]:
        given = dict(zip(lines[0][3:], rest, strict=True))
        last = minute(end) if end else None
        drawn.append(
            f"{person} | {start[:10]} | {end[:10]} | {minute(start)} | {'' if last is None else last} | "
            f"{given.get('priority', '')} | {given.get('form', '')} | {given.get('unit', '')}"
        )
    table = rows("contacts", "\n".join(drawn))
    length = pc.subtract(table.column("ended_minute"), table.column("started_minute"))
    return table.set_column(table.schema.get_field_index("minutes"), "minutes", length)


def counted(
    contacts: str | pa.Table, through: str = "2", refs: tuple[str, ...] = REFS, contract: Contract | None = None
) -> dict[tuple[str, str, str], int]:
    """(person, window, indicator) → quantity, where it is not nothing."""
    contract = contract or small_contract({"it": unpaid("hospital_contacts@1")})
    tables = {
        "population": rows("population", PEOPLE),
        "contacts": hospital(contacts) if isinstance(contacts, str) else contacts,
    }
    found = indicators.observe(contract, tables, follow(contract, tables, through), through, refs).to_pylist()
    return {(row["person_id"], row["window_id"], row["indicator"]): row["quantity"] for row in found if row["quantity"]}


def test_a_transfer_between_wards_is_one_admission_of_stays_and_two_of_contacts():
    contacts = """
        person_id | start            | end
        anna      | 2020-08-01 10:00 | 2020-08-02 10:00
        anna      | 2020-08-02 10:30 | 2020-08-04 12:00
    """
    found = counted(contacts, refs=("acute_admissions@1", "acute_admissions@2", "bed_days@1"))
    assert found == {
        ("anna", "1", "acute_admissions@1"): 2,
        ("anna", "1", "acute_admissions@2"): 1,
        ("anna", "1", "bed_days@1"): 3,
    }


def test_two_short_contacts_close_together_are_an_admission_when_they_span_twelve_hours():
    contacts = """
        person_id | start            | end
        anna      | 2020-08-01 08:00 | 2020-08-01 13:00
        anna      | 2020-08-01 16:00 | 2020-08-01 20:00
        bo        | 2020-08-01 08:00 | 2020-08-01 13:00
        bo        | 2020-08-01 16:00 | 2020-08-01 19:59
    """
    assert counted(contacts, refs=("admissions@1", "hospital_stays@1")) == {
        ("anna", "1", "admissions@1"): 1,
        ("anna", "1", "hospital_stays@1"): 1,
        ("bo", "1", "hospital_stays@1"): 1,
    }


def test_a_stay_is_acute_by_its_first_contact_and_not_by_a_later_one():
    contacts = """
        person_id | start            | end              | priority
        anna      | 2020-08-01 10:00 | 2020-08-01 11:00 | ATA1
        anna      | 2020-08-01 12:00 | 2020-08-03 12:00 | ATA3
        bo        | 2020-08-01 10:00 | 2020-08-01 11:00 | ATA3
        bo        | 2020-08-01 12:00 | 2020-08-03 12:00 | ATA1
    """
    assert counted(contacts, refs=("admissions@1", "acute_admissions@2")) == {
        ("anna", "1", "admissions@1"): 1,
        ("anna", "1", "acute_admissions@2"): 1,
        ("bo", "1", "admissions@1"): 1,
    }


@pytest.mark.fault("F35")
def test_a_stay_over_the_windows_border_counts_where_it_starts_and_its_nights_where_they_lie():
    contacts = """
        person_id | start            | end
        anna      | 2021-06-28 10:00 | 2021-07-03 10:00
    """
    # The nights of 28, 29 and 30 June are of window 1, those of 1 and 2 July of window 2.
    assert counted(contacts, refs=("admissions@1", "bed_days@1")) == {
        ("anna", "1", "admissions@1"): 1,
        ("anna", "1", "bed_days@1"): 3,
        ("anna", "2", "bed_days@1"): 2,
    }


def test_contacts_before_and_after_a_window_belong_to_its_stays():
    # The contact of 30 June makes the stay begin in window 1; nothing of it alone would be an admission.
    contacts = """
        person_id | start            | end
        anna      | 2021-06-30 18:00 | 2021-06-30 23:00
        anna      | 2021-07-01 02:00 | 2021-07-01 08:00
    """
    assert counted(contacts, refs=("admissions@1",)) == {("anna", "1", "admissions@1"): 1}


def test_the_dead_have_no_stay_after_death_and_those_who_die_in_hospital_have_theirs():
    contacts = """
        person_id | start            | end
        carl      | 2021-01-07 10:00 | 2021-01-10 03:00
        carl      | 2021-02-01 10:00 | 2021-02-03 10:00
    """
    assert counted(contacts, refs=("admissions@1", "bed_days@1")) == {
        ("carl", "1", "admissions@1"): 1,
        ("carl", "1", "bed_days@1"): 3,
    }


def test_a_readmission_counts_in_the_window_it_starts_in_with_the_index_before_it():
    contacts = """
        person_id | start            | end
        anna      | 2021-06-20 10:00 | 2021-06-22 10:00
        anna      | 2021-07-10 10:00 | 2021-07-12 10:00
    """
    assert counted(contacts, refs=("acute_readmissions@1",)) == {("anna", "2", "acute_readmissions@1"): 1}


def test_a_planned_return_is_no_readmission():
    contacts = """
        person_id | start            | end              | priority
        anna      | 2020-08-01 10:00 | 2020-08-03 10:00 | ATA1
        anna      | 2020-08-10 10:00 | 2020-08-12 10:00 | ATA3
        bo        | 2020-08-01 10:00 | 2020-08-03 10:00 | ATA3
        bo        | 2020-08-10 10:00 | 2020-08-12 10:00 | ATA1
    """
    assert counted(contacts, refs=("acute_readmissions@1",)) == {("bo", "1", "acute_readmissions@1"): 1}


def test_an_index_before_the_person_entered_counts_too():
    contacts = """
        person_id | start            | end
        anna      | 2019-06-20 10:00 | 2019-06-22 10:00
        anna      | 2019-07-10 10:00 | 2019-07-12 10:00
    """
    # The baseline begins on 1 July 2019; the discharge lies before every window.
    assert counted(contacts, refs=("acute_readmissions@1",)) == {("anna", "b1", "acute_readmissions@1"): 1}


def test_an_open_contact_is_a_stay_of_no_length_until_more_is_known():
    contacts = """
        person_id | start            | end
        anna      | 2020-08-01 10:00 |
    """
    assert counted(contacts) == {("anna", "1", "hospital_stays@1"): 1}


def test_short_contacts_are_told_apart_by_priority_and_length():
    contacts = """
        person_id | start            | end              | priority | form
        anna      | 2020-08-01 08:00 | 2020-08-01 19:59 | ATA1     | ALCA00
        anna      | 2020-08-02 08:00 | 2020-08-02 20:00 | ATA1     | ALCA00
        anna      | 2020-08-03 08:00 | 2020-08-03 09:00 | ATA3     | ALCA00
        anna      | 2020-08-04 08:00 | 2020-08-04 09:00 | ATA3     | ALCA03
        bo        | 2020-08-05 08:00 |                  | ATA1     | ALCA00
    """
    assert counted(contacts, refs=("emergency_contacts@1", "outpatient_contacts@1")) == {
        ("anna", "1", "emergency_contacts@1"): 1,
        ("anna", "1", "outpatient_contacts@1"): 1,
    }


@pytest.fixture
def shelf(monkeypatch, tmp_path):
    """Puts definitions of the test's own beside those shipped: `shelf("indicators/mine.v1.yaml", text)`."""
    for folder in ("indicators", "stays", "tariffs"):
        (tmp_path / folder).mkdir()
        for path in (definitions.FOLDER / folder).iterdir():
            (tmp_path / folder / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(definitions.definition, "FOLDER", tmp_path)
    readers = (definitions.indicator, definitions.stay, definitions.tariff)
    for reader in readers:
        reader.cache_clear()

    def changed(path: str, **values: Any) -> None:
        """A shipped file with other values."""
        text = (tmp_path / path).read_text(encoding="utf-8")
        for name, value in values.items():
            kept = [line for line in text.splitlines() if not line.startswith(f"{name}:")]
            text = "\n".join([*kept, f"{name}: {value}"]) + "\n"
        (tmp_path / path).write_text(text, encoding="utf-8")

    yield changed
    for reader in readers:
        reader.cache_clear()


TWELVE_HOURS = """
    person_id | start            | end
    anna      | 2020-08-01 08:00 | 2020-08-01 20:00
    bo        | 2020-08-01 08:00 | 2020-08-01 20:01
"""


def test_exactly_twelve_hours_is_an_admission_as_the_definition_says(shelf):
    ref = ("admissions@1",)
    assert counted(TWELVE_HOURS, refs=ref) == {("anna", "1", "admissions@1"): 1, ("bo", "1", "admissions@1"): 1}
    shelf("stays/sygehusophold.v1.yaml", boundary="excluded")
    definitions.stay.cache_clear()
    assert counted(TWELVE_HOURS, refs=ref) == {("bo", "1", "admissions@1"): 1}


def test_nights_can_follow_the_start_of_the_stay(shelf):
    contacts = """
        person_id | start            | end
        anna      | 2021-06-28 10:00 | 2021-07-03 10:00
    """
    shelf("indicators/bed_days.v1.yaml", counted_in="window_of_start")
    assert counted(contacts, refs=("bed_days@1",)) == {("anna", "1", "bed_days@1"): 5}


def test_a_readmission_can_be_dated_by_its_discharge_then_the_last_thirty_days_have_no_index(shelf):
    contacts = """
        person_id | start            | end
        anna      | 2021-05-20 10:00 | 2021-05-31 10:00
        anna      | 2021-06-30 08:00 | 2021-07-02 10:00
        bo        | 2021-05-20 10:00 | 2021-06-01 10:00
        bo        | 2021-06-15 08:00 | 2021-06-17 10:00
    """
    ref = ("acute_readmissions@1",)
    assert counted(contacts, refs=ref) == {("anna", "1", *ref): 1, ("bo", "1", *ref): 1}
    shelf("indicators/acute_readmissions.v1.yaml", counted_in="window_of_discharge")
    definitions.indicator.cache_clear()
    # 30 days before 1 July are 1 June: a discharge on that day has not 30 days left in the window.
    assert counted(contacts, refs=ref) == {("anna", "1", *ref): 1}


def test_open_contacts_can_be_left_out(shelf):
    contacts = """
        person_id | start            | end
        anna      | 2020-08-01 10:00 |
        anna      | 2020-08-01 13:00 | 2020-08-02 00:00
    """
    ref = ("admissions@1",)
    # From the open start at 10:00 these are 14 hours, from 13:00 they are 11.
    assert counted(contacts, refs=ref) == {("anna", "1", "admissions@1"): 1}
    shelf("stays/sygehusophold.v1.yaml", open_contacts="left_out")
    definitions.stay.cache_clear()
    assert counted(contacts, refs=ref) == {}


def test_own_units_are_left_out_before_stays_are_made_where_the_indicator_says_so(shelf):
    contacts = """
        person_id | start            | end              | unit
        anna      | 2020-08-01 08:00 | 2020-08-01 11:00 | elsewhere
        anna      | 2020-08-01 14:00 | 2020-08-01 16:00 | own
        anna      | 2020-08-01 19:00 | 2020-08-01 21:00 | elsewhere
    """
    contract = small_contract({"it": unpaid("hospital_contacts@1")}, own_units=["own"])
    assert counted(contacts, contract=contract, refs=("admissions@1",)) == {("anna", "1", "admissions@1"): 1}
    shelf("indicators/hospital_stays.v1.yaml", excludes_own_units='"true"')
    found = counted(contacts, contract=contract, refs=("admissions@1", "hospital_stays@1"))
    assert found == {("anna", "1", "admissions@1"): 1, ("anna", "1", "hospital_stays@1"): 2}
