"""What leaves the room is what a statement would show: withholding it again changes nothing, and no person is in it."""

from __future__ import annotations

import base64
import hashlib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maalbar.bundle import WITHHELD, keys
from maalbar.documents.diagnosis import COURSE
from maalbar.flow import disclosed, intake
from maalbar.flow.bundles import write_bundle
from maalbar.flow.cohort_figures import shown_counts
from maalbar.flow.measure import measure
from maalbar.flow.savings import saved_by_task
from maalbar.flow.withheld import withhold
from tests.flow.landing import deliver
from tests.transforms.small import small_contract

ARMS = ("treated", "comparison")
PERIODS = ("1", "2")
STEPS = ("entered_earlier", "care_home", "residence", "age_or_benefit", "earlier_use", "entered")
few = st.integers(0, 12)


@st.composite
def cohorts(draw) -> dict[str, Any]:
    """A cohort of few persons in two periods and two waves, whose counts add up."""
    windows, attrition = [], []
    for arm in ARMS:
        for period in PERIODS:
            course = {name: draw(few) for name in ("deaths", "emigrated", "censored", "present_at_end")}
            persons = sum(course.values())
            among = {name: draw(st.integers(0, persons)) for name in ("movers", "crossovers")}
            windows.append(
                {"arm": arm, "window_id": period, "persons": persons, "person_days": persons * 300, **course, **among}
            )
        for wave in ("w1", "w2"):
            steps = {step: draw(few) for step in STEPS}
            steps = {"residents": sum(steps.values()), **steps, "known_before": draw(st.integers(0, steps["entered"]))}
            attrition += [{"arm": arm, "wave": wave, "step": step, "persons": n} for step, n in steps.items()]
    members = {a: sum(r["persons"] for r in attrition if (r["arm"], r["step"]) == (a, "entered")) for a in ARMS}
    return {"kind": "waves", "members": members, "areas": dict.fromkeys(ARMS, 2), "waves": {"w1": "0" * 64},
            "windows": windows, "attrition": attrition}  # fmt: skip


@given(cohorts())
@settings(max_examples=200)
def test_what_was_withheld_in_one_room_is_withheld_in_the_other_and_nothing_more(tiny, cohort):
    there = disclosed._cohort(tiny, cohort, "2")
    first, second = (shown_counts(tiny, one, "2") for one in (cohort, there))
    told = [key for key in first if key[0] in {*COURSE, *STEPS, "members", "residents", "known_before"}]
    assert {key: second[key] for key in told} == {key: first[key] for key in told}


@given(cohorts())
@settings(max_examples=200)
def test_no_small_count_is_left_in_a_cohort_that_leaves(tiny, cohort):
    there = disclosed._cohort(tiny, cohort, "2")
    counts = [row[name] for row in there["windows"] for name in COURSE if name in row]
    counts += [row["persons"] for row in there["attrition"]]
    counts += [*there["members"].values(), *there["deaths"].values()]
    assert not [count for count in counts if count != WITHHELD and 0 < count < 5]


@given(st.dictionaries(st.sampled_from("abcdef"), few), st.integers(1, 7))
def test_withholding_twice_is_as_withholding_once(parts, small):
    counts = {**parts, "total": sum(parts.values())}
    sums = [("total", list(parts))] if parts else []
    once = withhold(counts, sums, small)
    assert withhold(once, sums, small) == once


def test_units_that_nobody_pays_for_are_withheld_where_they_are_few_and_those_that_are_paid_are_named():
    contract = small_contract()
    paid = {name for name, outcome in contract.outcomes.items() if outcome.price.kind != "none"}
    outcome = sorted(paid)[0]
    row = {"outcome": outcome, "basis": "period", "units": 3, "not_measurable": None, "change": None}
    found = disclosed.disclosed(contract, "1", {"kind": "open", "windows": []}, [], [row], [])
    assert (found.effects[0]["units"], found.told_exactly) == (3, [outcome])
    free = contract.outcomes[outcome].model_copy(update={"price": _unpaid()})
    contract = contract.model_copy(update={"outcomes": {outcome: free}})
    found = disclosed.disclosed(contract, "1", {"kind": "open", "windows": []}, [], [row], [])
    assert (found.effects[0]["units"], found.effects[0]["not_measurable"]) == (None, "few_counted: 5")
    assert found.told_exactly == []


def _unpaid() -> Any:
    from maalbar.contract.prices import Unpaid

    return Unpaid(kind="none", source="illustrative")


# Markers: valid in their columns, and found nowhere but in them.
PERSONS = [f"qxmarker{number:03}" for number in range(40)]
MARKERS = [*PERSONS, "kxmark", "unitmarker", "systemmarker", "planmarker", "7919.25", "7919,25", "1931-07"]


def _people() -> str:
    rows = ["person;sex;born;area;moved_in;moved_out;died;emigrated;care_home"]
    for number, person in enumerate(PERSONS):
        born = "1931-07-01" if number == 0 else "1950-01-01"
        rows.append(f"{person};F;{born};{('north', 'south')[number % 2]};2010-01-01;;;;0")
    return "\n".join(rows)


def _contacts() -> str:
    rows = ["person;contact;began;ended;priority;form;unit;system"]
    for year in (2020, 2021):
        for number, person in enumerate(PERSONS[: 30 if year == 2020 else 27]):
            key, day = f"kxmark{year}{number}", f"{year}-10-01"
            rows.append(f"{person};{key};{day} 10:00;{day} 11:00;ATA1;ALCA00;unitmarker;systemmarker")
    return "\n".join(rows)


@pytest.fixture
def room(tiny_contract, results_database, tmp_path, monkeypatch):
    """A measuring room whose deliveries hold markers of every kind in every column that takes them."""
    contract = tiny_contract({"cohort.eligibility.benefit_codes": None})
    deliver(contract, text=_people())
    deliver(contract, "contacts", text=_contacts())
    deliver(
        contract,
        "claims",
        text=f"plan;person;kind;agreed;state\nplanmarker;{PERSONS[0]};action_plans;2021-09-01;verified",
    )
    deliver(contract, "services", text=f"person;service;week_start;hours\n{PERSONS[0]};care;2021-09-06;7919,25")
    answered = [f"{person};2021-05-01;W;0;{number % 10};;" for number, person in enumerate(PERSONS)]
    deliver(contract, "surveys", text="\n".join(["person;answered;mode;proxy;satisfaction;hl1;hl2", *answered]))
    assert len(intake.take_in("tiny", "1")) == 5
    keys.new_key(tmp_path / "room.key")
    monkeypatch.setenv(keys.PRIVATE_FILE, str(tmp_path / "room.key"))
    return tmp_path


def _found_in(raw: bytes) -> list[str]:
    """The markers that are in a file: as they are, in base64, and the persons as plain hashes that could be looked up."""
    ways = {marker: [marker.encode(), base64.b64encode(marker.encode()).rstrip(b"=")] for marker in MARKERS}
    for person in PERSONS:
        ways[person] += [
            digest(person.encode()).hexdigest().encode() for digest in (hashlib.sha256, hashlib.sha1, hashlib.md5)
        ]
    return [marker for marker, forms in ways.items() if any(form in raw for form in forms)]


def _bundle(folder: Path) -> bytes:
    write_bundle(measure("tiny", "1"), folder / "out.bundle")
    return (folder / "out.bundle").read_bytes()


def test_no_marker_of_a_person_is_in_the_bundle(room):
    raw = _bundle(room)
    assert b'"action_plans"' in raw and b'"contacts"' in raw and raw.count(b"withheld") > 5
    assert _found_in(raw) == []


@pytest.mark.parametrize(
    "leak",
    [PERSONS[7], hashlib.sha256(PERSONS[7].encode()).hexdigest(), base64.b64encode(PERSONS[7].encode()).decode()],
)
def test_the_search_finds_a_leak_where_there_is_one(room, monkeypatch, leak):
    def leaking(*_: Any) -> list[dict[str, Any]]:
        return [
            {"outcome": "contacts", "basis": "period", "name": "check.x", "verdict": "shown", "figures": {"why": leak}}
        ]

    monkeypatch.setattr(disclosed, "_diagnostics", leaking)
    assert _found_in(_bundle(room)) == [PERSONS[7]]


def test_savings_are_reckoned_from_sums_whose_parts_stay_in_the_room(tiny):
    """12 contacts of three persons where 15 were expected: their cell is withheld, and the three saved are worth 42,000 kr."""
    values = [
        {"outcome": "contacts", "window_id": window, "arm": arm, "persons": 20, "person_days": 7300, "quantity": Decimal(12),
         "person_years": Decimal(20), "value": Decimal("0.6"), "invited": None, "persons_with_any": 3, "low": None, "high": None,
         "standardised": None, "standardised_low": None, "standardised_high": None, "standardised_refused": None}
        for window in ("b1", "b2", "1") for arm in ARMS
    ]  # fmt: skip
    effects = [
        {"outcome": "contacts", "basis": basis, "units": None, "change": Decimal("-0.2"), "not_measurable": None}
        for basis in ("period", "cumulative")
    ]
    there = disclosed.disclosed(tiny, "1", {"kind": "open", "windows": []}, values, effects, [])
    assert {row["quantity"] for row in there.values} == {WITHHELD}
    assert (there.cohort["seen"], there.told_exactly) == ({"contacts": {"period": 12, "cumulative": 12}}, [])
    hidden = [row | {"quantity": None} for row in there.values]
    for rows, seen in ((values, None), (hidden, there.cohort["seen"])):
        assert saved_by_task(tiny, effects, rows, ["1"], "period", seen) == {"contacts": Decimal(3 * 14_000)}
