"""What each person had in each window, by the definitions: contacts, services, weeks, claims, counts, scores."""

from __future__ import annotations

import pyarrow as pa

from maalbar.contract import Contract
from tests.transforms.small import outcome, rows, small_contract, unpaid
from transforms import indicators
from transforms.cohort import follow

PEOPLE = """
    person_id | birth_month | area  | died_on
    anna      | 1950-01     | north |
    bo        | 1950-01     | south |
    carl      | 1950-01     | north | 2021-01-10
    dora      | 1961-01     | north |
"""


def _observed(contract: Contract, through: str = "1", **drawn: str) -> dict[tuple[str, str, str], int]:
    """(person, window, indicator) → quantity, where it is not nothing."""
    tables = {name: rows(name, text) for name, text in ({"population": PEOPLE} | drawn).items()}
    found = indicators.observe(contract, tables, follow(contract, tables, through), through).to_pylist()
    return {(row["person_id"], row["window_id"], row["indicator"]): row["quantity"] for row in found if row["quantity"]}


def _one(
    indicator: str, through: str = "1", contract: Contract | None = None, **drawn: str
) -> dict[tuple[str, str], int]:
    found = _observed(contract or small_contract({"it": unpaid(indicator)}), through, **drawn)
    return {(person, window): quantity for (person, window, _), quantity in found.items()}


def test_acute_contacts_are_physical_and_virtual_ones_together():
    contacts = """
        person_id | started_on | priority | form
        anna      | 2020-08-01 | ATA1     | ALCA00
        anna      | 2020-08-02 | ATA1     | ALCA03
        anna      | 2020-08-03 | ATA3     | ALCA00
        anna      | 2020-08-04 | ATA1     | ALCA10
        bo        | 2020-08-05 | ATA3     | ALCA03
    """
    assert _one("acute_hospital_contacts@1", contacts=contacts) == {("anna", "1"): 2}


def test_a_contact_without_a_priority_is_not_acute_but_is_a_contact():
    contract = small_contract({"acute": unpaid("acute_hospital_contacts@1"), "all": unpaid("hospital_contacts@1")})
    table = rows("contacts", "person_id | started_on\nanna | 2020-08-01")
    open_one = table.set_column(table.schema.get_field_index("priority"), "priority", pa.array([None], pa.string()))
    tables = {"population": rows("population", PEOPLE), "contacts": open_one}
    found = indicators.observe(contract, tables, follow(contract, tables, "1"), "1").to_pylist()
    assert [r["indicator"] for r in found if r["quantity"]] == ["hospital_contacts@1"]


def test_the_interventions_own_units_are_left_out_where_the_definition_says_so():
    contract = small_contract(
        {"acute": unpaid("acute_hospital_contacts@1"), "all": unpaid("hospital_contacts@1")}, own_units=["own"]
    )
    contacts = """
        person_id | started_on | unit
        anna      | 2020-08-01 | own
        anna      | 2020-08-02 | elsewhere
        anna      | 2020-08-03 | other
    """
    assert _observed(contract, contacts=contacts) == {
        ("anna", "1", "acute_hospital_contacts@1"): 2,
        ("anna", "1", "hospital_contacts@1"): 3,
    }


def test_an_admission_lasts_twelve_hours_to_the_minute():
    # 11:59 is 719 minutes, 12:00 is 720. A contact still open has no length.
    contacts = """
        person_id | started_on | minutes | form
        anna      | 2020-08-01 | 719     | ALCA00
        bo        | 2020-08-01 | 720     | ALCA00
        bo        | 2020-09-01 | 5000    | ALCA00
        bo        | 2020-09-20 | 5000    | ALCA03
    """
    assert _one("acute_admissions@1", contacts=contacts) == {("bo", "1"): 2}
    table = rows("contacts", "person_id | started_on\nanna | 2020-08-01")
    still_open = table.set_column(table.schema.get_field_index("minutes"), "minutes", pa.array([None], pa.int64()))
    tables = {"population": rows("population", PEOPLE), "contacts": still_open}
    contract = small_contract({"it": unpaid("acute_admissions@1")})
    found = indicators.observe(contract, tables, follow(contract, tables, "1"), "1")
    assert sum(found.column("quantity").to_pylist()) == 0


def test_doctors_contacts_are_consultations_and_calls_in_daytime_not_mails_nor_out_of_hours():
    contacts = """
        person_id | started_on | sector   | specialty | form
        anna      | 2020-08-01 | primary  | 80        | K
        anna      | 2020-08-02 | primary  | 80        | T
        anna      | 2020-08-03 | primary  | 80        | E
        anna      | 2020-08-04 | primary  | 81        | K
        anna      | 2020-08-05 | hospital |           | ALCA00
    """
    assert _one("gp_contacts@1", contacts=contacts) == {("anna", "1"): 2}


def test_a_contact_counts_in_the_window_it_starts_in():
    contacts = """
        person_id | started_on
        anna      | 2019-06-30
        anna      | 2019-07-01
        anna      | 2020-06-30
        anna      | 2020-07-01
        anna      | 2021-06-30
        anna      | 2021-07-01
    """
    found = _one("acute_hospital_contacts@1", through="2", contacts=contacts)
    assert found == {("anna", "b1"): 2, ("anna", "1"): 2, ("anna", "2"): 1}


def test_contacts_count_while_one_is_followed():
    contacts = """
        person_id | started_on
        carl      | 2021-01-09
        carl      | 2021-02-01
        carl      | 2021-08-01
        dora      | 2021-06-30
        dora      | 2021-07-01
        stranger  | 2020-08-01
    """
    # Carl died on 10 January 2021. Dora is of age in the second wave, so her first window of follow-up is the second.
    found = _one("acute_hospital_contacts@1", through="2", contacts=contacts)
    assert found == {("carl", "1"): 1, ("dora", "2"): 1}


def test_nothing_is_a_quantity_too():
    contract = small_contract({"a": unpaid("acute_hospital_contacts@1"), "b": unpaid("gp_contacts@1")})
    tables = {
        "population": rows("population", PEOPLE),
        "contacts": rows("contacts", "person_id | started_on\nanna | 2020-08-01"),
    }
    found = indicators.observe(contract, tables, follow(contract, tables, "1"), "1").to_pylist()
    # Anna, Bo and Carl in the baseline and the first period, in two indicators: 3 × 2 × 2.
    assert len(found) == 12
    assert sum(row["quantity"] for row in found) == 1
    assert {row["person_days"] for row in found if row["person_id"] == "carl"} == {366, 193}, (
        "July to December 184, and 9 in January"
    )


def test_services_are_summed_in_hundredths():
    services = """
        person_id | service | starts_on  | quantity
        anna      | support | 2020-08-03 | 125
        anna      | support | 2020-08-10 | 75
        anna      | meals   | 2020-08-10 | 900
        bo        | support | 2019-08-05 | 33
    """
    assert _one("support_hours@1", services=services) == {("anna", "1"): 200, ("bo", "b1"): 33}
    assert indicators.divisor("support_hours@1") == 100
    assert indicators.divisor("acute_hospital_contacts@1") == 1


def test_a_week_belongs_to_the_window_of_its_monday_also_over_new_year():
    benefits = """
        person_id | code | week_from  | week_to
        anna      | 730  | 2020-12-21 | 2021-01-11
        bo        | 730  | 2020-06-29 | 2020-07-06
    """
    # Mondays from 6 July 2020 to 28 June 2021: 52. In the baseline, from 1 July 2019 to 29 June 2020: 53, both Mondays.
    # Anna has three weeks on benefit (21 and 28 December, 4 January: weeks 52, 53 and 1), Bo the one that begins on
    # 29 June, which is the baseline's. Carl's Mondays until 10 January: 6 July to 4 January, 27.
    assert _one("self_support_weeks@1", benefits=benefits) == {
        ("anna", "b1"): 53, ("anna", "1"): 49,
        ("bo", "b1"): 52, ("bo", "1"): 52,
        ("carl", "b1"): 53, ("carl", "1"): 27,
    }  # fmt: skip


def test_two_benefits_in_a_week_are_one_week_not_self_supported():
    benefits = """
        person_id | code | week_from  | week_to
        anna      | 730  | 2020-08-03 | 2020-08-17
        anna      | 890  | 2020-08-10 | 2020-08-24
    """
    assert _one("self_support_weeks@1", benefits=benefits)["anna", "1"] == 52 - 3


def test_only_verified_claims_of_the_outcome_count():
    contract = small_contract(
        {"plans": outcome(indicator="action_plans@1", estimator="count", contrast=None, better="higher")}
    )
    claims = """
        person_id | outcome      | achieved_on | state
        anna      | action_plans | 2020-09-01  | verified
        anna      | action_plans | 2020-10-01  | verified
        anna      | action_plans | 2020-11-01  | claimed
        anna      | action_plans | 2020-12-01  | rejected
        anna      | other        | 2020-09-01  | verified
        bo        | action_plans | 2021-07-01  | verified
    """
    assert _one("action_plans@1", contract=contract, claims=claims) == {("anna", "1"): 2}


def test_a_unit_named_twice_does_not_count_its_contacts_twice():
    contract = small_contract(
        {"a": unpaid("hospital_contacts@1")}, own_units=["U1", "U1"], eligibility={"min_age": "60"}
    )
    tables = {
        "population": rows("population", "person_id\nanna"),
        "contacts": rows("contacts", "person_id | started_on | unit\nanna | 2020-08-01 | U1"),
    }
    seen = indicators.observe(contract, tables, follow(contract, tables, "1"), "1").to_pylist()
    assert {row["window_id"]: row["quantity"] for row in seen} == {"b1": 0, "1": 1}
