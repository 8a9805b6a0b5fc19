"""What a statement says of restated periods: what would be another now, nothing withheld, and what the approvers could see."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import insert, select

from maalbar import corrections, results
from maalbar.database import transaction
from maalbar.flow import settle
from maalbar.flow.evidence import gather
from maalbar.flow.restated_facts import restated_facts
from maalbar.schema import approval, restatement
from tests.flow.measured import answers, measured

pytestmark = pytest.mark.usefixtures("results_database")


@pytest.fixture
def contract(tiny_contract):
    return tiny_contract()


def _restate(measurement_id: str, *, contacts: str | None, plans: int = 0, **told) -> None:
    """Keep a restatement in which contacts changed so much, and so many plans were agreed."""
    with transaction() as connection:
        rows = results.plain(results.effects_of(connection, measurement_id))
        for row in rows:
            if row["outcome"] == "contacts":
                row |= {"change": contacts, "not_measurable": None if contacts else "few_events: treated_after; 1"}
            if row["outcome"] == "action_plans":
                row["units"] = plans
        kept = {
            "restatement_id": f"{measurement_id}|{len(rows)}", "measurement_id": measurement_id, "inputs": {},
            "as_known_at": date(2023, 10, 15), "basis_digest": "b", "code_version": "c",
            "figures": json.loads(json.dumps(rows, default=str)),
        }  # fmt: skip
        connection.execute(insert(restatement), kept | told)


def _facts(contract, number: int, period: str = "1"):
    with transaction() as connection:
        evidence = gather(connection, contract, number)
    return [(f.period, f.was.outcome, f.was.change, f.now.change) for f in restated_facts(evidence, period)]


def _proposed(contract, period: str = "1") -> int:
    proposal = settle.propose(contract.id, period)
    assert proposal is not None
    return proposal["number"]


def test_an_outcome_that_would_be_another_now_is_told_beside_what_was_measured(contract):
    _restate(measured(contract, "1", "0.05", 20), contacts="-0.08", plans=20)
    assert _facts(contract, _proposed(contract)) == [("1", "contacts", Decimal("-0.05"), Decimal("-0.08"))]


def test_what_would_no_longer_be_measurable_is_told_too(contract):
    _restate(measured(contract, "1", "0.05", 20), contacts=None, plans=20)
    assert _facts(contract, _proposed(contract)) == [("1", "contacts", Decimal("-0.05"), None)]


@pytest.mark.parametrize(
    ("now", "is_told"), [(21, False), (24, False), (25, True), (15, True), (3, False), (20, False)]
)
def test_a_number_of_units_is_told_where_neither_it_nor_the_difference_is_of_few(contract, now, is_told):
    # 20 plans as measured, and cells of fewer than five are withheld.
    _restate(measured(contract, "1", "0.05", 20), contacts="-0.05", plans=now)
    told = [("1", "action_plans", Decimal(20), Decimal(now))] if is_told else []
    assert _facts(contract, _proposed(contract)) == told


def test_what_is_not_measurable_as_it_stands_has_nothing_beside_it(contract):
    _restate(measured(contract, "1", None, 20), contacts="-0.08", plans=20)
    assert _facts(contract, _proposed(contract)) == []


def test_a_statement_tells_of_its_own_period_and_those_before(contract):
    _restate(measured(contract, "1", "0.05", 20), contacts="-0.08", plans=20)
    _restate(measured(contract, "2", "0.06", 20), contacts="-0.01", plans=20)
    number = _proposed(contract, "2")
    assert {period for period, *_ in _facts(contract, number, "1")} == {"1"}
    assert {period for period, *_ in _facts(contract, number, "2")} == {"1", "2"}


def test_an_issued_statement_shows_what_its_approvers_could_see_and_no_more(contract):
    measurement_id = measured(contract, "1", "0.05", 20)
    number = _proposed(contract)
    settle.record_answers(contract.id, number, answers())
    settle.post(contract.id, number)
    with transaction() as connection:
        last = max(connection.execute(select(approval.c.answered_at)).scalars())
    _restate(measurement_id, contacts="-0.08", plans=20, restated_at=last + timedelta(seconds=1))
    assert _facts(contract, number) == []
    _restate(measurement_id, contacts="-0.07", plans=20, restated_at=last, restatement_id="seen")
    assert _facts(contract, number) == [("1", "contacts", Decimal("-0.05"), Decimal("-0.07"))]
    with transaction() as connection:
        figures = corrections.restated(connection, [measurement_id])[measurement_id]["figures"]
    assert {row["change"] for row in figures if row["outcome"] == "contacts"} == {"-0.08"}
