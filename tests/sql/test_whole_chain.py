"""A cohort and its indicators, step after step, are the same where every step runs on Spark."""

from __future__ import annotations

import pytest

from tests.transforms.small import rows, small_contract, unpaid
from transforms import indicators
from transforms.cohort import follow

pytest.importorskip("pyspark", reason="Spark comes with the extra `spark`")
TABLES = {
    "population": rows(
        "population",
        """
        person_id | birth_month | area  | died_on
        anna      | 1950-01     | north |
        bo        | 1950-01     | south |
        carl      | 1950-01     | north | 2021-01-10
        dora      | 1961-01     | north |
        """,
    ),
    "contacts": rows(
        "contacts",
        """
        person_id | started_on | priority
        anna      | 2020-08-01 | ATA1
        anna      | 2020-08-01 | ATA3
        carl      | 2021-01-10 | ATA1
        dora      | 2021-07-01 | ATA1
        """,
    ),
    "services": rows("services", "person_id | starts_on | quantity\nbo | 2020-09-01 | 125"),
}


@pytest.mark.slow
def test_what_a_contract_counts_is_the_same_on_both_engines(monkeypatch):
    contract = small_contract({"acute": unpaid("acute_hospital_contacts@1"), "hours": unpaid("support_hours@1")})
    found = []
    for engine in ("duckdb", "spark://local[2]"):
        monkeypatch.setenv("MAALBAR_ENGINE", engine)
        followed = follow(contract, TABLES, "2")
        found.append((followed.members, followed.counts, indicators.observe(contract, TABLES, followed, "2")))
    here, there = found
    assert [table.to_pylist() for table in there] == [table.to_pylist() for table in here]
    assert [table.schema for table in there] == [table.schema for table in here]
    assert sum(here[2]["quantity"].to_pylist()) == 1 + 1 + 1 + 125, "Anna's, Carl's and Dora's contact, and Bo's hours"
