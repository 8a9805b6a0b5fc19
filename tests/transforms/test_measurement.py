"""A whole measurement in small: the figures worked out by hand, and what a missing source does and does not stop."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from maalbar.contract import Contract, load_contract
from maalbar.definitions import indicator
from maalbar.settings import PROJECT
from maalbar.tables import TABLES
from tests.transforms.small import outcome, pro_rata, rate_card, rows, small_contract, unpaid
from transforms.measurement import Results, measure, sources_of

CONTRACT = small_contract(
    {
        "acute": pro_rata(1_000, "10 %"),
        "doctor": unpaid("gp_contacts@1"),
        "joy": pro_rata(1_000, "0.5 points", indicator="life_satisfaction@1"),
        "plans": rate_card(100),
    },
    min_events=8,
)
TREATED, COMPARISON = [f"t{n}" for n in range(10)], [f"c{n}" for n in range(10)]
DAYS = {"b1": "2019-10-05", "1": "2020-10-05", "2": "2021-10-05"}
# Contacts and scores per person, first half and second half of each arm: everyone lives through every window, so the
# rate is the mean of the two.
ACUTE = {"b1": {"t": (1, 3), "c": (3, 1)}, "1": {"t": (2, 0), "c": (1, 3)}, "2": {"t": (1, 2), "c": (2, 2)}}
DOCTOR = {"b1": {"t": (5, 5), "c": (4, 6)}, "1": {"t": (6, 4), "c": (5, 5)}, "2": {"t": (5, 5), "c": (5, 5)}}
JOY = {"b1": {"t": (5, 7), "c": (6, 6)}, "1": {"t": (6, 8), "c": (6, 7)}, "2": {"t": (8, 8), "c": (6, 7)}}


def _drawn(table: str, names: str, lines: list[str]) -> pa.Table:
    return rows(table, "\n".join([names, *lines]))


def _each(numbers: dict[str, dict[str, tuple[int, int]]]) -> list[tuple[str, str, int]]:
    """(person, day, number) of every person and window."""
    return [
        (person, DAYS[window], halves[person[0]][number >= 5])
        for window, halves in numbers.items()
        for arm in (TREATED, COMPARISON)
        for number, person in enumerate(arm)
    ]


def _tables() -> dict[str, pa.Table]:
    acute = [f"{p} | {day} | hospital | | ALCA00" for p, day, n in _each(ACUTE) for _ in range(n)]
    doctor = [f"{p} | {day} | primary | 80 | K" for p, day, n in _each(DOCTOR) for _ in range(n)]
    people = [f"{p} | north" for p in TREATED] + [f"{p} | south" for p in COMPARISON]
    return {
        "population": _drawn("population", "person_id | area", people),
        "contacts": _drawn("contacts", "person_id | started_on | sector | specialty | form", [*acute, *doctor]),
        "surveys": _drawn(
            "surveys", "person_id | answered_on | answer", [f"{p} | {day} | {n}" for p, day, n in _each(JOY)]
        ),
        "benefits": TABLES["benefits"].schema.empty_table(),
        "claims": rows(
            "claims", "person_id | achieved_on\nt1 | 2020-09-01\nt2 | 2021-02-01\nc1 | 2020-09-01\nt1 | 2021-09-01"
        ),
    }


def _measure(
    through: str, missing: tuple[str, ...] = (), without: tuple[str, ...] = (), contract: Contract = CONTRACT
) -> Results:
    tables = {name: table for name, table in _tables().items() if name not in without}
    return measure(contract, tables, list(missing), through)


def _effects(found: Results) -> dict[tuple[str, str], dict[str, Any]]:
    return {(row["outcome"], row["basis"]): row for row in found.effects}


def _refusals(found: Results) -> dict[str, str | None]:
    assert {row["basis"] for row in found.effects} == {"period", "cumulative"}
    return {row["outcome"]: row["not_measurable"] for row in found.effects if row["basis"] == "cumulative"}


def test_effects_of_the_first_period():
    effects = _effects(_measure("1"))
    # Acute: treated 2 → 1 per year, comparison 2 → 2: half as many.
    assert effects["acute", "period"]["change"] == Decimal("-0.5")
    assert effects["acute", "period"]["improvement"] == Decimal("0.5"), "fewer is better"
    # Doctor: 5 → 5 against 5 → 5.
    assert effects["doctor", "period"]["change"] == 0
    # Joy: 6 → 7 against 6 → 6.5.
    assert effects["joy", "period"]["change"] == effects["joy", "period"]["improvement"] == Decimal("0.5")
    # Two verified plans in the treated arm; the comparison's is nobody's to pay.
    assert (effects["plans", "period"]["units"], effects["plans", "period"]["change"]) == (2, None)
    assert all(
        effects[name, "period"] == effects[name, "cumulative"] | {"basis": "period"} for name in CONTRACT.outcomes
    )


def test_effects_of_the_second_period_alone_and_of_both():
    effects = _effects(_measure("2"))
    # Acute: 1.5 per year against 2 → 2: three quarters. Over both periods (1 + 1.5) / 2 = 1.25: five eighths.
    assert effects["acute", "period"]["change"] == Decimal("-0.25")
    assert effects["acute", "cumulative"]["change"] == Decimal("-0.375")
    # Joy: 6 → 8 against 6 → 6.5; over both (7 + 8) / 2 = 7.5.
    assert effects["joy", "period"]["change"] == Decimal("1.5")
    assert effects["joy", "cumulative"]["change"] == Decimal("1")
    assert (effects["plans", "period"]["units"], effects["plans", "cumulative"]["units"]) == (1, 3)


def test_values_are_totals_and_rates_of_each_arm_and_window():
    values = {(v["outcome"], v["window_id"], v["arm"]): v for v in _measure("1").values}
    acute = values["acute", "1", "treated"]
    assert (acute["persons"], acute["person_days"], acute["person_years"]) == (10, 3650, 10)
    assert (acute["quantity"], acute["value"], acute["invited"]) == (10, 1, None)
    assert values["acute", "b1", "treated"]["person_years"] == 10, "366 days of a leap year are one year"
    joy = values["joy", "1", "comparison"]
    assert (joy["persons"], joy["quantity"], joy["value"], joy["invited"]) == (10, 65, Decimal("6.5"), 10)


def test_period_0_has_the_baseline_and_no_effects():
    found = _measure("0")
    assert found.effects == []
    assert {value["window_id"] for value in found.values} == {"b1"}
    assert found.cohort["members"] == {"comparison": 10, "treated": 10}


def test_the_cohort_is_told_by_arm_area_wave_and_window():
    cohort = _measure("2").cohort
    assert (cohort["kind"], cohort["areas"]) == ("waves", {"comparison": 1, "treated": 1})
    assert {wave: told["persons"] for wave, told in cohort["waves"].items()} == {"w1": 20}
    assert [(w["window_id"], w["arm"], w["persons"]) for w in cohort["windows"]] == [
        (window, arm, 10) for window in ("1", "2", "b1") for arm in ("comparison", "treated")
    ]


def test_the_hash_of_a_wave_stays_when_later_waves_enter_and_changes_with_its_members():
    tables = _tables()
    late = rows("population", "person_id | birth_month\nlate | 1961-01")
    more = tables | {"population": pa.concat_tables([tables["population"], late])}
    first, later = measure(CONTRACT, tables, [], "1").cohort["waves"], measure(CONTRACT, more, [], "2").cohort["waves"]
    assert set(later) == {"w1", "w2"}
    assert later["w1"] == first["w1"]
    fewer = tables | {"population": tables["population"].slice(1)}
    assert measure(CONTRACT, fewer, [], "1").cohort["waves"]["w1"] != first["w1"]


def test_a_missing_source_stops_its_own_outcomes_and_no_others():
    assert _refusals(_measure("1", missing=("hospital",))) == {
        "acute": "no_delivery: hospital",
        "doctor": None,
        "joy": None,
        "plans": None,
    }
    assert _refusals(_measure("1", missing=("surveys",), without=("surveys",))) == {
        "acute": None, "doctor": None, "joy": "no_delivery: surveys", "plans": None,
    }  # fmt: skip
    assert _refusals(_measure("1", missing=("claims",), without=("claims",)))["plans"] == "no_delivery: claims"
    assert set(_refusals(_measure("1", missing=("services",))).values()) == {None}, "no outcome rests on services"


@pytest.mark.parametrize(("source", "without"), [("population", ("population",)), ("benefits", ("benefits",))])
def test_without_what_the_cohort_is_selected_from_nothing_is_measurable(source, without):
    found = _measure("1", missing=(source,), without=without)
    assert _refusals(found) == dict.fromkeys(CONTRACT.outcomes, f"no_delivery: {source}")
    assert all(row["change"] is row["units"] is row["improvement"] is None for row in found.effects)


def test_benefits_are_needed_only_where_they_let_someone_in():
    by_age = small_contract(eligibility={"min_age": "60"})
    assert sources_of(by_age, by_age.outcomes["acute"]) == ["population", "hospital"]
    assert sources_of(CONTRACT, CONTRACT.outcomes["acute"]) == ["population", "hospital", "benefits"]
    assert sources_of(CONTRACT, CONTRACT.outcomes["joy"]) == ["population", "benefits", "surveys"]


def test_a_cohort_selected_on_earlier_use_needs_what_it_was_counted_from():
    rule = {"indicator": "acute_hospital_contacts@1", "at_least": "1", "months": "12"}
    selected = small_contract(
        {"joy": unpaid("life_satisfaction@1", "difference")}, eligibility={"min_age": "60", "earlier_use": rule}
    )
    assert sources_of(selected, selected.outcomes["joy"]) == ["population", "hospital", "surveys"]


def test_without_a_municipality_an_outcome_that_ends_on_leaving_it_is_not_measurable_and_the_others_are():
    contract = small_contract({"here": outcome(censor=["left_municipality"]), "anywhere": outcome()}, min_events=8)
    refused = _refusals(_measure("1", contract=contract))
    assert refused == {"here": "no_municipality", "anywhere": None}
    tables = _tables()
    people = [row | {"municipality": "Herning"} for row in tables["population"].to_pylist()]
    told = tables | {"population": pa.Table.from_pylist(people, schema=TABLES["population"].schema)}
    assert set(_refusals(measure(contract, told, [], "1")).values()) == {None}


def test_who_was_known_before_is_not_told_where_it_was_not_delivered():
    data = CONTRACT.model_dump(mode="json", by_alias=True)
    data["cohort"]["known_before"] = {"indicator": "acute_hospital_contacts@1", "at_least": "2", "months": "12"}
    asks = Contract.model_validate(data)

    def known(*missing: str) -> dict[str, int]:
        told = _measure("1", missing=missing, contract=asks).cohort["attrition"]
        return {row["arm"]: row["persons"] for row in told if row["step"] == "known_before"}

    # Half of each arm had three contacts in the year before, the other half one.
    assert known() == {"treated": 5, "comparison": 5}
    assert known("hospital") == {}
    assert known("doctors") == {"treated": 5, "comparison": 5}


@pytest.mark.parametrize("ref", ["admissions@1", "acute_readmissions@1", "bed_days@1", "hospital_costs@1"])
def test_stays_and_what_they_cost_rest_on_hospital_contacts_and_not_on_doctors(ref):
    contract = small_contract({"it": unpaid(ref)}, eligibility={"min_age": "60"})
    assert sources_of(contract, contract.outcomes["it"]) == ["population", "hospital"]


def test_too_few_events_and_too_few_answers_are_refusals_with_their_reason():
    strict = small_contract({"acute": outcome(), "joy": unpaid("life_satisfaction@1", "difference")}, min_events=11)
    assert _refusals(_measure("1", contract=strict))["acute"] == "few_events: treated_after; 11"
    tables = _tables()
    # Three of ten in each arm answer in the first period.
    some = tables["surveys"].filter(
        pa.array([r["answered_on"].year == 2019 or r["person_id"][1] in "012" for r in tables["surveys"].to_pylist()])
    )
    assert _refusals(measure(strict, tables | {"surveys": some}, [], "1"))["joy"] == "low_response: 30; 40"


def test_the_order_of_rows_changes_nothing():
    tables = _tables()
    turned = {
        name: table.take(pa.array(range(table.num_rows - 1, -1, -1), pa.int64())) for name, table in tables.items()
    }
    assert measure(CONTRACT, turned, [], "2") == measure(CONTRACT, tables, [], "2")


@pytest.mark.fault("F50")
def test_what_was_not_delivered_is_not_counted_as_nothing():
    tables = _tables()
    tables["contacts"] = tables["contacts"].filter(pc.equal(tables["contacts"]["sector"], "primary"))
    values = measure(CONTRACT, tables, ["hospital"], "1").values
    assert {value["outcome"] for value in values} == {"doctor", "joy", "plans"}


def test_a_whole_number_of_hours_is_counted_whole():
    """6, 57 and 37 hundredths of an hour are one hour."""
    hours = rate_card(10, 100) | {"indicator": "support_hours@1", "better": "lower"}
    contract = small_contract({"a": hours}, eligibility={"min_age": "60"})
    services = "person_id | starts_on | quantity\na | 2020-08-01 | {}\nb | 2020-08-01 | {}\nc | 2020-08-01 | {}"
    name = indicator("support_hours@1").services[0]  # type: ignore[union-attr]
    parts = pa.table(
        {
            "person_id": ["a", "b", "c"],
            "service": [name] * 3,
            "starts_on": rows("services", services.format(1, 1, 1))["starts_on"],
            "quantity": pa.array([6, 57, 37], pa.int64()),
        }
    )
    people = rows("population", "person_id\na\nb\nc")
    found = measure(contract, {"population": people, "services": parts}, [], "1")
    assert [row["units"] for row in found.effects if row["basis"] == "period"] == [1]


def test_an_open_cohort_is_measured():
    """Repeated cross-sections have no areas to turn about (`tests/contracts/health_panel.yaml`)."""
    contract = load_contract(PROJECT / "tests" / "contracts" / "health_panel.yaml")
    chance = np.random.default_rng(1)
    first = contract.calendar.followed[0].id
    windows = [row.id for row in contract.baseline.windows] + [first]
    counted = [
        {
            "person_id": f"{arm}{number}",
            "window_id": window,
            "arm_value": arm,
            "measure": counts,
            "quantity": 100 * many,
        }
        for counts in ("docvis", "hospvis")
        for window in windows
        for arm in ("0", "1")
        for number, many in enumerate(chance.poisson(3, 40).tolist())
    ]
    schema = TABLES["counts"].schema
    table = pa.Table.from_pylist(counted, schema=schema)
    assert all(row["not_measurable"] is None for row in measure(contract, {"counts": table}, [], first).effects)


def test_an_agreed_reserve_that_needs_no_answers_is_there_when_too_few_answer():
    trial = {"change": "0.3 points", "standard_error": "0.1 points", "persons": "400", "source": "illustrative"}
    fallback = {"when": "not_measurable", "use": {"trial": "100 %"}, "source": "illustrative"}
    one = unpaid("life_satisfaction@1", "difference") | {"trial": trial, "fallback": fallback}
    contract = small_contract({"s": one}, eligibility={"min_age": "60"})
    people = "person_id | area\n" + "\n".join(f"{arm}{n} | {arm}" for arm in ("north", "south") for n in range(10))
    answers = [f"{arm}{n} | 2020-01-01 | 5" for arm in ("north", "south") for n in range(10)]
    answers += ["north0 | 2020-10-01 | 5", "south0 | 2020-10-01 | 5"]
    tables = {
        "population": rows("population", people),
        "surveys": rows("surveys", "person_id | answered_on | answer\n" + "\n".join(answers)),
    }
    found = measure(contract, tables, [], "1")
    assert {row["not_measurable"] for row in found.effects} == {"low_response: 10; 40"}
    assert "estimator.trial" in {row["name"] for row in found.diagnostics}
