"""A field that changes a stored figure changes what a period is measured by."""

from __future__ import annotations

from maalbar import results
from tests.transforms.small import pro_rata, rows, small_contract
from transforms.measurement import measure


def _tables():
    people, contacts = ["person_id | area"], ["person_id | started_on"]
    for area in ("north", "south"):
        for number in range(20):
            people.append(f"{area}{number} | {area}")
            contacts += [
                f"{area}{number} | {year}-0{8 - number % 2}-1{n}"
                for year in (2019, 2020)
                for n in range(1 + number * year % 4)
            ]
    return {"population": rows("population", "\n".join(people)), "contacts": rows("contacts", "\n".join(contacts))}


def test_the_target_that_power_is_reckoned_for():
    small, large = (small_contract({"a": pro_rata(1_000, target)}) for target in ("10 %", "40 %"))
    powers = [[row["power"] for row in measure(each, _tables(), [], "1").effects] for each in (small, large)]
    assert powers[0] != powers[1], "a stored figure is another"
    assert results.basis_of(small, "1") != results.basis_of(large, "1")
