"""A contract in the INDIGO data standard: its fields and no others, what is approved and nothing more, to the øre."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from maalbar.database import contract_lock
from maalbar.flow import settle
from maalbar.flow.indigo import indigo
from maalbar.flow.invoices import Told, record
from maalbar.settings import PROJECT
from tests.flow.handed_out import ADMINISTERED
from tests.flow.measured import measured, settled

pytestmark = pytest.mark.usefixtures("results_database")
SPREAD = {"low": Decimal("-0.09"), "high": Decimal("-0.01"), "standard_error": Decimal("0.02")}


def _told(contract) -> dict[str, Any]:
    return json.loads(indigo(contract.id))


def _table() -> dict[str, str]:
    """Field → type, from the page that cites the standard."""
    text = (PROJECT / "docs" / "indigo.md").read_text(encoding="utf-8")
    rows = (line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith(("| project", "| organis")))
    return {row[0]: row[1] for row in rows}


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _leaves(part, f"{path}.*" if path == "organisations" else f"{path}.{key}".lstrip("."))
    elif isinstance(value, list):
        for part in value:
            yield from _leaves(part, path)
    else:
        yield path, value


def _is(value: Any, kind: str) -> bool:
    match kind:
        case "string":
            return isinstance(value, str)
        case "number":
            return isinstance(value, int | float)
        case "date":
            return bool(re.fullmatch(r"\d{4}-\d\d-\d\d", value))
    return value in kind.split(", ")


def _pay(contract, settlement: int, payer: str) -> None:
    with contract_lock(contract.id) as connection:
        for state in ("sent", "paid"):
            record(connection, contract, settlement, payer, "fund", Told(state, date(2022, 12, 10), "Sif"))


def test_every_field_is_one_of_the_standard_and_of_its_type(tiny_contract):
    roles = {"parties.bureau.roles": ["evaluator", "provider"], "parties.fund.short": "Fund"}
    contract = tiny_contract(ADMINISTERED | roles)
    measured(contract, "1", "0.05", plans=2, spread=SPREAD)
    settled(contract, "1")
    _pay(contract, 1, "region")
    table, found = _table(), dict(_leaves(_told(contract)))
    assert set(found) <= set(table)
    for path, value in _leaves(_told(contract)):
        assert _is(value, table[path]), path
    # The page lists no field that nothing fills: the rest is filled by what this small contract has not.
    left = {path.split(".")[1] for path in set(table) - set(found)}
    assert left <= {"intermediary_services", "outcome_pricings", "results", "outcome_payment_commitments"}


def test_prices_caps_and_capital_are_those_of_the_contract(tiny_contract):
    project = _told(tiny_contract())["project"]
    finance = project["overall_project_finance"]
    assert finance["total_investment_commitment"]["amount"]["exact"]["value"] == 100_000
    assert finance["maximum_potential_outcome_payment_v2"]["amount"]["value"] == 150_000
    priced = {row["outcome_metric_id"]["value"]: row for row in project["outcome_pricings"]}
    assert set(priced) == {"contacts", "action_plans"}  # satisfaction is measured and not paid
    assert priced["contacts"]["maximum_price_if_all_targets_achieved"]["amount"]["value"] == "100000"
    assert priced["action_plans"]["price_per_unit"]["amount"]["value"] == 1_000
    metric = project["outcome_metrics"][0]
    assert metric["outcome_metric_target"]["value"] == "10 %"
    assert metric["outcome_validation_method"]["value"] == "Quasi-experimental study"
    by_payer = {row["organisation_id"]["value"]: row for row in project["outcome_payment_commitments"]}
    assert by_payer["region"]["maximum_potential_outcome_payment"]["amount"]["value"] == 80_000
    assert "maximum_potential_outcome_payment" not in by_payer["town"]  # nothing caps it
    assert project["stage_development"]["value"] == "Contracted"


AMENDMENT = {
    "id": "dearer", "from_period": "2", "dated": "2022-09-01", "body": "The council", "source": "minutes",
    "changes": {"outcomes.action_plans.price.amount": "2_000 DKK"},
}  # fmt: skip


def test_an_amended_contract_is_told_as_it_holds_now_and_is_contracted_when_the_amendment_is_signed(tiny_contract):
    unsigned = _told(tiny_contract({"amendments": [AMENDMENT]}, is_signed=False))["project"]
    assert "outcomes_contract_signed" not in unsigned["dates"]
    contract = tiny_contract({"amendments": [AMENDMENT]})
    measured(contract, "1", "0.05", plans=1)
    measured(contract, "2", "0.05", plans=1)
    settled(contract, "2")
    project = _told(contract)["project"]
    assert project["dates"]["outcomes_contract_signed"]["value"] == "2020-05-01"
    prices = {row["outcome_metric_id"]["value"]: row for row in project["outcome_pricings"]}
    assert prices["action_plans"]["price_per_unit"]["amount"]["value"] == 2_000
    plans = [r for r in project["outcome_payments"] if r["outcome_metric_id"]["value"] == "action_plans"]
    # A plan was 1,000 in the first period, and is 2,000 in the second.
    assert [r["money"]["amount"]["value"] for r in plans] == [1_000, 2_000]
    assert len(project["results"]) == 6


def test_nothing_that_is_not_posted_is_told(tiny_contract):
    contract = tiny_contract()
    measured(contract, "1", "0.05")
    settle.propose(contract.id, "1")
    project = _told(contract)["project"]
    assert not {"results", "outcome_payments", "transactions"} & set(project)
    settled(contract, "1")
    assert {"results", "outcome_payments"} <= set(_told(contract)["project"])
    # A newer measurement that nobody has approved changes nothing.
    before = indigo(contract.id)
    measured(contract, "1", "0.09")
    settle.propose(contract.id, "1")
    assert indigo(contract.id) == before


def test_a_result_is_told_with_its_interval_and_over_the_days_it_covers(tiny_contract):
    contract = tiny_contract()
    measured(contract, "1", "0.05", spread=SPREAD)
    measured(contract, "2", None)
    settled(contract, "2")
    told = [r for r in _told(contract)["project"]["results"] if r["outcome_metric_id"]["value"] == "contacts"]
    assert [r["result_type"]["value"] for r in told] == ["Interim", "Final"]
    assert told[0]["outcomes_achieved"]["value"].replace("\u2212", "-").replace("\u00a0", " ") == (
        "-5.0% (95% interval -9.0% to -1.0%) against what was expected without the intervention"
    )
    assert told[1]["outcomes_achieved"]["value"] == "Not measurable: no_delivery: contacts"
    # Paid on all periods so far, so the second covers both.
    assert told[1]["period"] == {"start_date": {"value": "2021-07-01"}, "end_date": {"value": "2023-06-30"}}


def test_what_is_posted_is_planned_until_its_transfer_is_paid_and_only_that_is_a_transaction(tiny_contract):
    contract = tiny_contract({"outcomes.contacts.price.maximum": "99_999.97 DKK"})
    measured(contract, "1", "0.05")
    settled(contract, "1")
    _pay(contract, 1, "town")
    project = _told(contract)["project"]
    owed = {
        row["payer_organisation_id"]["value"]: (row["type"]["value"], row["money"]["amount"]["value"])
        for row in project["outcome_payments"]
    }
    # 99,999.97 × ½ × ½ = 24,999.9925, rounded to 24,999.99; a quarter of it is 6,249.9975, and the region bears the rest.
    assert owed == {"region": ("Planned", 18_749.99), "town": ("Actual", 6_250)}
    (transfer,) = project["transactions"]
    assert transfer["sending_organisation_id"]["value"] == "town"
    assert transfer["money"]["amount"]["value"] == 6_250
    assert project["overall_project_finance"]["total_outcome_payments_made"]["amount"]["value"] == 6_250


def test_what_goes_back_is_taken_off_what_was_paid(tiny_contract):
    contract = tiny_contract()
    for improvement in ("0.05", "0.04"):
        measured(contract, "1", improvement)
        settled(contract, "1")
    _pay(contract, 1, "region")
    _pay(contract, 2, "region")
    project = _told(contract)["project"]
    assert project["overall_project_finance"]["total_outcome_payments_made"]["amount"]["value"] == 15_000
    back = project["transactions"][1]
    assert (back["transaction_type"]["value"], back["sending_organisation_id"]["value"]) == ("Other", "fund")


def test_everything_is_private_until_it_is_released(tiny_contract):
    told = _told(tiny_contract())
    statuses = [value for path, value in _leaves(told) if path.endswith(".status")]
    assert set(statuses) == {"PRIVATE"} and len(statuses) == 2 + len(told["organisations"])


def test_few_units_of_persons_are_not_told(tiny_contract):
    contract = tiny_contract(
        {"outcomes.action_plans.price.counts": "persons", "outcomes.action_plans.price.min_units": "5"}
    )
    measured(contract, "1", "0.05", plans=3)
    settled(contract, "1")
    plans = [r for r in _told(contract)["project"]["results"] if r["outcome_metric_id"]["value"] == "action_plans"]
    assert plans[0]["outcomes_achieved"]["value"] == "Few: fewer than 5, or of fewer persons"
