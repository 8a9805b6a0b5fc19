"""Results are stored once with a digest over all that was found, and what a period is measured by has one of its own."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from maalbar import definitions, results
from maalbar.contract import Contract, digest_of
from maalbar.contract.versions import ABOUT_DELIVERY
from maalbar.database import contract_lock, transaction
from maalbar.schema import measured
from tests.owner import tamper
from tests.transforms.small import pro_rata, rows, small_contract
from transforms.measurement import measure

VALUE = {
    "outcome": "contacts", "window_id": "1", "arm": "treated", "persons": 10, "person_days": 3650, "person_years": Decimal(10),
    "quantity": Decimal(5), "value": Decimal("0.5"), "invited": None, "low": Decimal("0.16"), "high": Decimal("1.17"),
    "standardised": Decimal("0.55"), "standardised_low": Decimal("0.2"), "standardised_high": Decimal("1.2"),
    "persons_with_any": 4,
}  # fmt: skip
EFFECT = {
    "outcome": "contacts", "basis": "period", "change": Decimal("-0.07"), "standard_error": Decimal("0.05"),
    "low": Decimal("-0.16"), "high": Decimal("0.04"), "p_value": Decimal("0.2"), "detectable": Decimal("0.1"),
    "improvement": Decimal("0.07"), "units": None, "not_measurable": None, "estimator": "difference_in_differences",
    "clusters": "area", "is_approximate": True, "is_significant": False, "power": Decimal("0.31"),
}  # fmt: skip
LOOKED = {
    "outcome": "contacts", "basis": "period", "name": "check.few_areas", "verdict": "broken",
    "figures": {"areas": 6, "treated_areas": 3, "smallest_p": "0.100000"},
}  # fmt: skip


@pytest.fixture
def kept(results_database: str, tiny: Contract) -> str:
    with contract_lock(tiny.id) as connection:
        frozen = results.freeze(connection, tiny, "1", 1, {}, date(2022, 10, 15), "0.1.0+test")
        # The first value is of a survey, which has no interval: rows need not have the same columns.
        survey = {key: VALUE[key] for key in list(VALUE)[:9]} | {"outcome": "satisfaction"}
        whole = {
            "outcome": "",
            "basis": "",
            "name": "check.mortality",
            "verdict": "shown",
            "figures": {"ratio": "1.02"},
        }
        results.complete(
            connection, frozen["measurement_id"], [survey, VALUE], [EFFECT], {"kind": "waves"}, [whole, LOOKED]
        )
    return str(frozen["measurement_id"])


def _row() -> dict[str, Any]:
    with transaction() as connection:
        return dict(connection.execute(select(measured)).mappings().one())


def _stands() -> bool:
    with transaction() as connection:
        return results.is_as_hashed(connection, _row())


def test_what_is_stored_is_what_was_found(kept):
    with transaction() as connection:
        values, effects = results.values_of(connection, kept), results.effects_of(connection, kept)
        looked = results.diagnostics_of(connection, kept)
    assert values[0] == VALUE | {"measurement_id": kept, "standardised_refused": None}
    assert (values[1]["outcome"], values[1]["low"]) == ("satisfaction", None)
    assert effects == [EFFECT | {"measurement_id": kept}]
    assert [row["name"] for row in looked] == ["check.mortality", "check.few_areas"]
    assert looked[1] == LOOKED | {"measurement_id": kept}
    assert _row()["form"] == results.WITH_DIAGNOSTICS
    assert _stands()


@pytest.mark.parametrize(
    "change",
    [
        "update effect_estimate set is_significant = true",
        "update effect_estimate set power = 0.8",
        "update indicator_value set standardised = 0.56 where outcome = 'contacts'",
        "update indicator_value set high = 2 where outcome = 'contacts'",
        "update diagnostic set verdict = 'held' where name = 'check.few_areas'",
        "update diagnostic set figures = '{}' where name = 'check.mortality'",
        "delete from diagnostic where name = 'check.mortality'",
    ],
)
def test_a_later_change_of_anything_found_is_seen(kept, change):
    tamper(change)
    assert not _stands()


PLANNED = {"source": "minutes"}
BASES = {
    "whole areas instead of persons": {"outcomes.contacts.clusters": "area"},
    "what ends the follow-up": {"outcomes.contacts.censor": ["crossover"]},
    "a reserve": {
        "outcomes.contacts.fallback": {"when": "not_measurable", "use": {"before_after": "100 %"}, "source": "minutes"}
    },
    "the target that the power is reckoned for": {"outcomes.contacts.price.target": "40 %"},
    "what the plan takes for the result when all works": {
        "outcomes.contacts.planning": PLANNED | {"full_effect": "12 %"}
    },
    "the error that the plan reckons with": {"outcomes.contacts.planning": PLANNED | {"standard_error": "3 %"}},
}


@pytest.mark.parametrize("change", BASES.values(), ids=BASES.keys())
def test_what_decides_how_an_effect_is_found_is_part_of_the_basis(tiny, tiny_contract, change):
    assert results.basis_of(tiny_contract(change), "1") != results.basis_of(tiny, "1")


def test_a_basis_that_uses_no_newer_word_and_promises_nothing_is_what_it_was_before_there_were_any(tiny_contract):
    unpaid = {"outcomes.contacts.price": {"kind": "none", "source": "minutes"}, "outcomes.contacts.payments": None}
    tiny = tiny_contract(unpaid | {"value": None})
    said = tiny.said()
    about = ("source", "note", *ABOUT_DELIVERY)
    kept = {name: {k: v for k, v in row.items() if k not in about} for name, row in said["deliveries"].items()}
    outcomes = {
        name: [o.indicator, definitions.digest(o.indicator), o.estimator, o.contrast, o.better]
        for name, o in tiny.outcomes.items()
    }
    windows = [[w.id, w.start.isoformat(), w.end.isoformat()] for w in tiny.windows_until("1")]
    before = {"cohort": said["cohort"], "quality": said["quality"], "windows": windows, "deliveries": kept,
              "outcomes": outcomes}  # fmt: skip
    assert results.basis_of(tiny, "1") == digest_of(before)


def test_another_target_is_another_stored_power_and_so_another_basis():
    """Twenty residents of each area with contacts that differ between the years; power rises with the change promised."""
    people, contacts = ["person_id | area"], ["person_id | started_on"]
    for area in ("north", "south"):
        for number in range(20):
            people.append(f"{area}{number} | {area}")
            days = [f"{year}-0{8 - number % 2}-1{n}" for year in (2019, 2020) for n in range(1 + number * year % 4)]
            contacts += [f"{area}{number} | {day}" for day in days]
    tables = {"population": rows("population", "\n".join(people)), "contacts": rows("contacts", "\n".join(contacts))}
    small, large = (small_contract({"a": pro_rata(1_000, target)}) for target in ("10 %", "40 %"))
    powers = [
        {r["basis"]: float(r["power"]) for r in measure(each, tables, [], "1").effects} for each in (small, large)
    ]
    assert all(powers[0][basis] < powers[1][basis] for basis in ("period", "cumulative"))
    assert results.basis_of(small, "1") != results.basis_of(large, "1")


def test_what_only_decides_the_price_or_explains_is_no_part_of_the_basis(tiny, tiny_contract):
    def reserve(**rule: str) -> Contract:
        use = {"before_after": "100 %"}
        return tiny_contract({"outcomes.contacts.fallback": {"use": use, "source": "minutes", **rule}})

    first = results.basis_of(reserve(when="not_measurable"), "1")
    assert results.basis_of(reserve(when="standard_error_above", limit="3 %"), "1") == first
    same = tiny_contract(
        {
            "outcomes.contacts.price": {
                "kind": "pro_rata",
                "target": "10.0 %",
                "maximum": "90_000 DKK",
                "source": "minutes",
            },
            "outcomes.contacts.clusters": "person",
            "outcomes.contacts.planning": PLANNED | {"correlation": "20 %"},
        }
    )
    assert results.basis_of(same, "1") == results.basis_of(tiny, "1")
