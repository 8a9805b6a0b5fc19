"""What stands beside an effect: the same of others, or under another rule of follow-up, worked out by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from maalbar.contract import Contract
from tests.transforms.small import outcome, rows, small_contract
from transforms.measurement import Results, measure

DAYS = {"b1": "2019-10-05", "early": "2020-08-05", "late": "2021-03-05"}
CONTRACT = small_contract({"acute": outcome()}, min_events=1, small_cell=1)


def _tables(contacts: list[str], people: str) -> dict[str, pa.Table]:
    drawn = "\n".join(["person_id | started_on", *contacts])
    return {"population": rows("population", people), "contacts": rows("contacts", drawn)}


def _diagnostics(found: Results, outcome_id: str = "acute", basis: str = "period") -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in found.diagnostics if (row["outcome"], row["basis"]) == (outcome_id, basis)}


def _contacts(person: str, **counts: int) -> list[str]:
    return [f"{person} | {DAYS[when]}" for when, count in counts.items() for _ in range(count)]


def test_the_time_after_a_move_to_the_other_arm_is_left_out_in_both_arms():
    people = """
        person_id | area  | resident_from | resident_to
        t1        | north | 2010-01-01    |
        t2        | north | 2010-01-01    |
        c1        | south | 2010-01-01    |
        c2        | south | 2010-01-01    | 2021-01-01
        c2        | north | 2021-01-01    |
    """
    contacts = [
        *_contacts("t1", b1=2, early=1, late=1), *_contacts("t2", b1=2, early=1, late=0),
        *_contacts("c1", b1=1, early=1, late=2), *_contacts("c2", b1=3, early=1, late=4),
    ]  # fmt: skip
    found = measure(CONTRACT, _tables(contacts, people), [], "1")
    # All: treated 4 → 3 in two years each, comparison 4 → 8: (3/4) / (8/4) - 1.
    (effect,) = (row for row in found.effects if row["basis"] == "period")
    assert effect["change"] == Decimal("-0.625")
    # c2's late contacts and days go: 1 July to 1 January are 184 of 365 days. Comparison after: (1 + 2 + 1) / (1 + 184/365).
    after = Decimal(4) / (1 + Decimal(184) / 365)
    expected = (Decimal(3) / 2 / 2) / (after / 2) - 1
    told = _diagnostics(found)["variant.crossovers_censored"]
    assert told["verdict"] == "shown"
    assert Decimal(told["figures"]["change"]) == pytest.approx(expected, abs=Decimal("0.000001"))


def test_the_last_days_of_life_are_left_out_of_those_who_die():
    people = """
        person_id | area  | died_on
        t1        | north |
        t2        | north | 2021-04-01
        c1        | south |
        c2        | south |
    """
    contacts = [
        *_contacts("t1", b1=2, early=2, late=0), *_contacts("t2", b1=2, early=1, late=5),
        *_contacts("c1", b1=2, early=1, late=2), *_contacts("c2", b1=2, early=1, late=0),
    ]  # fmt: skip
    told = _diagnostics(measure(CONTRACT, _tables(contacts, people), [], "1"))["variant.without_last_days"]
    assert told["figures"]["days"] == 90
    # t2 dies on 1 April: the last 90 days begin on 1 January, so 184 days and one contact are left. The baseline is as long ago.
    after = Decimal(3) / (1 + Decimal(184) / 365)
    expected = (after / 2) / (Decimal(4) / 2 / 2) - 1
    assert Decimal(told["figures"]["change"]) == pytest.approx(expected, abs=Decimal("0.000001"))


def test_an_outcome_that_leaves_out_crossovers_itself_has_no_such_variant():
    contract = small_contract({"acute": outcome(censor=["crossover"])}, min_events=1, small_cell=1)
    people = "person_id | area\nt1 | north\nt2 | north\nc1 | south\nc2 | south"
    contacts = [line for p, n in (("t1", 1), ("t2", 2), ("c1", 1), ("c2", 2)) for line in _contacts(p, b1=n, early=2)]
    names = _diagnostics(measure(contract, _tables(contacts, people), [], "1"))
    assert "variant.without_last_days" in names
    assert "variant.crossovers_censored" not in names


def _answers(contract: Contract, answers: dict[str, tuple[int | None, int | None]], people: str) -> Results:
    lines = [
        f"{person} | {day} | {answer}"
        for person, given in answers.items()
        for day, answer in zip(("2020-05-04", "2021-05-04"), given, strict=True)
        if answer is not None
    ]
    drawn = "\n".join(["person_id | answered_on | answer", *lines])
    return measure(contract, {"population": rows("population", people), "surveys": rows("surveys", drawn)}, [], "1")


JOY = outcome(indicator="life_satisfaction@1", contrast="difference", better="higher")
PANEL = small_contract({"joy": JOY}, small_cell=1)
EIGHT = """
    person_id | area  | birth_month
    t1        | north | 1950-01
    t2        | north | 1950-01
    t3        | north | 1935-01
    t4        | north | 1935-01
    c1        | south | 1950-01
    c2        | south | 1950-01
    c3        | south | 1935-01
    c4        | south | 1935-01
"""
GIVEN: dict[str, tuple[int | None, int | None]] = {
    "t1": (4, 7), "t2": (6, 8), "t3": (5, None), "t4": (5, 9),
    "c1": (5, 5), "c2": (5, 6), "c3": (4, 4), "c4": (6, None),
}  # fmt: skip


def test_the_change_of_those_who_answered_twice_stands_beside_that_of_all():
    found = _answers(PANEL, GIVEN, EIGHT)
    (effect,) = (row for row in found.effects if row["basis"] == "period")
    # Treated 5 → 8, comparison 5 → 5.
    assert effect["change"] == 3
    paired = _diagnostics(found, "joy")["variant.paired"]["figures"]
    # Without t3 and c4: treated 5 → 8; comparison 14/3 → 5.
    assert Decimal(paired["change"]) == Decimal("2.666667")
    assert paired["persons"] == 6


def test_answers_count_for_those_who_gave_none_where_the_contract_weighs_them():
    found = _answers(PANEL, GIVEN, EIGHT)
    # t4 answers for two of the oldest, c3 too: after (7 + 8 + 2 × 9) / 4 = 8.25 and (5 + 6 + 2 × 4) / 4 = 4.75.
    weighted = Decimal("3.5")
    assert Decimal(_diagnostics(found, "joy")["variant.weighted"]["figures"]["change"]) == weighted
    data = PANEL.model_dump(mode="json", by_alias=True)
    data["quality"]["non_response"] = "weighted"
    turned = _answers(Contract.model_validate(data), GIVEN, EIGHT)
    (effect,) = (row for row in turned.effects if row["basis"] == "period")
    assert effect["change"] == weighted
    assert Decimal(_diagnostics(turned, "joy")["variant.unweighted"]["figures"]["change"]) == 3


def test_response_is_told_by_arm_whether_or_not_it_is_enough():
    told = _diagnostics(_answers(PANEL, GIVEN, EIGHT), "joy")["check.response"]
    assert told["verdict"] == "held"
    assert (told["figures"]["invited_treated"], told["figures"]["answered_treated"]) == (4, 3)
    assert told["figures"]["response_comparison"] == "0.750000"
    few = {person: (given[0], given[1] if person in ("t1", "c1") else None) for person, given in GIVEN.items()}
    assert _diagnostics(_answers(PANEL, few, EIGHT), "joy")["check.response"]["verdict"] == "broken"


def test_mortality_that_chance_cannot_explain_holds_contacts_but_not_what_people_answer():
    treated = "\n".join(f"t{n} | north | {'2021-01-01' if n < 30 else ''}" for n in range(40))
    people = f"person_id | area | died_on\n{treated}\n" + "\n".join(
        f"c{n} | south | {'2021-01-01' if n < 10 else ''}" for n in range(40)
    )
    contacts = [line for n in range(40) for p in ("t", "c") for line in _contacts(f"{p}{n}", b1=1 + n % 2, early=1)]
    found = measure(CONTRACT, _tables(contacts, people), [], "1")
    assert next(row for row in found.effects)["not_measurable"] is None
    data = CONTRACT.model_dump(mode="json", by_alias=True)
    data["quality"]["mortality"] = "holds"
    held = measure(Contract.model_validate(data), _tables(contacts, people), [], "1")
    # 30 deaths in 30 × 184/365 + 10 years against 10 in 10 × 184/365 + 30: 1.1943 and 0.2854 a year.
    assert {row["not_measurable"] for row in held.effects} == {"mortality: 4.2"}
    assert {row["verdict"] for row in held.diagnostics if row["name"] == "check.mortality"} == {"broken"}
