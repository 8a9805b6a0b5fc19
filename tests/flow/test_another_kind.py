"""A contract of another kind, on other registers and other windows, goes the same way with no code of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from maalbar import proposals, results
from maalbar.contract import Contract, load_contract, write_rehearsal
from maalbar.database import transaction
from maalbar.flow import intake, measure, settle, statement
from maalbar.settings import PROJECT
from maalbar.simulate.run import simulate


def rehearsed(contract_id: str, home: Path) -> Contract:
    """The shipped contract, moved into the past: nobody can describe a day that has not come."""
    return load_contract(write_rehearsal(PROJECT / "investments" / f"{contract_id}.yaml", -6, home / "rehearsal"))


@pytest.mark.slow
def test_weeks_hours_days_scores_and_claims_are_measured_priced_and_stated(results_database: str, home: Path):
    contract = rehearsed("viborg_boligsocial", home)
    first, second = (period.id for period in contract.calendar.periods[:2])
    simulate(
        contract,
        home / "landing" / contract.id,
        people=150,
        effect={"self_support": 8.0},
        seed=11,
        periods=[first, second],
    )
    for period in (first, second):
        assert intake.awaited_sources(contract.id, period) == []
        intake.take_in(contract.id, period)
        measure.measure(contract.id, period)
    with transaction() as connection:
        rows = results.effects_of(connection, f"{contract.id}|{second}|r1")
    found = {row["outcome"]: row for row in rows if row["basis"] == "cumulative"}
    assert set(found) == set(contract.outcomes)
    assert [outcome for outcome, row in found.items() if row["not_measurable"]] == []
    # Eight weeks more a year were planted; the interval is some two weeks to either side and holds them.
    weeks = found["self_support"]
    assert weeks["low"] <= 8 <= weeks["high"]
    # A claim is paid by the piece: units times the price of the rate card.
    claims = found["action_plans"]["units"]
    assert claims > 0
    proposal = settle.propose(contract.id, second)
    with transaction() as connection:
        lines = proposals.lines(connection, contract.id, proposal["number"])
    paid = sum(line["amount_minor"] for line in lines if line["outcome"] == "action_plans")
    assert paid == claims * contract.outcomes["action_plans"].price.amount.minor
    drafts = statement.issue(contract.id, proposal["number"])
    assert [Path(path).suffix for path in drafts] == [".pdf", ".html"] * 2, "in Danish and in English"


@pytest.mark.slow
def test_those_selected_on_last_years_use_are_measured_priced_and_stated(results_database: str, home: Path):
    contract = rehearsed("genindlaeggelser", home)
    first, second = (period.id for period in contract.calendar.periods[:2])
    landing, planted = home / "landing" / contract.id, {"acute_readmissions": 0.5}
    summary = simulate(contract, landing, people=150, effect=planted, seed=11, periods=[first, second])
    for period in (first, second):
        assert intake.awaited_sources(contract.id, period) == []
        intake.take_in(contract.id, period)
        measure.measure(contract.id, period)
    with transaction() as connection:
        rows = results.effects_of(connection, f"{contract.id}|{second}|r1")
    found = {row["outcome"]: row for row in rows if row["basis"] == "cumulative"}
    assert set(found) == set(contract.outcomes)
    assert [outcome for outcome, row in found.items() if row["not_measurable"]] == []
    # Half were planted; those treated fell by more than that from the year they were selected on, and are not paid for it.
    readmissions = found["acute_readmissions"]
    assert readmissions["low"] <= summary.truth["outcomes"]["acute_readmissions"]["true_change"] <= readmissions["high"]
    proposal = settle.propose(contract.id, second)
    with transaction() as connection:
        lines = proposals.lines(connection, contract.id, proposal["number"])
    assert sum(line["amount_minor"] for line in lines) > 0
    drafts = statement.issue(contract.id, proposal["number"])
    assert [Path(path).suffix for path in drafts] == [".pdf", ".html"] * 2, "in Danish and in English"
