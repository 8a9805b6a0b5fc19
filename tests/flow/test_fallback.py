"""A reserve that is agreed beforehand is paid on when the measurement here fails, from the same measurement.

10 % fewer contacts pay 100,000 kr. over two periods: 50,000 for the first. The region bears three quarters.
"""

from __future__ import annotations

import pytest

from maalbar.database import transaction
from maalbar.documents.formats import NBSP
from maalbar.flow import amounts, figures, settle
from maalbar.flow.evidence import gather
from tests.flow.measured import booked, measured, paid, settled

pytestmark = pytest.mark.usefixtures("results_database")
RESERVE = {
    "outcomes.contacts.fallback": {
        "when": "not_measurable", "use": {"before_after": "50 %", "historical_baseline": "50 %"}, "source": "minutes",
    }
}  # fmt: skip


def _estimator(name: str, **figures: str) -> dict:
    return {"outcome": "contacts", "name": f"estimator.{name}", "verdict": "shown", "figures": figures}


def _found(name: str, change: str) -> dict:
    return _estimator(
        name, change=change, standard_error="0.020000", low="-0.200000", high="0.010000", p_value="0.070000"
    )


def test_when_the_first_estimate_fails_the_agreed_mixture_is_paid(tiny_contract):
    contract = tiny_contract(RESERVE)
    both = (_found("before_after", "-0.080000"), _found("historical_baseline", "-0.040000"))
    measured(contract, "1", None, diagnostics=both)
    settled(contract, "1")
    # Half of 8 % and half of 4 % is 6 % fewer: 50,000 × 6/10 = 30,000.
    assert paid(contract) == {(1, "1", "region"): 22_500, (1, "1", "town"): 7_500}


def test_the_statement_says_that_the_reserve_is_paid_on_and_how_it_came_about(tiny_contract):
    contract = tiny_contract(RESERVE)
    both = (_found("before_after", "-0.080000"), _found("historical_baseline", "-0.040000"))
    measured(contract, "1", None, diagnostics=both)
    number = settle.propose(contract.id, "1")["number"]
    with transaction() as connection:
        evidence = gather(connection, contract, number)
    fact = figures.effect_fact(evidence, "1", "contacts", "cumulative")
    assert (fact.change, fact.is_replaced) == (None, True)
    assert [finding.name for finding in fact.findings] == ["estimator.before_after", "estimator.historical_baseline"]
    (told,) = (part for part in amounts.computation_facts(evidence, "1") if part.title == "Hospitalskontakter")
    assert "aftalt reserve (50 % før og efter + 50 % historisk sammenligning)" in " ".join(told.steps).replace(
        NBSP, " "
    )


def test_when_the_first_estimate_holds_the_reserve_is_not_looked_at(tiny_contract):
    contract = tiny_contract(RESERVE)
    measured(contract, "1", "0.05", diagnostics=(_found("before_after", "-0.080000"),))
    settled(contract, "1")
    assert paid(contract) == {(1, "1", "region"): 18_750, (1, "1", "town"): 6_250}


@pytest.mark.parametrize(
    "found",
    [
        (),
        (_found("before_after", "-0.080000"),),
        (_found("before_after", "-0.080000"), _estimator("historical_baseline", not_measurable="no_history")),
    ],
    ids=["none measured", "one missing", "one not measurable"],
)
def test_a_reserve_that_fails_too_pays_nothing(tiny_contract, found):
    contract = tiny_contract(RESERVE)
    measured(contract, "1", None, diagnostics=found)
    proposal = settle.propose(contract.id, "1")
    assert proposal is None or booked(contract) == []


def test_an_effect_that_too_few_areas_can_show_is_not_paid_as_significant(tiny_contract):
    contract = tiny_contract({"terms.uncertainty": "significant"})
    clear = {"low": "-0.09", "high": "-0.01", "standard_error": "0.02", "is_significant": False}
    measured(contract, "1", "0.05", plans=1, spread=clear)
    settled(contract, "1")
    assert {payer for _, _, outcome, payer, _, _ in booked(contract) if outcome == "contacts"} == set()
    measured(contract, "2", "0.05", plans=1, spread=clear | {"is_significant": True})
    settled(contract, "2")
    # Over both periods 5 % of the 10 % aimed at: 100,000 × 5/10.
    assert sum(amount for _, _, outcome, _, _, amount in booked(contract) if outcome == "contacts") == 50_000_00
